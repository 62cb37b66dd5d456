"""Tables of those who come to the event, and of those who join the community."""

from datetime import datetime

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from concours.kernel.db import Base, Id, Ref


class Registration(Base):
    """One person's place at an edition's event."""

    __tablename__ = "registration"
    __table_args__ = (UniqueConstraint("edition_id", "email"), Index(None, "edition_id", "created_at", "id"))

    id: Mapped[Id]
    edition_id: Mapped[Ref]
    first_name: Mapped[str] = mapped_column(String(100))
    last_name: Mapped[str] = mapped_column(String(100))
    email: Mapped[str] = mapped_column(String(254))
    """Lowercase."""
    administration: Mapped[str] = mapped_column(String(200))
    function: Mapped[str] = mapped_column(String(200))
    """Empty when it was not given."""
    accessibility_needs: Mapped[str] = mapped_column(Text)
    """May tell of health: read in the restricted export only."""
    created_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    """Of the link in the last mail."""
    mailed_at: Mapped[datetime]


class CommunityMember(Base):
    """An address that asked to hear from the community: a member once it has confirmed, until it leaves."""

    __tablename__ = "community_member"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """Lowercase."""
    name: Mapped[str] = mapped_column(String(200))
    """Empty when it was not given."""
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    """Of the link in the last mail."""
    mailed_at: Mapped[datetime]

    @property
    def is_member(self) -> bool:
        """Whether the address has confirmed and not left since."""
        return self.confirmed_at is not None and self.left_at is None
