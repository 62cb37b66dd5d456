"""What the public pages ask of the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts.models import Outbox
from concours.kernel.mail import OutboxMixin
from jury import api as jury

_SHOWN = 100


@dataclass(frozen=True, slots=True)
class LocalMessage:
    """A message that would have left by mail."""

    to: str
    subject: str
    text: str
    files: tuple[str, ...]
    """Names of its attachments."""
    at: datetime


def local_messages(session: Session) -> Sequence[LocalMessage]:
    """Return the last messages of both sides, the newest first."""
    found = [*_last(session, Outbox), *_last(session, jury.Outbox)]
    return sorted(found, key=lambda message: message.at, reverse=True)[:_SHOWN]


def is_alive(session: Session) -> bool:
    """Ask the database for the least that it can say."""
    return session.scalar(select(1)) == 1


def _last(session: Session, table: type[OutboxMixin]) -> list[LocalMessage]:
    rows = session.scalars(select(table).order_by(table.created_at.desc()).limit(_SHOWN))
    return [
        LocalMessage(
            row.recipient, row.subject, row.text, tuple(each["name"] for each in row.attachments), row.created_at
        )
        for row in rows
    ]
