"""What the minutes say of a session of the jury: plain values, works by number, members by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from jury.room.rules import Hands, Outcome


@dataclass(frozen=True, slots=True)
class Attendance:
    """A member comes or goes."""

    member_id: str
    name: str
    present: bool
    at: datetime
    marked_by: str
    """Name of who said it: the member, the president or the secretary."""


@dataclass(frozen=True, slots=True)
class MotionRecord:
    """A motion, and its vote where there was one."""

    text: str
    numbers: tuple[int, ...]
    proposed_by: str
    proposed_at: datetime
    counted_at: datetime | None
    voters: int | None
    hands: Hands | None
    casting_vote: bool | None
    cast_at: datetime | None
    outcome: Outcome | None
    """None for a motion that was not voted on."""


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """A score that its juror changed in the room."""

    member_id: str
    name: str
    number: int
    criterion: str
    """Its key; `label` is what people read."""
    label: str
    former: int
    points: int
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A session, from its opening to its end."""

    opened_at: datetime
    closed_at: datetime | None
    entitled: int
    quorum: int
    presences: Sequence[Attendance]
    motions: Sequence[MotionRecord]
    changes: Sequence[ScoreChange]

    @property
    def attended(self) -> list[str]:
        """Names of those who were there at some time, each once, in the order in which they came."""
        return list(dict.fromkeys(each.name for each in self.presences if each.present))

    @property
    def voted(self) -> list[MotionRecord]:
        """The motions that were put to a vote and counted."""
        return [each for each in self.motions if each.outcome is not None]
