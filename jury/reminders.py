"""Reminders of jurors who are late: counts only, never a title nor a number. Nothing here commits."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.kernel.audit import record
from concours.kernel.clock import format_instant
from concours.kernel.errors import Conflict, Forbidden
from concours.kernel.mail import compose, enqueue
from jury.models import JuryAudit, JuryMember, JuryOutbox, JuryReminder, JurySession
from jury.progress import MemberProgress, progress_of
from jury.rules import Role
from jury.sheets import check_open, check_sits

SYSTEM = "system"
_AGAIN_AFTER = timedelta(hours=1)


class Turn(StrEnum):
    """Why a reminder is sent."""

    ASKED = "asked"
    FIRST = "first"
    LAST = "last"


_BEFORE = {Turn.LAST: timedelta(hours=12), Turn.FIRST: timedelta(hours=48)}
"""How long before the announced end, the nearest first."""


def due_turn(*, handed_over_at: datetime, closes_at: datetime, now: datetime) -> Turn | None:
    """Return the reminder whose time it is; none for a time that was over when the works came."""
    if now >= closes_at:
        return None
    return next(
        (turn for turn, before in _BEFORE.items() if handed_over_at < closes_at - before <= now),
        None,
    )


def remind_asked(session: Session, *, member_id: str, jury_url: str, now: datetime) -> int:
    """Write to every juror who is late, by the secretary's act; return to how many. Once an hour at most."""
    secretary = session.get_one(JuryMember, member_id)
    jury = session.get_one(JurySession, secretary.session_id, with_for_update=True)
    check_sits(secretary, jury)
    if secretary.duty is not Role.SECRETARY:
        raise Forbidden("Seul le secrétariat du jury envoie des rappels.")
    check_open(jury)
    last = last_asked(session, jury)
    if last is not None and now - last < _AGAIN_AFTER:
        raise Conflict(
            f"Un rappel est déjà parti le {format_instant(last)}. Le suivant peut partir une heure après : "
            "rien n'a été envoyé de plus."
        )
    return _remind(session, jury, Turn.ASKED, about=now, actor=member_id, jury_url=jury_url, now=now)


def remind_due(session: Session, *, jury_url: str, now: datetime) -> int:
    """Write to the jurors who are late as the announced end comes near; return to how many."""
    query = select(JurySession).where(
        JurySession.scoring_closed_at.is_(None),
        JurySession.handed_over_at.is_not(None),
        JurySession.scoring_closes_at > now,
        JurySession.scoring_closes_at <= now + max(_BEFORE.values()),
    )
    written = 0
    for jury in session.scalars(query.with_for_update()):
        if jury.handed_over_at is None or jury.scoring_closes_at is None:
            continue
        closes_at = jury.scoring_closes_at
        turn = due_turn(handed_over_at=jury.handed_over_at, closes_at=closes_at, now=now)
        if turn is not None:
            written += _remind(session, jury, turn, about=closes_at, actor=SYSTEM, jury_url=jury_url, now=now)
    return written


def last_asked(session: Session, jury: JurySession) -> datetime | None:
    """Return when the secretary last sent reminders."""
    asked = JuryReminder.kind == Turn.ASKED.value
    query = select(JuryReminder.sent_at).join(JuryMember, JuryMember.id == JuryReminder.member_id)
    query = query.where(JuryMember.session_id == jury.id, asked).order_by(JuryReminder.sent_at.desc())
    return session.scalars(query.limit(1)).first()


def late(members: Sequence[MemberProgress]) -> list[MemberProgress]:
    """Return those who have sheets to fill in and have not said that they were done."""
    return [member for member in members if member.missing and member.finished_at is None]


def _remind(
    session: Session, jury: JurySession, turn: Turn, *, about: datetime, actor: str, jury_url: str, now: datetime
) -> int:
    told = select(JuryReminder.member_id).where(JuryReminder.kind == turn.value, JuryReminder.about == about)
    already = set(session.scalars(told))
    waiting = [member for member in late(progress_of(session, jury)) if member.member_id not in already]
    for member in waiting:
        message = compose(
            "jury/mails/reminder.txt",
            to=member.email,
            name=member.name,
            missing=member.missing,
            expected=member.expected,
            closes_at=jury.scoring_closes_at,
            jury_url=jury_url,
        )
        enqueue(session, JuryOutbox, message, now=now)
        session.add(JuryReminder(member_id=member.member_id, kind=turn.value, about=about, sent_at=now))
    if waiting:
        details = {"turn": turn.value, "members": len(waiting)}
        record(session, JuryAudit, actor=actor, action="jurors_reminded", subject=jury.id, now=now, details=details)
    return len(waiting)
