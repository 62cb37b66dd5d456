"""How long the works that remain will take, from their own length and from the juror's pace."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise

PAGE_S = 20
"""What a page takes to read, by default."""
SHEET_S = 60
"""What a sheet takes to fill in, by default."""

_BREAK = timedelta(minutes=30)
"""A longer silence between two sheets is a break, not a pace."""
_ENOUGH = 3
"""Sheets in a row from which a pace is told."""
_SLOWEST = 4
"""How many times slower, or faster, than expected a pace may be."""
_HOUR = 60


@dataclass(frozen=True, slots=True)
class Seen:
    """A work that a juror has begun to score: how long it lasts, and when its sheet was begun."""

    seconds: int
    begun_at: datetime


def expected(seconds: int) -> int:
    """Return how long a work that lasts so many seconds takes, its sheet included."""
    return seconds + SHEET_S


def pace_of(seen: Iterable[Seen]) -> Fraction:
    """Return how many times what was expected this juror takes: 1 until there is enough to tell."""
    met = sorted(seen, key=lambda each: each.begun_at)
    gaps = [
        (int((after.begun_at - before.begun_at).total_seconds()), expected(after.seconds))
        for before, after in pairwise(met)
        if after.begun_at - before.begun_at <= _BREAK
    ]
    if len(gaps) < _ENOUGH:
        return Fraction(1)
    ratio = Fraction(sum(gap for gap, _ in gaps), sum(wanted for _, wanted in gaps))
    return max(Fraction(1, _SLOWEST), min(Fraction(_SLOWEST), ratio))


def minutes_left(to_see: Sequence[int], pace: Fraction) -> int:
    """Return how many minutes these works will take: rounded up to five, to ten beyond an hour."""
    minutes = Fraction(sum(expected(seconds) for seconds in to_see)) * pace / 60
    step = 5 if minutes <= _HOUR else 10
    return -(-minutes // step) * step


def say_minutes(minutes: int) -> str:
    """Return « environ 1 h 20 », « environ 25 minutes »."""
    if minutes < _HOUR:
        return f"environ {minutes} minutes"
    hours, rest = divmod(minutes, _HOUR)
    return f"environ {hours} h {rest:02d}" if rest else f"environ {hours} h"
