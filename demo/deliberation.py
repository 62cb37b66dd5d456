"""The demonstration's session of the jury: opened, joined, discussed, voted; closed where the contest goes on."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from concours.kernel.db import Database
from demo.cast import Juror
from demo.panel import member_of, one_of
from jury.models import JurySession
from jury.room.models import JuryRoom
from jury.room.motions import count_hands, propose_motion, put_to_vote
from jury.room.operations import close_room, discuss, end_discussion, mark_presence, open_room
from jury.room.queries import entitled_of, sitting_members
from jury.room.rules import Hands

_DISCUSSED = 2
_PACE = timedelta(minutes=6)


def hold(database: Database, jurors: Sequence[Juror], *, now: datetime, ends: bool) -> None:
    """Hold the session until a vote is counted; `ends`: until it is closed, else a work is under discussion."""
    with database.write() as session:
        president = member_of(session, one_of(jurors, "president"))
        jury = session.get_one(JurySession, president.session_id)
        room = open_room(session, member_id=president.id, now=now)
        members = sitting_members(session, jury)
        for rank, member in enumerate(members, start=1):
            at = now + timedelta(minutes=rank)
            mark_presence(session, member_id=member.id, who=member.id, present=True, now=at)
        _vote(session, jury, president.id, now=now + 2 * _PACE)
        _discuss(session, room, president.id, now=now + 3 * _PACE)
        if ends:
            close_room(session, member_id=president.id, now=now + 6 * _PACE)


def _vote(session: Session, jury: JurySession, member_id: str, *, now: datetime) -> None:
    text = "Distinguer autant d'œuvres que le règlement le permet."
    motion = propose_motion(session, member_id=member_id, text=text, numbers="", now=now)
    put_to_vote(session, member_id=member_id, motion_id=motion, now=now)
    voters = len(entitled_of(session, jury))
    hands = Hands(voters - 1, 0, 1)
    count_hands(session, member_id=member_id, motion_id=motion, hands=hands, now=now + _PACE / 2)


def _discuss(session: Session, room: JuryRoom, member_id: str, *, now: datetime) -> None:
    for rank, number in enumerate(room.agenda[:_DISCUSSED]):
        at = now + rank * _PACE
        discuss(session, member_id=member_id, number=number, now=at)
        if rank < _DISCUSSED - 1:
            end_discussion(session, member_id=member_id, number=number, now=at + _PACE)
