"""The opening of the page on gaps. Nothing here commits."""

from datetime import datetime

from sqlalchemy.orm import Session

from concours.kernel.audit import record
from concours.kernel.errors import Conflict, Forbidden
from jury.models import JuryAudit, JuryMember, JurySession
from jury.rules import Role
from jury.sheets import check_sits


def open_calibration(session: Session, *, member_id: str, now: datetime) -> None:
    """Let the deliberation see what the gaps are worth, once: the president's act."""
    member = session.get_one(JuryMember, member_id)
    jury = session.get_one(JurySession, member.session_id, with_for_update=True)
    check_sits(member, jury)
    if member.duty is not Role.PRESIDENT:
        raise Forbidden("Seule la présidence du jury ouvre cette page.")
    if jury.scoring_closed_at is None:
        raise Conflict("L'évaluation est encore ouverte : cette page s'ouvre quand le secrétariat l'a close.")
    if jury.calibration_opened_at is None:
        jury.calibration_opened_at = now
        record(session, JuryAudit, actor=member_id, action="calibration_opened", subject=jury.id, now=now)
