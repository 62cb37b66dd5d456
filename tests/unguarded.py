"""A database whose chains somebody may change who owns it: the triggers that refuse it are dropped first."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.orm import Session

from concours.kernel.db import Database

_CHAINS = ("audit_event", "jury_audit")


@contextmanager
def unguarded(database: Database) -> Iterator[Session]:
    """Yield a transaction in which an audit event may be changed and removed."""
    with database.write() as session:
        if database.engine.dialect.name == "postgresql":
            for chain in _CHAINS:
                session.execute(text(f"ALTER TABLE {chain} DISABLE TRIGGER USER"))
        else:
            names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
            for name in names:
                session.execute(text(f"DROP TRIGGER {name}"))
        yield session
