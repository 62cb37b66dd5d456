"""What the sheets add up to, added by the database: columns, never one object a sheet."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, func, select, tuple_
from sqlalchemy.orm import Session, aliased

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
    mine = (JurySheet.session_id == jury.id,)
    begun = select(JurySheet.member_id, JurySheet.scored, func.count()).where(*mine)
    remarked = select(JurySheet.member_id, func.count()).where(*mine, JurySheet.scored == 0, JurySheet.remark != "")
    done, incomplete = Counter[str](), Counter[str]()
    for member_id, scored, count in session.execute(begun.group_by(JurySheet.member_id, JurySheet.scored)):
        if scored:
            (done if scored == len(jury.criteria_list) else incomplete)[member_id] += count
    for member_id, count in session.execute(remarked.group_by(JurySheet.member_id)):
        incomplete[member_id] += count
    return {member_id: Counts(done[member_id], incomplete[member_id]) for member_id in {*done, *incomplete}}


def tallies_of(session: Session, jury: JurySession, *, recused: Recused = frozenset()) -> list[Tally]:
    """Return what the whole sheets of each work add up to, works without any included; no criterion by itself."""
    rule, jurors, away = jury.rule, len(jurors_of(session, jury)), Counter(number for _, number in recused)
    numbers = select(JuryWork.number, JuryWork.id).where(JuryWork.session_id == jury.id)
    query = (
        select(JurySheet.work_id, func.count(), func.sum(JurySheet.total))
        .where(JurySheet.session_id == jury.id, JurySheet.total.is_not(None))
        .group_by(JurySheet.work_id)
    )
    if recused:
        work = select(JuryWork.number).where(JuryWork.id == JurySheet.work_id).scalar_subquery()
        query = query.where(tuple_(JurySheet.member_id, work).not_in(sorted(recused)))
    found = {work_id: (sheets, int(total or 0)) for work_id, sheets, total in session.execute(query)}
    return [
        Tally(number, *found.get(work_id, (0, 0)), expected=rule.method.expects(jurors, away[number]))
        for number, work_id in session.execute(numbers)
    ]


def ranking_of(
    session: Session, jury: JurySession, *, recused: Recused = frozenset(), detailed: bool = True
) -> Ranking:
    """Return the ranking, as the sheets make it now; `detailed` gives each work its criteria's own means.

    Raises Conflict when the rule is not the one that was frozen.
    """
    rule = jury.rule
    rule.check_frozen(jury.rule_digest)
    tallies = tallies_of(session, jury, recused=recused)
    if detailed or rule.method.tie_breaks:
        looked_at = None if detailed else equals(tallies, rule)
        details = details_of(session, jury, looked_at, recused=recused)
        tallies = [replace(each, **details.get(each.number, {})) for each in tallies]
    return rank(tallies, rule)


def details_of(
    session: Session, jury: JurySession, numbers: Collection[int] | None, *, recused: Recused = frozenset()
) -> dict[int, dict[str, Any]]:
    """Return what tie-breaks and criteria's means read of these works' whole sheets; of all of them for None."""
    rule, by_work = jury.rule, defaultdict[int, list[Sequence[int]]](list)
    query = _whole_sheets(jury, rule).add_columns(JurySheet.member_id, JuryWork.number)
    if numbers is not None:
        works = select(JuryWork.id).where(JuryWork.session_id == jury.id, JuryWork.number.in_(numbers))
        query = query.where(JurySheet.work_id.in_(works))
    away = set(recused)
    for *points, member_id, number in session.execute(query):
        if (member_id, number) not in away:
            by_work[number].append(points)
    return {number: _details(sheets, rule) for number, sheets in by_work.items()}


def sheets_of(session: Session, jury: JurySession, *, recused: Recused = frozenset()) -> Sheets:
    """Return every whole sheet of the panel, as the robustness of the selection is read from."""
    rule, points = jury.rule, defaultdict[str, dict[int, tuple[int, ...]]](dict)
    rule.check_frozen(jury.rule_digest)
    query = _whole_sheets(jury, rule).add_columns(JurySheet.member_id, JuryWork.number)
    for *given, member_id, number in session.execute(query):
        points[member_id][number] = tuple(given)
    return Sheets(rule, sorted(names_of(session, jury)), jurors_of(session, jury), points, recused)


def _whole_sheets(jury: JurySession, rule: RankingRule) -> Select[*tuple[Any, ...]]:
    """Return a query of whole sheets, one column a criterion; what else is asked of them is added to it."""
    scores = [aliased(JuryScore) for _ in rule.criteria]
    query = select(*(score.points for score in scores)).select_from(JurySheet)
    query = query.join(JuryWork, JuryWork.id == JurySheet.work_id)
    for score, criterion in zip(scores, rule.criteria, strict=True):
        query = query.join(score, and_(score.sheet_id == JurySheet.id, score.criterion == criterion.key))
    return query.where(JurySheet.session_id == jury.id, JurySheet.total.is_not(None))


def _details(sheets: Sequence[Sequence[int]], rule: RankingRule) -> dict[str, Any]:
    keys, weights = [each.key for each in rule.criteria], [each.weight for each in rule.criteria]
    return {
        "sums": dict(zip(keys, map(sum, zip(*sheets, strict=True)), strict=True)),
        "highest": sum(points.count(rule.scale.high) for points in sheets),
        "totals": sorted(sum(p * w for p, w in zip(points, weights, strict=True)) for points in sheets),
    }
