"""What the panel decides once scoring is closed. Nothing here commits."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from concours.kernel.audit import record
from concours.kernel.clock import format_day, to_paris
from concours.kernel.errors import Conflict, DomainError, Forbidden
from jury import queries
from jury.deliberation.models import JuryLaureate, JuryTieDecision
from jury.deliberation.queries import laureates_of, standing_of
from jury.deliberation.rules import Choice, check_choices, check_tie_choice, departs, reasons_digest, tie_facts
from jury.minutes.operations import seal_minutes
from jury.models import JuryAudit, JuryMember, JurySession
from jury.room.queries import is_held
from jury.rules import DELIBERATING_ROLES, Role
from jury.sheets import check_sits


def decide_tie(
    session: Session,
    *,
    member_id: str,
    chosen: Sequence[int],
    reason: str,
    now: datetime,
    casting_vote: bool = False,
) -> None:
    """Record which of the equal works at the last place enter the honours; a new decision replaces the last one.

    `casting_vote`: the president's voice settled it, and only the president records that.
    """
    jury = _deliberating(session, member_id)
    if casting_vote and session.get_one(JuryMember, member_id).duty is not Role.PRESIDENT:
        raise Forbidden("La voix prépondérante est celle de la présidence : elle seule la consigne.")
    if jury.laureates_recorded_at is not None:
        raise Conflict("Le palmarès est déjà enregistré : c'est lui qu'il faut corriger, en motivant l'écart.")
    line = standing_of(session, jury).line
    check_tie_choice(line, chosen, reason)
    decision = session.get(JuryTieDecision, jury.id) or JuryTieDecision(session_id=jury.id)
    decision.tied, decision.chosen = list(line.tied), sorted(chosen)
    decision.reason, decision.decided_by, decision.decided_at = reason, member_id, now
    decision.casting_vote = casting_vote
    session.add(decision)
    details = tie_facts(tied=decision.tied, chosen=decision.chosen, casting_vote=casting_vote, reason=reason)
    record(session, JuryAudit, actor=member_id, action="tie_decided", subject=jury.id, now=now, details=details)


def record_laureates(
    session: Session, *, member_id: str, choices: Sequence[Choice], departure_reason: str, now: datetime
) -> None:
    """Record the honours by number; none is possible. May be corrected until the minutes are signed."""
    jury = _deliberating(session, member_id)
    standing = standing_of(session, jury)
    if standing.blocked:
        raise Conflict(
            "Des œuvres sont ex æquo à la dernière place. Enregistrez d'abord la décision du jury qui les départage."
        )
    works = queries.ids_of(session, jury)
    check_choices(choices, list(works), jury.laureates_max)
    away = departs(choices, standing.proposed)
    if away and not departure_reason:
        raise DomainError("Le palmarès s'écarte du classement : indiquez pourquoi. Ce motif figure au procès-verbal.")
    for laureate, _work in laureates_of(session, jury):
        session.delete(laureate)
    session.flush()
    session.add_all(
        JuryLaureate(work_id=works[choice.number], session_id=jury.id, rank=choice.rank, reason=choice.reason)
        for choice in choices
    )
    jury.laureates_recorded_at, jury.departure_reason = now, departure_reason if away else ""
    details = {
        "laureates": sorted([choice.rank, choice.number] for choice in choices),
        "departs": away,
        "reasons": reasons_digest(choices, jury.departure_reason),
    }
    record(session, JuryAudit, actor=member_id, action="laureates_recorded", subject=jury.id, now=now, details=details)


def mark_minutes_signed(session: Session, *, member_id: str, signed_by: str, signed_on: date, now: datetime) -> None:
    """Record that the minutes were signed, by whom and on which day, and seal them on paper; results are then final."""
    jury = _deliberating(session, member_id)
    if jury.laureates_recorded_at is None or jury.scoring_closed_at is None:
        raise Conflict("Enregistrez d'abord le palmarès : le procès-verbal signé le contient.")
    if is_held(session, jury):
        raise Conflict("La séance du jury est encore ouverte : closez-la d'abord, le procès-verbal dit quand.")
    if not signed_by:
        raise DomainError("Indiquez qui a signé le procès-verbal.")
    closed_on = to_paris(jury.scoring_closed_at).date()
    if not closed_on <= signed_on <= to_paris(now).date():
        raise DomainError(
            f"La date de signature se situe entre la clôture de l'évaluation ({format_day(closed_on)}) et aujourd'hui."
        )
    jury.minutes_signed_at, jury.minutes_signed_on, jury.minutes_signed_by = now, signed_on, signed_by
    details = {"signed_on": signed_on.isoformat(), "paper": seal_minutes(session, jury)}
    record(session, JuryAudit, actor=member_id, action="minutes_signed", subject=jury.id, now=now, details=details)


def _deliberating(session: Session, member_id: str) -> JurySession:
    """Return the session, locked, for somebody who may decide in it now."""
    member = session.get_one(JuryMember, member_id)
    jury = session.get_one(JurySession, member.session_id, with_for_update=True)
    check_sits(member, jury)
    if member.duty not in DELIBERATING_ROLES:
        raise Forbidden("La délibération est consignée par la présidence ou le secrétariat du jury.")
    if jury.scoring_closed_at is None:
        raise Conflict("L'évaluation est encore ouverte : la délibération commence quand le secrétariat l'a close.")
    if jury.minutes_signed_at is not None:
        raise Conflict("Le procès-verbal est signé : le palmarès ne change plus.")
    return jury
