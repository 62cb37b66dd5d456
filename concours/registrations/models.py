"""Tables of those who come to the event, and of those who join the community."""

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from concours.kernel.db import Base, Id, Ref
from concours.kernel.ids import ID_LENGTH, new_id


class Registration(Base):
    """One person who asked for a seat at an edition's event, and where that stands."""

    __tablename__ = "registration"
    __table_args__ = (
        UniqueConstraint("edition_id", "email"),
        UniqueConstraint("edition_id", "number"),
        CheckConstraint("state IN ('confirmed', 'offered', 'waiting', 'expired', 'cancelled')", name="state"),
        CheckConstraint("(state = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled"),
        CheckConstraint("(state = 'offered') = (offered_until IS NOT NULL)", name="offered"),
        CheckConstraint("(state = 'confirmed') = (seated_at IS NOT NULL)", name="seated"),
        Index(None, "edition_id", "state"),
        Index(None, "edition_id", "created_at", "id"),
    )

    id: Mapped[Id]
    edition_id: Mapped[Ref]
    first_name: Mapped[str] = mapped_column(String(100))
    last_name: Mapped[str] = mapped_column(String(100))
    email: Mapped[str] = mapped_column(String(254))
    """Lowercase."""
    administration: Mapped[str] = mapped_column(String(200))
    function: Mapped[str] = mapped_column(String(200))
    """Empty when it was not given."""
    member: Mapped[bool] = mapped_column(Boolean)
    """Says that they belong to the community."""
    accessibility_needs: Mapped[str] = mapped_column(Text)
    """May tell of health: read in the restricted export only."""
    lunch: Mapped[bool] = mapped_column(Boolean)
    meal_needs: Mapped[str] = mapped_column(Text)
    """May tell of health or belief: read in the restricted export only."""
    created_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))
    """A `SeatState`."""
    asked_at: Mapped[datetime]
    """The act that counts in the order of the waiting list: the last time that a seat was asked for."""
    number: Mapped[int] = mapped_column(Integer)
    """Drawn with that act, one after the other: tells apart those of the same instant."""
    offered_until: Mapped[datetime | None]
    """Until when the seat that is offered is kept, exclusive."""
    seated_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(Text, default="")
    """Why the organisers cancelled it; empty when the person did."""
    ticket_code: Mapped[str] = mapped_column(String(ID_LENGTH), unique=True, default=new_id)
    """What the code on the ticket says: whoever has it is shown the ticket, and may do nothing else."""
    calendar_sequence: Mapped[int] = mapped_column(Integer, default=0)
    """How many calendar files were sent: a newer one replaces the others."""
    event_digest: Mapped[str] = mapped_column(String(64), default="")
    """Of the event as the last calendar file told it."""
    reminded_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime]


class RegistrationLink(Base):
    """The secret end of a link to a registration, by its digest; each one that was mailed keeps working."""

    __tablename__ = "registration_link"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    registration_id: Mapped[Ref] = mapped_column(ForeignKey("registration.id"), index=True)


class Arrival(Base):
    """Somebody checked in: one row an act, so that the hours of two devices are both kept; the first one counts."""

    __tablename__ = "arrival"

    id: Mapped[Id]
    """Drawn by the device, or by the form: the same act sent again is the same row."""
    registration_id: Mapped[Ref] = mapped_column(ForeignKey("registration.id"), index=True)
    at: Mapped[datetime]
    """The hour at the door; the device may have had no network then."""
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[Ref]
    walk_in: Mapped[bool] = mapped_column(Boolean)
    """Came without a seat, and was given one at the door."""
    over_reason: Mapped[str] = mapped_column(Text)
    """Why somebody was let in although every seat was taken; empty when one was free."""
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[Ref | None]


class HeldSeat(Base):
    """A seat kept for the team of a deposited entry until it is taken, let go, or its time is up."""

    __tablename__ = "held_seat"

    id: Mapped[Id]
    edition_id: Mapped[Ref] = mapped_column(ForeignKey("edition.id"), index=True)
    entry_id: Mapped[Ref] = mapped_column(ForeignKey("entry.id"), unique=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    """Of the mailed link."""
    held_at: Mapped[datetime]
    held_until: Mapped[datetime]
    """Exclusive."""
    released_at: Mapped[datetime | None]
    registration_id: Mapped[Ref | None] = mapped_column(ForeignKey("registration.id"))
    """Who took it."""

    def holds(self, now: datetime) -> bool:
        """Whether it still keeps a seat from everybody else."""
        return self.registration_id is None and self.released_at is None and now < self.held_until


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
