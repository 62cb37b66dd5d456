"""From sheets to places, in exact numbers: equal is equal, and nothing breaks a tie but what the rule declares."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from itertools import groupby

from jury.method import CRITERION, HIGHEST, MEDIAN, Missing
from jury.ranking_rule import RankingRule
from jury.rules import Criterion, Sheet, is_complete, weighted_sum

_FEWEST_DECIMALS = 2
_MOST_DECIMALS = 6


@dataclass(frozen=True)
class Tally:
    """What the whole sheets of one work add up to."""

    number: int
    sheets: int
    total: int
    """Weighted points of all sheets."""
    sums: Mapping[str, int] = field(default_factory=dict)
    """Points of all sheets, by criterion key; read for a criterion's own mean only."""
    expected: int = 0
    """Sheets that the work waits for; read only where the rule wants all of them."""
    highest: int = 0
    """How many scores are the highest of the scale."""
    totals: Sequence[int] = ()
    """Weighted sum of each sheet, lowest first; read only where the median separates equals."""


@dataclass(frozen=True)
class Place:
    """One scored work in the ranking. `rank` is shared by equals: 1, 2, 2, 4."""

    number: int
    rank: int
    mean: Fraction
    tied: bool
    tally: Tally

    @property
    def sheets(self) -> int:
        """How many whole sheets make the mean."""
        return self.tally.sheets

    @cached_property
    def criterion_means(self) -> Mapping[str, Fraction]:
        """The mean of each criterion over the same sheets."""
        return {key: Fraction(points, self.sheets) for key, points in self.tally.sums.items()}


class Cause(StrEnum):
    """Why a work stands apart from the ranking."""

    NO_SHEET = "no_sheet"
    TOO_FEW = "too_few"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Apart:
    """A work that the rule does not rank, and why."""

    number: int
    sheets: int
    cause: Cause


@dataclass(frozen=True, slots=True)
class Separation:
    """Works of equal mean that a declared tie-break separated: `into` is best first, what stays equal together."""

    tie_break: str
    into: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Ranking:
    """Ranked works, best first, equals by number; the others apart, by number."""

    places: tuple[Place, ...]
    apart: tuple[Apart, ...]
    separations: tuple[Separation, ...] = ()

    @cached_property
    def by_number(self) -> Mapping[int, Place]:
        """The place of each ranked work."""
        return {place.number: place for place in self.places}

    def place(self, number: int) -> Place | None:
        """Return the place of a work, None when it has none."""
        return self.by_number.get(number)

    @property
    def unranked(self) -> tuple[int, ...]:
        """The works that stand apart, whatever the cause."""
        return tuple(each.number for each in self.apart)

    @property
    def groups(self) -> list[tuple[int, ...]]:
        """The works of each rank, best first."""
        return [tuple(p.number for p in group) for _, group in groupby(self.places, lambda place: place.rank)]

    @property
    def ties(self) -> tuple[tuple[int, ...], ...]:
        """Every group of works that share a rank, best first."""
        return tuple(group for group in self.groups if len(group) > 1)


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
    return Fraction(weighted_sum(points, criteria), sum(criterion.weight for criterion in criteria))


def tally(numbers: Iterable[int], sheets: Iterable[Sheet], rule: RankingRule, *, expected: int = 0) -> list[Tally]:
    """Add the sheets of each work up. An incomplete sheet does not count."""
    by_work: dict[int, list[Sheet]] = defaultdict(list)
    for sheet in sheets:
        if is_complete(sheet.points, rule.criteria):
            by_work[sheet.number].append(sheet)
    return [_tally(number, by_work[number], rule, expected) for number in set(numbers)]


def rank(tallies: Collection[Tally], rule: RankingRule) -> Ranking:
    """Rank works by the mean, over their jurors, of each juror's weighted mean; then by what the rule declares."""
    apart = {each.number: cause for each in tallies if (cause := _cause(each, rule))}
    ranked = sorted((each for each in tallies if each.number not in apart), key=lambda each: each.number)
    groups, separations = _separate(_by_mean(ranked), rule)
    places: list[Place] = []
    for group in groups:
        mean, first = Fraction(group[0].total, group[0].sheets * rule.weight), len(places) + 1
        places += [Place(each.number, first, mean, len(group) > 1, each) for each in group]
    sheets = {each.number: each.sheets for each in tallies}
    return Ranking(tuple(places), tuple(Apart(n, sheets[n], apart[n]) for n in sorted(apart)), separations)


def equals(tallies: Collection[Tally], rule: RankingRule) -> list[int]:
    """Return the works whose mean another one shares: those that a tie-break looks at."""
    groups = _by_mean([each for each in tallies if _cause(each, rule) is None])
    return [each.number for group in groups if len(group) > 1 for each in group]


def line(ranking: Ranking, laureates_max: int) -> Line:
    """Return who is laureate by the ranking alone, and who is tied at the last place."""
    return cut(ranking.groups, laureates_max)


def cut(groups: Iterable[tuple[int, ...]], seats: int) -> Line:
    """Return where `seats` cuts groups of equals, best first."""
    inside: list[int] = []
    for group in groups:
        left = seats - len(inside)
        if len(group) > left:
            return Line(tuple(inside), group if left else (), left)
        inside.extend(group)
    return Line(tuple(inside), (), seats - len(inside))


def by_score(scores: Mapping[int, int | Fraction]) -> list[tuple[int, ...]]:
    """Return works in groups of equal scores, highest first, by number within a group."""
    groups: dict[int | Fraction, list[int]] = defaultdict(list)
    for number in sorted(scores):
        groups[scores[number]].append(number)
    return [tuple(groups[score]) for score in sorted(groups, reverse=True)]


def median(values: Sequence[int]) -> Fraction:
    """Return the middle value, half-way between the two middle ones when their number is even."""
    ordered, middle = sorted(values), len(values) // 2
    return Fraction(ordered[middle] + ordered[middle - 1 + len(values) % 2], 2)


def decimals_to_separate(means: Iterable[Fraction]) -> int:
    """Return how many decimals show unequal means as unequal, 2 at least."""
    distinct = set(means)
    for decimals in range(_FEWEST_DECIMALS, _MOST_DECIMALS):
        if len({format_mean(mean, decimals) for mean in distinct}) == len(distinct):
            return decimals
    return _MOST_DECIMALS


def format_mean(mean: Fraction, decimals: int = _FEWEST_DECIMALS) -> str:
    """Return « 8,43 »: rounded half up for people, never used to compare."""
    scaled = (2 * mean.numerator * 10**decimals + mean.denominator) // (2 * mean.denominator)
    sign, digits = ("-" if scaled < 0 else ""), f"{abs(scaled):0{decimals + 1}d}"
    return f"{sign}{digits[:-decimals]},{digits[-decimals:]}"


def _tally(number: int, sheets: Sequence[Sheet], rule: RankingRule, expected: int) -> Tally:
    keys = [criterion.key for criterion in rule.criteria]
    totals = sorted(weighted_sum(sheet.points, rule.criteria) for sheet in sheets)
    return Tally(
        number=number,
        sheets=len(sheets),
        total=sum(totals),
        sums={key: sum(sheet.points[key] for sheet in sheets) for key in keys},
        expected=expected,
        highest=sum(sheet.points[key] == rule.scale.high for sheet in sheets for key in keys),
        totals=totals,
    )


def _cause(each: Tally, rule: RankingRule) -> Cause | None:
    if not each.sheets:
        return Cause.NO_SHEET
    if each.sheets < rule.method.minimum_sheets:
        return Cause.TOO_FEW
    if rule.method.missing is Missing.EXCLUDES and each.sheets < each.expected:
        return Cause.INCOMPLETE
    return None


def _by_mean(tallies: Collection[Tally]) -> list[list[Tally]]:
    """Return works in groups of equal means, best first: whole numbers over one denominator that all counts share."""
    common = 1
    for count in {each.sheets for each in tallies}:
        common *= count
    return _grouped(tallies, lambda each: each.total * (common // each.sheets))


def _grouped(tallies: Iterable[Tally], value: Callable[[Tally], int | Fraction]) -> list[list[Tally]]:
    groups: dict[int | Fraction, list[Tally]] = defaultdict(list)
    for each in tallies:
        groups[value(each)].append(each)
    return [groups[key] for key in sorted(groups, reverse=True)]


def _separate(groups: list[list[Tally]], rule: RankingRule) -> tuple[list[list[Tally]], tuple[Separation, ...]]:
    """Split groups of equals by each declared tie-break in turn, and tell what each of them did."""
    done: list[Separation] = []
    for tie_break in rule.method.tie_breaks:
        value, finer = _value_of(tie_break), list[list[Tally]]()
        for group in groups:
            parts = _grouped(group, value) if len(group) > 1 else [group]
            finer += parts
            if len(parts) > 1:
                done.append(Separation(tie_break, tuple(tuple(each.number for each in part) for part in parts)))
        groups = finer
    return groups, tuple(done)


def _value_of(tie_break: str) -> Callable[[Tally], int | Fraction]:
    if tie_break == MEDIAN:
        return lambda each: median(each.totals)
    if tie_break == HIGHEST:
        return lambda each: each.highest
    key = tie_break.removeprefix(CRITERION)
    return lambda each: Fraction(each.sums[key], each.sheets)
