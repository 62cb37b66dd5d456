"""What organisers do for others about seats; each act is on record."""

from datetime import datetime

from sqlalchemy.orm import Session

from concours.kernel.errors import Conflict, DomainError
from concours.registrations import queries, seats
from concours.registrations.hall import Desk
from concours.registrations.models import Registration
from concours.registrations.operations import ask_for
from concours.registrations.rules import GONE, STATE_WORDS, Attendee, SeatState


def register(session: Session, *, attendee: Attendee, actor: str, desk: Desk, now: datetime) -> Registration:
    """Register somebody by hand: their turn is the same as by the form. Raises DomainError for a known address."""
    hall = seats.enter(session, desk=desk, now=now)
    row = queries.by_email(session, hall.edition_id, attendee.email.lower())
    if row and row.state not in GONE:
        raise DomainError(f"Cette adresse est déjà inscrite ({STATE_WORDS[SeatState(row.state)]}) : rien n'a changé.")
    return ask_for(session, hall, row, attendee, actor=actor)


def cancel(
    session: Session, *, registration_id: str, reason: str, actor: str, desk: Desk, now: datetime
) -> Registration:
    """Cancel somebody's registration, with the reason that they are told. Raises Conflict when it is already."""
    hall = seats.enter(session, desk=desk, now=now)
    row = queries.find(session, hall.edition_id, registration_id)
    if row.state == SeatState.CANCELLED:
        raise Conflict("Cette inscription est déjà annulée : rien n'a changé, aucun message n'est parti.")
    seats.give_back(session, hall, row, reason=reason)
    seats.audit(session, row, "seat_cancelled", hall, actor)
    return row
