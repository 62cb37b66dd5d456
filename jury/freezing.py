"""The rule of the ranking is frozen with its digest in the transaction of the first score. Nothing here commits."""

from datetime import datetime

from sqlalchemy import String, bindparam, select
from sqlalchemy.orm import Session

from concours.kernel.audit import record
from concours.kernel.errors import NotFound
from concours.kernel.questions import Question, reader_of
from jury.models import JuryAudit, JuryMember, JurySession
from jury.seated import JURY_COLUMNS, MEMBER_COLUMNS, Seat, seat_at

_MEMBER, _JURY = JuryMember.__table__, JurySession.__table__
_WRITER = Question(
    select(*MEMBER_COLUMNS, _JURY.c.rule_digest)
    .join_from(_MEMBER, _JURY, _JURY.c.id == _MEMBER.c.session_id)
    .where(_MEMBER.c.id == bindparam("member_id", type_=String))
    .with_for_update(of=_MEMBER)
)
_TOGETHER = Question(
    select(*JURY_COLUMNS).where(_JURY.c.id == bindparam("session_id", type_=String)).with_for_update(read=True)
)
_ALONE = (
    select(JurySession)
    .where(JurySession.id == bindparam("session_id", type_=String))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def lock_seat(session: Session, member_id: str, *, now: datetime) -> Seat:
    """Return the place of a member who writes a sheet, locked; the session too, together with other jurors who write.

    But alone the first time: the first sheet freezes the rule, and whoever refuses that sheet afterwards refuses the
    freezing with it. Two jurors who both shared the session could not both change it. Raises NotFound.
    """
    reader = reader_of(session)
    row = reader.row(_WRITER, member_id=member_id)
    if row is None:
        raise NotFound
    *mine, digest = row
    session_id = mine[1]
    if digest is None:
        freeze(session, session.scalars(_ALONE, {"session_id": session_id}).one(), now=now)
        reader = reader_of(session)
    (ours,) = reader.rows(_TOGETHER, session_id=session_id)
    return seat_at(tuple(mine), ours)


def freeze(session: Session, jury: JurySession, *, now: datetime) -> None:
    """Keep the digest of the rule as it stands, once; the session is locked by the caller."""
    if jury.rule_digest is not None:
        return
    jury.rule_digest, jury.rule_frozen_at = jury.rule.digest, now
    details = {"digest": jury.rule_digest}
    record(session, JuryAudit, actor="system", action="rule_frozen", subject=jury.id, now=now, details=details)
