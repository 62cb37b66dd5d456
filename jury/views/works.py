"""The works: the list in one's own order, one page a work with its sheet, the files."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from concours.kernel.clock import format_day, format_hour, to_paris
from concours.kernel.errors import DomainError, NotFound
from concours.kernel.questions import Reader, reader_of
from concours.kernel.web import person
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.media import serve, serve_copy
from concours.kernel.web.state import instant, state
from jury import queries
from jury.forms import SheetForm, sheet_form
from jury.models import JurySession
from jury.operations import record_scores
from jury.progress import progress_of
from jury.queries import WorkSeen
from jury.queue import Queue, Shown, distribution, queue_of
from jury.rules import Sheet, SheetState, format_number, next_to_score, sheet_state
from jury.sheets import StaleSheet
from jury.stored import find_sheet
from jury.views.access import seat, sitting
from jury.views.board import Board, board_from, board_of

works = ClosedBlueprint("works", __name__, access=sitting)

_OWNER_LENGTH = 16
"""Characters of the mark by which a device knows whose unsent scores it keeps."""


@dataclass(frozen=True)
class Desk:
    """What the page of one work needs."""

    jury: JurySession
    work: WorkSeen
    queue: Queue
    sheet: Sheet
    saved_at: datetime | None


@works.get("/")
def home() -> ResponseReturnValue:
    """Greet, say what remains, list the works that the filter lets through."""
    jury = seat().jury
    with state().database.read() as session:
        queue = own_queue(reader_of(session))
        by_number = {work.number: work for work in queries.works_of(session, jury)}
        sheets = progress_of(session, jury) if not seat().scores else []
        covers = queries.covers_of(session, jury)
        points = queries.points_of(session, jury, member_id=seat().member_id)
    asked = request.args.get("montrer", "")
    shown = Shown(asked) if asked in set(Shown) else Shown.ALL
    context = {"queue": queue, "covers": covers, "sheets": sheets, "points": points, "shown": shown, "filters": Shown}
    context["owner"] = _owner()
    given = [value for number in queue.order for value in points.get(number, {}).values()]
    spread = distribution(given, jury.scale.points)
    listed = [by_number[number] for number in queue.shown(shown)]
    return render_template("jury/home.html", seat=seat(), jury=jury, works=listed, spread=spread, **context)


@works.get("/oeuvres/<int:number>")
def show(number: int) -> ResponseReturnValue:
    """Show a work and this juror's own sheet."""
    desk = _desk(number)
    return _render(desk, board_of(seat().criteria, desk.sheet) if seat().writes else None)


@works.post("/oeuvres/<int:number>")
def save(number: int) -> ResponseReturnValue:
    """Save this juror's sheet, then stay or go on; or clear it, which leaves the work to be scored."""
    desk = _desk(number)
    form = sheet_form(seat().criteria, desk.jury.scale, Sheet(number, {}))
    if not form.validate():
        return _render_form(desk, form), HTTPStatus.UNPROCESSABLE_ENTITY
    clearing = request.form.get("then") == "clear"
    try:
        with state().database.write() as session:
            record_scores(
                session,
                member_id=seat().member_id,
                number=number,
                points={} if clearing else form.points,
                remark="" if clearing else form.remark.data,
                version=form.version.seen,
                now=instant(),
            )
    except StaleSheet as stale:
        # What is sent next replaces what is shown beside it: the juror has both in sight.
        form.version.data = str(stale.stored.version)
        form.refuse(stale.message)
        return _render_form(desk, form, other=stale.stored), stale.status
    except DomainError as refusal:
        form.refuse(refusal.message)
        return _render_form(desk, form), refusal.status
    return _cleared(number) if clearing else _go_on(desk, form)


@works.get("/oeuvres/<int:number>/media/<any(video, small, poster, document, page):role>-<int:position>")
def media(number: int, role: str, position: int) -> ResponseReturnValue:
    """Send a file made for jurors. Neither its name nor its headers tell anything but its type and size."""
    with state().database.read() as session:
        found = queries.find_media(
            session,
            session_id=seat().session_id,
            member_id=seat().member_id,
            number=number,
            role=role,
            position=position,
        )
    if "emporter" in request.args:  # to be kept on the device: a script fetches from nowhere else
        return serve(state().stores.ready.read, found.digest, size=found.size, mime=found.mime)
    # A reader that saves a document would otherwise name it after the address.
    name = f"oeuvre-{number}.pdf" if role == "document" else None
    return serve_copy(found.digest, size=found.size, mime=found.mime, name=name)


@works.get("/oeuvres/<int:number>/sous-titres.vtt")
def captions(number: int) -> ResponseReturnValue:
    """Send the captions of a film."""
    with state().database.read() as session:
        text = queries.find_captions(session, session_id=seat().session_id, member_id=seat().member_id, number=number)
    return text, {"Content-Type": "text/vtt; charset=utf-8", "Cache-Control": "private, max-age=3600"}


def _cleared(number: int) -> ResponseReturnValue:
    flash(f"Œuvre {format_number(number)} : votre fiche est effacée. L'œuvre est de nouveau à noter.", "success")
    return redirect(url_for("works.show", number=number), HTTPStatus.SEE_OTHER)


def _go_on(desk: Desk, form: SheetForm) -> ResponseReturnValue:
    number, criteria = desk.work.number, seat().criteria
    states = {**desk.queue.states, number: sheet_state(len(form.points), criteria, remarked=bool(form.remark.data))}
    saved = f"Œuvre {format_number(number)} : enregistré à {format_hour(instant())}."
    if states[number] is SheetState.SCORED:
        flash(saved, "success")
    else:
        missing = _scores(len(criteria) - len(form.points))
        flash(f"{saved} Il manque {missing} : la fiche ne compte pas encore.", "warning")
    if request.form.get("then") != "next":
        return redirect(url_for("works.show", number=number), HTTPStatus.SEE_OTHER)
    following = next_to_score(desk.queue.order, states, after=number)
    if following is None:
        flash(
            "Toutes les œuvres sont notées. Vos fiches restent modifiables jusqu'à ce que vous disiez avoir terminé.",
            "success",
        )
        return redirect(url_for("works.home"), HTTPStatus.SEE_OTHER)
    return redirect(url_for("works.show", number=following), HTTPStatus.SEE_OTHER)


def _scores(count: int) -> str:
    return f"{count} notes" if count > 1 else "une note"


def own_queue(reader: Reader) -> Queue:
    """Return the works of whoever is here, in their order."""
    who = seat()
    standings = queries.standings_of(reader, who.jury, member_id=who.member_id)
    return queue_of(who.session_id, who.place, standings)


def _desk(number: int) -> Desk:
    who = seat()
    with state().database.ask() as reader:
        work = queries.find_work(reader, session_id=who.session_id, member_id=who.member_id, number=number)
        _, stored = find_sheet(reader, session_id=who.session_id, member_id=who.member_id, number=number)
        queue = own_queue(reader)
    if number not in queue.states:
        raise NotFound
    if stored is None:
        return Desk(who.jury, work, queue, Sheet(number, {}), None)
    return Desk(who.jury, work, queue, stored.sheet(number), stored.saved_at)


def _render_form(desk: Desk, form: SheetForm, *, other: Sheet | None = None) -> str:
    return _render(desk, board_from(seat().criteria, form), form=form, other=other)


def _render(desk: Desk, board: Board | None, *, other: Sheet | None = None, **context: SheetForm) -> str:
    written = desk.queue.states[desk.work.number] is not SheetState.TO_SCORE
    saved = _saved(desk.saved_at) if written and desk.saved_at else ""
    shown = {"seat": seat(), "desk": desk, "board": board, "other": other, "saved": saved, "owner": _owner()}
    light, following = request.args.get("video") == "legere", desk.queue.next_after(desk.work.number)
    return render_template("jury/work.html", **shown, light=light, following=following, **context)


def _owner() -> str:
    return person.mark_of(seat().member_id)[:_OWNER_LENGTH]


def _saved(at: datetime) -> str:
    """Return « Enregistré à 14 h 02 », with the day when it is another one."""
    day = to_paris(at).date()
    when = "" if day == to_paris(instant()).date() else f"le {format_day(day, weekday=False)} "
    return f"Enregistré {when}à {format_hour(at)}"
