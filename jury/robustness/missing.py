"""Which missing sheets could still change the selection, given the scale: exactly, whatever they would say."""

from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from jury.method import Missing
from jury.ranking import Line, Tally, by_score, cut
from jury.robustness.sheets import Sheets


@dataclass(frozen=True)
class Stake:
    """What the missing sheets of one work could do."""

    number: int
    missing: int
    one: bool
    """Whether a single one of them, alone, could bring the work in, out, or level with the last place."""
    all: bool
    """Whether those that are missing, of every work together, could."""


@dataclass(frozen=True)
class Stakes:
    """What all missing sheets could do, a work each, by number."""

    works: tuple[Stake, ...]
    certain: tuple[int, ...]
    """Selected whatever the missing sheets say."""
    possible: tuple[int, ...]
    """Selected, or level with the last place, in some case at least."""
    by_juror: dict[str, int]
    """How many of each juror's missing sheets could, alone, change the selection."""


def stakes(sheets: Sheets) -> Stakes:
    """Return what the missing sheets could change. A mean that comes level counts: tie-breaks are not foreseen."""
    field = _Field(sheets)
    missing = Counter(number for _, number in sheets.missing)
    alone = {number: field.one_could(number) for number in missing}
    certain, possible = field.certain, field.possible
    works = [Stake(n, missing[n], alone[n], n in possible and n not in certain) for n in sorted(missing)]
    by_juror = Counter(juror for juror, number in sheets.missing if alone[number])
    return Stakes(tuple(works), tuple(sorted(certain)), tuple(sorted(possible)), dict(by_juror))


class _Field:
    """Where each work stands, and how far its missing sheets could take it."""

    def __init__(self, sheets: Sheets) -> None:
        self._rule = sheets.rule
        self._missing = Counter(number for _, number in sheets.missing)
        self._tallies = {each.number: each for each in sheets.tallies(sheets.rule, sheets.jurors)}
        self._means = {place.number: place.mean for place in sheets.ranking.places}
        self._ordered = sorted(self._means.values())

    @cached_property
    def now(self) -> Line:
        """The line by means alone."""
        return cut(by_score(self._means), self._rule.laureates_max)

    def one_could(self, number: int) -> bool:
        """Tell whether one more sheet of this work could change the line."""
        reach = self._after(self._tallies[number], 1)
        return reach is not None and any(self._changes_line(number, mean) for mean in reach)

    def _changes_line(self, number: int, mean: Fraction) -> bool:
        """Tell whether the line is another one when this work alone has this mean."""
        seats, held = self._rule.laureates_max, self._means.get(number)
        better = len(self._ordered) - bisect_right(self._ordered, mean) - (held is not None and held > mean)
        level = bisect_right(self._ordered, mean) - bisect_left(self._ordered, mean) - (held == mean)
        inside, tied = better + level < seats, better < seats <= better + level
        if number in self.now.inside:
            return not inside
        if number in self.now.tied:
            return held != mean
        return inside or tied

    @cached_property
    def _bounds(self) -> dict[int, tuple[Fraction | None, Fraction | None]]:
        """The lowest and the highest mean of each work over what could come, none of it included; None: unranked."""
        return {number: self._bound(each) for number, each in self._tallies.items()}

    def _bound(self, each: Tally) -> tuple[Fraction | None, Fraction | None]:
        held = self._means.get(each.number)
        reaches = [self._after(each, more) for more in range(1, self._missing[each.number] + 1)]
        means = [mean for reach in reaches if reach for mean in reach]
        lowest = min([*means, held]) if held is not None else None
        highest = max([*means, *([] if held is None else [held])], default=None)
        return lowest, highest

    @cached_property
    def certain(self) -> set[int]:
        """The works that no completion puts out of the line or level with others there."""
        highs = sorted(high for _, high in self._bounds.values() if high is not None)
        found = set()
        for number, (low, high) in self._bounds.items():
            if low is None or high is None:
                continue
            rivals = len(highs) - bisect_left(highs, low) - (high >= low)
            if rivals < self._rule.laureates_max:
                found.add(number)
        return found

    @cached_property
    def possible(self) -> set[int]:
        """The works that some completion puts inside, or level with the last place."""
        lows = sorted(low for low, _ in self._bounds.values() if low is not None)
        found = set()
        for number, (low, high) in self._bounds.items():
            if high is None:
                continue
            ahead = len(lows) - bisect_right(lows, high) - (low is not None and low > high)
            if ahead < self._rule.laureates_max:
                found.add(number)
        return found

    def _after(self, each: Tally, more: int) -> tuple[Fraction, Fraction] | None:
        """Return the lowest and the highest mean after `more` sheets; None while the rule leaves the work apart."""
        rule, sheets = self._rule, each.sheets + more
        waits = rule.method.missing is Missing.EXCLUDES and sheets < each.expected
        if sheets < rule.method.minimum_sheets or waits:
            return None
        total, weight = each.total, rule.weight
        low, high = (total + more * points * weight for points in (rule.scale.low, rule.scale.high))
        return Fraction(low, sheets * weight), Fraction(high, sheets * weight)
