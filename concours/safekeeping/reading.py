"""The way in to a database that must be there: opening an SQLite file that is not would make an empty one."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from concours.kernel.db import opened
from concours.kernel.errors import DomainError
from concours.kernel.settings import Settings
from concours.safekeeping.living import sqlite_file


@contextmanager
def reading(settings: Settings) -> Iterator[Session]:
    """Yield a session that only reads. Raises DomainError where there is no database, or none that answers."""
    file = sqlite_file(settings.database_url)
    if file is not None and not file.exists():
        raise DomainError(f"Il n'y a pas de base de données : {file} n'existe pas. Vérifiez DATA et DATABASE_URL.")
    with opened(settings.database_url) as database, database.read() as session:
        yield session
