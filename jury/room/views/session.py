"""The page of the session, shared by all who sit: it asks what changed, and works without a script."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from concours.kernel.errors import Conflict
from concours.kernel.ids import checked_id
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.state import instant, state
from jury.room.operations import (
    close_room,
    discuss,
    end_discussion,
    erase_rehearsal,
    mark_presence,
    move_work,
    open_room,
    reopen_room,
)
from jury.room.queries import room_of, stamp_of
from jury.room.rules import Move, Outcome
from jury.room.table import Table, may_cast, table_of, waiting_table
from jury.rules import DELIBERATING_ROLES, format_number
from jury.views.access import jury_of, only, seat, sitting

room = ClosedBlueprint("room", __name__, access=sitting, url_prefix="/seance")
officers = only(DELIBERATING_ROLES)

_OUTCOMES: Mapping[Outcome, str] = {
    Outcome.ADOPTED: "Adoptée",
    Outcome.REJECTED: "Rejetée",
    Outcome.EQUAL: "Voix égales : non adoptée",
}


@room.app_template_filter("outcome")
def outcome_words(outcome: Outcome) -> str:
    """Return what people read of a vote."""
    return _OUTCOMES[outcome]


@room.get("/")
def show() -> ResponseReturnValue:
    """Show the session as it stands."""
    return _live("jury/room/show.html")


@room.get("/etat")
def live() -> ResponseReturnValue:
    """Return the part of the page that changes; nothing when nothing has changed."""
    return _live("jury/room/_state.html")


@room.get("/ecran")
def screen() -> ResponseReturnValue:
    """Show the session on the wall: large, without any control."""
    officers()
    return _live("jury/room/screen.html")


@room.get("/ecran/etat")
def live_screen() -> ResponseReturnValue:
    """Return the part of the wall's page that changes; nothing when nothing has changed."""
    officers()
    return _live("jury/room/_screen.html")


@room.get("/dossier")
def papers() -> ResponseReturnValue:
    """Show what serves a room without a network, to print."""
    officers()
    with state().database.read() as session:
        jury = jury_of(session)
        held = room_of(session, jury)
        if jury.scoring_closed_at is None and not (held is not None and held.rehearsal):
            raise Conflict("Le dossier de séance se fait quand l'évaluation est close : personne ne voit rien avant.")
        return render_template("jury/room/papers.html", **_context(table_of(session, jury, member_id=seat().member_id)))


@room.post("/ouverture")
def begin() -> ResponseReturnValue:
    """Open the session or its rehearsal."""
    officers()
    rehearsal = "repetition" in request.form
    with state().database.write() as session:
        open_room(session, member_id=seat().member_id, rehearsal=rehearsal, now=instant())
    flash("La répétition est ouverte." if rehearsal else "La séance est ouverte : l'acte est consigné.", "success")
    return _back()


@room.post("/cloture")
def end() -> ResponseReturnValue:
    """Close the session."""
    officers()
    with state().database.write() as session:
        close_room(session, member_id=seat().member_id, now=instant())
    flash("La séance est close. Ce qu'elle a consigné figure au procès-verbal.", "success")
    return _back()


@room.post("/reouverture")
def reopen() -> ResponseReturnValue:
    """Open the session again."""
    officers()
    with state().database.write() as session:
        reopen_room(session, member_id=seat().member_id, now=instant())
    flash("La séance est rouverte, telle qu'elle était.", "success")
    return _back()


@room.post("/repetition/fin")
def erase() -> ResponseReturnValue:
    """Erase the rehearsal."""
    officers()
    with state().database.write() as session:
        erase_rehearsal(session, member_id=seat().member_id, now=instant())
    flash("La répétition est effacée : il n'en reste rien.", "success")
    return _back()


@room.post("/presences/<string:who>")
def presence(who: str) -> ResponseReturnValue:
    """Mark somebody as there or gone: oneself, or whoever has no network."""
    present = request.form.get("present") == "oui"
    with state().database.write() as session:
        mark_presence(session, member_id=seat().member_id, who=checked_id(who), present=present, now=instant())
    return _back()


@room.post("/ordre/<int:number>")
def order(number: int) -> ResponseReturnValue:
    """Move a work in the order of discussion, put it under discussion, or mark it as discussed."""
    officers()
    act, mine = request.form.get("acte", ""), seat().member_id
    with state().database.write() as session:
        if act == "discuter":
            discuss(session, member_id=mine, number=number, now=instant())
        elif act == "discutee":
            end_discussion(session, member_id=mine, number=number, now=instant())
        elif act in {move.value for move in Move}:
            move_work(session, member_id=mine, number=number, move=Move(act), now=instant())
    return _back()


def _back() -> ResponseReturnValue:
    return redirect(url_for("room.show"), HTTPStatus.SEE_OTHER)


def _live(template: str) -> Response:
    with state().database.read() as session:
        jury = jury_of(session)
        stamp = stamp_of(session, jury, member_id=seat().member_id)
        fragment = template.startswith("jury/room/_")
        if fragment and request.if_none_match.contains(stamp):
            return Response(status=HTTPStatus.NOT_MODIFIED)
        answer = make_response(render_template(template, stamp=stamp, **_context(_table(session))))
    if fragment:
        answer.set_etag(stamp)
    return answer


def _table(session: Session) -> Table:
    """Return what is before this member now: nothing of the works while no session is held."""
    jury = jury_of(session)
    if room_of(session, jury) is None:
        return waiting_table(session, jury)
    return table_of(session, jury, member_id=seat().member_id)


def _context(table: Table) -> dict[str, Any]:
    return {
        "table": table,
        "seat": seat(),
        "named": name_in(table),
        "may_cast": lambda seen: may_cast(table, seen, seat().member_id),
        "now": instant(),
    }


def name_in(table: Table) -> Any:
    """Return how the works of this table are called: an example by its place, a work by its number."""
    return (lambda number: f"Exemple {number}") if table.rehearsal else format_number
