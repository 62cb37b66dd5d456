"""Where entries stand, and what counts of them, as expressions that the database works out."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func
from sqlalchemy.orm import InstrumentedAttribute

from concours.entries.models import Admissibility, Deposit, Entry
from concours.organisers.rules import Standing

STANDING: ColumnElement[str] = case(
    (and_(Entry.deposit_id.is_(None), Entry.withdrawn_at.is_(None)), Standing.DRAFT.value),
    (Entry.deposit_id.is_(None), Standing.WITHDRAWN.value),
    (Admissibility.id.is_(None), Standing.PENDING.value),
    (Admissibility.deposit_id != Entry.deposit_id, Standing.STALE.value),
    else_=Admissibility.decision,
)
"""`rules.standing`, where the deposit that counts and the decision are joined."""


def with_decisions(query: Select[*tuple[Any, ...]], edition_id: str) -> Select[*tuple[Any, ...]]:
    """Return a query of an edition's entries beside the deposits that count and the decisions."""
    joined = query.select_from(Entry).outerjoin(Deposit, Deposit.id == Entry.deposit_id)
    joined = joined.outerjoin(Admissibility, Admissibility.entry_id == Entry.id)
    return joined.where(Entry.edition_id == edition_id)


def answer(column: InstrumentedAttribute[str]) -> ColumnElement[str]:
    """Return an answer as it counts: as it was deposited, else as the draft has it."""
    return func.coalesce(Deposit.dossier[column.key].as_string(), column)
