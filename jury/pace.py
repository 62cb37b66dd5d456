"""How long the works that remain will take, from their own length and from the juror's pace."""

from collections.abc import Iterable, Sequence
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


Seen = tuple[datetime, int]
"""When the sheet of a work was begun, and how many seconds the work lasts."""


def expected(seconds: int, works: int = 1) -> int:
    """Return how long works that last so many seconds together take, their sheets included."""
    return seconds + SHEET_S * works


def pace_of(seen: Iterable[Seen]) -> Fraction:
    """Return how many times what was expected this juror takes: 1 until there is enough to tell."""
    gaps = [(after - before, lasts) for (before, _), (after, lasts) in pairwise(sorted(seen))]
    counted = [(gap.seconds, lasts) for gap, lasts in gaps if gap <= _BREAK]
    if len(counted) < _ENOUGH:
        return Fraction(1)
    taken, lasted = map(sum, zip(*counted, strict=True))
    wanted = expected(lasted, len(counted))
    if taken * _SLOWEST < wanted:
        return Fraction(1, _SLOWEST)
    return Fraction(min(taken, wanted * _SLOWEST), wanted)


def minutes_left(to_see: Sequence[int], pace: Fraction) -> int:
    """Return how many minutes these works will take: rounded up to five, to ten beyond an hour."""
    seconds, parts = expected(sum(to_see), len(to_see)) * pace.numerator, 60 * pace.denominator
    step = 5 if seconds <= _HOUR * parts else 10
    return -(-seconds // (step * parts)) * step


def say_minutes(minutes: int) -> str:
    """Return « environ 1 h 20 », « environ 25 minutes »."""
    if minutes < _HOUR:
        return f"environ {minutes} minutes"
    hours, rest = divmod(minutes, _HOUR)
    return f"environ {hours} h {rest:02d}" if rest else f"environ {hours} h"
