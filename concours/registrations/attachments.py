"""Files that go with the messages about a seat: made when they leave."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from concours.editions import queries as editions
from concours.editions.models import EditionRecord
from concours.editions.rules import Edition, Event
from concours.kernel.errors import NotFound
from concours.kernel.mail import Attachment, Maker
from concours.registrations.calendar import Entry, Method, calendar_file
from concours.registrations.hall import Hall
from concours.registrations.models import Registration
from concours.registrations.ticket import ticket_pdf, ticket_url

_REQUEST, _CANCEL, _TICKET = "seat-calendar", "seat-calendar-cancel", "seat-ticket"
"""What the outbox calls them."""


@dataclass(frozen=True)
class _Subject:
    """What the outbox keeps of a file until it is made."""

    registration_id: str
    sequence: int
    public_url: str
    contact_email: str
    at: str

    @classmethod
    def of(cls, row: Registration, hall: Hall) -> str:
        """Return it as the outbox keeps it."""
        desk = hall.desk
        subject = cls(row.id, row.calendar_sequence, desk.public_url, desk.contact_email, hall.now.isoformat())
        return json.dumps(asdict(subject))


def calendar_of(row: Registration, hall: Hall, method: Method) -> Attachment:
    """Return the calendar file of a registration, to be made."""
    maker = _REQUEST if method is Method.REQUEST else _CANCEL
    mime = f"text/calendar; method={method}; charset=utf-8"
    return Attachment("invitation.ics", mime, maker, _Subject.of(row, hall))


def ticket_of(row: Registration, hall: Hall) -> Attachment:
    """Return the ticket of a registration, to be made."""
    return Attachment("billet.pdf", "application/pdf", _TICKET, _Subject.of(row, hall))


def event_of(session: Session, row: Registration) -> tuple[Edition, Event]:
    """Return the event that a registration is for. Raises NotFound when there is none any more."""
    edition = editions.to_edition(session, session.get_one(EditionRecord, row.edition_id))
    if edition.event is None:
        raise NotFound
    return edition, edition.event


def _calendar(session: Session, subject: str, method: Method) -> bytes:
    told = _Subject(**json.loads(subject))
    row = session.get_one(Registration, told.registration_id)
    edition, event = event_of(session, row)
    entry = Entry(
        id=row.id,
        sequence=told.sequence,
        attendee=row.email,
        organiser_name=edition.organiser,
        organiser_email=told.contact_email,
        url=ticket_url(told.public_url, row.ticket_code),
        at=datetime.fromisoformat(told.at),
    )
    return calendar_file(entry, event, method)


def _request(session: Session, subject: str) -> bytes:
    return _calendar(session, subject, Method.REQUEST)


def _cancel(session: Session, subject: str) -> bytes:
    return _calendar(session, subject, Method.CANCEL)


def _ticket(session: Session, subject: str) -> bytes:
    """Return the ticket that is mailed: without what was typed, since the address is not proved to be the typist's."""
    told = _Subject(**json.loads(subject))
    row = session.get_one(Registration, told.registration_id)
    edition, event = event_of(session, row)
    url, at = ticket_url(told.public_url, row.ticket_code), datetime.fromisoformat(told.at)
    return ticket_pdf(edition, event, holder=row.email, details="", url=url, at=at)


MAKERS: Mapping[str, Maker] = {_REQUEST: _request, _CANCEL: _cancel, _TICKET: _ticket}
