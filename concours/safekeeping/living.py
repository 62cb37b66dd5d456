"""Whether a service works on this database now: its address answers, or somebody else is connected."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from sqlalchemy import make_url, text

from concours.kernel.db import Database, opened
from concours.kernel.errors import DomainError
from concours.kernel.settings import Settings

_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- where to look, nothing is bound here
_PATIENCE_S = 3
_AGAIN_S = 0.1
_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND backend_type = 'client backend'"
)
_OPEN = "La base de données est ouverte par un autre programme, le service sans doute."
_STOP = "Arrêtez le service (site et tâches de fond), puis recommencez. Rien n'a été écrit."


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Keep services off the database for as long as the block lasts. Raises DomainError when one lives."""
    address = f"{settings.host}:{settings.port}"
    if _answers(settings.host, settings.port):
        raise DomainError(
            f"Un service répond à l'adresse {address}. {_STOP} Si c'est un autre programme, donnez le PORT du concours."
        )
    file = sqlite_file(settings.database_url)
    if file is None:
        _check_connections(settings.database_url)
        yield  # the transaction that changes the tables locks them
    elif file.exists():
        with _held(file):
            yield
    else:
        yield


def sqlite_file(url: str) -> Path | None:
    """Return the file of an SQLite database, None for another system."""
    parsed = make_url(url)
    return Path(str(parsed.database)) if parsed.get_backend_name() == "sqlite" else None


def _answers(host: str, port: int) -> bool:
    connection = HTTPConnection(_ANYWHERE.get(host, host), port, timeout=_PATIENCE_S)
    try:
        connection.request("GET", "/sante")
        return connection.getresponse().status > 0
    except TimeoutError:
        return True  # something listens, and is slow
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def _held(file: Path) -> Iterator[None]:
    """Hold an SQLite file alone. To leave its write-ahead log, SQLite demands that nobody else has it open."""
    with closing(sqlite3.connect(file, timeout=_PATIENCE_S, isolation_level=None)) as link:
        try:
            link.execute("PRAGMA journal_mode=DELETE")
            link.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise DomainError(f"{_OPEN} {_STOP}") from error
        except sqlite3.DatabaseError:
            pass  # damaged: nothing can be held, and nobody can work on it
        yield


def _check_connections(url: str) -> None:
    with opened(url) as database:
        others, until = _others(database), time.monotonic() + _PATIENCE_S
        # A connection that was just closed is the server's for a moment more.
        while others and time.monotonic() < until:
            time.sleep(_AGAIN_S)
            others = _others(database)
    if others:
        raise DomainError(
            f"La base de données a d'autres connexions ouvertes ({others}), celles du service sans doute. {_STOP} "
            "La vue pg_stat_activity de PostgreSQL les nomme."
        )


def _others(database: Database) -> int:
    with database.read() as session:
        return session.scalar(text(_OTHERS)) or 0
