"""Answers that several people give at the same moment, kept in one transaction: the last evening waits for no disk."""

from collections.abc import Sequence

from concours.entries.operations import Given, Kept, save_answers
from concours.kernel.db import Database
from concours.kernel.together import Together


def keep_together(database: Database) -> Together[Given, Kept]:
    """Return the line in which answers are kept, each by itself; what is refused is raised to whoever gave it."""

    def keep(batch: Sequence[Given]) -> "Sequence[Kept | Exception]":
        with database.write() as session:
            return save_answers(session, batch)

    return Together(keep)
