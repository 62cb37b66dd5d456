"""The rule of the ranking is frozen with its digest in the transaction of the first score. Nothing here commits."""

from datetime import datetime
from typing import cast

from sqlalchemy import String, Table, bindparam, select

from concours.kernel.audit import record
from concours.kernel.errors import NotFound
from concours.kernel.questions import Change, Question, Writer
from jury.models import JuryAudit, JuryMember, JurySession
from jury.seated import JURY_COLUMNS, MEMBER_COLUMNS, SEAT_COLUMNS, Seat, jury_at, seat_at

_MEMBER, _JURY = JuryMember.__table__, cast("Table", JurySession.__table__)
_WRITER = Question(
    select(*SEAT_COLUMNS)
    .join_from(_MEMBER, _JURY, _JURY.c.id == _MEMBER.c.session_id)
    .where(_MEMBER.c.id == bindparam("member_id", type_=String))
    .with_for_update(of=_MEMBER)
)
_TOGETHER = Question(
    select(*JURY_COLUMNS).where(_JURY.c.id == bindparam("session_id", type_=String)).with_for_update(read=True)
)
_ALONE = Question(select(*JURY_COLUMNS).where(_JURY.c.id == bindparam("session_id", type_=String)).with_for_update())
_FREEZE = Change(_JURY.update().where(_JURY.c.id == bindparam("of")), "rule_digest", "rule_frozen_at")


def lock_seat(writer: Writer, member_id: str, *, now: datetime) -> Seat:
    """Return the place of a member who writes a sheet, locked; the session too, together with other jurors who write.

    But alone the first time: the first sheet freezes the rule, and whoever refuses that sheet afterwards refuses the
    freezing with it. Two jurors who both shared the session could not both change it. Raises NotFound.
    """
    row = writer.row(_WRITER, member_id=member_id)
    if row is None:
        raise NotFound
    mine, ours = row[: len(MEMBER_COLUMNS)], row[len(MEMBER_COLUMNS) :]
    found = seat_at(mine, ours)
    if found.jury.rule_digest is None:
        freeze(writer, found.session_id, now=now)
    elif writer.system == "sqlite":  # which lets one writer in: nobody else changes the session meanwhile
        return found
    (ours,) = writer.rows(_TOGETHER, session_id=found.session_id)
    return seat_at(mine, ours)


def freeze(writer: Writer, session_id: str, *, now: datetime) -> None:
    """Keep the digest of the rule as it stands, once."""
    (columns,) = writer.rows(_ALONE, session_id=session_id)
    jury = jury_at(columns)
    if jury.rule_digest is not None:
        return
    digest = jury.rule.digest
    writer.change(_FREEZE, of=session_id, rule_digest=digest, rule_frozen_at=now)
    record(
        writer, JuryAudit, actor="system", action="rule_frozen", subject=jury.id, now=now, details={"digest": digest}
    )
