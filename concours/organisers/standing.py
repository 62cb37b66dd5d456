"""Where entries stand, and what counts of them, as expressions that the database works out."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from concours.entries.models import Admissibility, Deposit, Entry
from concours.organisers.models import Opinion, SecondLook
from concours.organisers.rules import Standing

_UNDECIDED = or_(Admissibility.id.is_(None), Admissibility.deposit_id != Entry.deposit_id)
_TOGETHER = Entry.id.in_(select(SecondLook.entry_id))

STANDING: ColumnElement[str] = case(
    (and_(Entry.deposit_id.is_(None), Entry.withdrawn_at.is_(None)), Standing.DRAFT.value),
    (Entry.deposit_id.is_(None), Standing.WITHDRAWN.value),
    (and_(_UNDECIDED, _TOGETHER), Standing.TOGETHER.value),
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


def waits_for_others(account_id: str) -> ColumnElement[bool]:
    """Return whether an entry has this organiser's opinion and nobody's that differs: it is for another to look."""
    mine, other = aliased(Opinion), aliased(Opinion)
    said = and_(mine.entry_id == Entry.id, mine.deposit_id == Entry.deposit_id, mine.account_id == account_id)
    differs = and_(
        other.entry_id == mine.entry_id, other.deposit_id == mine.deposit_id, other.decision != mine.decision
    )
    return exists().where(said, ~exists().where(differs).correlate(mine))
