"""What an organiser looked at: recorded once a day for each thing, so that the log says who has seen what."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts import operations as accounts
from concours.accounts.models import AuditEvent
from concours.kernel.clock import to_paris

DOSSIER_SEEN = "dossier_seen"
ORIGINAL_TAKEN = "original_taken"


@dataclass(frozen=True, slots=True)
class Sight:
    """Who looked at what, and when."""

    actor: str
    action: str
    subject: str
    now: datetime


def was_noted(session: Session, sight: Sight) -> bool:
    """Tell whether this was recorded already on this day of Paris."""
    query = select(AuditEvent.position).where(
        AuditEvent.actor == sight.actor,
        AuditEvent.subject == sight.subject,
        AuditEvent.action == sight.action,
        AuditEvent.at >= to_paris(sight.now).replace(hour=0, minute=0, second=0, microsecond=0),
    )
    return session.scalars(query.limit(1)).first() is not None


def note(session: Session, sight: Sight) -> None:
    """Record that somebody has seen something, once a day."""
    if not was_noted(session, sight):
        accounts.record(session, actor=sight.actor, action=sight.action, subject=sight.subject, now=sight.now)
