"""Answers that several people give at the same moment, kept in one transaction: the last evening waits for no disk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from concours.entries import operations
from concours.entries.operations import Kept
from concours.kernel.db import Database
from concours.kernel.errors import DomainError
from concours.kernel.together import Together


@dataclass(frozen=True)
class Given:
    """Answers as somebody gave them, each with what it was when they began."""

    entry_id: str
    account_id: str
    answers: Mapping[str, Any]
    seen: Mapping[str, Any]
    now: datetime


def keep_together(database: Database) -> Together[Given, Kept]:
    """Return the line in which answers are kept, each by itself; what is refused is raised to whoever gave it."""

    def keep(batch: Sequence[Given]) -> "Sequence[Kept | Exception]":
        with database.write() as session:
            return [_keep(session, given) for given in batch]

    return Together(keep)


def _keep(session: Session, given: Given) -> "Kept | DomainError":
    """Keep somebody's answers, or say why not: a refusal comes before anything is changed."""
    try:
        return operations.save_answers(session, **vars(given))
    except DomainError as refusal:
        return refusal
