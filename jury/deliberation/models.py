"""What the panel decided: between equals at the last place, and which works it honours."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from concours.kernel.db import Base, Ref
from concours.kernel.ids import ID_LENGTH


class JuryTieDecision(Base):
    """Which of the equal works at the last place enter the honours; one decision a session, the last one given."""

    __tablename__ = "jury_tie_decision"

    session_id: Mapped[str] = mapped_column(ForeignKey("jury_session.id"), primary_key=True)
    tied: Mapped[list[Any]]
    """Numbers that were equal when the decision was taken."""
    chosen: Mapped[list[Any]]
    """Numbers that enter; none is a decision too."""
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str] = mapped_column(ForeignKey("jury_member.id"))
    decided_at: Mapped[datetime]
    casting_vote: Mapped[bool]
    """Whether the president's vote settled it."""


class JuryLaureate(Base):
    """A work that the panel honours."""

    __tablename__ = "jury_laureate"
    __table_args__ = (
        CheckConstraint("rank > 0", name="rank"),
        ForeignKeyConstraint(["session_id", "work_id"], ["jury_work.session_id", "jury_work.id"], name="work"),
    )

    work_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    session_id: Mapped[Ref] = mapped_column(index=True)
    rank: Mapped[int]
    """Shared by equals: 1, 2, 2, 4."""
    reason: Mapped[str] = mapped_column(Text)
