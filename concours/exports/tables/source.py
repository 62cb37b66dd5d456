"""Where the rows of a table come from: a question to the database, answered row by row; or a short list."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Protocol

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from concours.editions.models import EditionRecord
from concours.exports.rules import Cell, Column, Kind
from concours.kernel.text import fold

_STREAMED = {"yield_per": 500}
"""Rows that are in memory together."""


class Source(Protocol):
    """A table of the service."""

    def columns(self, session: Session, record: EditionRecord, kind: Kind) -> Sequence[Column[Any]]:
        """Return the columns of this kind; none where the kind has no such table."""

    def count(self, session: Session, record: EditionRecord, kind: Kind) -> int:
        """Return how many rows there are."""

    def rows(self, session: Session, record: EditionRecord, kind: Kind) -> Iterator[Sequence[Cell]]:
        """Yield the rows, a value for each column. Pseudonyms are still identifiers."""


Narrow = Callable[[Select[*tuple[Any, ...]], EditionRecord, Kind], Select[*tuple[Any, ...]]]
"""Says of which rows, in which order."""


@dataclass(frozen=True)
class Asked:
    """A table that the database answers, however long."""

    every: Sequence[Column[Any]]
    narrow: Narrow
    alphabetical: bool = False
    """Sorted by its first two columns as a person looks names up, Çelik among the C: for tables that a room bounds."""

    def columns(self, session: Session, record: EditionRecord, kind: Kind) -> Sequence[Column[Any]]:  # noqa: ARG002 -- as every source
        """Return the columns of this kind."""
        return [column for column in self.every if kind in column.kinds]

    def count(self, session: Session, record: EditionRecord, kind: Kind) -> int:
        """Return how many rows there are."""
        wanted = self._query(session, record, kind).order_by(None).subquery()
        return session.scalar(select(func.count()).select_from(wanted)) or 0

    def rows(self, session: Session, record: EditionRecord, kind: Kind) -> Iterator[Sequence[Cell]]:
        """Yield the rows as the database gives them."""
        reads = [(n, each.read) for n, each in enumerate(self.columns(session, record, kind)) if each.read]
        # Asked of the connection itself: rows of columns need nothing of what keeps objects together.
        query = self._query(session, record, kind)
        answer = session.connection().execute(query, execution_options=_STREAMED)
        # Taken out of the answer many at once: one by one, a row goes through a dozen calls.
        found: Iterable[Any] = chain.from_iterable(answer.partitions())
        if self.alphabetical:
            found = sorted(found, key=lambda row: (fold(row[0]), fold(row[1])))
        if not reads:
            yield from found
            return
        for row in found:
            cells = list(row)
            for n, read in reads:
                cells[n] = read(cells[n])
            yield cells

    def _query(self, session: Session, record: EditionRecord, kind: Kind) -> Select[*tuple[Any, ...]]:
        sources = [each.source.label(each.key) for each in self.columns(session, record, kind)]
        return self.narrow(select(*sources), record, kind)


@dataclass(frozen=True)
class Listed:
    """A short table: its items are all asked for at once."""

    every: Callable[[Session, EditionRecord], Sequence[Column[Callable[[Any], Cell]]]]
    items: Callable[[Session, EditionRecord], Sequence[Any]]
    counted: Callable[[Session, EditionRecord], int] | None = None
    """Counts the items, where that costs less than to ask for them."""

    def columns(self, session: Session, record: EditionRecord, kind: Kind) -> Sequence[Column[Any]]:
        """Return the columns of this kind."""
        return [column for column in self.every(session, record) if kind in column.kinds]

    def count(self, session: Session, record: EditionRecord, kind: Kind) -> int:  # noqa: ARG002 -- as every source
        """Return how many items there are."""
        return self.counted(session, record) if self.counted else len(self.items(session, record))

    def rows(self, session: Session, record: EditionRecord, kind: Kind) -> Iterator[Sequence[Cell]]:
        """Yield the rows, made of the items."""
        reads = [column.source for column in self.columns(session, record, kind)]
        for item in self.items(session, record):
            yield [read(item) for read in reads]
