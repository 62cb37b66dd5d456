"""All that `concours` may ask of the jury. Numbers only: nobody's scores, nobody's name but the panel's own.

`take_papers` alone gives more, as sealed files and once anonymity is lifted: what the archive of an edition keeps.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from concours.kernel.codes import issue_link
from concours.kernel.errors import Forbidden, NotFound
from jury import queries
from jury.deliberation.queries import laureates_of
from jury.forgetting import forget_works, names_file
from jury.method import (
    MISSING_WORDS,
    RECUSALS_WORDS,
    TIE_BREAKS_MAX,
    Method,
    Missing,
    Recusals,
    check_method,
    method_words,
    tie_break_choices,
)
from jury.models import JuryAudit as AuditEvent
from jury.models import JuryLink, JurySession
from jury.models import JuryOutbox as Outbox
from jury.operations import open_session, receive_works, update_session_rules
from jury.panel_facts import (
    BreachReport,
    Consequences,
    DeclaredBodies,
    breach_reports,
    declared_bodies,
    removal_consequences,
)
from jury.papers import SessionPapers, take_papers
from jury.progress import MemberProgress, progress_of
from jury.ranking import Apart, Line, Place, Ranking, decimals_to_separate, format_mean, line, rank
from jury.recusals.operations import exclude_pairs, resume_work, withdraw_work
from jury.reminders import remind_due
from jury.rules import (
    BODIES_MAX_LENGTH,
    REASON_MAX_LENGTH,
    Criterion,
    IncomingMedia,
    IncomingWork,
    ReceivedWork,
    RecusalScope,
    Role,
    Scale,
    SessionRules,
    Sheet,
    Standing,
    check_anchors,
    format_number,
)
from jury.seats import call_substitute, declare_dual_role, invite_member, remove_member
from jury.tallies import ranking_of, sums_of

__all__ = [
    "BODIES_MAX_LENGTH",
    "MISSING_WORDS",
    "REASON_MAX_LENGTH",
    "RECUSALS_WORDS",
    "TIE_BREAKS_MAX",
    "Apart",
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
    "Method",
    "Milestones",
    "Missing",
    "Outbox",
    "Place",
    "Progress",
    "Ranking",
    "ReceivedWork",
    "RecusalScope",
    "Recusals",
    "Role",
    "Scale",
    "SessionPapers",
    "SessionRules",
    "Sheet",
    "Standing",
    "breach_reports",
    "call_substitute",
    "check_anchors",
    "check_method",
    "count_works",
    "decimals_to_separate",
    "declare_dual_role",
    "declared_bodies",
    "exclude_pairs",
    "forget_works",
    "format_mean",
    "format_number",
    "has_session",
    "honours",
    "invite_member",
    "is_member",
    "line",
    "list_members",
    "make_sign_in_link",
    "method_words",
    "milestones",
    "names_file",
    "note_unsealing",
    "open_session",
    "progress",
    "rank",
    "ranking_by_number",
    "receive_works",
    "remind_due",
    "removal_consequences",
    "remove_member",
    "resume_work",
    "take_papers",
    "tie_break_choices",
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
    return progress_of(session, queries.find_session(session, edition_key))


def progress(session: Session, *, edition_key: str) -> Progress:
    """Return how many sheets are done over the whole panel."""
    jury = queries.find_session(session, edition_key)
    members = progress_of(session, jury)
    return Progress(
        works=len(queries.standing_numbers(session, jury)),
        jurors=sum(member.scores for member in members),
        sheets_done=sum(member.done for member in members),
        sheets_expected=sum(member.expected for member in members),
    )


def ranking_by_number(session: Session, *, edition_key: str) -> Ranking:
    """Return the ranking, with each criterion's means. Raises Forbidden before the minutes are recorded as signed."""
    jury = _signed(session, edition_key)
    ranking = ranking_of(session, jury, detailed=False)
    sums = sums_of(session, jury)
    places = (replace(each, tally=replace(each.tally, sums=sums[each.number])) for each in ranking.places)
    return replace(ranking, places=tuple(places))


def count_works(session: Session, *, edition_key: str) -> int:
    """Return how many works are in the contest. Raises NotFound without a session."""
    return len(queries.standing_numbers(session, queries.find_session(session, edition_key)))


def honours(session: Session, *, edition_key: str) -> list[HonouredWork]:
    """Return the laureates, best first. Raises Forbidden before the minutes are recorded as signed."""
    jury = _signed(session, edition_key)
    ranking = ranking_of(session, jury)
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


def note_unsealing(session: Session, *, edition_key: str, now: datetime) -> None:
    """Tell the jury that anonymity is lifted: the signed copy of its minutes stays as it is."""
    _signed(session, edition_key).unsealed_at = now


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


def _signed(session: Session, edition_key: str) -> JurySession:
    jury = queries.find_session(session, edition_key)
    if jury.minutes_signed_at is None:
        raise Forbidden("Les résultats restent au jury tant que son procès-verbal n'est pas signé.")
    return jury
