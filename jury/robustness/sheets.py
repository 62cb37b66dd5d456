"""What the robustness of a selection is read from: every whole sheet of a panel, as plain values."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from jury.method import HIGHEST, MEDIAN, Method
from jury.ranking import Line, Ranking, Tally, line, rank
from jury.ranking_rule import RankingRule


@dataclass(frozen=True)
class Sheets:
    """The whole sheets of a panel. `points`: by juror, then by number, in the order of the rule's criteria."""

    rule: RankingRule
    numbers: Sequence[int]
    jurors: Sequence[str]
    points: Mapping[str, Mapping[int, Sequence[int]]]
    recused: Collection[tuple[str, int]] = frozenset()

    @cached_property
    def kept(self) -> dict[str, dict[int, Sequence[int]]]:
        """The sheets that count: those of a juror on the panel, about a work that this juror judges."""
        return {
            juror: {n: points for n, points in self.points.get(juror, {}).items() if (juror, n) not in self.recused}
            for juror in self.jurors
        }

    @cached_property
    def totals(self) -> dict[str, dict[int, int]]:
        """The weighted sum of each sheet that counts."""
        weights = [criterion.weight for criterion in self.rule.criteria]
        return {
            juror: {n: sum(p * w for p, w in zip(points, weights, strict=True)) for n, points in given.items()}
            for juror, given in self.kept.items()
        }

    @cached_property
    def missing(self) -> list[tuple[str, int]]:
        """The sheets that are expected and not there: (juror, number)."""
        recused = set(self.recused)
        return [
            (juror, number)
            for juror in self.jurors
            for number in self.numbers
            if number not in self.kept[juror] and (juror, number) not in recused
        ]

    @cached_property
    def ranking(self) -> Ranking:
        """The ranking by the declared rule."""
        return rank(self.tallies(self.rule, self.jurors), self.rule)

    @cached_property
    def line(self) -> Line:
        """Where the number of laureates cuts that ranking."""
        return line(self.ranking, self.rule.laureates_max)

    def line_by(self, rule: RankingRule, jurors: Sequence[str]) -> Line:
        """Return the line that another rule, or fewer jurors, would give among the works that are ranked.

        That a juror's sheets are left out makes none of them too few.
        """
        lenient = replace(rule, method=Method(tie_breaks=rule.method.tie_breaks))
        ranked = [each for each in self.tallies(lenient, jurors) if each.number in self.ranking.by_number]
        return line(rank(ranked, lenient), rule.laureates_max)

    def tallies(self, rule: RankingRule, jurors: Sequence[str]) -> list[Tally]:
        """Add up the sheets of these jurors."""
        by_work: dict[int, list[Sequence[int]]] = defaultdict(list)
        for juror in jurors:
            for number, points in self.kept[juror].items():
                by_work[number].append(points)
        seated, away = set(jurors), defaultdict[int, int](int)
        for juror, number in set(self.recused):
            away[number] += juror in seated
        return [_tally(n, by_work[n], rule, rule.method.expects(len(jurors), away[n])) for n in self.numbers]


def _tally(number: int, sheets: Sequence[Sequence[int]], rule: RankingRule, expected: int) -> Tally:
    keys, weights = [c.key for c in rule.criteria], [c.weight for c in rule.criteria]
    columns = list(zip(*sheets, strict=True)) if sheets else [()] * len(keys)
    sums, tie_breaks = list(map(sum, columns)), rule.method.tie_breaks
    totals = (sum(p * w for p, w in zip(points, weights, strict=True)) for points in sheets)
    return Tally(
        number=number,
        sheets=len(sheets),
        total=sum(points * weight for points, weight in zip(sums, weights, strict=True)),
        sums=dict(zip(keys, sums, strict=True)),
        expected=expected,
        # What no tie-break reads is not counted: a large panel is tallied dozens of times.
        highest=sum(column.count(rule.scale.high) for column in columns) if HIGHEST in tie_breaks else 0,
        totals=sorted(totals) if MEDIAN in tie_breaks else (),
    )
