"""What is written during the session: motions, counts of hands, changed scores; each form has its own page."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from concours.kernel.errors import Conflict, DomainError, NotFound
from concours.kernel.forms import DsfrForm
from concours.kernel.ids import checked_id
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.state import instant, state
from jury.room.changes import change_scores, own_points
from jury.room.forms import HandsForm, MotionForm, change_form
from jury.room.models import JuryRoom
from jury.room.motions import cast_vote, count_hands, propose_motion, put_to_vote
from jury.room.queries import room_of
from jury.room.rules import Outcome
from jury.room.table import MotionSeen, Table, table_of
from jury.room.views.session import name_in, officers
from jury.views.access import jury_of, seat, sitting

votes = ClosedBlueprint("votes", __name__, access=sitting, url_prefix="/seance")


@votes.route("/motions/nouvelle", methods=["GET", "POST"])
def propose() -> ResponseReturnValue:
    """Propose a motion."""
    form = MotionForm()
    table = _table()
    if not form.validate_on_submit():
        return _page("motion", form, table)
    try:
        with state().database.write() as session:
            mine, text, numbers = seat().member_id, form.text.data, form.numbers.data
            propose_motion(session, member_id=mine, text=text, numbers=numbers, now=instant())
    except DomainError as refusal:
        return _refused("motion", form, table, refusal)
    flash("La motion est proposée : tout le jury la voit.", "success")
    return _back()


@votes.post("/motions/<string:motion_id>/vote")
def put(motion_id: str) -> ResponseReturnValue:
    """Put a motion to the vote."""
    officers()
    with state().database.write() as session:
        put_to_vote(session, member_id=seat().member_id, motion_id=checked_id(motion_id), now=instant())
    return _back()


@votes.route("/motions/<string:motion_id>/decompte", methods=["GET", "POST"])
def count(motion_id: str) -> ResponseReturnValue:
    """Keep what the hands said."""
    officers()
    table = _table()
    seen = _seen(table, checked_id(motion_id))
    form = HandsForm()
    if not form.validate_on_submit():
        return _page("hands", form, table, seen)
    try:
        with state().database.write() as session:
            mine = seat().member_id
            found = count_hands(session, member_id=mine, motion_id=motion_id, hands=form.hands, now=instant())
    except DomainError as refusal:
        return _refused("hands", form, table, refusal, seen)
    flash(_said(found), "success")
    return _back()


@votes.post("/motions/<string:motion_id>/voix-preponderante")
def cast(motion_id: str) -> ResponseReturnValue:
    """Settle equal hands by the president's casting vote."""
    officers()
    in_favour = request.form.get("voix") == "pour"
    with state().database.write() as session:
        mine = seat().member_id
        cast_vote(session, member_id=mine, motion_id=checked_id(motion_id), in_favour=in_favour, now=instant())
    flash("Votre voix prépondérante est consignée.", "success")
    return _back()


@votes.route("/notes/<int:number>", methods=["GET", "POST"])
def change(number: int) -> ResponseReturnValue:
    """Change one's own scores of a work, with a reason."""
    with state().database.read() as session:
        jury = jury_of(session)
        held = own_points(session, jury, _open(session), member_id=seat().member_id, number=number)
    table = _table()
    form = change_form(jury.criteria_list, jury.scale, held)
    if not form.validate_on_submit():
        return _page("score", form, table, number=number)
    try:
        with state().database.write() as session:
            mine, points, reason = seat().member_id, form.points, form.reason.data
            change_scores(session, member_id=mine, number=number, points=points, reason=reason, now=instant())
    except DomainError as refusal:
        return _refused("score", form, table, refusal, number=number)
    flash("Votre note est changée ; l'ancienne reste au procès-verbal. Le classement est recalculé.", "success")
    return _back()


def _table() -> Table:
    with state().database.read() as session:
        _open(session)
        return table_of(session, jury_of(session), member_id=seat().member_id)


def _open(session: Session) -> JuryRoom:
    found = room_of(session, jury_of(session))
    if found is None or found.closed_at is not None:
        raise Conflict("La séance du jury n'est pas ouverte : rien n'a été fait, rien n'est perdu.")
    return found


def _seen(table: Table, motion_id: str) -> MotionSeen:
    found = next((each for each in table.motions if each.motion.id == motion_id and not each.masked), None)
    if found is None:
        raise NotFound
    return found


def _said(outcome: Outcome) -> str:
    return {
        Outcome.ADOPTED: "Le décompte est enregistré : la motion est adoptée.",
        Outcome.REJECTED: "Le décompte est enregistré : la motion est rejetée.",
        Outcome.EQUAL: "Le décompte est enregistré : voix égales. La présidence peut donner sa voix prépondérante.",
    }[outcome]


def _page(name: str, form: DsfrForm, table: Table, seen: MotionSeen | None = None, **more: int) -> ResponseReturnValue:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return _render(name, form, table, seen, **more), status


def _refused(
    name: str, form: DsfrForm, table: Table, refusal: DomainError, seen: MotionSeen | None = None, **more: int
) -> ResponseReturnValue:
    form.refuse(refusal.message)
    return _render(name, form, table, seen, **more), refusal.status


def _render(name: str, form: DsfrForm, table: Table, seen: MotionSeen | None, **more: int) -> str:
    context = {"form": form, "table": table, "seen": seen, "named": name_in(table), "seat": seat(), **more}
    return render_template(f"jury/room/{name}.html", **context)


def _back() -> ResponseReturnValue:
    return redirect(url_for("room.show"), HTTPStatus.SEE_OTHER)
