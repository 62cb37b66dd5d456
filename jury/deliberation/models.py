"""What the panel decided together: ties at the last place, laureates."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from concours.kernel.db import Base
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


class JuryLaureate(Base):
    """A work that the panel honours."""

    __tablename__ = "jury_laureate"
    __table_args__ = (
        CheckConstraint("rank > 0", name="rank"),
        ForeignKeyConstraint(["session_id", "work_id"], ["jury_work.session_id", "jury_work.id"], name="work"),
    )

    work_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    session_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    rank: Mapped[int] = mapped_column(Integer)
    """Shared by equals: 1, 2, 2, 4."""
    reason: Mapped[str] = mapped_column(Text)
