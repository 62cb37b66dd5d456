"""Questions that each request asks: written with SQLAlchemy, put to the driver as they are.

A page asks a handful of them, of which no object is wanted. SQLAlchemy's own way to an answer is made for everything:
it took a quarter of such a page's time, and here it takes none.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Dialect, Engine, PoolProxiedConnection, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

Row = tuple[Any, ...]
_Reader = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A question in the words of one driver."""

    text: str
    names: Sequence[str] | None
    """In which order the driver takes the values; None for one that takes them by name."""
    fixed: Mapping[str, Any]
    """Values that stand in the statement itself."""
    readers: Sequence[tuple[int, _Reader]]
    """Columns that the driver does not give as they are meant: an instant, a truth."""

    def given(self, values: Mapping[str, Any]) -> Any:
        """Return the values as the driver takes them."""
        known = {**self.fixed, **values}
        return known if self.names is None else [known[name] for name in self.names]

    def read(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Return rows as the columns mean them: column by column, which costs less than row by row."""
        if not (self.readers and rows):
            return rows
        columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
        for index, reader in self.readers:
            columns[index] = map(reader, columns[index])
        return list(zip(*columns, strict=True))


@dataclass(frozen=True, eq=False)
class Question:
    """A statement made once, of tables' columns, with the places of its values."""

    statement: Select[*tuple[Any, ...]]
    _prepared: dict[tuple[str, str], _Prepared] = field(default_factory=dict)

    def prepared(self, dialect: Dialect) -> _Prepared:
        """Return it in the words of a driver."""
        known = self._prepared.get((dialect.name, dialect.driver))
        if known is None:
            known = self._prepared[dialect.name, dialect.driver] = _prepare(self.statement, dialect)
        return known


class Reader:
    """One connection that reads."""

    def __init__(self, connection: PoolProxiedConnection, dialect: Dialect) -> None:
        self._connection, self._dialect = connection, dialect

    def rows(self, question: Question, **values: str | float) -> Sequence[Row]:
        """Return what answers. Raises SQLAlchemy's own errors."""
        asked = question.prepared(self._dialect)
        given = asked.given(values)
        try:
            cursor = self._connection.cursor()
            cursor.execute(asked.text, given)
            rows = cursor.fetchall()
            cursor.close()
        except self._dialect.loaded_dbapi.Error as error:
            lost = self._dialect.is_disconnect(error, self._connection, None)
            if lost:
                self._connection.invalidate(error)
            raise _told(asked.text, error, self._dialect, lost=lost) from error
        return asked.read(rows)

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
        raise _told("", error, dialect, lost=True) from error
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


def _told(text: str, error: Exception, dialect: Dialect, *, lost: bool) -> BaseException:
    """Return the driver's error as SQLAlchemy tells it, without the values: a log holds no name."""
    base = dialect.loaded_dbapi.Error
    return DBAPIError.instance(
        text, None, error, base, hide_parameters=True, connection_invalidated=lost, dialect=dialect
    )


def _prepare(statement: Select[*tuple[Any, ...]], dialect: Dialect) -> _Prepared:
    compiled = statement.compile(dialect=dialect)
    readers = [
        (index, reader)
        for index, column in enumerate(statement.selected_columns)
        if (reader := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
    ]
    return _Prepared(compiled.string, compiled.positiontup, dict(compiled.params), readers)
