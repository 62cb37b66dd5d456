"""The calendar file (iCalendar, RFC 5545 and 5546): one event a registration, which newer files change or cancel."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import icalendar

from concours.editions.rules import Event
from concours.kernel.clock import PARIS


class Method(StrEnum):
    """What a calendar does with the file."""

    REQUEST = "REQUEST"
    """Enters the event, or changes the one that it knows by its identifier."""
    CANCEL = "CANCEL"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What one person's calendar is told."""

    id: str
    """Of the registration: the same for all its files."""
    sequence: int
    """Grows with each file: a calendar keeps the newest, in whatever order they come."""
    attendee: str
    organiser_name: str
    organiser_email: str
    url: str
    """Of the ticket."""
    at: datetime


def calendar_file(entry: Entry, event: Event, method: Method) -> bytes:
    """Return the file, its hours on a Paris clock whose changes it describes itself."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Concours//Inscriptions//FR")
    calendar.add("version", "2.0")
    calendar.add("method", method.value)
    calendar.add_component(_event(entry, event, method))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(entry: Entry, event: Event, method: Method) -> icalendar.Event:
    made = icalendar.Event()
    made.add("uid", f"{entry.id}@concours")
    made.add("sequence", entry.sequence)
    made.add("dtstamp", entry.at)
    made.add("dtstart", event.starts_at.astimezone(PARIS))
    made.add("dtend", event.ends_at.astimezone(PARIS))
    made.add("summary", event.name)
    made.add("location", f"{event.place}, {event.address}")
    made.add("status", "CANCELLED" if method is Method.CANCEL else "CONFIRMED")
    if method is Method.REQUEST:
        made.add("description", f"Votre billet : {entry.url}")
        made.add("url", entry.url)
    organiser = icalendar.vCalAddress(f"mailto:{entry.organiser_email}")
    organiser.params["CN"] = icalendar.vText(entry.organiser_name)
    made.add("organizer", organiser)
    attendee = icalendar.vCalAddress(f"mailto:{entry.attendee}")
    # They said that they come: no program asks them, nor writes to us.
    attendee.params |= {"PARTSTAT": icalendar.vText("ACCEPTED"), "RSVP": icalendar.vText("FALSE")}
    made.add("attendee", attendee)
    return made
