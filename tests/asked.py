"""What an application asks of its SQLite database, as the driver hears it: whichever way the question went."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from concours.kernel.db import Database


@contextmanager
def asked_of(database: Database) -> Iterator[list[str]]:
    """Yield the first words of each statement, in order, as they come; a rollback after reading asks nothing."""
    asked: list[str] = []
    heard: set[sqlite3.Connection] = set()

    def note(statement: str) -> None:
        if not statement.startswith(("ROLLBACK", "COMMIT", "--")):
            asked.append(" ".join(statement.split()[:3]))

    def listen(connection: sqlite3.Connection, *_: object) -> None:
        connection.set_trace_callback(note)
        heard.add(connection)

    event.listen(database.engine, "checkout", listen)
    try:
        yield asked
    finally:
        event.remove(database.engine, "checkout", listen)
        for connection in heard:
            connection.set_trace_callback(None)


def verbs(asked: list[str]) -> list[str]:
    """Return the first word of each statement."""
    return [statement.partition(" ")[0] for statement in asked]
