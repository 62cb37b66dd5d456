"""Writing the record of a session out is an act of its own. Nothing here commits."""

from datetime import datetime

from sqlalchemy.orm import Session

from concours.kernel.audit import record
from jury.bundle.archive import write_bundle
from jury.bundle.queries import bundle_of
from jury.models import JuryAudit, JurySession


def export_bundle(session: Session, jury: JurySession, *, member_id: str, now: datetime) -> bytes:
    """Return the record of a session as a ZIP file, this act in its chain. Raises Conflict before scoring is closed."""
    bundle_of(session, jury)  # what may not be written out leaves no act
    record(session, JuryAudit, actor=member_id, action="record_exported", subject=jury.id, now=now)
    session.flush()
    return write_bundle(bundle_of(session, jury))
