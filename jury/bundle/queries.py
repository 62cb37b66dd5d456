"""The record of a session, as the database holds it."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.kernel.errors import Conflict
from jury.bundle.archive import Bundle
from jury.bundle.checks import ranking_facts
from jury.commitment.models import JuryCommitment
from jury.deliberation.queries import Standing, laureates_of, standing_of
from jury.minutes.queries import minutes_facts
from jury.models import JuryAudit, JurySession


def bundle_of(session: Session, jury: JurySession) -> Bundle:
    """Return the record of a session. Raises Conflict before scoring is closed."""
    kept = session.get(JuryCommitment, jury.id)
    if kept is None:
        raise Conflict("Le relevé se fait quand l'évaluation est close : les fiches peuvent encore changer.")
    standing = standing_of(session, jury)
    results = {
        "session": jury.id,
        "commitment": jury.commitment,
        "ranking": ranking_facts(standing.ranking),
        "tie": _tie(standing),
        "laureates": [
            {"rank": laureate.rank, "work": work.number, "reason": laureate.reason}
            for laureate, work in laureates_of(session, jury)
        ],
        "departure_reason": jury.departure_reason,
        "minutes": minutes_facts(session, jury),
    }
    events = session.scalars(select(JuryAudit).order_by(JuryAudit.position))
    return Bundle(kept.sheets, kept.nonce, jury.rule.facts(), results, [_event(each) for each in events])


def _tie(standing: Standing) -> dict[str, Any] | None:
    decision = standing.decision
    if decision is None:
        return None
    return {
        "tied": decision.tied,
        "chosen": decision.chosen,
        "casting_vote": decision.casting_vote,
        "reason": decision.reason,
    }


def _event(event: JuryAudit) -> dict[str, Any]:
    return {
        "position": event.position,
        "at": event.at.isoformat(timespec="microseconds"),
        "actor": event.actor,
        "action": event.action,
        "subject": event.subject,
        "details": event.details,
        "previous": event.previous,
        "digest": event.digest,
    }
