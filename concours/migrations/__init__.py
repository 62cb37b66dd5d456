"""Migrations: each is a fossil made of SQL types, run under a lock so that two starts at once do no harm."""

import sqlite3
from pathlib import Path
from typing import Any, Literal

from alembic import command
from alembic.config import Config
from sqlalchemy import DateTime, event
from sqlalchemy.engine import Connection, make_url

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


def _migrate(url: str, act: Any) -> None:
    path = make_url(url).database
    if url.startswith("sqlite") and path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    database = Database(url)
    if url.startswith("sqlite"):
        event.listen(database.engine, "connect", _let_tables_be_made_anew)
    try:
        with database.write() as session:
            connection = session.connection()
            _lock(connection)
            act(_config(connection))
            _check_references(connection)
    finally:
        database.dispose()


def _let_tables_be_made_anew(connection: sqlite3.Connection, _record: object) -> None:
    # SQLite changes a column by making the table anew: its rows are referred to while the old one goes.
    connection.execute("PRAGMA foreign_keys=OFF")


def _check_references(connection: Connection) -> None:
    """Refuse, on SQLite, a migration after which a row refers to nothing: nobody was looking meanwhile."""
    if connection.dialect.name == "sqlite":
        lost = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if lost is not None:
            raise RuntimeError(f"after the migration, a row of {lost[0]} refers to nothing in {lost[2]}")


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")


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
