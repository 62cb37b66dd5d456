"""Which works a member must not meet, which are suspended, and what was reported."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import BindParameter, ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from jury.models import JuryMember, JurySession, JurySheet, JuryWork
from jury.recusals.models import JuryRecusal, JuryReport

Asked = str | BindParameter[str]
"""A value, or where one goes in a statement that is made once."""

# Of the tables themselves: a statement made of columns alone costs a third of one made of classes.
_WORKS, _RECUSALS, _REPORTS = JuryWork.__table__.c, JuryRecusal.__table__.c, JuryReport.__table__.c


@dataclass(frozen=True, slots=True)
class Exclusions:
    """All that keeps members and works of a session apart, by number."""

    pairs: frozenset[tuple[str, int]]
    """Member and work."""
    whole: frozenset[str]
    """Members who meet no work."""
    removed: frozenset[str]
    withdrawn: frozenset[int]
    suspended: frozenset[int]

    @property
    def out(self) -> frozenset[int]:
        """Works that nobody may score now."""
        return self.withdrawn | self.suspended

    def expected(self, member_id: str, numbers: Collection[int]) -> int:
        """Return for how many of these works, none of them out, this member is expected to write."""
        if member_id in self.removed or member_id in self.whole:
            return 0
        return len(numbers) - sum(member == member_id and number in numbers for member, number in self.pairs)

    def recused(self, members: Collection[str], numbers: Collection[int]) -> frozenset[tuple[str, int]]:
        """Return which of these members do not judge which of these works."""
        apart = {(member, number) for member, number in self.pairs if member in members and number in numbers}
        return frozenset(apart | {(member, number) for member in self.whole & set(members) for number in numbers})

    def counting(self) -> list[ColumnElement[bool]]:
        """Return what a sheet answers to when it counts; nothing where nothing is apart, for it costs."""
        clauses: list[ColumnElement[bool]] = []
        if away := self.removed | self.whole:
            clauses.append(JurySheet.member_id.not_in(away))
        if self.pairs:
            met = and_(JuryRecusal.member_id == JurySheet.member_id, JuryRecusal.work_id == JurySheet.work_id)
            clauses.append(~exists().where(met))
        if self.out:
            clauses.append(JurySheet.work_id.not_in(select(JuryWork.id).where(JuryWork.number.in_(self.out))))
        return clauses


def hidden_from(session_id: Asked, member_id: Asked) -> ColumnElement[bool]:
    """Return what a work answers to that does not exist for this member: kept from them, or withdrawn.

    No part of it hangs on the row: the database works each out once.
    """
    mine = _RECUSALS.member_id == member_id
    kept_from = _WORKS.id.in_(select(_RECUSALS.work_id).where(mine))
    return or_(kept_from, exists().where(mine, _RECUSALS.whole), ~standing(session_id))


def standing(session_id: Asked) -> ColumnElement[bool]:
    """Return what a work answers to that is still in the contest."""
    return _WORKS.id.not_in(_reported(session_id).where(_REPORTS.decision == "withdrawn"))


def suspended(session_id: Asked) -> ColumnElement[bool]:
    """Return what a work answers to about which a report waits for its decision."""
    return _WORKS.id.in_(_reported(session_id).where(_REPORTS.decision.is_(None)))


def suspended_numbers(session: Session, *, session_id: str) -> frozenset[int]:
    """Return the works about which a report waits for its decision."""
    query = select(JuryWork.number).where(JuryWork.session_id == session_id, suspended(session_id))
    return frozenset(session.scalars(query))


def exclusions_of(session: Session, jury: JurySession) -> Exclusions:
    """Return what keeps members and works apart over the whole session."""
    query = select(JuryRecusal.member_id, JuryWork.number, JuryRecusal.whole)
    query = query.join(JuryWork, JuryWork.id == JuryRecusal.work_id).where(JuryRecusal.session_id == jury.id)
    apart = session.execute(query).all()
    removed = select(JuryMember.id).where(JuryMember.session_id == jury.id, JuryMember.removed_at.is_not(None))
    reports = select(JuryWork.number, JuryReport.decision).join(JuryReport, JuryReport.work_id == JuryWork.id)
    reports = reports.where(JuryReport.session_id == jury.id, JuryReport.decision.is_distinct_from("resumed"))
    reported = session.execute(reports).all()
    return Exclusions(
        pairs=frozenset((row.member_id, row.number) for row in apart),
        whole=frozenset(row.member_id for row in apart if row.whole),
        removed=frozenset(session.scalars(removed)),
        withdrawn=frozenset(row.number for row in reported if row.decision is not None),
        suspended=frozenset(row.number for row in reported if row.decision is None),
    )


def own_recusals(session: Session, *, member_id: str) -> Sequence[tuple[JuryRecusal, int]]:
    """Return what a member stepped back from, with the numbers; never what the organisers kept from them."""
    query = select(JuryRecusal, JuryWork.number).join(JuryWork, JuryWork.id == JuryRecusal.work_id)
    query = query.where(JuryRecusal.member_id == member_id, JuryRecusal.cause == "self")
    return [(recusal, number) for recusal, number in session.execute(query.order_by(JuryRecusal.at, JuryWork.number))]


def kept_apart(session: Session, *, member_id: str, work_id: str) -> bool:
    """Tell whether the organisers keep this member from this work; an own recusal is another matter."""
    query = select(JuryRecusal.id).where(JuryRecusal.member_id == member_id, JuryRecusal.work_id == work_id)
    return session.scalars(query.where(JuryRecusal.cause == "own_body")).first() is not None


def reads_no_ranking(session: Session, jury: JurySession, member_id: str) -> bool:
    """Tell whether the ranking would tell this member where a work stands that they must not meet.

    False before there is one, and once the laureates are recorded: the minutes, which every member signs, then hold
    the whole ranking.
    """
    if jury.scoring_closed_at is None or jury.laureates_recorded_at is not None:
        return False
    found = exclusions_of(session, jury)
    apart = {number for member, number in found.pairs if member == member_id} - found.withdrawn
    return bool(apart) or member_id in found.whole


def reports_of(session: Session, jury: JurySession) -> Sequence[tuple[JuryReport, int]]:
    """Return what was reported with the numbers: what waits for a decision first, then the latest."""
    query = select(JuryReport, JuryWork.number).join(JuryWork, JuryWork.id == JuryReport.work_id)
    query = query.where(JuryReport.session_id == jury.id)
    query = query.order_by(JuryReport.decided_at.is_not(None), JuryReport.at.desc(), JuryReport.id)
    return [(report, number) for report, number in session.execute(query)]


def _reported(session_id: Asked) -> Select[str]:
    return select(_REPORTS.work_id).where(_REPORTS.session_id == session_id)
