"""What the sheets add up to, added by the database: columns, never one object a sheet.

Whatever is asked here leaves out by itself what does not count: a recused pair, a removed member's sheets, a work
that is withdrawn or suspended.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from jury.models import JuryMember, JuryScore, JurySession, JurySheet, JuryWork
from jury.ranking import Ranking, Tally, equals, rank
from jury.ranking_rule import RankingRule
from jury.recusals.queries import Exclusions, exclusions_of, standing, suspended
from jury.robustness.sheets import Sheets
from jury.rules import SCORING_ROLES

_WORKS = JuryWork.__table__
"""Columns alone: rows of thousands of works cost less than through the class."""


class Counts(NamedTuple):
    """How many sheets of one member are whole, and how many are begun only."""

    done: int
    incomplete: int


class WorkName(NamedTuple):
    """How a work is named in a list."""

    number: int
    title: str
    category: str


def names_of(session: Session, jury: JurySession, numbers: Collection[int] | None = None) -> dict[int, WorkName]:
    """Return what lists show of these works, of each still in the contest for None, in the order of their numbers."""
    query = select(_WORKS.c.number, _WORKS.c.title, _WORKS.c.category)
    query = query.where(_WORKS.c.session_id == jury.id, standing(jury.id))
    if numbers is not None:
        query = query.where(_WORKS.c.number.in_(numbers))
    return {row.number: WorkName(*row) for row in session.execute(query.order_by(_WORKS.c.number))}


def jurors_of(session: Session, jury: JurySession) -> list[str]:
    """Return the members who fill in sheets, or are asked to, in no telling order."""
    scores = or_(JuryMember.role.in_(SCORING_ROLES), JuryMember.called_at.is_not(None))
    there = (JuryMember.removed_at.is_(None), JuryMember.declined_at.is_(None))
    query = select(JuryMember.id).where(JuryMember.session_id == jury.id, scores, *there)
    return sorted(session.scalars(query))


def counts_of(session: Session, jury: JurySession) -> dict[str, Counts]:
    """Return how far each member has come; a member without any sheet is left out."""
    mine = (JurySheet.session_id == jury.id, *exclusions_of(session, jury).counting())
    begun = select(JurySheet.member_id, JurySheet.scored, func.count()).where(*mine)
    remarked = select(JurySheet.member_id, func.count()).where(*mine, JurySheet.scored == 0, JurySheet.remark != "")
    done, incomplete = Counter[str](), Counter[str]()
    for member_id, scored, count in session.execute(begun.group_by(JurySheet.member_id, JurySheet.scored)):
        if scored:
            (done if scored == len(jury.criteria_list) else incomplete)[member_id] += count
    for member_id, count in session.execute(remarked.group_by(JurySheet.member_id)):
        incomplete[member_id] += count
    return {member_id: Counts(done[member_id], incomplete[member_id]) for member_id in {*done, *incomplete}}


def tallies_of(session: Session, jury: JurySession) -> list[Tally]:
    """Return what the whole sheets of each work add up to, works without any included; no criterion by itself."""
    apart, jurors, works = exclusions_of(session, jury), jurors_of(session, jury), _open_works(session, jury)
    away = Counter(number for _, number in apart.recused(jurors, works))
    query = (
        select(JurySheet.work_id, func.count(), func.sum(JurySheet.total))
        .where(JurySheet.session_id == jury.id, JurySheet.total.is_not(None), *apart.counting())
        .group_by(JurySheet.work_id)
    )
    found = {work_id: (sheets, int(total or 0)) for work_id, sheets, total in session.execute(query)}
    expects = jury.rule.method.expects
    return [
        Tally(number, *found.get(work_id, (0, 0)), expected=expects(len(jurors), away[number]))
        for number, work_id in works.items()
    ]


def ranking_of(session: Session, jury: JurySession, *, detailed: bool = True) -> Ranking:
    """Return the ranking, as the sheets make it now; `detailed` gives each work its criteria's own means.

    Raises Conflict when the rule is not the one that was frozen.
    """
    rule = jury.rule
    rule.check_frozen(jury.rule_digest)
    tallies = tallies_of(session, jury)
    if detailed or rule.method.tie_breaks:
        looked_at = None if detailed else equals(tallies, rule)
        details = details_of(session, jury, looked_at)
        tallies = [replace(each, **details.get(each.number, {})) for each in tallies]
    return rank(tallies, rule)


def details_of(session: Session, jury: JurySession, numbers: Collection[int] | None) -> dict[int, dict[str, Any]]:
    """Return what tie-breaks and criteria's means read of these works' whole sheets; of all of them for None."""
    rule, by_work = jury.rule, defaultdict[int, list[Sequence[int]]](list)
    query = _whole_sheets(jury, rule, exclusions_of(session, jury)).add_columns(JuryWork.number)
    if numbers is not None:
        works = select(JuryWork.id).where(JuryWork.session_id == jury.id, JuryWork.number.in_(numbers))
        query = query.where(JurySheet.work_id.in_(works))
    for *points, number in session.execute(query):
        by_work[number].append(points)
    return {number: _details(sheets, rule) for number, sheets in by_work.items()}


def sums_of(session: Session, jury: JurySession, numbers: Collection[int] | None = None) -> dict[int, dict[str, int]]:
    """Return the points of all whole sheets of these works, of all for None: what a criterion's mean is made of."""
    works = select(_WORKS.c.number, _WORKS.c.id).where(_WORKS.c.session_id == jury.id)
    works = works if numbers is None else works.where(_WORKS.c.number.in_(numbers))
    keys = [each.key for each in jury.rule.criteria]
    # A column a criterion, a row a work: the database groups sheets in the order of an index, and sorts nothing.
    sums = (func.sum(case((JuryScore.criterion == key, JuryScore.points))) for key in keys)
    query = select(JurySheet.work_id, *sums).join(JuryScore, JuryScore.sheet_id == JurySheet.id)
    query = query.where(JurySheet.session_id == jury.id, JurySheet.total.is_not(None))
    if numbers is not None:
        query = query.where(JurySheet.work_id.in_(works.with_only_columns(_WORKS.c.id)))
    query = query.where(*exclusions_of(session, jury).counting()).group_by(JurySheet.work_id)
    found = {work_id: dict(zip(keys, map(int, points), strict=True)) for work_id, *points in session.execute(query)}
    return {number: found.get(work_id, {}) for number, work_id in session.execute(works)}


def sheets_of(session: Session, jury: JurySession) -> Sheets:
    """Return every whole sheet that counts, as the robustness of the selection is read from."""
    apart, jurors, works = exclusions_of(session, jury), jurors_of(session, jury), _open_works(session, jury)
    rule, points = jury.rule, defaultdict[str, dict[int, tuple[int, ...]]](dict)
    rule.check_frozen(jury.rule_digest)
    query = _whole_sheets(jury, rule, apart).add_columns(JurySheet.member_id, JuryWork.number)
    for *given, member_id, number in session.execute(query):
        points[member_id][number] = tuple(given)
    return Sheets(rule, sorted(works), jurors, points, apart.recused(jurors, works))


def _open_works(session: Session, jury: JurySession) -> Mapping[int, str]:
    """Return the identifiers of the works that are neither withdrawn nor suspended, by number."""
    query = select(_WORKS.c.number, _WORKS.c.id)
    query = query.where(_WORKS.c.session_id == jury.id, standing(jury.id), ~suspended(jury.id))
    return dict(session.execute(query).all())


def _whole_sheets(jury: JurySession, rule: RankingRule, apart: Exclusions) -> Select[*tuple[Any, ...]]:
    """Return a query of whole sheets that count, one column a criterion; what else is asked of them is added to it."""
    scores = [aliased(JuryScore) for _ in rule.criteria]
    query = select(*(score.points for score in scores)).select_from(JurySheet)
    query = query.join(JuryWork, JuryWork.id == JurySheet.work_id)
    for score, criterion in zip(scores, rule.criteria, strict=True):
        query = query.join(score, and_(score.sheet_id == JurySheet.id, score.criterion == criterion.key))
    return query.where(JurySheet.session_id == jury.id, JurySheet.total.is_not(None), *apart.counting())


def _details(sheets: Sequence[Sequence[int]], rule: RankingRule) -> dict[str, Any]:
    keys, weights = [each.key for each in rule.criteria], [each.weight for each in rule.criteria]
    return {
        "sums": dict(zip(keys, map(sum, zip(*sheets, strict=True)), strict=True)),
        "highest": sum(points.count(rule.scale.high) for points in sheets),
        "totals": sorted(sum(p * w for p, w in zip(points, weights, strict=True)) for points in sheets),
    }
