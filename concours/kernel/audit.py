"""The audit chain: append-only, each event sealed with the digest of the one before."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, String, bindparam, func, insert, inspect, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from concours.kernel.canonical import canonical_json
from concours.kernel.ids import ID_LENGTH
from concours.kernel.questions import Change, Question, Reader, Writer, reader_of, writer_of

GENESIS = "0" * 64
"""What the first event of a chain is sealed with."""

_LOCKED = "postgresql"
_LOCK = Question(select(func.pg_advisory_xact_lock(func.hashtext(bindparam("name", type_=String)))))


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
    place: Session | Writer,
    table: type[AuditMixin],
    *,
    actor: str,
    action: str,
    subject: str,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Append an event to the chain, in the caller's transaction: `place` is where that writes."""
    # As the database gives them back: what is sealed is what will be read.
    at, known = now.astimezone(UTC), json.loads(canonical_json(details or {}))
    writer = place if isinstance(place, Writer) else _writer_of(place)
    last, previous = _last(writer, table)
    sealed = _digest(last + 1, at, actor, action, subject, known, previous)
    told = {"actor": actor, "action": action, "subject": subject, "details": known}
    # A row at once, where an object in waiting would cost more; it makes nothing else that waits be written before.
    row = {"position": last + 1, "at": at, **told, "previous": previous, "digest": sealed}
    writer.change(_adding(table), **row)  # type: ignore[arg-type]  # mypy reads the hash of a class as that of its instances


def seal(event: AuditMixin, *, position: int | None = None) -> str:
    """Return the SHA-256 of the event's facts in canonical JSON, the previous digest among them.

    `position`: as if it stood there.
    """
    at = event.position if position is None else position
    return _digest(at, event.at, event.actor, event.action, event.subject, event.details, event.previous)


def _digest(position: int, at: datetime, *facts: str | Mapping[str, Any]) -> str:
    sealed = canonical_json([position, at.isoformat(timespec="microseconds"), *facts])
    return hashlib.sha256(sealed.encode()).hexdigest()


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
    return _head(reader_of(session, written=False), table)


def _head(reader: Reader, table: type[AuditMixin]) -> tuple[int, str]:
    newest = reader.row(_newest(table))  # type: ignore[arg-type]  # the hash of a class, as above
    return (newest[0], newest[1]) if newest else (0, GENESIS)


def _writer_of(session: Session) -> Writer:
    """Return what writes in a session: on PostgreSQL everybody locks their rows first, then the chain."""
    return writer_of(session, written=session.get_bind().dialect.name == _LOCKED)


def _last(writer: Writer, table: type[AuditMixin]) -> tuple[int, str]:
    """Return position and digest to go on from, and keep other writers from going on from them too."""
    # SQLite's BEGIN IMMEDIATE already lets one writer in; PostgreSQL needs to be told.
    if writer.system == _LOCKED:
        writer.rows(_LOCK, name=table.__tablename__)
    return _head(writer, table)


@cache
def _newest(table: type[AuditMixin]) -> Question:
    """Return the question that each event asks, made once."""
    columns = inspect(table).local_table.c
    return Question(select(columns.position, columns.digest).order_by(columns.position.desc()).limit(1))


@cache
def _adding(table: type[AuditMixin]) -> Change:
    """Return the statement that adds an event, made once."""
    rows = inspect(table).local_table
    return Change(insert(rows), *rows.c.keys())
