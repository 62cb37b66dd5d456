"""The database of a backup, put in the place of the one that is there, which is put aside."""

import os
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from concours.accounts.models import AuditEvent
from concours.kernel.audit import record
from concours.kernel.codes import CodeMixin, LinkMixin
from concours.kernel.db import Base
from concours.kernel.disk import sync_folder
from concours.kernel.errors import DomainError
from concours.kernel.sessions import LoginMixin
from concours.migrations import bring_up, changing
from concours.safekeeping.living import sqlite_file
from concours.safekeeping.rules import DAMAGED, DATABASE, Manifest, stamp
from concours.safekeeping.tables import load

_SIGN_IN = (LoginMixin, CodeMixin, LinkMixin)
_TABLES = (
    "SELECT format('%I', relname) FROM pg_class WHERE relkind = 'r' AND relname NOT LIKE 'huey%' "
    "AND relnamespace = current_schema()::regnamespace"
)
_FUNCTIONS = (
    "SELECT oid::regprocedure::text FROM pg_proc WHERE prokind = 'f' "
    "AND pronamespace = current_schema()::regnamespace "
    "AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')"
)


def bring_back(url: str, source: Path, manifest: Manifest, *, now: datetime) -> str:
    """Put a backup's rows in place, brought up to this program; return where the former ones are, if there were any."""
    file = sqlite_file(url)
    if file is not None:
        return _in_file(file, source, manifest, now)
    schema = f"avant_{stamp(now)}".lower().replace("-", "")
    with changing(url) as session:
        moved = _set_aside(session.connection(), schema)
        _fill(session, source, manifest, now)
    return f"le schéma {schema} de la même base" if moved else ""


def _in_file(file: Path, source: Path, manifest: Manifest, now: datetime) -> str:
    """Build a new file beside the former one, then give it its name: at no instant is there half a database."""
    made, former = file.with_name(f"{file.name}.restored"), file.with_name(f"{file.name}.avant-{stamp(now)}")
    for left in (made, *_companions(made)):
        left.unlink(missing_ok=True)
    with changing(f"sqlite:///{made}") as session:
        _fill(session, source, manifest, now)
    made.chmod(0o600)
    made.with_name(f"{made.name}.turn").unlink(missing_ok=True)
    there = file.exists()
    if there:
        os.link(file, former)
    # A log that outlived its file, or that of one that cannot be opened: SQLite would write it over the new one.
    for old, kept in zip(_companions(file), _companions(former), strict=True):
        if old.exists():
            old.rename(kept)
    made.replace(file)
    sync_folder(file.parent)
    return str(former) if there else ""


def _fill(session: Session, source: Path, manifest: Manifest, now: datetime) -> None:
    bring_up(session, manifest.revision)
    rows = load(session, source / DATABASE)
    if rows != dict(manifest.rows):
        raise DomainError(DAMAGED.format(what="la base n'a pas le nombre de lignes annoncé"))
    bring_up(session)
    _end_sessions(session)
    details = {"made_at": manifest.made_at, "heads": dict(manifest.heads), "revision": manifest.revision}
    record(session, AuditEvent, actor="command", action="restored", subject="backup", now=now, details=details)


def _end_sessions(session: Session) -> None:
    """End what signs people in: a session ended since the backup must not come back to life, nor a code serve twice."""
    for mapper in Base.registry.mappers:
        if issubclass(mapper.class_, _SIGN_IN):
            session.execute(delete(mapper.class_))


def _set_aside(connection: Connection, schema: str) -> bool:
    """Move every table of ours, and the functions that its triggers call, to a schema where nobody looks."""
    names = connection.scalars(text(_TABLES)).all()
    if not names:
        return False
    connection.execute(text(f"CREATE SCHEMA {schema}"))
    for name in names:
        connection.execute(text(f"ALTER TABLE {name} SET SCHEMA {schema}"))
    for name in connection.scalars(text(_FUNCTIONS)).all():
        connection.execute(text(f"ALTER FUNCTION {name} SET SCHEMA {schema}"))
    return True


def _companions(file: Path) -> list[Path]:
    return [file.with_name(f"{file.name}{end}") for end in ("-wal", "-shm", "-journal")]
