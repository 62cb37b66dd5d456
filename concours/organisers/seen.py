"""What an organiser looked at: recorded once a day for each thing, so that the log says who has seen what."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts import operations as accounts
from concours.accounts.models import AuditEvent
from concours.kernel.clock import to_paris

DOSSIER_SEEN = "dossier_seen"
ORIGINAL_TAKEN = "original_taken"


def was_noted(session: Session, *, actor: str, action: str, subject: str, now: datetime) -> bool:
    """Tell whether this was recorded already on this day of Paris."""
    query = select(AuditEvent.position).where(
        AuditEvent.actor == actor,
        AuditEvent.subject == subject,
        AuditEvent.action == action,
        AuditEvent.at >= to_paris(now).replace(hour=0, minute=0, second=0, microsecond=0),
    )
    return session.scalars(query.limit(1)).first() is not None


def note(session: Session, *, actor: str, action: str, subject: str, now: datetime) -> None:
    """Record that somebody has seen something, once a day."""
    if not was_noted(session, actor=actor, action=action, subject=subject, now=now):
        accounts.record(session, actor=actor, action=action, subject=subject, now=now)
