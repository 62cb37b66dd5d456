"""Tables of the editions."""

from datetime import datetime

from sqlalchemy import Boolean, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from concours.kernel.db import Base, Id, Ref


class EditionRecord(Base):
    """One edition, as its TOML document, and the acts that moved it on."""

    __tablename__ = "edition"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(20), unique=True)
    document: Mapped[str] = mapped_column(Text)
    current: Mapped[bool] = mapped_column(Boolean)
    """One edition at a time takes deposits; the others are kept."""
    version: Mapped[int] = mapped_column(Integer)
    """Grows with each change: an edit of a stale version is refused."""
    updated_at: Mapped[datetime]
    extended_until: Mapped[datetime | None]
    """The closing that holds for everybody, later than the document's; None unless it was put off."""
    extension_reason: Mapped[str | None] = mapped_column(Text)
    """Why, as everybody reads it."""
    extended_at: Mapped[datetime | None]
    handed_over_at: Mapped[datetime | None]
    unsealed_at: Mapped[datetime | None]
    publish_at: Mapped[datetime | None]
    """From when everybody reads the honours, as an organiser decided; it may be to come."""
    letters_at: Mapped[datetime | None]
    """When an organiser approved what every candidate is told once the honours are public."""


class RulesVersion(Base):
    """A published text of the règlement. Never changed: deposits refer to its digest."""

    __tablename__ = "rules_version"
    __table_args__ = (UniqueConstraint("edition_id", "number"),)

    id: Mapped[Id]
    edition_id: Mapped[Ref] = mapped_column(index=True)
    number: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(Text)
    """Markdown."""
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the text in UTF-8."""
    published_at: Mapped[datetime]
