"""What each request asks, and what each score writes: made with SQLAlchemy, put to the driver as it is.

A page asks a handful of questions, of which no object is wanted. SQLAlchemy's own way to an answer is made for
everything: it took a quarter of such a page's time, and half of a saved score's.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Delete, Dialect, Engine, Insert, PoolProxiedConnection, Select, Update
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

    def given(self, values: Mapping[str, Any]) -> Any:
        """Return the values as the driver takes them."""
        known = {**self.fixed, **values}
        for name, writer in self.writers.items():
            known[name] = writer(known[name])
        return known if self.names is None else [known[name] for name in self.names]

    def read(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Return rows as the columns mean them: column by column, which costs less than row by row."""
        if not (self.readers and rows):
            return rows
        columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
        for index, reader in self.readers:
            columns[index] = map(reader, columns[index])
        return list(zip(*columns, strict=True))


class Question:
    """A statement made once, of tables' columns, with the places of its values."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self.statement = statement
        self._prepared: dict[tuple[str, str], _Prepared] = {}

    def prepared(self, dialect: Dialect) -> _Prepared:
        """Return it in the words of a driver."""
        known = self._prepared.get((dialect.name, dialect.driver))
        if known is None:
            known = self._prepared[dialect.name, dialect.driver] = _prepare(self.statement, dialect)
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

    def rows(self, question: Question, **values: str | float) -> Sequence[Row]:
        """Return what answers. Raises SQLAlchemy's own errors."""
        asked = question.prepared(self._dialect)
        return asked.read(_put(self._connection, self._dialect, asked, values, answers=True))

    def row(self, question: Question, **values: str | float) -> Row | None:
        """Return the first row that answers, None without one."""
        rows = self.rows(question, **values)
        return rows[0] if rows else None


@contextmanager
def reading(engine: Engine) -> Iterator[Reader]:
    """Yield what reads in a transaction of its own. Raises SQLAlchemy's own errors."""
    dialect = engine.dialect
    try:
        connection = engine.raw_connection()
    except dialect.loaded_dbapi.Error as error:
        raise told("", error, dialect, lost=True) from error
    try:
        if dialect.name == "sqlite":  # whose driver begins nothing by itself, as we set it
            connection.cursor().execute("BEGIN DEFERRED")
        yield Reader(connection, dialect)
    finally:
        connection.close()


def reader_of(session: Session, *, written: bool = True) -> Reader:
    """Return what reads within a session's own transaction; what waits there to be written is written first, or not."""
    if written:
        session.flush()
    connection = session.connection()
    return Reader(connection.connection, connection.dialect)


def change(session: Session, statement: Change, **values: Any) -> None:
    """Write, within a session's own transaction. Raises SQLAlchemy's own errors."""
    connection = session.connection()
    _put(connection.connection, connection.dialect, statement.prepared(connection.dialect), values, answers=False)


def told(text: str, error: Exception, dialect: Dialect, *, lost: bool = False) -> BaseException:
    """Return the driver's error as SQLAlchemy tells it, without the values: a log holds no name."""
    base = dialect.loaded_dbapi.Error
    return DBAPIError.instance(
        text, None, error, base, hide_parameters=True, connection_invalidated=lost, dialect=dialect
    )


def _put(
    connection: PoolProxiedConnection, dialect: Dialect, asked: _Prepared, values: Mapping[str, Any], *, answers: bool
) -> Sequence[Row]:
    """Execute a statement, and return its rows where it has some."""
    try:
        cursor = connection.cursor()
        cursor.execute(asked.text, asked.given(values))
        rows = cursor.fetchall() if answers else ()
        cursor.close()
    except dialect.loaded_dbapi.Error as error:
        lost = dialect.is_disconnect(error, connection, None)
        if lost:
            connection.invalidate(error)
        raise told(asked.text, error, dialect, lost=lost) from error
    return rows


def _prepare(
    statement: Select[*tuple[Any, ...]] | Insert | Update | Delete, dialect: Dialect, columns: Sequence[str] = ()
) -> _Prepared:
    compiled = statement.compile(dialect=dialect, column_keys=columns or None)

    def turned(kind: TypeEngine[Any], *, way_in: bool) -> _Turned | None:
        known = kind.dialect_impl(dialect)
        return known.bind_processor(dialect) if way_in else known.result_processor(dialect, None)

    writers = {name: turned(bind.type, way_in=True) for name, bind in compiled.binds.items()}
    asked = statement.selected_columns if isinstance(statement, Select) else ()
    readers = [(index, turned(column.type, way_in=False)) for index, column in enumerate(asked)]
    return _Prepared(
        compiled.string,
        compiled.positiontup,
        {name: value for name, value in compiled.params.items() if not compiled.binds[name].required},
        {name: writer for name, writer in writers.items() if writer},
        [(index, reader) for index, reader in readers if reader],
    )
