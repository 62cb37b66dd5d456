"""Other ways to make one order of the same sheets, beside the declared one: none of them decides anything."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import isqrt

from jury.ranking import Line, by_score, cut, median
from jury.robustness.sheets import Sheets

_DIGITS = 12
"""Of a juror's standard deviation, rounded down after so many decimals: the only rounding here."""


class Way(StrEnum):
    """How an order is made."""

    MEAN = "mean"
    MEDIAN = "median"
    RANKS = "ranks"
    STANDARDISED = "standardised"


@dataclass(frozen=True)
class Order:
    """The works by one way: the rank of each, shared by equals, and where the number of laureates cuts."""

    way: Way
    ranks: Mapping[int, int]
    line: Line


def orders(sheets: Sheets) -> list[Order]:
    """Return the ranked works by the mean as declared, the median, the ranks, and each juror's standardised scores."""
    ways = {Way.MEDIAN: _medians, Way.RANKS: _ranks, Way.STANDARDISED: _standardised}
    declared = {place.number: place.rank for place in sheets.ranking.places}
    found = [Order(Way.MEAN, declared, sheets.line)]
    for way, score in ways.items():
        scores = {number: value for number, value in score(sheets.totals).items() if number in declared}
        groups = by_score(scores)
        found.append(Order(way, _places(groups), cut(groups, sheets.rule.laureates_max)))
    return found


def _places(groups: Sequence[Sequence[int]]) -> dict[int, int]:
    places: dict[int, int] = {}
    for group in groups:
        places |= dict.fromkeys(group, len(places) + 1)
    return places


def _medians(totals: Mapping[str, Mapping[int, int]]) -> dict[int, Fraction]:
    by_work: dict[int, list[int]] = defaultdict(list)
    for given in totals.values():
        for number, total in given.items():
            by_work[number].append(total)
    return {number: median(values) for number, values in by_work.items()}


def _ranks(totals: Mapping[str, Mapping[int, int]]) -> dict[int, Fraction]:
    """Return each work's mean standing among what each juror scored: 0 is last, 1 is first, equals share.

    On a panel that is complete the order is that of the rank sum.
    """
    return _means([_standings(given) for given in totals.values() if given])


def _standings(given: Mapping[int, int]) -> dict[int, Fraction]:
    standings, below = dict[int, Fraction](), 0
    for group in reversed(by_score(given)):
        middle = Fraction(2 * below + len(group) - 1, 2)
        share = middle / (len(given) - 1) if len(given) > 1 else Fraction(1, 2)
        standings |= dict.fromkeys(group, share)
        below += len(group)
    return standings


def _standardised(totals: Mapping[str, Mapping[int, int]]) -> dict[int, Fraction]:
    """Return each work's mean of what each juror gave, less that juror's mean, by that juror's deviation."""
    return _means([_deviations(given) for given in totals.values() if given])


def _deviations(given: Mapping[int, int]) -> dict[int, Fraction]:
    """Return a juror's standardised scores: all 0 when the juror gave the same to all."""
    count, total = len(given), sum(given.values())
    squares = sum((count * value - total) ** 2 for value in given.values())
    # (value − mean) / deviation = (count × value − total) / √(squares / count)
    root = isqrt(squares * 10 ** (2 * _DIGITS) // count)
    if not root:
        return dict.fromkeys(given, Fraction(0))
    return {number: Fraction((count * value - total) * 10**_DIGITS, root) for number, value in given.items()}


def _means(by_juror: Sequence[Mapping[int, Fraction]]) -> dict[int, Fraction]:
    sums, counts = dict[int, Fraction](), defaultdict[int, int](int)
    for given in by_juror:
        for number, value in given.items():
            sums[number] = sums.get(number, Fraction(0)) + value
            counts[number] += 1
    return {number: total / counts[number] for number, total in sums.items()}
