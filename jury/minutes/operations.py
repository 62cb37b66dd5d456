"""Sealing the minutes when they are signed, and keeping the copy that bears the signatures. Nothing here commits."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from concours.kernel.audit import record
from concours.kernel.errors import Forbidden
from jury.minutes.models import JuryMinutes, JurySignedCopy
from jury.minutes.paper import minutes_pdf
from jury.minutes.queries import minutes_of
from jury.minutes.rules import check_replaceable
from jury.models import JuryAudit, JuryMember, JurySession
from jury.rules import DELIBERATING_ROLES
from jury.sheets import check_sits


def seal_minutes(session: Session, jury: JurySession) -> str:
    """Keep the minutes on paper as they stand, and return their SHA-256; the session is locked by the caller."""
    paper = minutes_pdf(minutes_of(session, jury))
    digest = sha256(paper).hexdigest()
    session.add(JuryMinutes(session_id=jury.id, digest=digest, paper=paper))
    return digest


def add_signed_copy(session: Session, *, member_id: str, digest: str, size: int, now: datetime) -> None:
    """Keep which file of the ready store bears the signatures; it may be replaced until anonymity is lifted."""
    member = session.get_one(JuryMember, member_id)
    jury = session.get_one(JurySession, member.session_id, with_for_update=True)
    check_sits(member, jury)
    if member.duty not in DELIBERATING_ROLES:
        raise Forbidden("La copie signée est jointe par la présidence ou le secrétariat du jury.")
    check_replaceable(jury.unsealed_at, jury.minutes_signed_at)
    kept = session.get(JurySignedCopy, jury.id)
    details = {"digest": digest, "size": size, "replaces": kept.digest if kept else None}
    if kept is None:
        kept = JurySignedCopy(session_id=jury.id)
        session.add(kept)
    kept.digest, kept.size, kept.added_by, kept.added_at = digest, size, member_id, now
    record(session, JuryAudit, actor=member_id, action="signed_copy_added", subject=jury.id, now=now, details=details)
