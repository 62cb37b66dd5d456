"""The welcome on the day, as pages: whoever has no script searches, checks in and undoes by forms."""

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from concours.accounts.access import current_account_id, on_the_day
from concours.editions import queries as editions
from concours.kernel.errors import DomainError, NotFound
from concours.kernel.ids import checked_id, new_id
from concours.kernel.text import clean_line
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.security import OWN_CAMERA
from concours.kernel.web.state import instant, state
from concours.registrations import arrivals, attendance
from concours.registrations.arrivals import Act, Full, Welcomed
from concours.registrations.forms import WalkInForm
from concours.registrations.models import Registration
from concours.registrations.rules import STATE_WORDS, SeatState, ticket_in
from concours.registrations.views.base import refuse, status_of

welcome = ClosedBlueprint("welcome", __name__, access=on_the_day, url_prefix="/organisation/accueil")

_MOST = 40
"""People shown at once: more are found by more words."""
_EARLY = timedelta(hours=12)


@welcome.get("")
def show() -> ResponseReturnValue:
    """Show the welcome: the count, the search and whom it found. Without a question it names nobody."""
    asked, now = clean_line(request.args.get("q", "")), instant()
    with state().database.read() as session:
        record = editions.current_record(session)
        edition = editions.to_edition(session, record)
        board = attendance.board(session, record.id, now)
        found, refusal = _found(session, record.id, asked) if asked else ([], "")
        standing = {row.id: attendance.arrivals_of(session, row.id) for row in found[:_MOST]}
    event = edition.event
    answer = make_response(
        render_template(
            "registrations/welcome.html",
            event=event,
            early=event is not None and now < event.starts_at - _EARLY,
            board=board,
            asked=asked,
            refusal=refusal,
            found=found[:_MOST],
            more=len(found) > _MOST,
            standing=standing,
            words={each.value: word for each, word in STATE_WORDS.items()},
            new_act=new_id,
            form=WalkInForm(data={"act": new_id()}),
            now=now,
        )
    )
    answer.headers["Permissions-Policy"] = OWN_CAMERA
    return answer


@welcome.post("/arrivees")
def check_in() -> ResponseReturnValue:
    """Check somebody in."""
    return _act(lambda session, act: arrivals.check_in(session, act=act, registration_id=_person()))


@welcome.post("/annulations")
def undo() -> ResponseReturnValue:
    """Undo somebody's arrival, as the page showed it."""
    seen = request.form.getlist("seen")
    return _act(lambda session, act: arrivals.undo(session, act=act, registration_id=_person(), seen=seen))


@welcome.route("/sur-place", methods=("GET", "POST"))
def walk_in() -> ResponseReturnValue:
    """Seat somebody who came without a seat, and check them in."""
    form = WalkInForm(data={"act": new_id()})
    if form.validate_on_submit():
        act = Act(id=checked_id(form.act.data or ""), actor=current_account_id(), now=instant())
        try:
            with state().database.write() as session:
                done = arrivals.walk_in(session, act=act, attendee=form.attendee, reason=form.reason.data)
        except Full as refusal:
            form.reason.errors = [refusal.message]
            g.refusal_status = refusal.status
        except DomainError as refusal:
            refuse(form, refusal)
        else:
            flash(done.said(act), "success")
            return redirect(url_for(".show"), HTTPStatus.SEE_OTHER)
    return render_template("registrations/walk_in.html", form=form), status_of(form)


def _act(do: Callable[[Session, Act], Welcomed]) -> ResponseReturnValue:
    act = Act(id=checked_id(request.form.get("act", "")), actor=current_account_id(), now=instant())
    with state().database.write() as session:
        done = do(session, act)
    flash(done.said(act), "warning" if done.arrivals[1:] else "success")
    return redirect(url_for(".show", q=request.form.get("q", "")[:200] or None), HTTPStatus.SEE_OTHER)


def _person() -> str:
    return checked_id(request.form.get("person", ""))


def _found(session: Session, edition_id: str, asked: str) -> tuple[list[Registration], str]:
    """Return whom a name or a ticket finds, and why a ticket is refused."""
    code = ticket_in(asked)
    if not code:
        return attendance.search(session, edition_id, asked[:200]), ""
    try:
        row = attendance.by_ticket(session, edition_id, code)
    except NotFound as refusal:
        return [], refusal.message
    refused = "" if row.state == SeatState.CONFIRMED else arrivals.no_seat(row)
    return [row], refused
