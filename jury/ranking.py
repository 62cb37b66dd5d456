"""From sheets to places, in exact fractions: equal is equal, and nothing breaks a tie silently."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from jury.rules import Criterion, Sheet, is_complete

_FEWEST_DECIMALS = 2
_MOST_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Place:
    """One scored work in the ranking. `rank` is shared by equal means: 1, 2, 2, 4."""

    number: int
    rank: int
    mean: Fraction
    criterion_means: Mapping[str, Fraction]
    sheets: int
    tied: bool


@dataclass(frozen=True, slots=True)
class Ranking:
    """Scored works, best first; works that nobody scored apart, by number."""

    places: tuple[Place, ...]
    unranked: tuple[int, ...]

    def place(self, number: int) -> Place | None:
        """Return the place of a work, None when it has none."""
        return next((place for place in self.places if place.number == number), None)

    @property
    def ties(self) -> tuple[tuple[int, ...], ...]:
        """Every group of works that share a rank, best first."""
        groups = (tuple(place.number for place in group) for _, group in groupby(self.places, lambda p: p.rank))
        return tuple(group for group in groups if len(group) > 1)


@dataclass(frozen=True, slots=True)
class Line:
    """Where the number of laureates cuts the ranking."""

    inside: tuple[int, ...]
    """Laureates by the ranking alone."""
    tied: tuple[int, ...]
    """Equal works at the last place, more of them than seats: the panel must decide. Empty when the cut is clear."""
    seats: int
    """How many of the tied works may still enter."""


def weighted_mean(points: Mapping[str, int], criteria: Sequence[Criterion]) -> Fraction:
    """Return one juror's mean for one work, over every criterion."""
    total = sum(points[criterion.key] * criterion.weight for criterion in criteria)
    return Fraction(total, sum(criterion.weight for criterion in criteria))


def rank(numbers: Iterable[int], sheets: Iterable[Sheet], criteria: Sequence[Criterion]) -> Ranking:
    """Rank works by the mean, over their jurors, of each juror's weighted mean. An incomplete sheet does not count."""
    by_work: dict[int, list[Sheet]] = defaultdict(list)
    for sheet in sheets:
        if is_complete(sheet.points, criteria):
            by_work[sheet.number].append(sheet)
    known = set(numbers)
    means = {n: _mean([weighted_mean(s.points, criteria) for s in by_work[n]]) for n in known if n in by_work}
    places = (_place(number, means, by_work[number], criteria) for number in means)
    return Ranking(
        places=tuple(sorted(places, key=lambda place: (place.rank, place.number))),
        unranked=tuple(sorted(known - means.keys())),
    )


def _place(number: int, means: Mapping[int, Fraction], sheets: Sequence[Sheet], criteria: Sequence[Criterion]) -> Place:
    mean = means[number]
    return Place(
        number=number,
        rank=1 + sum(other > mean for other in means.values()),
        mean=mean,
        criterion_means={c.key: _mean([Fraction(s.points[c.key]) for s in sheets]) for c in criteria},
        sheets=len(sheets),
        tied=sum(other == mean for other in means.values()) > 1,
    )


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def line(ranking: Ranking, laureates_max: int) -> Line:
    """Return who is laureate by the ranking alone, and who is tied at the last place."""
    inside: list[int] = []
    for _, group in groupby(ranking.places, lambda place: place.rank):
        tied = tuple(place.number for place in group)
        seats = laureates_max - len(inside)
        if len(tied) > seats:
            return Line(tuple(inside), tied if seats else (), seats)
        inside.extend(tied)
    return Line(tuple(inside), (), laureates_max - len(inside))


def decimals_to_separate(means: Iterable[Fraction]) -> int:
    """Return how many decimals show unequal means as unequal, 2 at least."""
    distinct = set(means)
    for decimals in range(_FEWEST_DECIMALS, _MOST_DECIMALS):
        if len({format_mean(mean, decimals) for mean in distinct}) == len(distinct):
            return decimals
    return _MOST_DECIMALS


def format_mean(mean: Fraction, decimals: int = _FEWEST_DECIMALS) -> str:
    """Return « 8,43 »: rounded half up for people, never used to compare."""
    scaled = (mean * 10**decimals + Fraction(1, 2)).__floor__()
    sign, digits = ("-" if scaled < 0 else ""), f"{abs(scaled):0{decimals + 1}d}"
    return f"{sign}{digits[:-decimals]},{digits[-decimals:]}"
