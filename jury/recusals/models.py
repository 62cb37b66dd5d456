"""Who abstains from which work, and what members reported of a work. Nothing here names a body or a candidate."""

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKeyConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from concours.kernel.db import Base, Id, Ref


def _session_keys() -> tuple[ForeignKeyConstraint, ForeignKeyConstraint]:
    """Return the keys by which the database sees that work and member are of one session."""
    return (
        ForeignKeyConstraint(["session_id", "work_id"], ["jury_work.session_id", "jury_work.id"], name="work"),
        ForeignKeyConstraint(["session_id", "member_id"], ["jury_member.session_id", "jury_member.id"], name="member"),
    )


class JuryRecusal(Base):
    """A member and a work that must not meet; with `whole`, the work is why the member meets none."""

    __tablename__ = "jury_recusal"
    __table_args__ = (
        UniqueConstraint("member_id", "work_id", "cause"),
        CheckConstraint("cause IN ('self', 'own_body')", name="cause"),
        *_session_keys(),
    )

    id: Mapped[Id]
    session_id: Mapped[Ref] = mapped_column(index=True)
    member_id: Mapped[Ref]
    work_id: Mapped[Ref]
    cause: Mapped[str] = mapped_column(String(10))
    """`self`: the member stepped back; `own_body`: the organisers said that the two do not meet."""
    whole: Mapped[bool] = mapped_column(Boolean, default=False)
    reason: Mapped[str] = mapped_column(Text, default="")
    """In the member's own words, for the minutes."""
    at: Mapped[datetime]


class JuryReport(Base):
    """A member says that a work lets its author be recognised; the work is suspended until the organisers decide."""

    __tablename__ = "jury_report"
    __table_args__ = (
        CheckConstraint("decision IN ('resumed', 'withdrawn')", name="decision"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decided"),
        *_session_keys(),
    )

    id: Mapped[Id]
    session_id: Mapped[Ref] = mapped_column(index=True)
    member_id: Mapped[Ref]
    work_id: Mapped[Ref]
    text: Mapped[str] = mapped_column(Text)
    """For the organisers alone."""
    at: Mapped[datetime]
    decision: Mapped[str | None] = mapped_column(String(10))
    """What the organisers decided; why stays with them, for it may tell whose work it is."""
    decided_at: Mapped[datetime | None]
