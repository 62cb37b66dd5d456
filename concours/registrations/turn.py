"""What the worker does about seats from minute to minute: offers that end, reminders, a moved event."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.kernel.errors import NotFound
from concours.registrations import letters, queries, seats
from concours.registrations.hall import Desk, Hall
from concours.registrations.models import Registration
from concours.registrations.rules import event_digest, reminder_at

_MOST = 100
"""Messages of a kind written in one turn: those who register meanwhile do not wait for long."""


def keep(session: Session, *, desk: Desk, now: datetime) -> None:
    """Bring the seats of the present event up to date, and write what is due."""
    if not session.scalar(select(select(Registration.id).exists())):
        return  # nothing to lock
    try:
        hall = seats.enter(session, desk=desk, now=now)
    except NotFound:
        return
    _tell_changes(session, hall)
    if reminder_at(hall.event.starts_at) <= now < hall.event.starts_at:
        _remind(session, hall)


def _tell_changes(session: Session, hall: Hall) -> None:
    """Write to those whose calendar says otherwise; a reminder of another day was none."""
    digest = event_digest(hall.event)
    outdated = Registration.event_digest.not_in(("", digest))
    for row in queries.confirmed(session, hall.edition_id, outdated, most=_MOST):
        row.reminded_at = None
        letters.tell_change(session, row, hall)


def _remind(session: Session, hall: Hall) -> None:
    """Remind whoever was not written to since the reminder's own hour."""
    due = Registration.reminded_at.is_(None), Registration.mailed_at < reminder_at(hall.event.starts_at)
    for row in queries.confirmed(session, hall.edition_id, *due, most=_MOST):
        letters.remind(session, row, hall)
