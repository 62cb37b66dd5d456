"""The end of a member's own sessions, put on record. Nothing here commits."""

from datetime import datetime

from sqlalchemy.orm import Session

from concours.kernel.audit import record
from concours.kernel.errors import NotFound
from concours.kernel.sessions import end_logins
from jury.models import JuryAudit, JuryLogin


def end_session(session: Session, *, member_id: str, login_id: str, now: datetime) -> None:
    """End one session of this member. Raises NotFound for another's as for none."""
    if not end_logins(session, JuryLogin, person_id=member_id, only=login_id):
        raise NotFound
    record(session, JuryAudit, actor=member_id, action="session_ended", subject=login_id, now=now)


def end_sessions(session: Session, *, member_id: str, now: datetime) -> int:
    """End every session of this member, the one that asks included; return how many."""
    ended = end_logins(session, JuryLogin, person_id=member_id)
    details = {"sessions": len(ended)}
    record(session, JuryAudit, actor=member_id, action="sessions_ended", subject=member_id, now=now, details=details)
    return len(ended)
