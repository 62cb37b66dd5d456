"""From one edition to the next: what is carried over, which dates are proposed, what they have to be. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from concours.editions.rules import Edition, Milestones
from concours.kernel.clock import PARIS, format_instant, to_paris
from concours.kernel.errors import DomainError

_WEEKS = timedelta(weeks=52)
"""A year that keeps the day of the week: a date comes one or two days earlier in its month."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One date, as it was and as it would be."""

    label: str
    before: datetime
    after: datetime


def next_year(edition: Edition) -> Edition:
    """Return the edition that may follow: its texts and rules, its dates 52 weeks on at the same hour in Paris.

    A closing that was put off counts as it was announced first; the acts on record stay behind.
    """
    event = edition.event
    if event:
        event = replace(event, starts_at=_later(event.starts_at), ends_at=_later(event.ends_at))
    moved = replace(
        edition,
        opens_at=_later(edition.opens_at),
        closes_at=_later(edition.announced_closing),
        event=event,
        milestones=Milestones(),
        extension=None,
    )
    return replace(moved, key=_key_after(edition.key, moved.closes_at))


def shifts(before: Edition, after: Edition) -> list[Shift]:
    """Return each date that moves."""
    found = [
        Shift("Ouverture des dépôts", before.opens_at, after.opens_at),
        Shift("Clôture des dépôts", before.announced_closing, after.closes_at),
    ]
    if before.event and after.event:
        found += [
            Shift("Début de l'évènement", before.event.starts_at, after.event.starts_at),
            Shift("Fin de l'évènement", before.event.ends_at, after.event.ends_at),
        ]
    return found


def check_follows(before: Edition, after: Edition) -> None:
    """Let an edition follow another. Raises DomainError, which says why not."""
    if after.key == before.key:
        raise DomainError(f"Le nom court « {after.key} » est celui de l'édition présente : choisissez-en un autre.")
    if after.opens_at <= before.closes_at:
        raise DomainError(
            f"Les dépôts de l'édition {before.key} ferment le {format_instant(before.closes_at)} : ceux de la suivante "
            "ouvrent plus tard."
        )


def years_named(edition: Edition, year: str) -> Sequence[str]:
    """Return which texts name a year: they have to be read again."""
    return [name for name, text in vars(edition.texts).items() if year in text]


def _later(instant: datetime) -> datetime:
    """Return the same day of the week and hour on a Paris clock, whatever summer time says on either day."""
    local = to_paris(instant).replace(tzinfo=None) + _WEEKS
    return local.replace(tzinfo=PARIS).astimezone(UTC)


def _key_after(key: str, closes_at: datetime) -> str:
    return str(int(key) + 1) if key.isdecimal() else str(to_paris(closes_at).year)
