"""Who is at the table: a member and their session, read by each request in one question."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, ColumnElement, FromClause, String, Text, and_, bindparam, cast, select

from concours.kernel.questions import Question, Reader
from jury.models import JuryMember, JurySession
from jury.rules import DELIBERATING_ROLES, Criterion, Role

_KEPT = 512


@dataclass(frozen=True, slots=True, eq=False)
class Seat:
    """A member at their place: one and the same object for all who find the same columns."""

    member_id: str
    session_id: str
    name: str
    role: Role
    place: int | None
    """Among those who score: with the session, it says in which order the works come."""
    joined_at: datetime | None
    finished_at: datetime | None
    jury: JurySession
    """Apart from any database session, and the same for all who find it unchanged: to be shown, never changed."""
    scores: bool
    """Whether this member fills in sheets."""
    sits: bool
    """Whether they have accepted the seat and the charter, and do not wait in reserve."""
    criteria: tuple[Criterion, ...]
    """What is scored, in the order of the edition."""

    @property
    def writes(self) -> bool:
        """Whether this member may fill in sheets now."""
        return self.scores and self.finished_at is None and self.jury.scoring_closed_at is None

    @property
    def deliberates(self) -> bool:
        """Whether this member sees the ranking, once scoring is closed."""
        return self.role in DELIBERATING_ROLES


_MEMBER, _JURY = JuryMember.__table__, JurySession.__table__
_SHOWN = (
    *("id", "session_id", "name", "role", "seat", "joined_at", "finished_at", "accepted_at", "declined_at"),
    *("called_at", "removed_at", "charter_digest"),
)
"""What is read of the member."""
_JSON = {column.key for column in _JURY.c if isinstance(column.type, JSON)}


def _told(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the column as what two rows are compared by: JSON as its text."""
    return cast(column, Text) if isinstance(column.type, JSON) else column


MEMBER_COLUMNS = tuple(_MEMBER.c[name] for name in _SHOWN)
JURY_COLUMNS = tuple(map(_told, _JURY.c))
SEAT_COLUMNS = (*MEMBER_COLUMNS, *JURY_COLUMNS)
"""What `seat_of` reads."""
_FIND = Question(
    select(*SEAT_COLUMNS)
    .join_from(_MEMBER, _JURY, _JURY.c.id == _MEMBER.c.session_id)
    .where(_MEMBER.c.id == bindparam("member_id", type_=String), _MEMBER.c.removed_at.is_(None))
)


def seats_beside(logins: FromClause) -> FromClause:
    """Return the logins with the place of each one's member."""
    theirs = and_(_MEMBER.c.id == logins.c.person_id, _MEMBER.c.removed_at.is_(None))
    return logins.outerjoin(_MEMBER, theirs).outerjoin(_JURY, _JURY.c.id == _MEMBER.c.session_id)


def seat_of(row: tuple[Any, ...]) -> Seat | None:
    """Return the place that these columns tell, None when they tell nobody's."""
    return seat_at(row[: len(_SHOWN)], row[len(_SHOWN) :]) if row and row[0] is not None else None


def find_seat(reader: Reader, member_id: str) -> Seat | None:
    """Return the place of a member, None for nobody's and for one who was taken off the panel."""
    return seat_of(reader.row(_FIND, member_id=member_id) or ())


@lru_cache(_KEPT)
def seat_at(mine: tuple[Any, ...], ours: tuple[Any, ...]) -> Seat:
    """Return the place that these very columns make: whatever changes makes another one."""
    member, jury = JuryMember(**dict(zip(_SHOWN, mine, strict=True))), jury_at(ours)
    return Seat(
        member_id=member.id,
        session_id=jury.id,
        name=member.name,
        role=member.duty,
        place=member.seat,
        joined_at=member.joined_at,
        finished_at=member.finished_at,
        jury=jury,
        scores=member.scores,
        sits=member.sits and member.charter_digest == jury.charter_digest,
        criteria=jury.criteria_list,
    )


@lru_cache(_KEPT)
def jury_at(columns: tuple[Any, ...]) -> JurySession:
    """Return the session that these very columns make, apart from any database session: never to be changed."""
    names = (column.key for column in _JURY.c)
    facts = dict(zip(names, columns, strict=True))
    return JurySession(**{name: json.loads(value) if name in _JSON else value for name, value in facts.items()})
