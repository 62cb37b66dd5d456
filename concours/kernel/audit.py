"""The audit chain: append-only, each event sealed with the digest of the one before."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Integer, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from concours.kernel.canonical import canonical_json
from concours.kernel.ids import ID_LENGTH

GENESIS = "0" * 64
"""What the first event of a chain is sealed with."""


class AuditMixin:
    """Columns of a chain; each side of the wall has its own table."""

    __tablename__: Any

    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    """1, 2, 3… without a gap."""
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(ID_LENGTH))
    """Identifier of the person who acted (never a name), `system` or `command`."""
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(80))
    """Identifier of what was acted on."""
    details: Mapped[dict[str, Any]]
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64), unique=True)


def record(
    session: Session,
    table: type[AuditMixin],
    *,
    actor: str,
    action: str,
    subject: str,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Append an event to the chain, in the caller's transaction."""
    last = _last(session, table)
    event = table()
    event.position = last.position + 1 if last else 1
    event.at, event.actor, event.action, event.subject = now.astimezone(UTC), actor, action, subject
    # As the database gives them back: what is sealed is what will be read.
    event.details = json.loads(canonical_json(details or {}))
    event.previous = last.digest if last else GENESIS
    event.digest = seal(event)
    session.add(event)


def seal(event: AuditMixin) -> str:
    """Return the SHA-256 of the event's facts in canonical JSON, the previous digest among them."""
    facts = [
        event.position,
        event.at.isoformat(timespec="microseconds"),
        event.actor,
        event.action,
        event.subject,
        event.details,
        event.previous,
    ]
    return hashlib.sha256(canonical_json(facts).encode()).hexdigest()


def broken_at(events: Iterable[AuditMixin]) -> int | None:
    """Return the position of the first event that does not hold, or None when the whole chain does."""
    previous = GENESIS
    for expected, event in enumerate(events, start=1):
        if event.position != expected or event.previous != previous or event.digest != seal(event):
            return expected
        previous = event.digest
    return None


def _last(session: Session, table: type[AuditMixin]) -> AuditMixin | None:
    """Return the event to go on from, and keep other writers from going on from it too."""
    pending = [event for event in session.new if isinstance(event, table)]
    if pending:
        return max(pending, key=lambda event: event.position)
    with session.no_autoflush:  # what else waits to be written is written once, with the event
        _lock(session, table)
        return session.scalars(select(table).order_by(table.position.desc()).limit(1)).first()


def _lock(session: Session, table: type[AuditMixin]) -> None:
    # SQLite's BEGIN IMMEDIATE already lets one writer in; PostgreSQL needs to be told.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(table.__tablename__))))
