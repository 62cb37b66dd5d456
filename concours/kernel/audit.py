"""The audit chain: append-only, each event sealed with the digest of the one before."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Insert, Integer, Select, String, func, insert, inspect, select
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
    event = table()
    event.at, event.actor, event.action, event.subject = now.astimezone(UTC), actor, action, subject
    # As the database gives them back: what is sealed is what will be read.
    event.details = json.loads(canonical_json(details or {}))
    with session.no_autoflush:  # what else waits to be written is written once, when its own turn comes
        _append(session, table, event)


def seal(event: AuditMixin, *, position: int | None = None) -> str:
    """Return the SHA-256 of the event's facts in canonical JSON, the previous digest among them.

    `position`: as if it stood there.
    """
    facts = [
        event.position if position is None else position,
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


def head(session: Session, table: type[AuditMixin]) -> tuple[int, str]:
    """Return position and digest of the last event of a chain; those of none before the first."""
    row = session.execute(_newest(table)).first()  # type: ignore[arg-type]  # the hash of a class, as below
    return (row.position, row.digest) if row else (0, GENESIS)


def _append(session: Session, table: type[AuditMixin], event: AuditMixin) -> None:
    """Seal an event with the one before and write it at once, as a row: an object in waiting would cost more."""
    last, event.previous = _last(session, table)
    event.position = last + 1
    event.digest = seal(event)
    adding, names = _adding(table)  # type: ignore[arg-type]  # mypy reads the hash of a class as that of its instances
    session.execute(adding, {name: getattr(event, name) for name in names})


def _last(session: Session, table: type[AuditMixin]) -> tuple[int, str]:
    """Return position and digest to go on from, and keep other writers from going on from them too."""
    _lock(session, table)
    return head(session, table)


@cache
def _newest(table: type[AuditMixin]) -> Select[int, str]:
    """Return the question that each event asks, made once; of columns, so that nothing that waits is written for it."""
    columns = inspect(table).local_table.c
    return select(columns.position, columns.digest).order_by(columns.position.desc()).limit(1)


@cache
def _adding(table: type[AuditMixin]) -> tuple[Insert, tuple[str, ...]]:
    """Return the statement that adds an event, made once, and the columns that it fills in."""
    rows = inspect(table).local_table
    return insert(rows), tuple(column.key for column in rows.c)


def _lock(session: Session, table: type[AuditMixin]) -> None:
    # SQLite's BEGIN IMMEDIATE already lets one writer in; PostgreSQL needs to be told.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(table.__tablename__))))
