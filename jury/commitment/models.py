"""The jury's table of what its sheets were when scoring closed."""

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from concours.kernel.db import Base


class JuryCommitment(Base):
    """The sheets of a session as they stood at closing, and the secret that was digested with them."""

    __tablename__ = "jury_commitment"

    session_id: Mapped[str] = mapped_column(ForeignKey("jury_session.id"), primary_key=True)
    sheets: Mapped[str] = mapped_column(Text)
    """Canonical JSON of `sheet_facts`."""
    nonce: Mapped[str] = mapped_column(String(64))
    """In hexadecimal."""
