"""A purge from end to end, as the command and the worker do it: rows, then files, then old security logs."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select

from concours.kernel.clock import to_paris
from concours.kernel.db import Database
from concours.kernel.storage import Stores
from concours.kernel.web.security_log import forget_old
from concours.privacy import operations
from concours.privacy.models import ErasedFile
from concours.privacy.rules import Report

_NIGHT = 3
"""The hour in Paris from which a night's purge is done."""


class _NotKept(Exception):
    """Undoes a rehearsal."""


@dataclass
class Night:
    """Says once a night that it is time; a worker that starts by day catches up."""

    last: date | None = None

    def comes(self, now: datetime) -> bool:
        """Tell whether this night's purge is still to be done, and take it as done."""
        local = to_paris(now)
        if local.hour < _NIGHT or self.last == local.date():
            return False
        self.last = local.date()
        return True


def purge(database: Database, stores: Stores, data: Path, *, actor: str, now: datetime) -> Report:
    """Erase what is due: rows first, then the files that no row names any more, and old security logs."""
    with database.write() as session:
        report = operations.purge(session, actor=actor, now=now)
    remove_files(database, stores)
    forget_old(data / "logs", now=now)
    return report


def rehearse(database: Database, *, now: datetime) -> Report:
    """Return what a purge would erase; nothing of it is kept."""
    report = Report()
    with suppress(_NotKept), database.write() as session:
        report = operations.purge(session, actor="command", now=now)
        raise _NotKept
    return report


def remove_files(database: Database, stores: Stores) -> int:
    """Remove the files whose rows are gone; one that the storage does not give up is tried again the next time."""
    with database.read() as session:
        keys = session.scalars(select(ErasedFile.key)).all()
    for key in keys:
        with database.write() as session:
            if operations.settle_file(session, key):
                place, _, name = key.partition("/")
                (stores.quarantine if place == "quarantine" else stores.ready).delete(name)
    return len(keys)
