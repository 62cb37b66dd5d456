"""Which works a member must not meet, which are suspended, and what was reported."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from jury.models import JuryMember, JurySession, JuryWork
from jury.recusals.models import JuryRecusal, JuryReport


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

    def counts(self, member_id: str, number: int) -> bool:
        """Tell whether what this member wrote about this work enters the ranking."""
        return (
            member_id not in self.removed
            and member_id not in self.whole
            and number not in self.withdrawn
            and (member_id, number) not in self.pairs
        )

    def expected(self, member_id: str, numbers: Collection[int]) -> int:
        """Return for how many of these works this member is expected to write."""
        open_numbers = set(numbers) - self.suspended
        return sum(self.counts(member_id, number) for number in open_numbers)


def excluded_numbers(session: Session, *, session_id: str, member_id: str) -> frozenset[int]:
    """Return every number that does not exist for this member: those they are kept from, those withdrawn."""
    query = select(JuryWork.number, JuryRecusal.whole).join(JuryRecusal, JuryRecusal.work_id == JuryWork.id)
    apart = session.execute(query.where(JuryRecusal.member_id == member_id)).all()
    if any(row.whole for row in apart):
        return frozenset(session.scalars(select(JuryWork.number).where(JuryWork.session_id == session_id)))
    return frozenset(row.number for row in apart) | withdrawn_numbers(session, session_id=session_id)


def withdrawn_numbers(session: Session, *, session_id: str) -> frozenset[int]:
    """Return the works that are no longer in the contest."""
    return frozenset(session.scalars(_reported(session_id).where(JuryReport.decision == "withdrawn")))


def suspended_numbers(session: Session, *, session_id: str) -> frozenset[int]:
    """Return the works about which a report waits for its decision."""
    return frozenset(session.scalars(_reported(session_id).where(JuryReport.decision.is_(None))))


def exclusions_of(session: Session, jury: JurySession) -> Exclusions:
    """Return what keeps members and works apart over the whole session."""
    query = select(JuryRecusal.member_id, JuryWork.number, JuryRecusal.whole)
    query = query.join(JuryWork, JuryWork.id == JuryRecusal.work_id).where(JuryRecusal.session_id == jury.id)
    rows = session.execute(query).all()
    removed = select(JuryMember.id).where(JuryMember.session_id == jury.id, JuryMember.removed_at.is_not(None))
    return Exclusions(
        pairs=frozenset((row.member_id, row.number) for row in rows),
        whole=frozenset(row.member_id for row in rows if row.whole),
        removed=frozenset(session.scalars(removed)),
        withdrawn=withdrawn_numbers(session, session_id=jury.id),
        suspended=suspended_numbers(session, session_id=jury.id),
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


def reports_of(session: Session, jury: JurySession) -> Sequence[tuple[JuryReport, int]]:
    """Return what was reported with the numbers: what waits for a decision first, then the latest."""
    query = select(JuryReport, JuryWork.number).join(JuryWork, JuryWork.id == JuryReport.work_id)
    query = query.where(JuryReport.session_id == jury.id)
    query = query.order_by(JuryReport.decided_at.is_not(None), JuryReport.at.desc(), JuryReport.id)
    return [(report, number) for report, number in session.execute(query)]


def _reported(session_id: str) -> Select[int]:
    query = select(JuryWork.number).join(JuryReport, JuryReport.work_id == JuryWork.id)
    return query.where(JuryWork.session_id == session_id)
