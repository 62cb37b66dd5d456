"""What each request asks, and what each score writes: made with SQLAlchemy, put to the driver as it is.

A page asks a handful of questions, of which no object is wanted. SQLAlchemy's own way to an answer is made for
everything: it took a quarter of such a page's time, and half of a saved score's.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Delete,
    Dialect,
    Engine,
    Insert,
    PoolProxiedConnection,
    Select,
    Update,
    func,
    select,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

Row = tuple[Any, ...]
_Turned = Callable[[Any], Any]


class _Prepared(NamedTuple):
    """A statement in the words of one driver."""

    text: str
    names: Sequence[str] | None
    """In which order the driver takes the values; None for one that takes them by name."""
    fixed: Mapping[str, Any]
    """Values that stand in the statement itself."""
    writers: Mapping[str, _Turned]
    """Values that the driver does not take as they are meant: an instant, a dictionary."""
    readers: Sequence[tuple[int, _Turned]]
    """Columns that it does not give as they are meant."""
    folded: bool = False
    """Whether all rows come in one cell."""

    def given(self, values: Mapping[str, Any]) -> Any:
        """Return the values as the driver takes them."""
        known = {**self.fixed, **values} if self.fixed else dict(values)
        for name, writer in self.writers.items():
            known[name] = writer(known[name])
        return known if self.names is None else [known[name] for name in self.names]

    def read(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Return rows as the columns mean them: column by column, which costs less than row by row."""
        if self.folded:
            rows = list(map(tuple, json.loads(rows[0][0])))
        if not (self.readers and rows):
            return rows
        columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
        for index, reader in self.readers:
            columns[index] = map(reader, columns[index])
        return list(zip(*columns, strict=True))


class Question:
    """A statement made once, of tables' columns, with the places of its values.

    `many`: whether dozens of rows answer, in no order, of text and whole numbers.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]], *, many: bool = False) -> None:
        self.statement, self._many = statement, many
        self._prepared: dict[tuple[str, str], _Prepared] = {}

    def prepared(self, dialect: Dialect) -> _Prepared:
        """Return it in the words of a driver."""
        known = self._prepared.get((dialect.name, dialect.driver))
        if known is None:
            # SQLite's driver lets another thread compute at each row, and waits for its turn again: sixty rows took a
            # busy process twice as long as one cell that holds them all.
            folded = self._many and dialect.name == "sqlite"
            asked = _fold(self.statement) if folded else self.statement
            known = _prepare(asked, dialect, shown=self.statement.selected_columns)
            self._prepared[dialect.name, dialect.driver] = known = known._replace(folded=folded)
        return known


class Change:
    """A statement that writes, made once: these columns, each from a value of the same name."""

    def __init__(self, statement: Insert | Update | Delete, *columns: str) -> None:
        self._statement, self._columns = statement, columns
        self._prepared: dict[tuple[str, str], _Prepared] = {}

    def prepared(self, dialect: Dialect) -> _Prepared:
        """Return it in the words of a driver."""
        known = self._prepared.get((dialect.name, dialect.driver))
        if known is None:
            known = self._prepared[dialect.name, dialect.driver] = _prepare(self._statement, dialect, self._columns)
        return known


class Reader:
    """One connection that reads."""

    def __init__(self, connection: PoolProxiedConnection, dialect: Dialect) -> None:
        self._connection, self._dialect = connection, dialect

    @property
    def system(self) -> str:
        """Which database it is, as SQLAlchemy names it."""
        return self._dialect.name

    def rows(self, question: Question, **values: str | float) -> Sequence[Row]:
        """Return what answers. Raises SQLAlchemy's own errors."""
        asked = question.prepared(self._dialect)
        return asked.read(_put(self._connection, self._dialect, asked, values, answers=True))

    def row(self, question: Question, **values: str | float) -> Row | None:
        """Return the first row that answers, None without one."""
        rows = self.rows(question, **values)
        return rows[0] if rows else None


class Writer(Reader):
    """One connection that reads and writes, in a transaction that somebody else ends."""

    def change(self, statement: Change, **values: Any) -> None:
        """Write. Raises SQLAlchemy's own errors."""
        _put(self._connection, self._dialect, statement.prepared(self._dialect), values, answers=False)


def reader_of(session: Session, *, written: bool = True) -> Reader:
    """Return what reads within a session's own transaction; what waits there to be written is written first, or not."""
    return writer_of(session, written=written)


def writer_of(session: Session, *, written: bool = True) -> Writer:
    """Return what reads and writes within a session's own transaction; as `reader_of`."""
    if written:
        session.flush()
    connection = session.connection()
    return Writer(connection.connection, connection.dialect)


@contextmanager
def connected(engine: Engine) -> Iterator[PoolProxiedConnection]:
    """Yield a connection of the pool; what it has begun and not kept is undone. Raises SQLAlchemy's own errors."""
    try:
        connection = engine.raw_connection()
    except engine.dialect.loaded_dbapi.Error as error:
        raise told("", error, engine.dialect, lost=True) from error
    try:
        yield connection
    finally:
        connection.close()


def told(text: str, error: Exception, dialect: Dialect, *, lost: bool = False) -> BaseException:
    """Return the driver's error as SQLAlchemy tells it, without the values: a log holds no name."""
    shorten(error)
    base = dialect.loaded_dbapi.Error
    return DBAPIError.instance(
        text, None, error, base, hide_parameters=True, connection_invalidated=lost, dialect=dialect
    )


def shorten(error: BaseException) -> None:
    """Leave of PostgreSQL's message what it says first: its details quote the row that it refuses."""
    first = getattr(getattr(error, "diag", None), "message_primary", None)
    if first:
        error.args = (first,)


def _put(
    connection: PoolProxiedConnection, dialect: Dialect, asked: _Prepared, values: Mapping[str, Any], *, answers: bool
) -> Sequence[Row]:
    """Execute a statement, and return its rows where it has some."""
    with telling(asked.text, connection, dialect):
        cursor = connection.cursor()
        cursor.execute(asked.text, asked.given(values))
        rows = cursor.fetchall() if answers else ()
        cursor.close()
    return rows


class telling:  # noqa: N801 -- stands where a function with `contextmanager` would, at a third of its price
    """Has the driver's errors told as SQLAlchemy tells them; a connection that is lost leaves the pool."""

    def __init__(self, text: str, connection: PoolProxiedConnection, dialect: Dialect) -> None:
        self._text, self._connection, self._dialect = text, connection, dialect

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if not isinstance(error, self._dialect.loaded_dbapi.Error):
            return
        lost = self._dialect.is_disconnect(error, self._connection, None)
        if lost:
            self._connection.invalidate(error)
        raise told(self._text, error, self._dialect, lost=lost) from error


def _fold(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Return the statement whose one cell holds all rows of this one, in JSON."""
    rows = statement.subquery()
    return select(func.json_group_array(func.json_array(*rows.c)))


def _prepare(
    statement: Select[*tuple[Any, ...]] | Insert | Update | Delete,
    dialect: Dialect,
    columns: Sequence[str] = (),
    *,
    shown: Iterable[ColumnElement[Any]] = (),
) -> _Prepared:
    compiled = statement.compile(dialect=dialect, column_keys=columns or None)

    def turned(kind: TypeEngine[Any], *, way_in: bool) -> _Turned | None:
        known = kind.dialect_impl(dialect)
        return known.bind_processor(dialect) if way_in else known.result_processor(dialect, None)

    writers = {name: turned(bind.type, way_in=True) for name, bind in compiled.binds.items()}
    readers = [(index, turned(column.type, way_in=False)) for index, column in enumerate(shown)]
    return _Prepared(
        compiled.string,
        compiled.positiontup,
        {name: value for name, value in compiled.params.items() if not compiled.binds[name].required},
        {name: writer for name, writer in writers.items() if writer},
        [(index, reader) for index, reader in readers if reader],
    )
