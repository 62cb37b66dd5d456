"""What is left of a work once its time is over: number, category, title and sheets, as the minutes have them."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from concours.kernel.audit import record
from jury.minutes.models import JurySignedCopy
from jury.models import JuryAudit, JuryMedia, JuryWork
from jury.recusals.models import JuryReport

_TOLD_APART = {"summary": "", "captions": "", "transcript": "", "text_alternative": ""}


def forget_works(session: Session, *, work_ids: Collection[str], now: datetime) -> set[str]:
    """Take files and texts off these works, and what was reported of them; return the digests of the files."""
    if not work_ids:
        return set()
    digests = set(session.scalars(select(JuryMedia.digest).where(JuryMedia.work_id.in_(work_ids))))
    options = {"synchronize_session": False}
    session.execute(delete(JuryMedia).where(JuryMedia.work_id.in_(work_ids)), execution_options=options)
    session.execute(update(JuryWork).where(JuryWork.id.in_(work_ids)).values(**_TOLD_APART), execution_options=options)
    session.execute(
        update(JuryReport).where(JuryReport.work_id.in_(work_ids)).values(text=""), execution_options=options
    )
    details = {"works": len(work_ids)}
    record(session, JuryAudit, actor="system", action="works_forgotten", subject="retention", now=now, details=details)
    return digests


def names_file(session: Session, *, digest: str) -> bool:
    """Tell whether a row of the jury names this file of the ready store."""
    wanted = (exists().where(JuryMedia.digest == digest), exists().where(JurySignedCopy.digest == digest))
    signed = select(JuryAudit.details).where(JuryAudit.action == "signed_copy_added")
    named = any(session.scalar(select(condition)) for condition in wanted)
    return named or any(details["digest"] == digest for details in session.scalars(signed))
