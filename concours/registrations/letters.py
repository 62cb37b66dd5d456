"""What is written to those who asked for a seat: each message with a link that keeps working."""

from dataclasses import replace

from sqlalchemy.orm import Session

from concours.accounts.models import Outbox
from concours.kernel.ids import new_token
from concours.kernel.mail import Attachment, compose, enqueue
from concours.kernel.sessions import digest_of
from concours.registrations import queries
from concours.registrations.attachments import calendar_of, ticket_of
from concours.registrations.calendar import Method
from concours.registrations.hall import Hall
from concours.registrations.models import Registration, RegistrationLink
from concours.registrations.rules import SeatState, event_digest, ordinal
from concours.registrations.ticket import ticket_url


def confirm(session: Session, row: Registration, hall: Hall) -> None:
    """Write that somebody has a seat, with calendar file and ticket."""
    _with_calendar(session, row, hall, "confirmation")


def tell_change(session: Session, row: Registration, hall: Hall) -> None:
    """Write that the event has moved, with files that replace the others."""
    _with_calendar(session, row, hall, "event_changed")


def remind(session: Session, row: Registration, hall: Hall) -> None:
    """Write the day before, once."""
    row.reminded_at = hall.now
    write(session, row, hall, "reminder", ticket_of(row, hall))


def call_back(session: Session, row: Registration, hall: Hall) -> None:
    """Write that a seat is given back, and take the event out of the calendar that it was sent to."""
    attached = list[Attachment]()
    if row.calendar_sequence:
        row.calendar_sequence += 1
        attached.append(calendar_of(row, hall, Method.CANCEL))
    write(session, row, hall, "cancelled", *attached)


def tell_state(session: Session, row: Registration, hall: Hall) -> None:
    """Write where a registration stands that is there already."""
    attached = [ticket_of(row, hall)] if row.state == SeatState.CONFIRMED else []
    write(session, row, hall, "already_registered", *attached)


def write(session: Session, row: Registration, hall: Hall, template: str, *attached: Attachment) -> None:
    """Write one message about a registration."""
    session.flush()  # the registration stands before what refers to it
    token, desk = new_token(), hall.desk
    session.add(RegistrationLink(digest=digest_of(token), registration_id=row.id))
    row.mailed_at = hall.now
    # Nothing typed in the form is repeated: the address is not proved, and others' mailboxes are no notice board.
    message = compose(
        f"registrations/mails/{template}.txt",
        to=row.email,
        edition=hall.edition,
        event=hall.event,
        link=f"{desk.public_url}/inscription/{token}",
        state=row.state,
        place=ordinal(queries.position(session, row)) if row.state == SeatState.WAITING else "",
        offered_until=row.offered_until,
        reason=row.cancel_reason,
        ticket=ticket_url(desk.public_url, row.ticket_code),
    )
    enqueue(session, Outbox, replace(message, attachments=attached), now=hall.now)


def _with_calendar(session: Session, row: Registration, hall: Hall, template: str) -> None:
    row.calendar_sequence, row.event_digest = row.calendar_sequence + 1, event_digest(hall.event)
    write(session, row, hall, template, calendar_of(row, hall, Method.REQUEST), ticket_of(row, hall))
