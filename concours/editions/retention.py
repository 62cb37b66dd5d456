"""How long an edition's personal data is kept, and from when: settings of the edition, each with its default."""

import calendar
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from concours.kernel.clock import PARIS, to_paris

LONGEST = 1200
"""A hundred years of months: no setting is longer."""


@dataclass(frozen=True, kw_only=True)
class Retention:
    """Durations, counted from the closing, the palmarès or the event."""

    drafts_days: int = 7
    """Drafts that were not deposited, after their closing."""
    entries_months: int = 3
    """Identities and creations of who is no laureate, after the palmarès."""
    registrations_months: int = 3
    """Registrations and attendance, after the event."""
    needs_days: int = 7
    """Accessibility and meal needs, after the event."""

    def facts(self) -> dict[str, int]:
        """Return the settings by name."""
        return asdict(self)


NAMES = tuple(each.name for each in fields(Retention))


def read_retention(table: Mapping[str, Any]) -> Retention | None:
    """Return what a table of settings says, defaults for the others; None for what is no setting or no duration."""
    whole = all(isinstance(value, int) and not isinstance(value, bool) for value in table.values())
    if not whole or set(table) - set(NAMES) or not all(0 < value <= LONGEST for value in table.values()):
        return None
    return Retention(**table)


def days_after(instant: datetime, days: int) -> datetime:
    """Return the same hour in Paris, so many days later."""
    local = to_paris(instant).replace(tzinfo=None) + timedelta(days=days)
    return local.replace(tzinfo=PARIS)


def months_after(instant: datetime, months: int) -> datetime:
    """Return the same day and hour in Paris, so many months later; the last day of a month that is too short."""
    local = to_paris(instant)
    years, month = divmod(local.month - 1 + months, 12)
    year, month = local.year + years, month + 1
    day = min(local.day, calendar.monthrange(year, month)[1])
    return local.replace(tzinfo=None, year=year, month=month, day=day).replace(tzinfo=PARIS)


def days_words(days: int) -> str:
    """Return « 7 jours »."""
    return f"{days} jour{'s' if days > 1 else ''}"
