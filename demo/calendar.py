"""The contest's calendar, shifted so that today falls into the phase to be shown."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from concours.editions.document import parse
from concours.editions.operations import EMBEDDED
from concours.editions.rules import Edition
from concours.kernel.clock import PARIS, to_paris

PHASES = ("open", "jury", "deliberation", "honours")

_CLOSED_FOR = {"open": -4, "jury": 1, "deliberation": 3, "honours": 6}
"""Days since closing."""
_OPEN_FOR = 43
_EVENT_AFTER = 7
_SEATS = 30
"""Few enough for the teams and the first guests to fill the hall."""


def shifted_edition(phase: str, now: datetime) -> Edition:
    """Return the embedded edition, its days counted from today."""
    edition = parse(EMBEDDED.read_text())
    closes = _at(now - timedelta(days=_CLOSED_FOR[phase]), time(20))
    event_day = closes + timedelta(days=_EVENT_AFTER)
    event = edition.event
    if event:
        event = replace(event, starts_at=_at(event_day, time(9, 30)), ends_at=_at(event_day, time(16, 30)))
        event = replace(event, capacity=_SEATS)
    return replace(
        edition,
        key=str(to_paris(event_day).year),
        opens_at=_at(closes - timedelta(days=_OPEN_FOR), time(0)),
        closes_at=closes,
        event=event,
    )


def _at(day: datetime, hour: time) -> datetime:
    """Return this hour of that day on a Paris clock."""
    return datetime.combine(to_paris(day).date(), hour, tzinfo=PARIS)
