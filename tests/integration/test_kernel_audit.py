"""The audit chain shows every change made behind its back, and stays one chain under concurrent acts."""

from collections.abc import Sequence
from datetime import timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import IntegrityError

from concours.accounts.models import AuditEvent
from concours.kernel.audit import GENESIS, AuditMixin, broken_at, record, seal
from concours.kernel.chain_check import Tampering, find_break
from concours.kernel.db import Database
from jury.models import JuryAudit
from tests.crowd import run_at_once
from tests.fakes.clock import SOME_MORNING
from tests.unguarded import unguarded

APPENDER = """
from concours.accounts.models import AuditEvent
from concours.kernel import audit
from concours.kernel.clock import system_clock
from concours.kernel.db import Database

def work(url):
    database = Database(url)
    for number in range(40):
        with database.write() as session:
            audit.record(session, AuditEvent, actor="system", action="tried", subject=str(number), now=system_clock())
"""


def events(database: Database) -> Sequence[AuditEvent]:
    with database.read() as session:
        return session.scalars(select(AuditEvent).order_by(AuditEvent.position)).all()


@pytest.fixture
def chain(database: Database) -> Database:
    """A database whose chain has five events."""
    with database.write() as session:
        for number in range(5):
            record(session, AuditEvent, actor="a" * 26, action="admitted", subject=str(number), now=SOME_MORNING)
    return database


def told(database: Database) -> tuple[int, Tampering] | None:
    """Return what is said of the chain: which event, and what was done to it."""
    found = find_break(events(database))
    return (found.position, found.tampering) if found else None


def change(database: Database, where: int, **values: Any) -> None:
    with unguarded(database) as session:
        session.execute(update(AuditEvent).where(AuditEvent.position == where).values(**values))


def test_a_chain_begins_at_one_and_holds(chain: Database) -> None:
    found = events(chain)
    assert [event.position for event in found] == [1, 2, 3, 4, 5]
    assert found[0].previous == GENESIS
    assert broken_at(found) is None
    assert broken_at([]) is None
    assert told(chain) is None


@pytest.mark.parametrize(
    "values",
    [
        {"at": SOME_MORNING + timedelta(microseconds=1)},
        {"actor": "b" * 26},
        {"action": "refused"},
        {"subject": "9"},
        {"details": {"reason": "autre"}},
        {"previous": "f" * 64},
        {"digest": "f" * 64},
    ],
)
def test_a_changed_event_is_found(chain: Database, values: dict[str, Any]) -> None:
    change(chain, 3, **values)
    assert told(chain) == (3, Tampering.CHANGED)


def test_a_changed_event_that_was_sealed_anew_is_found_at_the_next(chain: Database) -> None:
    forged = events(chain)[2]
    forged.subject = "9"
    change(chain, 3, subject="9", digest=seal(forged))
    assert broken_at(events(chain)) == 4
    assert told(chain) == (3, Tampering.CHANGED)


def test_a_removed_event_is_found(chain: Database) -> None:
    with unguarded(chain) as session:
        session.execute(delete(AuditEvent).where(AuditEvent.position == 2))
    assert told(chain) == (2, Tampering.REMOVED)


def test_a_removed_event_is_found_when_those_after_it_are_numbered_again(chain: Database) -> None:
    with unguarded(chain) as session:
        session.execute(delete(AuditEvent).where(AuditEvent.position == 2))
    for position in (3, 4, 5):
        change(chain, position, position=position - 1)
    assert told(chain) == (2, Tampering.REMOVED)


@pytest.mark.parametrize("sealed", [False, True])
def test_an_inserted_event_is_found(chain: Database, *, sealed: bool) -> None:
    for position in (5, 4, 3):
        change(chain, position, position=position + 1)
    stranger = AuditEvent(
        position=3,
        at=SOME_MORNING,
        actor="system",
        action="admitted",
        subject="x",
        details={},
        previous=events(chain)[1].digest,
        digest="0" * 64,
    )
    stranger.digest = seal(stranger) if sealed else "0" * 64
    with chain.write() as session:
        session.add(stranger)
    assert told(chain) == (3, Tampering.INSERTED)


def test_events_that_changed_places_are_found(chain: Database) -> None:
    change(chain, 2, position=9)
    change(chain, 3, position=2)
    change(chain, 9, position=3)
    assert told(chain) == (2, Tampering.REORDERED)


@pytest.mark.parametrize("table", [AuditEvent, JuryAudit])
@pytest.mark.parametrize("act", ["UPDATE {} SET actor = 'x'", "DELETE FROM {}"])
def test_the_database_refuses_to_change_or_remove_an_event(
    database: Database, table: type[AuditMixin], act: str
) -> None:
    with database.write() as session:
        record(session, table, actor="a" * 26, action="admitted", subject="x", now=SOME_MORNING)
    with pytest.raises(IntegrityError, match="append-only"), database.write() as session:
        session.execute(text(act.format(table.__tablename__)))
    with database.read() as session:
        kept = session.scalars(select(table)).one()
        assert kept.actor == "a" * 26


def test_an_event_is_neither_replaced_nor_truncated(chain: Database) -> None:
    acts = {
        "sqlite": "INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event WHERE position = 2",
        "postgresql": "TRUNCATE audit_event",
    }
    with pytest.raises(IntegrityError, match="append-only"), chain.write() as session:
        session.execute(text(acts[chain.engine.dialect.name]))
    assert len(events(chain)) == 5


def test_an_event_of_any_zone_and_any_detail_still_holds_when_read_back(database: Database) -> None:
    overseas = SOME_MORNING.astimezone(timezone(timedelta(hours=11)))
    details: dict[str, Any] = {
        "marks": {10: "dix", 9: "neuf"},
        "pair": (1, 2),
        "part": 0.1,
        "text": "« é » \u2028 ' \\",
    }
    with database.write() as session:
        record(session, AuditEvent, actor="system", action="tried", subject="x", now=overseas, details=details)
        record(session, AuditEvent, actor="system", action="tried", subject="y", now=overseas)
    assert broken_at(events(database)) is None


def test_an_event_goes_with_the_act_that_failed(database: Database) -> None:
    def fail() -> None:
        with database.write() as session:
            record(session, AuditEvent, actor="system", action="tried", subject="x", now=SOME_MORNING)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert events(database) == []


def test_processes_that_append_at_once_keep_one_unbroken_chain(database: Database) -> None:
    run_at_once(APPENDER, database.url, count=3)
    found = events(database)
    assert len(found) == 120
    assert broken_at(found) is None
