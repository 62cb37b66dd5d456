"""The list, the dossier and its parts."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from concours.accounts.access import current_account_id
from concours.editions.queries import current_edition
from concours.editions.rules import accepts_deposits
from concours.entries import operations, queries, reminders
from concours.entries.forms import EveryoneForm, PartForm, part_form
from concours.entries.operations import Stale
from concours.entries.rules import Part
from concours.entries.views.base import Folder, acting, blueprint, open_folder, show, tell_clock
from concours.kernel.errors import DomainError
from concours.kernel.web.state import instant, state

_TEMPLATES = {
    Part.TEAM: "team",
    Part.INNOVATION: "innovation",
    Part.EVERYONE: "everyone",
    Part.CHECK: "check",
}
_KEPT = "Votre brouillon est enregistré. Il n'est pas déposé pour autant."
_KEPT_BESIDE = (
    "Vos réponses sont enregistrées. Une modification ne compte qu'une fois la candidature déposée de nouveau."
)

_KEPT_BUT = "Vos autres réponses sont enregistrées : corrigez ce qui est signalé, puis enregistrez de nouveau."


class Difference(NamedTuple):
    """An answer in conflict: what is kept of it, and what was just typed."""

    name: str
    label: str
    kept: str
    typed: str


@blueprint.get("/")
def mine() -> ResponseReturnValue:
    """List the dossiers that somebody works on."""
    with state().database.read() as session:
        edition = current_edition(session)
        entries = queries.entries_of(session, current_account_id())
        people, now = queries.people_of(session, entries), instant()
        own = queries.editions_of(session, entries)
    return render_template(
        "entries/mine.html",
        entries=entries,
        own=own,
        granted=any(now < each.closes_at for each in own.values()),
        people=people,
        me=current_account_id(),
        edition=edition,
        now=now,
        open=accepts_deposits(edition, now),
    )


@blueprint.post("/")
def start() -> ResponseReturnValue:
    """Begin a dossier."""
    with state().database.write() as session:
        entry = operations.start_entry(session, account_id=current_account_id(), now=instant())
    return redirect(url_for("entries.part", entry_id=entry.id, part=Part.TEAM.value), HTTPStatus.SEE_OTHER)


@blueprint.get("/<string:entry_id>")
def entry(entry_id: str) -> ResponseReturnValue:
    """Show where a dossier stands, and what is next."""
    with state().database.read() as session:
        reminded = reminders.wanted(session, entry_id, current_account_id())
    return show("entry", open_folder(entry_id), reminded=reminded)


@blueprint.get("/<string:entry_id>/horloge")
def clock(entry_id: str) -> ResponseReturnValue:
    """Tell an open page what time it is, until when, and what stands."""
    return tell_clock(open_folder(entry_id))


@blueprint.route("/<string:entry_id>/<any(equipe,innovation,publics,verification):part>", methods=["GET", "POST"])
def part(entry_id: str, part: str) -> ResponseReturnValue:
    """Show a part of the dossier, or keep what was filled in, complete or not."""
    folder = open_folder(entry_id)
    form = part_form(Part(part), folder.entry.dossier, folder.edition, folder.entry.version)
    if request.method == "GET":
        return _empty_form(folder, form, part)
    if isinstance(form, EveryoneForm):
        form.read_file()
    differences: list[Difference] = []
    good = form.validate()
    if form.sound:
        try:
            _save(folder, form)
        except Stale as refusal:
            differences = find_differences(form, refusal.stored)
            form.version.data = str(refusal.version)
            form.refuse(refusal.message)
        except DomainError as refusal:
            form.refuse(refusal.message)
        else:
            flash(_kept(folder) if good else _KEPT_BUT, "info")
            if good:
                return redirect(_next(entry_id, part), HTTPStatus.SEE_OTHER)
            folder = open_folder(entry_id)
    status = HTTPStatus.CONFLICT if differences else HTTPStatus.UNPROCESSABLE_ENTITY
    return _show_form(folder, form, part, differences), status


def _empty_form(folder: Folder, form: PartForm, part: str) -> ResponseReturnValue:
    """Show the form as it is kept; where nothing may be changed any more, the dossier."""
    if not folder.open:
        return redirect(url_for("entries.entry", entry_id=folder.entry.id), HTTPStatus.SEE_OTHER)
    if "a-completer" in request.args:
        form.point_out(folder.lacks(part))
    return _show_form(folder, form, part, [])


def _show_form(folder: Folder, form: PartForm, part: str, differences: list[Difference]) -> str:
    step = Part.CREATION.value if part == Part.EVERYONE else part
    return show(_TEMPLATES[Part(part)], folder, form=form, step=step, part=part, differences=differences)


def _kept(folder: Folder) -> str:
    return _KEPT_BESIDE if folder.entry.deposit else _KEPT


def _save(folder: Folder, form: PartForm) -> None:
    """Keep what may be kept; the form then knows it, should it be shown again."""
    now, sound = instant(), form.sound
    with acting(folder.entry.id) as session:
        entry = operations.save_dossier(
            session,
            entry_id=folder.entry.id,
            account_id=current_account_id(),
            answers=sound,
            version=form.version.seen,
            now=now,
        )
    form.stored = {**form.stored, **sound}
    form.version.data = str(entry.version)


def _next(entry_id: str, part: str) -> str:
    if part in {Part.INNOVATION, Part.EVERYONE}:
        return url_for("entries.creation", entry_id=entry_id)
    if part == Part.CHECK:
        return url_for("entries.deposit", entry_id=entry_id)
    return url_for("entries.part", entry_id=entry_id, part=Part.INNOVATION.value)


def find_differences(form: PartForm, stored: Mapping[str, Any]) -> list[Difference]:
    """Return the answers in conflict, in words, with what is stored of them."""
    labels, typed = form.labels(), form.answers
    return [Difference(name, labels[name], _words(kept), _words(typed[name])) for name, kept in stored.items()]


def _words(answer: str | bool) -> str:  # noqa: FBT001 -- an answer is a text or a tick
    if isinstance(answer, bool):
        return "Case cochée" if answer else "Case non cochée"
    return answer or "(vide)"
