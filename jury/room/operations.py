"""The session of the jury: opened, closed, who is there, what is discussed. Nothing here commits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from concours.kernel.audit import record
from concours.kernel.clock import format_instant
from concours.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from concours.kernel.ids import new_id
from jury.models import JuryAudit, JuryMember, JurySession
from jury.room.models import JuryMotion, JuryPresence, JuryRoom, JuryScoreChange
from jury.room.queries import entitled_of, presences_of, present_in, room_of, sheets_before, under_vote
from jury.room.rules import Move, agenda_of, moved, quorum_of
from jury.rules import DELIBERATING_ROLES
from jury.sheets import check_sits

ERASE_FIRST = "Une répétition est en cours. Effacez-la d'abord : rien n'en est gardé, et la séance part de rien."


def open_room(session: Session, *, member_id: str, now: datetime, rehearsal: bool = False) -> JuryRoom:
    """Open the session, or a rehearsal of it on the example works: the quorum and the order of discussion are kept."""
    _member, jury = _officer(session, member_id)
    held = room_of(session, jury)
    if held is not None and held.rehearsal:
        raise Conflict(ERASE_FIRST)
    if held is not None:
        raise Conflict(f"La séance a été ouverte le {format_instant(held.opened_at)} : rien n'a changé.")
    if not rehearsal and jury.scoring_closed_at is None:
        raise Conflict("L'évaluation est encore ouverte : la séance s'ouvre quand le secrétariat du jury l'a close.")
    entitled = len(entitled_of(session, jury))
    room = JuryRoom(id=new_id(), session_id=jury.id, rehearsal=rehearsal, opened_at=now, discussed=[])
    sheets = sheets_before(session, jury, room)
    room.agenda = agenda_of(sheets.ranking, sheets.rule.laureates_max)
    room.entitled, room.quorum = entitled, quorum_of(entitled)
    session.add(room)
    session.flush()
    note(
        session,
        room,
        actor=member_id,
        action="room_opened",
        now=now,
        details={"entitled": entitled, "quorum": room.quorum},
    )
    return room


def close_room(session: Session, *, member_id: str, now: datetime) -> None:
    """Close the session. Raises Conflict while hands wait to be counted."""
    _member, _jury, room = at_the_table(session, member_id, officer=True)
    if under_vote(session, room) is not None:
        raise Conflict("Un vote est en cours. Enregistrez d'abord son décompte : la séance se clôt ensuite.")
    room.closed_at, room.current = now, None
    note(session, room, actor=member_id, action="room_closed", now=now)


def reopen_room(session: Session, *, member_id: str, now: datetime) -> None:
    """Open the session again, as it was closed: until the laureates are recorded."""
    _member, jury = _officer(session, member_id)
    room = room_of(session, jury)
    if room is None or room.closed_at is None:
        raise Conflict("Aucune séance close n'est à rouvrir : rien n'a changé.")
    if jury.laureates_recorded_at is not None:
        raise Conflict("Le palmarès est enregistré : la séance ne se rouvre plus. Ce qu'elle a consigné est gardé.")
    room.closed_at = None
    note(session, room, actor=member_id, action="room_reopened", now=now)


def erase_rehearsal(session: Session, *, member_id: str, now: datetime) -> None:
    """Erase the rehearsal, all that was done in it included."""
    _member, jury = _officer(session, member_id)
    room = room_of(session, jury)
    if room is None or not room.rehearsal:
        raise Conflict("Aucune répétition n'est à effacer : rien n'a changé.")
    for table in (JuryScoreChange, JuryMotion, JuryPresence):
        session.execute(delete(table).where(table.room_id == room.id))
    note(session, room, actor=member_id, action="rehearsal_erased", now=now)
    session.delete(room)


def mark_presence(session: Session, *, member_id: str, who: str, present: bool, now: datetime) -> None:
    """Mark oneself as there or gone; the president and the secretary mark whoever has no network too."""
    _member, jury, room = at_the_table(session, member_id, officer=who != member_id)
    marked = session.get(JuryMember, who)
    if marked is None or marked.session_id != jury.id or marked.removed_at is not None or not marked.sits:
        raise NotFound
    if (who in present_in(session, room)) == present:
        return  # the same button pressed twice
    marks = presences_of(session, room)
    mine = {"room_id": room.id, "member_id": who, "marked_by": member_id}
    session.add(JuryPresence(id=new_id(), position=len(marks) + 1, present=present, at=now, **mine))
    note(session, room, actor=member_id, action="presence_marked", now=now, details={"member": who, "present": present})


def move_work(session: Session, *, member_id: str, number: int, move: Move, now: datetime) -> None:
    """Move a work in the order of discussion."""
    room = _with_work(session, member_id, number)
    room.agenda = moved(room.agenda, number, move)
    note(session, room, actor=member_id, action="agenda_changed", now=now, details={"work": number, "move": move})


def discuss(session: Session, *, member_id: str, number: int, now: datetime) -> None:
    """Put a work under discussion: everybody sees which one; the former one counts as discussed."""
    room = _with_work(session, member_id, number)
    if room.current is not None and room.current != number:
        room.discussed = sorted({*room.discussed, room.current})
    room.discussed = [each for each in room.discussed if each != number]
    room.current = number
    note(session, room, actor=member_id, action="work_discussed", now=now, details={"work": number})


def end_discussion(session: Session, *, member_id: str, number: int, now: datetime) -> None:
    """Mark a work as discussed."""
    room = _with_work(session, member_id, number)
    room.discussed = sorted({*room.discussed, number})
    if room.current == number:
        room.current = None
    note(session, room, actor=member_id, action="discussion_ended", now=now, details={"work": number})


def at_the_table(
    session: Session, member_id: str, *, officer: bool = False
) -> tuple[JuryMember, JurySession, JuryRoom]:
    """Return who acts, their jury, locked, and its open session; `officer`: for the president and the secretary."""
    member, jury = _locked(session, member_id)
    if officer:
        check_officer(member)
    room = room_of(session, jury)
    if room is None or room.closed_at is not None:
        raise Conflict("La séance du jury n'est pas ouverte : rien n'a été fait, rien n'est perdu.")
    return member, jury, room


def check_there(session: Session, room: JuryRoom, member_id: str) -> None:
    """Refuse the act of somebody who is not marked as present."""
    if member_id not in present_in(session, room):
        raise DomainError("Marquez d'abord votre présence : cet acte est réservé aux membres présents.")


def check_officer(member: JuryMember) -> None:
    """Refuse whoever neither presides nor keeps the secretariat."""
    if member.duty not in DELIBERATING_ROLES:
        raise Forbidden("La séance est conduite par la présidence ou le secrétariat du jury.")


def note(
    session: Session,
    room: JuryRoom,
    *,
    actor: str,
    action: str,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Put an act on record, and tell open pages that something changed."""
    room.version = (room.version or 0) + 1
    told = {**(details or {}), **({"rehearsal": True} if room.rehearsal else {})}
    record(session, JuryAudit, actor=actor, action=action, subject=room.id, now=now, details=told)


def _locked(session: Session, member_id: str) -> tuple[JuryMember, JurySession]:
    member = session.get_one(JuryMember, member_id)
    jury = session.get_one(JurySession, member.session_id, with_for_update=True)
    check_sits(member, jury)
    if jury.minutes_signed_at is not None:
        raise Conflict("Le procès-verbal est signé : la séance est finie. Ce qu'elle a consigné est gardé.")
    return member, jury


def _officer(session: Session, member_id: str) -> tuple[JuryMember, JurySession]:
    member, jury = _locked(session, member_id)
    check_officer(member)
    return member, jury


def _with_work(session: Session, member_id: str, number: int) -> JuryRoom:
    _member, _jury, room = at_the_table(session, member_id, officer=True)
    if number not in room.agenda:
        raise NotFound
    return room
