"""Answers kept as they are typed: each by itself, answered in JSON with what the page brings up to date."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, cast

from flask import Response, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, generate_csrf
from werkzeug.exceptions import HTTPException

from concours.accounts.access import current_account_id
from concours.entries.forms import PartForm, part_form
from concours.entries.operations import Given, Kept
from concours.entries.rules import Late, Part
from concours.entries.views.base import STEPS, Glance, edition_of, glance_at, late_on_record, own_dossier
from concours.entries.views.dossier import find_differences
from concours.kernel.clock import format_hour
from concours.kernel.errors import DomainError, Forbidden
from concours.kernel.text import typo
from concours.kernel.together import Together
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.person import person_id
from concours.kernel.web.state import instant

KEEPING = "concours_keeping"
"""Where the application keeps the line of those whose answers are being kept."""

_SIGNED_OUT = "Votre session est terminée. Connectez-vous de nouveau : ce que vous avez écrit est toujours là."
_DOWN = "Le service ne peut pas enregistrer pour le moment."


def _known_only() -> None:
    """Let people in who are signed in. Raises Forbidden, in words: a script follows no redirection to a page."""
    if person_id() is None:
        raise Forbidden(_SIGNED_OUT)


blueprint = ClosedBlueprint(
    "drafts", __name__, access=_known_only, url_prefix="/candidatures/<string:entry_id>/reponses"
)


@blueprint.get("/")
def token(entry_id: str) -> ResponseReturnValue:
    """Give a page that stayed open the token of the present session. Raises NotFound for another's dossier."""
    edition_of(entry_id)
    return jsonify(token=generate_csrf())


@blueprint.post("/<any(equipe,innovation,publics,verification):part>")
def save(entry_id: str, part: str) -> ResponseReturnValue:
    """Keep the answers that `changed`; what each was when its writer began is `seen-` and its name."""
    form = part_form(Part(part), *own_dossier(entry_id))
    form.validate()
    names = [name for name in dict.fromkeys(request.form.getlist("changed")) if name in form.stored]
    given = Given(
        entry_id,
        current_account_id(),
        answers={name: form[name].data for name in names if not form[name].errors},
        seen={name: form.as_seen(name, request.form.get(f"seen-{name}", "")) for name in names},
        now=instant(),
    )
    with late_on_record(entry_id):
        kept = cast("Together[Given, Kept]", current_app.extensions[KEEPING]).do(given)
    return _answer(glance_at(entry_id), form, names, kept, part)


def _answer(folder: Glance, form: PartForm, names: list[str], kept: Kept, part: str) -> Response:
    """Tell what became of each answer, and what the page says of the dossier from now on."""
    return jsonify(
        said=typo(f"Enregistré à {format_hour(instant())} (heure de Paris)"),
        version=folder.entry.version,
        stored={name: getattr(folder.entry.dossier, name) for name in form.stored},
        refused={name: [typo(str(error)) for error in form[name].errors] for name in names if form[name].errors},
        conflicts={each.name: _conflict(each) for each in find_differences(form, kept.conflicts)},
        title=folder.title,
        pieces={name: _piece(name, folder, part) for name in _pieces(folder)},
    )


def _pieces(folder: Glance) -> Iterator[str]:
    yield from ("etat", "etapes", "manques", "noms-title", "noms-summary")
    if folder.entry.updated_by == current_account_id():
        yield "enregistre"


def _conflict(each: Any) -> str:
    return render_template("entries/_conflict_beside.html", differences=[each])


def _piece(name: str, folder: Glance, part: str) -> str:
    """Return a part of the page, rendered without what every whole page asks of the database."""
    step = Part.CREATION.value if part == Part.EVERYONE else part
    template = current_app.jinja_env.get_template("entries/_piece.html")
    return template.render(piece=name, folder=folder, entry=folder.entry, steps=STEPS, step=step, part=part)


def _refuse(message: str, status: int, *, closed: bool = False) -> tuple[Response, int]:
    return jsonify(message=typo(message), closed=closed), status


@blueprint.errorhandler(DomainError)
def refusal(error: DomainError) -> ResponseReturnValue:
    """Answer in one French sentence, which the page shows as it is."""
    return _refuse(error.message, error.status, closed=isinstance(error, Late))


@blueprint.errorhandler(OSError)
def failure(error: OSError) -> ResponseReturnValue:
    """Answer that it is to be tried again."""
    current_app.logger.error("an answer waits: %s: %s", type(error).__name__, error)
    return _refuse(_DOWN, HTTPStatus.SERVICE_UNAVAILABLE)


@blueprint.errorhandler(HTTPException)
def http(error: HTTPException) -> ResponseReturnValue:
    """Answer a token of another session as a session that ended, and any other request with its status."""
    if isinstance(error, CSRFError):
        return _refuse(_SIGNED_OUT, HTTPStatus.FORBIDDEN)
    return _refuse("Cette demande n'est pas comprise.", error.code or HTTPStatus.BAD_REQUEST)
