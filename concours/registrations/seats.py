"""Seats and the waiting list. Every act stands in one line: who holds an event's lock sees what the one before did."""

from datetime import datetime

from sqlalchemy.orm import Session

from concours.accounts.operations import record
from concours.editions import queries as editions
from concours.editions.models import EditionRecord
from concours.editions.rules import Edition
from concours.registrations import letters, queries
from concours.registrations.hall import Desk, Hall
from concours.registrations.models import Registration
from concours.registrations.rules import SeatState, free_seats, offer_limit, open_event

SYSTEM, VISITOR = "system", "visitor"
"""Who acts where no account does."""


def enter(session: Session, *, edition_id: str | None = None, desk: Desk, now: datetime) -> Hall:
    """Wait for one's turn at the seats of an edition's event, the present one's by default, and bring them up to date.

    Raises NotFound when there is no event to come to.
    """
    edition_id = edition_id or editions.current_record(session).id
    edition = wait_for(session, edition_id)
    hall = Hall(edition_id, edition, open_event(edition, now), desk, now)
    settle(session, hall)
    return hall


def wait_for(session: Session, edition_id: str) -> Edition:
    """Wait for one's turn at the seats of an edition's event; return the edition as it is by then."""
    # SQLite's BEGIN IMMEDIATE already lets one writer in. Without the key: deposits go on beside this.
    locked = {"key_share": True}
    return editions.to_edition(
        session, session.get_one(EditionRecord, edition_id, with_for_update=locked, populate_existing=True)
    )


def settle(session: Session, hall: Hall) -> None:
    """End the offers whose time is up, then offer every free seat to whoever has waited longest."""
    tally = queries.tally(session, hall.edition_id, hall.now)
    for row in queries.overdue(session, hall.edition_id, hall.now) if tally.overdue else ():
        _move(row, SeatState.EXPIRED)
        audit(session, row, "seat_offer_expired", hall)
        letters.write(session, row, hall, "offer_expired")
    left = free_seats(hall.event.capacity, tally.taken - tally.overdue)
    limit = offer_limit(hall.event.starts_at, hall.now)
    if limit is None or not left or not tally.waiting:
        return
    for row in queries.waiting(session, hall.edition_id, most=left):
        _move(row, SeatState.OFFERED)
        row.offered_until = limit
        audit(session, row, "seat_offered", hall)
        letters.write(session, row, hall, "offer")


def ask(session: Session, hall: Hall, row: Registration) -> None:
    """Give a seat to whoever asks while there is one; else put them at the end of the waiting list. Tell them."""
    tally = queries.tally(session, hall.edition_id, hall.now)
    row.asked_at, row.number = hall.now, tally.last_number + 1
    if free_seats(hall.event.capacity, tally.taken) and not tally.waiting:
        seat(session, hall, row)
        return
    _move(row, SeatState.WAITING)
    session.add(row)
    letters.write(session, row, hall, "waiting")


def seat(session: Session, hall: Hall, row: Registration) -> None:
    """Give somebody a seat that is free, or theirs already, and confirm it."""
    admit(session, row, hall.now)
    letters.confirm(session, row, hall)


def admit(session: Session, row: Registration, now: datetime) -> None:
    """Give somebody a seat, without a word: they are told otherwise."""
    _move(row, SeatState.CONFIRMED)
    row.seated_at, row.reminded_at = now, None
    session.add(row)


def give_back(session: Session, hall: Hall, row: Registration, *, reason: str = "") -> None:
    """Cancel a registration; its seat goes to the next in line at once."""
    _move(row, SeatState.CANCELLED)
    row.cancelled_at, row.cancel_reason = hall.now, reason
    letters.call_back(session, row, hall)
    settle(session, hall)


def audit(session: Session, row: Registration, action: str, hall: Hall, actor: str = SYSTEM) -> None:
    """Record a move, by identifiers alone."""
    record(session, actor=actor, action=action, subject=row.id, now=hall.now, details={"state": row.state})


def _move(row: Registration, state: SeatState) -> None:
    """Change the state; what belongs to another one goes."""
    row.state = state
    row.offered_until = row.seated_at = row.cancelled_at = None
    row.cancel_reason = ""
