"""The database: one metadata, two ways in (read, write), and the only place that commits."""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from sqlalchemy import JSON, DateTime, Dialect, Engine, MetaData, PoolProxiedConnection, String, create_engine, event
from sqlalchemy.engine import Connection, ExceptionContext
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from concours.kernel.errors import DomainError
from concours.kernel.ids import ID_LENGTH, new_id
from concours.kernel.questions import Reader, Writer, connected, shorten, telling

_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

_LOCK_WAIT_S = 15
"""How long a writer waits for another on SQLite before it gives up."""

_POOL, _POOL_OVERFLOW = 8, 16
"""Connections kept, and made beside them in a rush: most threads wait for a network, and hold none meanwhile."""

_NOT_READY = (
    "La base de données ne répond pas, ou n'est pas au niveau du programme. Vérifiez DATA ou DATABASE_URL, les mêmes "
    "que pour le site, puis « concours migrate ». Rien n'a changé."
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC; SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- SQLAlchemy's signature
        """Refuse a naive instant, store the others in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- SQLAlchemy's signature
        """Return the instant aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """Read SQLite's text as the aware instant that it is, in one step: tables are read by the thousand."""
        return _read_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _read_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text + "+00:00")


class Base(DeclarativeBase):
    """What every table derives from, on both sides of the wall."""

    metadata = MetaData(naming_convention=_NAMING)
    type_annotation_map = {datetime: UtcDateTime(), dict[str, Any]: JSON(), list[Any]: JSON()}  # noqa: RUF012 -- SQLAlchemy's own idiom


Id = Annotated[str, mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)]
"""A primary key that says nothing of order."""

Ref = Annotated[str, mapped_column(String(ID_LENGTH))]
"""What refers to an `Id`."""


class _Turn:
    """Writers one after the other, in this process and beside it: SQLite's own waiters only look again now and then.

    Whoever has waited in this process as long as SQLite would goes on without it, and is told by SQLite; so does a
    process that may not open the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(f"{path.name}.turn")
        self._lock, self._mine = threading.Lock(), threading.local()

    def __enter__(self) -> None:
        self._mine.held = self._lock.acquire(timeout=_LOCK_WAIT_S)
        self._mine.file = _locked(self._path) if self._mine.held else None

    def __exit__(self, *_: object) -> None:
        if self._mine.file is not None:
            os.close(self._mine.file)
        if self._mine.held:
            self._lock.release()


class _Log:
    """SQLite's write-ahead log, which holds what was kept last: brought to the disk once the turn is over.

    SQLite would do it within the turn, and have all who write wait for the disk one after the other. What a log holds
    is on the disk from its beginning to what was kept last, or not at all: whoever builds on what another has just
    kept brings both there. Where there is no log any more, all of it is in the database, and was brought there so.
    """

    def __init__(self, database: Path) -> None:
        self._database = database

    @cached_property
    def _path(self) -> Path:
        real = self._database.resolve()
        return real.with_name(f"{real.name}-wal")

    def settle(self) -> None:
        """Return once all that was kept is on the disk. Raises OSError."""
        with suppress(FileNotFoundError):
            file = os.open(self._path, os.O_RDONLY)
            try:
                _to_disk(file)
            finally:
                os.close(file)


_to_disk = getattr(os, "fdatasync", os.fsync)


def _locked(path: Path) -> int | None:
    """Open a file that one process at a time has; a process that dies lets go of it."""
    file = None
    try:
        file = os.open(path, os.O_RDONLY | os.O_CREAT, 0o660)
        fcntl.flock(file, fcntl.LOCK_EX)
    except OSError:
        if file is not None:
            os.close(file)
        return None
    return file


_Files = tuple[AbstractContextManager[None], Callable[[], None]]
"""A writer's turn, and what brings to the disk what was kept within it."""


class Held(Reader):
    """One connection for a while: each question by itself, and changes."""

    def __init__(self, connection: PoolProxiedConnection, dialect: Dialect, files: _Files) -> None:
        super().__init__(connection, dialect)
        self._turn, self._settle = files

    @contextmanager
    def change(self) -> Iterator[Writer]:
        """Yield what reads and writes where no object is wanted; kept as `write` keeps, at a third of its price."""
        connection, dialect = self._connection, self._dialect
        with self._turn, telling("", connection, dialect):
            _begin(connection, dialect, "IMMEDIATE")
            try:
                yield Writer(connection, dialect)
            except BaseException:
                connection.rollback()
                raise
            connection.commit()
        self._settle()


class Database:
    """An engine and its kinds of transaction."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _make_engine(url)
        self._files = _files(self.engine)
        self._writer = self.engine.execution_options(begin="IMMEDIATE")

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a session whose changes are never kept."""
        with Session(self.engine, autoflush=False) as session:
            yield session

    @contextmanager
    def ask(self) -> Iterator[Reader]:
        """Yield what reads answers of which no object is wanted, at a tenth of a session's price."""
        with connected(self.engine) as connection:
            _begin(connection, self.engine.dialect, "DEFERRED")
            yield Reader(connection, self.engine.dialect)

    @contextmanager
    def hold(self) -> Iterator[Held]:
        """Yield a connection for one question, or for a change and what is asked after it."""
        with connected(self.engine) as connection:
            yield Held(connection, self.engine.dialect, self._files)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Yield a session that is committed when the block ends well, rolled back otherwise."""
        turn, settle = self._files
        with turn, Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session
        settle()

    def dispose(self) -> None:
        """Close the pool."""
        self.engine.dispose()


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """Yield the database to a command, and close it. Raises DomainError where it does not answer or has no tables."""
    database = Database(url)
    try:
        yield database
    except (OperationalError, ProgrammingError) as error:
        raise DomainError(_NOT_READY) from error
    finally:
        database.dispose()


def _files(engine: Engine) -> _Files:
    path = engine.url.database if engine.dialect.name == "sqlite" else None
    if not path or path == ":memory:":
        return nullcontext(), lambda: None
    return _Turn(Path(path)), _Log(Path(path)).settle


def _make_engine(url: str) -> Engine:
    # Without the parameters of a failed statement: a log holds no name and no address.
    options: dict[str, Any] = {"pool_size": _POOL, "max_overflow": _POOL_OVERFLOW, "hide_parameters": True}
    # The connection that was used last has its statements and its pages at hand.
    options["pool_use_lifo"] = True
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": _LOCK_WAIT_S}, **options)
        event.listen(engine, "connect", _tune_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(url, pool_pre_ping=True, **options)
    event.listen(engine, "handle_error", _shorten)
    return engine


def _shorten(context: ExceptionContext) -> None:
    """Have SQLAlchemy's own errors say no more of a row than ours do."""
    error, whole = context.sqlalchemy_exception, str(context.original_exception)
    shorten(context.original_exception)
    if error is not None:
        error.args = tuple(str(each).replace(whole, str(context.original_exception)) for each in error.args)


def _tune_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own BEGIN is deferred: two that read, then write, would lose an update. We begin ourselves.
    connection.isolation_level = None
    # Whatever is kept is brought to the disk by `_Log`; SQLite still does so wherever its files depend on it.
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # Straight to the driver: a statement of SQLAlchemy's would cost as much as many a transaction's own.
    how = connection.get_execution_options().get("begin", "DEFERRED")
    _begin(connection.connection, connection.dialect, how)


def _begin(connection: PoolProxiedConnection, dialect: Dialect, how: str) -> None:
    """Begin a transaction on SQLite, whose driver begins nothing by itself, as we set it."""
    if dialect.name == "sqlite":
        text = f"BEGIN {how}"
        with telling(text, connection, dialect):
            connection.cursor().execute(text)
