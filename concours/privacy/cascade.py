"""Rows that go, with all that refers to them: read from the tables themselves, so that a new one is not forgotten."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Column, Table, delete, select, update
from sqlalchemy.orm import Session

from concours.kernel.db import Base

_BATCH = 500
Reference = Column[str]


def references_to(table: Table) -> Iterator[Reference]:
    """Yield every column that refers to a table's identifiers."""
    wanted = table.c.id
    for other in Base.metadata.sorted_tables:
        yield from (column for column in other.c if any(key.column is wanted for key in column.foreign_keys))


def erase(session: Session, table: Table, ids: Collection[str]) -> None:
    """Remove rows; what refers to them is blanked where it may be, and removed with them where it may not."""
    for batch in batches(ids):
        for column in references_to(table):
            _let_go(session, column, batch)
        session.execute(delete(table).where(table.c.id.in_(batch)))


def batches(ids: Collection[str]) -> Iterator[Sequence[str]]:
    """Yield identifiers by as many as one statement takes."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), _BATCH):
        yield ordered[start : start + _BATCH]


def _let_go(session: Session, column: Reference, ids: Sequence[str]) -> None:
    table = column.table
    assert isinstance(table, Table)  # noqa: S101 -- a column of the metadata has no other parent
    if column.nullable:
        session.execute(update(table).where(column.in_(ids)).values({column.name: None}))
    elif "id" in table.c:
        erase(session, table, session.scalars(select(table.c.id).where(column.in_(ids))).all())
    else:
        session.execute(delete(table).where(column.in_(ids)))
