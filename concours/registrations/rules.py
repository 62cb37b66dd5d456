"""Who comes to the event, and until when one may say so."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from concours.editions.rules import Edition, Event
from concours.kernel.errors import NotFound

MAIL_AGAIN_AFTER = timedelta(hours=1)
"""Sending the same form again writes to its address this often at most: nobody floods a mailbox from here."""


@dataclass(frozen=True, kw_only=True)
class Attendee:
    """Somebody who wants to come, as the form has it."""

    first_name: str
    last_name: str
    email: str
    administration: str
    function: str
    accessibility_needs: str


def is_open(edition: Edition, now: datetime) -> bool:
    """Tell whether there is an event to register for: it exists and is not over."""
    return edition.event is not None and now < edition.event.ends_at


def open_event(edition: Edition, now: datetime) -> Event:
    """Return the event that takes registrations. Raises NotFound when there is none, or none any more."""
    if edition.event is None:
        raise NotFound
    if not is_open(edition, now):
        raise NotFound(f"{edition.event.name} a déjà eu lieu : les inscriptions sont closes.")
    return edition.event


def may_write_again(mailed_at: datetime, now: datetime) -> bool:
    """Tell whether the last message to this address is old enough for another."""
    return now - mailed_at >= MAIL_AGAIN_AFTER
