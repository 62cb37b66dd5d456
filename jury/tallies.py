"""What the sheets add up to, added by the database: columns, never one object a sheet."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, select, tuple_
from sqlalchemy.orm import Session

from jury.method import MEDIAN
from jury.models import JuryMember, JuryScore, JurySession, JurySheet, JuryWork
from jury.ranking import Ranking, Tally, equals, rank
from jury.ranking_rule import RankingRule
from jury.robustness.sheets import Sheets
from jury.rules import SCORING_ROLES

Recused = Collection[tuple[str, int]]
"""Who does not judge what: (member, number)."""


class Counts(NamedTuple):
    """How many sheets of one member are whole, and how many are begun only."""

    done: int
    incomplete: int


class WorkName(NamedTuple):
    """How a work is named in a list."""

    number: int
    title: str
    category: str


def names_of(session: Session, jury: JurySession) -> dict[int, WorkName]:
    """Return what lists show of each work, in the order of their numbers."""
    query = select(JuryWork.number, JuryWork.title, JuryWork.category).where(JuryWork.session_id == jury.id)
    return {row.number: WorkName(*row) for row in session.execute(query.order_by(JuryWork.number))}


def jurors_of(session: Session, jury: JurySession) -> list[str]:
    """Return the members who fill in sheets, in no telling order."""
    query = select(JuryMember.id).where(JuryMember.session_id == jury.id, JuryMember.role.in_(SCORING_ROLES))
    return sorted(session.scalars(query))


def counts_of(session: Session, jury: JurySession) -> dict[str, Counts]:
    """Return how far each member has come; a member without any sheet is left out."""
    given = _scores_by_sheet(jury)
    whole = func.coalesce(given.c.scores, 0) == len(jury.criteria_list)
    begun = and_(~whole, (func.coalesce(given.c.scores, 0) > 0) | (JurySheet.remark != ""))
    query = (
        select(JurySheet.member_id, _count(whole), _count(begun))
        .outerjoin(given, given.c.sheet_id == JurySheet.id)
        .where(JurySheet.session_id == jury.id)
        .group_by(JurySheet.member_id)
    )
    return {member_id: Counts(done, incomplete) for member_id, done, incomplete in session.execute(query)}


def tallies_of(session: Session, jury: JurySession, *, recused: Recused = frozenset()) -> list[Tally]:
    """Return what the whole sheets of each work add up to, works without any included."""
    rule = jury.rule
    jurors, away = len(jurors_of(session, jury)), defaultdict[int, int](int)
    for _member_id, number in recused:
        away[number] += 1
    keys = [criterion.key for criterion in rule.criteria]
    found = {row[0]: row for row in session.execute(_sums(jury, rule, recused))}
    numbers = session.scalars(select(JuryWork.number).where(JuryWork.session_id == jury.id))
    return [_tally(number, found.get(number), keys, rule.method.expects(jurors, away[number])) for number in numbers]


def ranking_of(session: Session, jury: JurySession, *, recused: Recused = frozenset()) -> Ranking:
    """Return the ranking, as the sheets make it now. Raises Conflict when the rule is not the one that was frozen."""
    rule = jury.rule
    rule.check_frozen(jury.rule_digest)
    tallies = tallies_of(session, jury, recused=recused)
    if MEDIAN in rule.method.tie_breaks:
        totals = _totals(session, jury, rule, equals(tallies, rule), recused)
        tallies = [replace(each, totals=sorted(totals.get(each.number, ()))) for each in tallies]
    return rank(tallies, rule)


def sheets_of(session: Session, jury: JurySession, *, recused: Recused = frozenset()) -> Sheets:
    """Return every whole sheet of the panel, as the robustness of the selection is read from."""
    rule, points = jury.rule, defaultdict[str, dict[int, tuple[int, ...]]](dict)
    rule.check_frozen(jury.rule_digest)
    query = _whole_sheets(jury, rule).add_columns(JurySheet.member_id, JuryWork.number)
    for *given, member_id, number in session.execute(query):
        points[member_id][number] = tuple(given)
    return Sheets(rule, sorted(names_of(session, jury)), jurors_of(session, jury), points, recused)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _scores_by_sheet(jury: JurySession) -> Subquery:
    """Return how many scores each sheet of the session holds."""
    sheets = select(JurySheet.id).where(JurySheet.session_id == jury.id)
    query = select(JuryScore.sheet_id, func.count().label("scores")).where(JuryScore.sheet_id.in_(sheets))
    return query.group_by(JuryScore.sheet_id).subquery()


def _by_sheet(jury: JurySession, rule: RankingRule) -> Subquery:
    """Return each whole sheet with one column a criterion."""
    columns = [
        func.max(case((JuryScore.criterion == criterion.key, JuryScore.points))).label(f"points_{index}")
        for index, criterion in enumerate(rule.criteria)
    ]
    query = select(JuryScore.sheet_id, *columns).join(JurySheet, JurySheet.id == JuryScore.sheet_id)
    query = query.where(JurySheet.session_id == jury.id).group_by(JuryScore.sheet_id)
    return query.having(func.count() == len(rule.criteria)).subquery()


def _whole_sheets(jury: JurySession, rule: RankingRule, recused: Recused = frozenset()) -> Select[Any]:
    sheet = _by_sheet(jury, rule)
    points = [sheet.c[f"points_{index}"] for index in range(len(rule.criteria))]
    query = (
        select(*points)
        .select_from(JurySheet)
        .join(sheet, sheet.c.sheet_id == JurySheet.id)
        .join(JuryWork, JuryWork.id == JurySheet.work_id)
        .where(JurySheet.session_id == jury.id)
    )
    return query.where(tuple_(JurySheet.member_id, JuryWork.number).not_in(sorted(recused))) if recused else query


def _sums(jury: JurySession, rule: RankingRule, recused: Recused) -> Select[Any]:
    """Return, by work, how many whole sheets it has, how many highest scores, and the points of each criterion."""
    whole = _whole_sheets(jury, rule, recused)
    points = list(whole.selected_columns)
    highest = [case((each == rule.scale.high, 1), else_=0) for each in points]
    top = sum(highest[1:], highest[0])
    columns = (JuryWork.number, func.count(), func.sum(top), *(func.sum(each) for each in points))
    return whole.with_only_columns(*columns).group_by(JuryWork.number)


def _totals(
    session: Session, jury: JurySession, rule: RankingRule, numbers: Collection[int], recused: Recused
) -> Mapping[int, list[int]]:
    """Return the weighted sum of each whole sheet of these works."""
    query = _whole_sheets(jury, rule, recused).add_columns(JuryWork.number).where(JuryWork.number.in_(numbers))
    totals: dict[int, list[int]] = defaultdict(list)
    for *points, number in session.execute(query):
        pairs = zip(points, rule.criteria, strict=True)
        totals[number].append(sum(value * criterion.weight for value, criterion in pairs))
    return totals


def _tally(number: int, row: Any, keys: list[str], expected: int) -> Tally:
    if row is None:
        return Tally(number, 0, dict.fromkeys(keys, 0), expected)
    _number, sheets, highest, *sums = row
    return Tally(number, sheets, dict(zip(keys, map(int, sums), strict=True)), expected, int(highest))
