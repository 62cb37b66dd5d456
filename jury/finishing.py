"""« J'ai terminé »: a juror locks their sheets, the president opens them again. Nothing here commits."""

from datetime import datetime

from sqlalchemy.orm import Session

from concours.kernel.audit import record
from concours.kernel.errors import Conflict, Forbidden, NotFound
from concours.kernel.questions import writer_of
from jury import queries
from jury.models import JuryAudit, JuryMember, JurySession
from jury.rules import TO_DO, Role
from jury.sheets import check_open, check_sits, lock_writer


def finish(session: Session, *, member_id: str, now: datetime) -> None:
    """Lock a juror's sheets, whatever they lack. Raises Closed the second time."""
    jury = lock_writer(writer_of(session), member_id, now=now).jury
    if jury.handed_over_at is None:
        raise Conflict("Aucune œuvre n'a encore été remise au jury : il n'y a rien à terminer.")
    states = queries.states_of(session, jury, member_id=member_id)
    missing = sum(state in TO_DO for state in states.values())
    session.get_one(JuryMember, member_id).finished_at = now
    details = {"missing_sheets": missing}
    record(session, JuryAudit, actor=member_id, action="juror_finished", subject=member_id, now=now, details=details)


def reopen(session: Session, *, member_id: str, juror_id: str, now: datetime) -> None:
    """Open a juror's sheets again: the president's act. Raises NotFound for somebody else's juror."""
    # The juror before the session, as a juror's own writing locks them.
    juror = session.get(JuryMember, juror_id, with_for_update=True)
    president = session.get_one(JuryMember, member_id)
    jury = session.get_one(JurySession, president.session_id, with_for_update={"read": True})
    check_sits(president, jury)
    if president.duty is not Role.PRESIDENT:
        raise Forbidden("Seule la présidence du jury rouvre des fiches.")
    check_open(jury)
    if juror is None or juror.session_id != jury.id or juror.removed_at is not None:
        raise NotFound
    if juror.finished_at is None:
        raise Conflict("Les fiches de cette personne sont déjà ouvertes : rien n'a changé.")
    juror.finished_at = None
    record(session, JuryAudit, actor=member_id, action="juror_reopened", subject=juror_id, now=now)
