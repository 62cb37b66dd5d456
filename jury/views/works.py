"""The works: the list in one's own order, one page a work with its sheet, the files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from concours.kernel.clock import format_day, format_hour, to_paris
from concours.kernel.errors import DomainError
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.media import serve_copy
from concours.kernel.web.state import instant, state
from jury import queries
from jury.forms import SheetForm, sheet_form
from jury.models import JurySession, JuryWork
from jury.operations import StaleSheet, record_scores
from jury.rules import TO_DO, Sheet, SheetState, format_number, next_to_score, sheet_state, work_order
from jury.views.access import jury_of, seat, sitting

works = ClosedBlueprint("works", __name__, access=sitting)


@dataclass(frozen=True)
class Queue:
    """The works in one member's order, with where they stand."""

    order: Sequence[int]
    states: dict[int, SheetState]

    @property
    def remaining(self) -> int:
        """Works for which no whole sheet stands."""
        return sum(state in TO_DO for state in self.states.values())

    @property
    def done(self) -> int:
        """Works with a whole sheet."""
        return sum(state is SheetState.SCORED for state in self.states.values())

    @property
    def expected(self) -> int:
        """Works that may be scored now."""
        return self.done + self.remaining

    @property
    def next(self) -> int | None:
        """Where to go on."""
        return next_to_score(self.order, self.states)

    def place(self, number: int) -> int:
        """Return the place of a work in this order, from 1."""
        return self.order.index(number) + 1

    def before(self, number: int) -> int | None:
        """Return the work before, None at the beginning."""
        return self.order[self.place(number) - 2] if self.place(number) > 1 else None

    def after(self, number: int) -> int | None:
        """Return the work after, None at the end."""
        return self.order[self.place(number)] if self.place(number) < len(self.order) else None


@dataclass(frozen=True)
class Desk:
    """What the page of one work needs."""

    jury: JurySession
    work: JuryWork
    queue: Queue
    sheet: Sheet
    saved_at: datetime | None


@works.get("/")
def home() -> ResponseReturnValue:
    """Greet, say what remains, list the works."""
    with state().database.read() as session:
        jury = jury_of(session)
        queue = _queue(session, jury)
        by_number = {work.number: work for work in queries.works_of(session, jury)}
        sheets = queries.progress_of(session, jury) if not seat().scores else []
        covers = queries.covers_of(session, jury)
    listed = [by_number[number] for number in queue.order]
    return render_template(
        "jury/home.html", seat=seat(), jury=jury, queue=queue, works=listed, covers=covers, sheets=sheets
    )


@works.get("/oeuvres/<int:number>")
def show(number: int) -> ResponseReturnValue:
    """Show a work and this juror's own sheet."""
    desk = _desk(number)
    form = sheet_form(desk.jury.criteria_list, desk.jury.scale, desk.sheet) if _may_write(desk.jury) else None
    return _render(desk, form)


@works.post("/oeuvres/<int:number>")
def save(number: int) -> ResponseReturnValue:
    """Save this juror's sheet, then stay or go on; or clear it, which leaves the work to be scored."""
    desk = _desk(number)
    form = sheet_form(desk.jury.criteria_list, desk.jury.scale, Sheet(number, {}))
    if not form.validate():
        return _render(desk, form), HTTPStatus.UNPROCESSABLE_ENTITY
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
        return _render(desk, form, other=stale.stored), stale.status
    except DomainError as refusal:
        form.refuse(refusal.message)
        return _render(desk, form), refusal.status
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
    # A reader that saves a document would otherwise name it after the address.
    name = f"oeuvre-{number}.pdf" if role == "document" else None
    return serve_copy(found.digest, size=found.size, mime=found.mime, name=name)


def _cleared(number: int) -> ResponseReturnValue:
    flash(f"Œuvre {format_number(number)} : votre fiche est effacée. L'œuvre est de nouveau à noter.", "success")
    return redirect(url_for("works.show", number=number), HTTPStatus.SEE_OTHER)


def _go_on(desk: Desk, form: SheetForm) -> ResponseReturnValue:
    number, criteria = desk.work.number, desk.jury.criteria_list
    states = {**desk.queue.states, number: sheet_state(Sheet(number, form.points, form.remark.data), criteria)}
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
            "Toutes les œuvres sont notées. Vos fiches restent modifiables jusqu'à la clôture.",
            "success",
        )
        return redirect(url_for("works.home"), HTTPStatus.SEE_OTHER)
    return redirect(url_for("works.show", number=following), HTTPStatus.SEE_OTHER)


def _scores(count: int) -> str:
    return f"{count} notes" if count > 1 else "une note"


def _may_write(jury: JurySession) -> bool:
    return seat().scores and jury.scoring_closed_at is None


def _queue(session: Session, jury: JurySession) -> Queue:
    states = queries.states_of(session, jury, member_id=seat().member_id)
    # The secretary scores nothing: by number is how they look a work up.
    order = work_order(seat().order_seed, states) if seat().scores else tuple(sorted(states))
    return Queue(order, states)


def _desk(number: int) -> Desk:
    with state().database.read() as session:
        jury = jury_of(session)
        work = queries.find_work(session, session_id=jury.id, member_id=seat().member_id, number=number)
        sheet, saved_at = queries.saved_sheet(session, work=work, member_id=seat().member_id)
        return Desk(jury, work, _queue(session, jury), sheet, saved_at)


def _render(desk: Desk, form: SheetForm | None, *, other: Sheet | None = None) -> str:
    context = {"form": form} if form else {}
    written = desk.queue.states[desk.work.number] is not SheetState.TO_SCORE
    saved = _saved(desk.saved_at) if written and desk.saved_at else ""
    return render_template("jury/work.html", seat=seat(), desk=desk, other=other, saved=saved, **context)


def _saved(at: datetime) -> str:
    """Return « Enregistré à 14 h 02 », with the day when it is another one."""
    day = to_paris(at).date()
    when = "" if day == to_paris(instant()).date() else f"le {format_day(day, weekday=False)} "
    return f"Enregistré {when}à {format_hour(at)}"
