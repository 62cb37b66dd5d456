"""Motions of the session: proposed, put to the vote, hands counted, equal ones settled. Nothing here commits."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from concours.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from concours.kernel.ids import new_id
from jury.models import JurySession
from jury.room.models import JuryMotion, JuryRoom
from jury.room.operations import at_the_table, check_there, note
from jury.room.queries import (
    entitled_of,
    hidden_numbers,
    motions_of,
    outcome_of,
    present_in,
    under_vote,
    voters_on,
    works_before,
)
from jury.room.rules import Hands, Outcome, check_hands, read_numbers
from jury.rules import Role


def propose_motion(session: Session, *, member_id: str, text: str, numbers: str, now: datetime) -> str:
    """Propose a motion about some works, or about none, and return its identifier."""
    _member, jury, room = at_the_table(session, member_id)
    check_there(session, room, member_id)
    if not text:
        raise DomainError("Écrivez la motion : c'est ce texte que le jury vote.")
    hidden = hidden_numbers(session, jury, room, member_id=member_id)
    known = read_numbers(numbers, works_before(session, jury, room).keys() - hidden)
    motion = JuryMotion(id=new_id(), room_id=room.id, position=len(motions_of(session, room)) + 1, text=text)
    motion.numbers, motion.proposed_by, motion.proposed_at = known, member_id, now
    session.add(motion)
    details = {"motion": motion.id, "works": known, "text": sha256(text.encode()).hexdigest()}
    note(session, room, actor=member_id, action="motion_proposed", now=now, details=details)
    return motion.id


def put_to_vote(session: Session, *, member_id: str, motion_id: str, now: datetime) -> None:
    """Put a motion to the vote: one at a time, and only where the quorum is reached."""
    _member, jury, room = at_the_table(session, member_id, officer=True)
    motion = _motion(session, room, motion_id)
    if motion.put_at is not None:
        raise Conflict("Cette motion a déjà été mise aux voix : rien n'a changé.")
    if under_vote(session, room) is not None:
        raise Conflict("Un autre vote est en cours. Enregistrez d'abord son décompte.")
    _check_quorum(session, jury, room)
    motion.put_at = now
    note(session, room, actor=member_id, action="motion_put", now=now, details={"motion": motion.id})


def count_hands(session: Session, *, member_id: str, motion_id: str, hands: Hands, now: datetime) -> Outcome:
    """Keep what the hands said, once, and return what came of it."""
    _member, jury, room = at_the_table(session, member_id, officer=True)
    motion = _motion(session, room, motion_id)
    if motion.put_at is None:
        raise Conflict("Mettez d'abord cette motion aux voix.")
    if motion.counted_at is not None:
        raise Conflict("Le décompte de ce vote est déjà enregistré : rien n'a changé.")
    _check_quorum(session, jury, room)
    voters = len(voters_on(session, jury, room, motion.numbers))
    check_hands(hands, voters)
    motion.counted_at, motion.voters = now, voters
    motion.in_favour, motion.against, motion.abstained = hands.in_favour, hands.against, hands.abstained
    details = {"motion": motion.id, "voters": voters, "hands": [hands.in_favour, hands.against, hands.abstained]}
    note(session, room, actor=member_id, action="hands_counted", now=now, details=details)
    found = outcome_of(motion)
    return found or Outcome.EQUAL


def cast_vote(session: Session, *, member_id: str, motion_id: str, in_favour: bool, now: datetime) -> None:
    """Settle equal hands: the president's casting vote, which only a president who may vote on it has."""
    member, jury, room = at_the_table(session, member_id)
    motion = _motion(session, room, motion_id)
    if member.duty is not Role.PRESIDENT:
        raise Forbidden("La voix prépondérante est celle de la présidence : elle seule la donne.")
    if outcome_of(motion) is not Outcome.EQUAL:
        raise Conflict("Les voix de cette motion ne sont pas à égalité : il n'y a rien à départager.")
    if member_id not in voters_on(session, jury, room, motion.numbers):
        raise Forbidden("Vous ne prenez pas part à ce vote : à égalité des voix, la motion n'est pas adoptée.")
    motion.casting_vote, motion.cast_at = in_favour, now
    note(
        session,
        room,
        actor=member_id,
        action="casting_vote",
        now=now,
        details={"motion": motion.id, "in_favour": in_favour},
    )


def _motion(session: Session, room: JuryRoom, motion_id: str) -> JuryMotion:
    motion = session.get(JuryMotion, motion_id)
    if motion is None or motion.room_id != room.id:
        raise NotFound
    return motion


def _check_quorum(session: Session, jury: JurySession, room: JuryRoom) -> None:
    there = len(present_in(session, room) & entitled_of(session, jury))
    if there < room.quorum:
        raise Conflict(
            f"Le quorum n'est pas atteint : {there} membre{'s' if there > 1 else ''} présent{'s' if there > 1 else ''} "
            f"sur {room.entitled} ayant droit de vote, il en faut {room.quorum}. La motion est gardée."
        )
