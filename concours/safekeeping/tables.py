"""Every table as rows that either database system takes back: read in one snapshot, written in one transaction."""

import base64
import gzip
import json
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Column, Date, DateTime, LargeBinary, MetaData, Text, cast, insert, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import UserDefinedType

from concours.kernel.errors import DomainError
from concours.safekeeping.folder import new_file
from concours.safekeeping.rules import CHAINS, DAMAGED, Named

_BATCH = 500
_NOT_OURS = ("alembic_version",)
_QUEUES = "huey_"
"""Wake-ups: made anew by the sweep."""

_NAMING = (
    ("creation", "quarantine", "quarantine_key", "sha256"),
    ("copy_file", "ready", "digest", "digest"),
    ("jury_media", "ready", "digest", "digest"),
    ("jury_signed_copy", "ready", "digest", "digest"),
)
"""Columns that name a file: table, place, key, digest; `size` is beside them."""

NAMING = ("upload", "erased_file", "jury_audit", *(table for table, *_ in _NAMING))
"""The tables that tell of files."""

_SIGNED_COPY = "signed_copy_added"
"""The event that names a signed copy, the replaced ones too: they stay."""


class _RawJson(UserDefinedType[str]):
    """JSON as the text that the database holds: what was sealed comes back to the letter."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "JSON"

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return cast(column, Text)


def snapshot(session: Session) -> None:
    """Have the session see one instant of the database, whatever is written meanwhile; nothing is asked before."""
    if session.get_bind().dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        session.connection(execution_options=options)


def reflect(connection: Connection, only: Collection[str] = ()) -> MetaData:
    """Return the tables as they are in the database, at whatever revision: all, or those of some names."""
    metadata = MetaData()
    metadata.reflect(connection, only=lambda name, _: _is_ours(name) and (not only or name in only), resolve_fks=False)
    for column in (column for table in metadata.tables.values() for column in table.c):
        if isinstance(column.type, JSON):
            column.type = _RawJson()
    return metadata


def dump(session: Session, tables: MetaData, path: Path) -> dict[str, int]:
    """Write every row to a file; return how many each table has."""
    rows: dict[str, int] = {}
    with new_file(path) as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as file:
        for name, table in sorted(tables.tables.items()):
            file.write(_line({"table": name, "columns": [column.name for column in table.c]}))
            rows[name] = 0
            asked = select(table).order_by(*(table.primary_key.columns or table.c))
            for row in session.execute(asked, execution_options={"yield_per": _BATCH}):
                file.write(_line([_said(value) for value in row]))
                rows[name] += 1
    return rows


def load(session: Session, path: Path) -> dict[str, int]:
    """Write the rows of a file into tables that have none; return how many each got. Raises DomainError."""
    tables = reflect(session.connection())
    rows = dict.fromkeys(tables.tables, 0)
    _defer_references(session.connection())
    for name, columns, batch in _batches(path):
        table = tables.tables.get(name)
        if table is None or not set(columns) <= set(table.c.keys()):
            raise DomainError(DAMAGED.format(what=f"la table {name} n'est pas celle de sa révision"))
        read = [_reader(table.c[column]) for column in columns]
        values = [{c: give(v) for c, give, v in zip(columns, read, row, strict=True)} for row in batch]
        if values:
            session.execute(insert(table), values)
            rows[name] += len(values)
    _check_references(session.connection())
    return rows


def named_files(session: Session, tables: MetaData) -> dict[str, Named]:
    """Return every file that a row names, by its key."""
    found: dict[str, Named] = {}
    for name, place, key, digest in _NAMING:
        table = tables.tables.get(name)
        if table is None:
            continue
        for row in session.execute(select(table.c[key], table.c.size, table.c[digest])):
            found[f"{place}/{row[0]}"] = Named(f"{place}/{row[0]}", row[1], row[2])
    for said in _signed_copies(session, tables):
        found.setdefault(f"ready/{said['digest']}", Named(f"ready/{said['digest']}", said["size"], said["digest"]))
    return found


def coming_keys(session: Session, tables: MetaData) -> set[str]:
    """Return the keys of files on their way in: they stand in the quarantine before a row names them as a file."""
    table = tables.tables.get("upload")
    return set() if table is None else {f"quarantine/{key}" for key in session.scalars(select(table.c.key))}


def leaving_keys(session: Session, tables: MetaData) -> set[str]:
    """Return the keys of files whose rows were erased: the next purge removes what is still there of them."""
    table = tables.tables.get("erased_file")
    return set() if table is None else set(session.scalars(select(table.c.key)))


def heads(session: Session, tables: MetaData) -> dict[str, list[Any]]:
    """Return position and digest of the last event of each audit chain that has one."""
    found = {}
    for name in CHAINS:
        if name in tables.tables:
            table = tables.tables[name]
            newest = select(table.c.position, table.c.digest).order_by(table.c.position.desc()).limit(1)
            if row := session.execute(newest).first():
                found[name] = list(row)
    return found


def edition_document(session: Session, tables: MetaData) -> str:
    """Return the current edition's document, empty where there is none."""
    table = tables.tables.get("edition")
    if table is None:
        return ""
    return session.scalar(select(table.c.document).where(table.c.current)) or ""


def occupied(session: Session, tables: MetaData) -> bool:
    """Tell whether a table has a row."""
    return any(session.execute(select(table).limit(1)).first() is not None for table in tables.tables.values())


def _signed_copies(session: Session, tables: MetaData) -> Iterator[dict[str, Any]]:
    table = tables.tables.get("jury_audit")
    if table is not None:
        asked = select(table.c.details).where(table.c.action == _SIGNED_COPY)
        yield from map(json.loads, session.scalars(asked))


def _batches(path: Path) -> Iterator[tuple[str, list[str], list[list[Any]]]]:
    name, columns, batch = "", list[str](), list[list[Any]]()
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            said = json.loads(line)
            if isinstance(said, list):
                batch.append(said)
            if batch and (isinstance(said, dict) or len(batch) == _BATCH):
                yield name, columns, batch
                batch = []
            if isinstance(said, dict):
                name, columns = said["table"], said["columns"]
    yield name, columns, batch


def _reader(column: Column[Any]) -> Any:
    """Return what makes a column's value of what the file says."""
    kinds = ((DateTime, datetime.fromisoformat), (Date, date.fromisoformat), (LargeBinary, base64.b64decode))
    for kind, read in kinds:
        if isinstance(column.type, kind):
            return lambda value: None if value is None else read(value)
    return lambda value: value


def _said(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(value).decode()
    return value


def _line(said: Any) -> bytes:
    return (json.dumps(said, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _is_ours(name: str) -> bool:
    return name not in _NOT_OURS and not name.startswith(_QUEUES)


def _defer_references(connection: Connection) -> None:
    """Let rows come in any order: some tables refer to each other. SQLite was told so when it was opened."""
    for table, name in _references(connection):
        connection.execute(text(f'ALTER TABLE "{table}" ALTER CONSTRAINT "{name}" DEFERRABLE INITIALLY DEFERRED'))


def _check_references(connection: Connection) -> None:
    """Check every reference now, and have the constraints as they were."""
    found = _references(connection)
    if found:
        connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    for table, name in found:
        connection.execute(text(f'ALTER TABLE "{table}" ALTER CONSTRAINT "{name}" NOT DEFERRABLE'))


def _references(connection: Connection) -> list[tuple[str, str]]:
    if connection.dialect.name != "postgresql":
        return []
    asked = "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'f' AND connamespace = "
    rows = connection.execute(text(f"{asked} current_schema()::regnamespace")).all()
    return [(table.strip('"'), name) for table, name in rows]
