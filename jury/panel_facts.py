"""What an act on the panel would change, and what the minutes say of the panel. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jury import queries
from jury.models import JuryMember, JurySession, JurySheet, JuryWork
from jury.recusals.models import JuryRecusal
from jury.recusals.queries import reports_of
from jury.rules import Role, SheetState, Standing
from jury.tallies import tallies_of


@dataclass(frozen=True, slots=True)
class Consequences:
    """What taking somebody off the panel would change. Counts only."""

    begun_at: datetime | None
    """When the panel began to score; before, nothing is lost."""
    sheets: int
    """Finished sheets that would leave the ranking."""
    below: int
    """Works that would be left with fewer sheets than they need."""


@dataclass(frozen=True, slots=True)
class Removed:
    """Somebody who sat, and what they leave behind."""

    member: JuryMember
    sheets: int
    """Sheets kept and set apart, whole or not."""


@dataclass(frozen=True, slots=True)
class SteppedBack:
    """A juror who stepped back from a work, or because of it from all."""

    name: str
    number: int
    whole: bool
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a work that was reported."""

    number: int
    withdrawn: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Annex:
    """What the minutes say of the panel beside its list."""

    removed: Sequence[Removed]
    added: Sequence[JuryMember]
    called: Sequence[JuryMember]
    dual_roles: Sequence[JuryMember]
    recusals: Sequence[SteppedBack]
    kept_apart: int
    """Pairs that the organisers keep apart: which ones would tell who made a work."""
    reports: Sequence[Decided]


@dataclass(frozen=True, slots=True)
class DeclaredBodies:
    """The administrations that a member declared as their own."""

    member_id: str
    name: str
    bodies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BreachReport:
    """What a member reported of a work; who reported it stays with the jury."""

    report_id: str
    work_id: str
    number: int
    text: str
    at: datetime
    decision: str | None
    """`resumed`, `withdrawn`, or None while it waits."""
    decided_at: datetime | None


def declared_bodies(session: Session, *, edition_key: str) -> list[DeclaredBodies]:
    """Return what the members who accepted declared, by name of the member."""
    members = queries.members_of(session, queries.find_session(session, edition_key))
    found = [each for each in members if each.standing is Standing.ACCEPTED and each.bodies]
    return [DeclaredBodies(each.id, each.name, tuple(each.bodies.splitlines())) for each in found]


def breach_reports(session: Session, *, edition_key: str) -> list[BreachReport]:
    """Return what members reported, what waits for a decision first."""
    return [
        BreachReport(
            report_id=report.id,
            work_id=report.work_id,
            number=number,
            text=report.text,
            at=report.at,
            decision=report.decision,
            decided_at=report.decided_at,
        )
        for report, number in reports_of(session, queries.find_session(session, edition_key))
    ]


def removal_consequences(session: Session, *, edition_key: str, member_id: str) -> Consequences:
    """Return what taking this member off the panel would change, by the rule's own minimum of sheets."""
    jury = queries.find_session(session, edition_key)
    minimum = jury.rule.method.minimum_sheets
    states = queries.states_of(session, jury, member_id=member_id)
    theirs = {number for number, state in states.items() if state is SheetState.SCORED}
    below = sum(each.sheets == minimum for each in tallies_of(session, jury) if each.number in theirs)
    return Consequences(queries.first_sheet_at(session, jury), len(theirs), below)


def annex_of(session: Session, jury: JurySession) -> Annex:
    """Return what the minutes say of the panel beside its list."""
    everybody = session.scalars(
        select(JuryMember).where(JuryMember.session_id == jury.id).order_by(JuryMember.name)
    ).all()
    return Annex(
        removed=[Removed(each, _sheets(session, each)) for each in everybody if each.removed_at is not None],
        added=[each for each in everybody if each.added_reason and each.sits],
        called=[each for each in everybody if each.duty is Role.SUBSTITUTE and each.called_at is not None],
        dual_roles=[each for each in everybody if each.dual_role_at is not None],
        recusals=_stepped_back(session, jury),
        kept_apart=_kept_apart(session, jury),
        reports=[
            Decided(number, report.decision == "withdrawn", report.decided_at)
            for report, number in reports_of(session, jury)
            if report.decided_at is not None
        ],
    )


def _sheets(session: Session, member: JuryMember) -> int:
    return session.scalar(select(func.count()).where(JurySheet.member_id == member.id)) or 0


def _stepped_back(session: Session, jury: JurySession) -> list[SteppedBack]:
    query = (
        select(JuryMember.name, JuryWork.number, JuryRecusal.whole, JuryRecusal.reason, JuryRecusal.at)
        .join(JuryRecusal, JuryRecusal.member_id == JuryMember.id)
        .join(JuryWork, JuryWork.id == JuryRecusal.work_id)
        .where(JuryRecusal.session_id == jury.id, JuryRecusal.cause == "self")
        .order_by(JuryMember.name, JuryWork.number)
    )
    return [SteppedBack(*row) for row in session.execute(query)]


def _kept_apart(session: Session, jury: JurySession) -> int:
    query = select(func.count()).where(JuryRecusal.session_id == jury.id, JuryRecusal.cause == "own_body")
    return session.scalar(query) or 0
