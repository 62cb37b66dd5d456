"""What the database tells of the services: counts and instants, nobody's name."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from concours.accounts.models import Outbox
from concours.intake.models import Creation, CreationState, Upload
from concours.kernel.mail import OutboxMixin
from concours.status.models import Heartbeat
from concours.status.rules import ExaminationFacts, MailFacts
from jury import api as jury

_LAST = 20
"""Files whose delay of examination makes the usual one."""
_MOST = 500
"""Files on their way that are looked at for the room they need."""


def mail_facts(session: Session) -> MailFacts:
    """Return how the outboxes of both sides stand."""
    found = [_outbox_facts(session, table) for table in (Outbox, jury.Outbox)]
    return MailFacts(
        waiting=sum(each.waiting for each in found),
        oldest=min((each.oldest for each in found if each.oldest), default=None),
        failing=sum(each.failing for each in found),
        last_sent=max((each.last_sent for each in found if each.last_sent), default=None),
    )


def beats(session: Session) -> Mapping[str, datetime]:
    """Return when each duty was last said to be done."""
    return {row.duty: row.at for row in session.scalars(select(Heartbeat))}


def examination_facts(session: Session) -> ExaminationFacts:
    """Return which files wait for their verdict, and how long the last ones waited."""
    received = Creation.state == CreationState.RECEIVED
    waiting, oldest = session.execute(
        select(func.count(Creation.id), func.min(Creation.received_at)).where(received)
    ).one()
    query = select(Creation.received_at, Creation.examined_at).where(Creation.examined_at.is_not(None))
    last = session.execute(query.order_by(Creation.examined_at.desc()).limit(_LAST)).all()
    delays = [examined - came for came, examined in last if examined]
    return ExaminationFacts(waiting, oldest, delays)


def uploads_coming(session: Session, *, now: datetime) -> Sequence[Upload]:
    """Return the files on their way, whosever they are."""
    query = select(Upload).where(Upload.completed_at.is_(None), Upload.expires_at > now)
    return session.scalars(query.limit(_MOST)).all()


def _outbox_facts(session: Session, table: type[OutboxMixin]) -> MailFacts:
    due = table.due_at.is_not(None)
    waiting, oldest = session.execute(select(func.count(table.id), func.min(table.created_at)).where(due)).one()
    failing = session.scalar(select(func.count(table.id)).where(due, table.error.is_not(None))) or 0
    last_sent = session.scalar(select(func.max(table.sent_at)))
    return MailFacts(waiting, oldest, failing, last_sent)
