"""Migrations: each is a fossil made of SQL types, run under a lock so that two starts at once do no harm."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import DateTime, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.orm import Session

from concours.kernel.db import Database, UtcDateTime

_LOCK = 7_203_511
"""Any number, the same in every process: names the lock in PostgreSQL."""


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database up to a revision, making an SQLite file's folder where there is none."""
    _migrate(url, lambda config: command.upgrade(config, revision))


def downgrade(url: str, revision: str) -> None:
    """Take the database back to a revision."""
    _migrate(url, lambda config: command.downgrade(config, revision))


def propose(url: str, message: str) -> None:
    """Write a new revision from what the models have more, or less, than the database."""
    number = len(list((Path(__file__).parent / "versions").glob("[0-9]*.py"))) + 1
    _migrate(url, lambda config: command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}"))


@contextmanager
def changing(url: str) -> Iterator[Session]:
    """Yield the one transaction in which tables change, alone; no row may refer to nothing at its end."""
    path = make_url(url).database
    if url.startswith("sqlite") and path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    database = Database(url)
    # SQLite changes a table by building it anew: what refers to the rows of the old one must outlive it.
    if database.engine.dialect.name == "sqlite":
        event.listen(database.engine, "connect", lambda link, _record: link.execute("PRAGMA foreign_keys=OFF"))
    try:
        with database.write() as session:
            _lock(session.connection())
            yield session
            _check_keys(session.connection())
    finally:
        database.dispose()


def bring_up(session: Session, revision: str = "head") -> None:
    """Bring the database of a transaction of `changing` up to a revision."""
    command.upgrade(_config(session.connection()), revision)


def revision_of(session: Session) -> str | None:
    """Return the revision that the database is at, None where it was never migrated."""
    return MigrationContext.configure(session.connection()).get_current_revision()


def revisions() -> list[str]:
    """Return every revision that this program knows, newest first."""
    return [script.revision for script in ScriptDirectory(str(Path(__file__).parent)).walk_revisions()]


def _migrate(url: str, act: Any) -> None:
    with changing(url) as session:
        act(_config(session.connection()))


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")


def _check_keys(connection: Connection) -> None:
    """Refuse to keep a migration that leaves a row referring to nothing; PostgreSQL has seen to it by itself."""
    if connection.dialect.name == "sqlite" and (
        orphans := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    ):
        raise RuntimeError(f"rows that refer to nothing: {orphans[:5]}")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our column classes as the SQL types that they are: a migration outlives our classes."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def compare_type(_context: Any, _column: Any, _metadata_column: Any, inspected: Any, declared: Any) -> bool | None:
    """Take SQLite's datetime for ours: it keeps no zone."""
    if isinstance(declared, UtcDateTime) and isinstance(inspected, DateTime):
        return False
    return None
