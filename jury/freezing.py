"""The rule of the ranking is frozen with its digest in the transaction of the first score. Nothing here commits."""

from datetime import datetime

from sqlalchemy import String, bindparam, select
from sqlalchemy.orm import Session

from concours.kernel.audit import record
from jury.models import JuryAudit, JurySession

_ONE = select(JurySession).where(JurySession.id == bindparam("session_id", type_=String))
_FRESH = _ONE.execution_options(populate_existing=True)
_TOGETHER, _ALONE = _FRESH.with_for_update(read=True), _FRESH.with_for_update()


def lock_for_sheet(session: Session, *, session_id: str, frozen: bool, now: datetime) -> JurySession:
    """Return the session, locked for somebody who writes a sheet: together with other jurors, but alone the first time.

    `frozen`: the rule was, as read without a lock; two jurors who both shared it could not both change the row. The
    first sheet freezes the rule; whoever refuses that sheet afterwards refuses the freezing with it.
    """
    asked = {"session_id": session_id}
    if frozen:
        return session.scalars(_TOGETHER, asked).one()
    jury = session.scalars(_ALONE, asked).one()
    freeze(session, jury, now=now)
    return jury


def freeze(session: Session, jury: JurySession, *, now: datetime) -> None:
    """Keep the digest of the rule as it stands, once; the session is locked by the caller."""
    if jury.rule_digest is not None:
        return
    jury.rule_digest, jury.rule_frozen_at = jury.rule.digest, now
    details = {"digest": jury.rule_digest}
    record(session, JuryAudit, actor="system", action="rule_frozen", subject=jury.id, now=now, details=details)
