"""All that `concours` may ask of the jury. Numbers only: nobody's scores, nobody's name but the panel's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from concours.kernel.codes import issue_link
from concours.kernel.errors import Forbidden, NotFound
from jury import queries
from jury.deliberation.queries import laureates_of
from jury.models import JuryAudit as AuditEvent
from jury.models import JuryLink, JurySession
from jury.models import JuryOutbox as Outbox
from jury.operations import open_session, receive_works, update_session_rules
from jury.panel_facts import Consequences
from jury.panel_facts import removal_consequences as _removal_consequences
from jury.queries import MemberProgress
from jury.ranking import Line, Place, Ranking, decimals_to_separate, format_mean, line, rank
from jury.recusals.operations import exclude_pairs, resume_work, withdraw_work
from jury.recusals.queries import reports_of
from jury.rules import (
    BODIES_MAX_LENGTH,
    REASON_MAX_LENGTH,
    Criterion,
    IncomingMedia,
    IncomingWork,
    ReceivedWork,
    RecusalScope,
    Role,
    SessionRules,
    Sheet,
    Standing,
    format_number,
)
from jury.seats import call_substitute, declare_dual_role, invite_member, remove_member

__all__ = [
    "BODIES_MAX_LENGTH",
    "REASON_MAX_LENGTH",
    "AuditEvent",
    "BreachReport",
    "Consequences",
    "Criterion",
    "DeclaredBodies",
    "HonouredWork",
    "IncomingMedia",
    "IncomingWork",
    "Line",
    "MemberProgress",
    "Milestones",
    "Outbox",
    "Place",
    "Progress",
    "Ranking",
    "ReceivedWork",
    "RecusalScope",
    "Role",
    "SessionRules",
    "Sheet",
    "Standing",
    "breach_reports",
    "call_substitute",
    "decimals_to_separate",
    "declare_dual_role",
    "declared_bodies",
    "exclude_pairs",
    "format_mean",
    "format_number",
    "has_session",
    "honours",
    "invite_member",
    "is_member",
    "line",
    "list_members",
    "make_sign_in_link",
    "milestones",
    "open_session",
    "progress",
    "rank",
    "ranking_by_number",
    "receive_works",
    "removal_consequences",
    "remove_member",
    "resume_work",
    "update_session_rules",
    "withdraw_work",
]


@dataclass(frozen=True, slots=True)
class Milestones:
    """How far a jury session has come; None for what has not happened."""

    handed_over_at: datetime | None
    first_score_at: datetime | None
    scoring_closed_at: datetime | None
    laureates_recorded_at: datetime | None
    minutes_signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts over the whole panel."""

    works: int
    jurors: int
    """Members who score, the president among them."""
    sheets_done: int
    sheets_expected: int


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


@dataclass(frozen=True, slots=True)
class HonouredWork:
    """A laureate, as the signed minutes have it."""

    work_id: str
    number: int
    rank: int
    mean: Fraction | None
    """None for a work honoured although nobody scored it."""
    criterion_means: Mapping[str, Fraction]
    reason: str


def has_session(session: Session, *, edition_key: str) -> bool:
    """Tell whether the jury of this edition is open."""
    found = session.scalar(select(func.count()).where(JurySession.edition_key == edition_key))
    return bool(found)


def milestones(session: Session, *, edition_key: str) -> Milestones:
    """Return how far the session has come. Raises NotFound without a session."""
    jury = queries.find_session(session, edition_key)
    return Milestones(
        handed_over_at=jury.handed_over_at,
        first_score_at=queries.first_sheet_at(session, jury),
        scoring_closed_at=jury.scoring_closed_at,
        laureates_recorded_at=jury.laureates_recorded_at,
        minutes_signed_at=jury.minutes_signed_at,
    )


def is_member(session: Session, *, email: str) -> bool:
    """Tell whether this address is that of a member of a jury, whichever edition's."""
    return queries.find_member_by_email(session, email.lower()) is not None


def list_members(session: Session, *, edition_key: str) -> list[MemberProgress]:
    """Return the panel and how many sheets each member has filled in."""
    return queries.progress_of(session, queries.find_session(session, edition_key))


def progress(session: Session, *, edition_key: str) -> Progress:
    """Return how many sheets are done over the whole panel."""
    jury = queries.find_session(session, edition_key)
    members = queries.progress_of(session, jury)
    return Progress(
        works=len(queries.standing_numbers(session, jury)),
        jurors=sum(_scores(member) for member in members),
        sheets_done=sum(member.done for member in members),
        sheets_expected=sum(member.expected for member in members),
    )


def removal_consequences(session: Session, *, edition_key: str, member_id: str) -> Consequences:
    """Return what taking this member off the panel would change."""
    jury = queries.find_session(session, edition_key)
    return _removal_consequences(session, jury, member_id=member_id)


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


def ranking_by_number(session: Session, *, edition_key: str) -> Ranking:
    """Return the ranking. Raises Forbidden before the minutes are recorded as signed."""
    return queries.ranking_of(session, _signed(session, edition_key))


def honours(session: Session, *, edition_key: str) -> list[HonouredWork]:
    """Return the laureates, best first. Raises Forbidden before the minutes are recorded as signed."""
    jury = _signed(session, edition_key)
    ranking = queries.ranking_of(session, jury)
    return [
        HonouredWork(
            work_id=work.id,
            number=work.number,
            rank=laureate.rank,
            mean=place.mean if (place := ranking.place(work.number)) else None,
            criterion_means=place.criterion_means if place else {},
            reason=laureate.reason,
        )
        for laureate, work in laureates_of(session, jury)
    ]


def make_sign_in_link(
    session: Session,
    *,
    email: str,
    now: datetime,
    lifetime: timedelta = timedelta(hours=24),
    reusable: bool = False,
) -> str:
    """Return the token of a link that signs this member in; `reusable` is for the demonstration only."""
    member = queries.find_member_by_email(session, email.strip().lower())
    if member is None:
        raise NotFound("Cette adresse n'est celle d'aucun membre du jury.")
    return issue_link(session, JuryLink, person_id=member.id, now=now, lifetime=lifetime, reusable=reusable)


def _scores(member: MemberProgress) -> bool:
    """Tell whether this member fills in sheets, or is invited to."""
    return member.role is not Role.SECRETARY and not member.in_reserve and member.standing is not Standing.DECLINED


def _signed(session: Session, edition_key: str) -> JurySession:
    jury = queries.find_session(session, edition_key)
    if jury.minutes_signed_at is None:
        raise Forbidden("Les résultats restent au jury tant que son procès-verbal n'est pas signé.")
    return jury
