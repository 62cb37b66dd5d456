"""The jury's tables of its minutes: the paper as it was sealed, and the copy that was signed."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from concours.kernel.db import Base


class JuryMinutes(Base):
    """The minutes on paper as they stood when their signature was recorded: made once, never again."""

    __tablename__ = "jury_minutes"

    session_id: Mapped[str] = mapped_column(ForeignKey("jury_session.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    """The SHA-256 of `paper`; the chain bears it too."""
    paper: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """The PDF: read for whoever takes it away only."""


class JurySignedCopy(Base):
    """The signed minutes, scanned or signed on a screen; the newest replaces the one before."""

    __tablename__ = "jury_signed_copy"

    session_id: Mapped[str] = mapped_column(ForeignKey("jury_session.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    """Its SHA-256: where it stands in the ready store."""
    size: Mapped[int]
    """Bytes."""
    added_by: Mapped[str] = mapped_column(ForeignKey("jury_member.id"))
    added_at: Mapped[datetime]
