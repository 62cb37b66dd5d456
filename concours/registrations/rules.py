"""Who comes to the event, until when one may say so, and how seats go round."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256

from concours.editions.rules import Edition, Event
from concours.kernel.canonical import canonical_json
from concours.kernel.clock import PARIS, to_paris
from concours.kernel.errors import DomainError, NotFound

MAIL_AGAIN_AFTER = timedelta(hours=1)
"""Sending the same form again writes to its address this often at most: nobody floods a mailbox from here."""

OFFER_MOST, OFFER_LEAST = timedelta(hours=24), timedelta(hours=1)
"""How long an offered seat is kept, at most and at least."""
LAST_OFFER_BEFORE = timedelta(hours=1)
"""Every offer ends this long before the event: the seats that are left are the welcome desk's."""

LATE_AFTER = timedelta(minutes=1)
"""An arrival that comes later than this was kept on a device without a network."""
_DEVICE_KEEPS = timedelta(hours=48)
"""How old the hour of an arrival may be; an older one comes from a clock that is wrong."""

_DAY_BEGINS, _DAY_ENDS = 9, 21
"""Hours in Paris between which an offer may end: nobody loses a seat asleep."""
_TICKET = re.compile(r"(?:https?://\S{1,200}/billet/)?([a-z2-7]{26})(?:/billet\.pdf)?/?")
_REMINDER_HOUR = time(9)
_WITHOUT_LIMIT = 10**9


class SeatState(StrEnum):
    """Where somebody's registration stands."""

    CONFIRMED = "confirmed"
    OFFERED = "offered"
    WAITING = "waiting"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


GONE = (SeatState.EXPIRED, SeatState.CANCELLED)
"""States from which one may ask again."""

STATE_WORDS = {
    SeatState.CONFIRMED: "confirmée",
    SeatState.OFFERED: "place proposée",
    SeatState.WAITING: "en liste d'attente",
    SeatState.EXPIRED: "proposition expirée",
    SeatState.CANCELLED: "annulée",
}


@dataclass(frozen=True, kw_only=True)
class Attendee:
    """Somebody who wants to come, as the form has it."""

    first_name: str
    last_name: str
    email: str
    administration: str
    function: str
    accessibility_needs: str
    member: bool = False
    """Says that they belong to the community."""
    lunch: bool = True
    meal_needs: str = ""


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


def free_seats(capacity: int | None, taken: int) -> int:
    """Return how many seats may still be given; none where more are taken than there are by now."""
    return max(0, (_WITHOUT_LIMIT if capacity is None else capacity) - taken)


def offer_limit(starts_at: datetime, now: datetime) -> datetime | None:
    """Return until when a seat offered now is kept: a day, a quarter of what is left when the event is near.

    By day in Paris, and always well before the event; None once that leaves too little time to answer.
    """
    # On a clock without changes of hour: a day is 24 hours.
    starts_at, now = starts_at.astimezone(UTC), now.astimezone(UTC)
    last = starts_at - LAST_OFFER_BEFORE
    if now + OFFER_LEAST > last:
        return None
    limit = now + max(OFFER_LEAST, min(OFFER_MOST, (starts_at - now) / 4))
    return min(_by_day(limit), last)


def reminder_at(starts_at: datetime) -> datetime:
    """Return when those who come are reminded: the day before, in the morning in Paris."""
    eve = to_paris(starts_at).date() - timedelta(days=1)
    return datetime.combine(eve, _REMINDER_HOUR, tzinfo=PARIS).astimezone(UTC)


def event_digest(event: Event) -> str:
    """Return what changes whenever a calendar must be told: name, hours, place."""
    hours = event.starts_at.isoformat(), event.ends_at.isoformat()
    return sha256(canonical_json([event.name, *hours, event.place, event.address]).encode()).hexdigest()


def arrival_hour(claimed: datetime | None, now: datetime) -> datetime:
    """Return the hour at the door: the device's own, unless its clock is wrong or it says none."""
    return claimed if claimed is not None and now - _DEVICE_KEEPS <= claimed <= now else now


def ticket_in(text: str) -> str:
    """Return the ticket's code in what was scanned or typed: the address of a ticket or its end; empty for neither."""
    found = _TICKET.fullmatch(text.strip())
    return found[1] if found else ""


def ordinal(position: int) -> str:
    """Return a rank as people read it: 1er, 2e, 3e."""
    return "1er" if position == 1 else f"{position}e"


def check_held_until(event: Event, until: datetime, now: datetime) -> None:
    """Let seats be held until a date that is to come, before the event. Raises DomainError, which says why not."""
    if until <= now:
        raise DomainError("Cette date est déjà passée : choisissez jusqu'à quand les places sont gardées.")
    if until > event.starts_at - LAST_OFFER_BEFORE:
        raise DomainError(
            "Les places gardées et non prises vont à la liste d'attente : choisissez une date avant l'évènement, pour "
            "que ces personnes aient le temps de répondre."
        )


def _by_day(limit: datetime) -> datetime:
    """Return the same instant by day; at night, the next morning's first hour."""
    local = to_paris(limit)
    if _DAY_BEGINS <= local.hour < _DAY_ENDS:
        return limit
    day = local.date() + timedelta(days=local.hour >= _DAY_ENDS)
    return datetime.combine(day, time(_DAY_BEGINS), tzinfo=PARIS).astimezone(UTC)
