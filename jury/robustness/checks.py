"""The selection, checked many times over: without one juror, with other weights, by other ways of ranking."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from jury.ranking import Line
from jury.ranking_rule import RankingRule
from jury.robustness.methods import Order, Way
from jury.robustness.sheets import Sheets


class Kind(StrEnum):
    """What a check changes."""

    JUROR = "juror"
    DROPPED = "dropped"
    DOUBLED = "doubled"
    WAY = "way"


@dataclass(frozen=True)
class Check:
    """One check: what it changes (a criterion's key, a way; never which juror), and the line that it gives."""

    kind: Kind
    about: str
    line: Line
    entering: tuple[int, ...]
    """Works that it selects and that the ranking leaves out."""
    leaving: tuple[int, ...]
    """Works that the ranking selects and that it leaves out."""
    same: bool


@dataclass(frozen=True)
class Steadiness:
    """In how many of the checks one work is selected, and in how many it is tied at the last place."""

    number: int
    inside: int
    tied: int


def run_checks(sheets: Sheets, orders: Sequence[Order]) -> list[Check]:
    """Return every check. Those without one juror come in an order that does not tell which."""
    jurors = [_check(sheets, Kind.JUROR, "", line) for line in _without_one(sheets)]
    jurors.sort(key=lambda check: (check.same, check.entering, check.leaving, check.line.tied, check.line.inside))
    others = [_check(sheets, kind, about, line) for kind, about, line in _otherwise(sheets)]
    ways = [_check(sheets, Kind.WAY, order.way.value, order.line) for order in orders if order.way is not Way.MEAN]
    return [*jurors, *others, *ways]


def steadiness(sheets: Sheets, checks: Sequence[Check]) -> list[Steadiness]:
    """Return every work that the ranking or a check selects or ties at the last place, as the ranking orders them."""
    lines = [sheets.line, *(check.line for check in checks)]
    met = {number for line in lines for number in (*line.inside, *line.tied)}
    order = [place.number for place in sheets.ranking.places]
    return [
        Steadiness(
            number,
            sum(number in check.line.inside for check in checks),
            sum(number in check.line.tied for check in checks),
        )
        for number in order
        if number in met
    ]


def _check(sheets: Sheets, kind: Kind, about: str, line: Line) -> Check:
    base = sheets.line
    return Check(
        kind=kind,
        about=about,
        line=line,
        entering=tuple(sorted(set(line.inside) - {*base.inside, *base.tied})),
        leaving=tuple(sorted(set(base.inside) - {*line.inside, *line.tied})),
        same=set(line.inside) == set(base.inside) and set(line.tied) == set(base.tied),
    )


def _without_one(sheets: Sheets) -> Iterator[Line]:
    """Yield the line without each juror in turn; a panel of one has no other."""
    seated = [juror for juror in sheets.jurors if sheets.kept[juror]]
    for left_out in seated if len(seated) > 1 else ():
        yield sheets.line_by(sheets.rule, [juror for juror in seated if juror != left_out])


def _otherwise(sheets: Sheets) -> Iterator[tuple[Kind, str, Line]]:
    """Yield the line without each criterion in turn, and with its weight doubled; a single criterion has neither."""
    keys = [criterion.key for criterion in sheets.rule.criteria]
    for key in keys if len(keys) > 1 else ():
        yield Kind.DROPPED, key, sheets.line_by(_weighed(sheets.rule, key, 0), sheets.jurors)
        yield Kind.DOUBLED, key, sheets.line_by(_weighed(sheets.rule, key, 2), sheets.jurors)


def _weighed(rule: RankingRule, key: str, times: int) -> RankingRule:
    criteria = (replace(each, weight=each.weight * times) if each.key == key else each for each in rule.criteria)
    return replace(rule, criteria=tuple(criteria))
