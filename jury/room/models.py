"""The session of the jury: who was there, in which order works were discussed, what was voted and changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from concours.kernel.db import Base, Id, Ref


class JuryRoom(Base):
    """The one session of a jury, or its rehearsal, which is erased before the session opens."""

    __tablename__ = "jury_room"

    id: Mapped[Id]
    session_id: Mapped[str] = mapped_column(ForeignKey("jury_session.id"), unique=True)
    rehearsal: Mapped[bool] = mapped_column(Boolean)
    """On the example works: nothing of it enters the minutes."""
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    entitled: Mapped[int]
    """Members entitled to vote, counted at opening."""
    quorum: Mapped[int]
    """How many of them must be there for a vote; frozen at opening."""
    agenda: Mapped[list[Any]]
    """Numbers, in the order in which the works are discussed."""
    discussed: Mapped[list[Any]]
    """Numbers of the works that were discussed."""
    current: Mapped[int | None]
    """Number of the work under discussion."""
    version: Mapped[int] = mapped_column(default=1)
    """Grows with each act in the room: open pages ask for what changed since."""


class _InRoom:
    """Columns of what happens in a room, in its order."""

    id: Mapped[Id]
    room_id: Mapped[str] = mapped_column(ForeignKey("jury_room.id"))
    position: Mapped[int] = mapped_column(Integer)
    """1, 2, 3… within the room."""


class JuryPresence(_InRoom, Base):
    """A member comes or goes; the last word on each member holds."""

    __tablename__ = "jury_presence"
    __table_args__ = (UniqueConstraint("room_id", "position"),)

    member_id: Mapped[str] = mapped_column(ForeignKey("jury_member.id"))
    present: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[datetime]
    marked_by: Mapped[str] = mapped_column(ForeignKey("jury_member.id"))
    """The member, or the president or the secretary for somebody without a network."""


class JuryMotion(_InRoom, Base):
    """What somebody proposes, and what the hands said of it."""

    __tablename__ = "jury_motion"
    __table_args__ = (
        UniqueConstraint("room_id", "position"),
        CheckConstraint("in_favour >= 0 AND against >= 0 AND abstained >= 0", name="hands"),
        CheckConstraint("in_favour + against + abstained = voters", name="sum"),
    )

    text: Mapped[str] = mapped_column(Text)
    numbers: Mapped[list[Any]]
    """The works that it is about; none for a motion on something else."""
    proposed_by: Mapped[str] = mapped_column(ForeignKey("jury_member.id"))
    proposed_at: Mapped[datetime]
    put_at: Mapped[datetime | None]
    """When it was put to the vote."""
    counted_at: Mapped[datetime | None]
    voters: Mapped[int | None]
    """Members present and entitled to vote on this very motion, when the hands were counted."""
    in_favour: Mapped[int | None]
    against: Mapped[int | None]
    abstained: Mapped[int | None]
    casting_vote: Mapped[bool | None] = mapped_column(Boolean)
    """The president's casting vote, for (true) or against (false), where the hands were equal."""
    cast_at: Mapped[datetime | None]


class JuryScoreChange(_InRoom, Base):
    """A score that its juror changed in the room."""

    __tablename__ = "jury_score_change"
    __table_args__ = (UniqueConstraint("room_id", "position"),)

    member_id: Mapped[Ref] = mapped_column(ForeignKey("jury_member.id"))
    number: Mapped[int]
    criterion: Mapped[str] = mapped_column(String(40))
    former: Mapped[int]
    points: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
