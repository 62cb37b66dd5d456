"""What both databases promise: instants keep their zone, reading changes nothing, writing loses nothing."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from concours.accounts.models import Account, Outbox
from concours.kernel import db
from concours.kernel.db import Database
from concours.kernel.ids import new_id
from concours.kernel.mail import Message, enqueue
from concours.kernel.questions import Change
from concours.migrations import upgrade
from tests.crowd import run_at_once
from tests.fakes.clock import SOME_MORNING

CANARY = "zephyrine.quatremere@ville.exemple.fr"

COUNTER = """
from sqlalchemy import select
from concours.accounts.models import Outbox
from concours.kernel.db import Database

def work(url):
    database = Database(url)
    for _ in range(50):
        with database.write() as session:
            row = session.scalars(select(Outbox).with_for_update()).one()
            row.attempts += 1
"""

HOLDER = """
import sys, time
from concours.kernel.db import Database

with Database(sys.argv[1]).write():
    print("writing", flush=True)
    time.sleep(60)
"""

FIRST_CONNECTION = """
from sqlalchemy import text
from concours.kernel.db import Database

def work(url):
    with Database(url).write() as session:
        session.execute(text("CREATE TABLE IF NOT EXISTS visit (n integer)"))
        session.execute(text("INSERT INTO visit VALUES (1)"))
"""


def account(email: str = "a@exemple.fr", *, at: datetime = SOME_MORNING) -> Account:
    return Account(email=email, role="", created_at=at)


def add_account(database: Database) -> None:
    with database.write() as session:
        session.add(account())
        session.flush()


def count(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Account)) or 0


def test_an_instant_comes_back_aware_in_utc_whatever_its_zone(database: Database) -> None:
    overseas = datetime(2027, 3, 13, 15, 0, 0, 123456, tzinfo=timezone(timedelta(hours=-4)))
    with database.write() as session:
        session.add(account(at=overseas))
    with database.read() as session:
        found = session.scalars(select(Account.created_at)).one()
        assert found == overseas
        assert found.tzinfo is UTC
        assert session.scalar(select(func.count()).where(Account.created_at == overseas)) == 1
        assert session.scalar(select(func.count()).where(Account.created_at > overseas)) == 0


def test_an_instant_without_a_zone_is_refused(database: Database) -> None:
    naive = datetime(2027, 3, 13, 20, 0)  # noqa: DTZ001 -- the mistake that must be refused
    with pytest.raises(StatementError, match="time zone"), database.write() as session:
        session.add(account(at=naive))
    assert count(database) == 0


def test_what_is_changed_while_reading_is_never_kept(database: Database) -> None:
    with database.read() as session:
        session.add(account())
        session.flush()
    assert count(database) == 0


def test_a_block_that_fails_writes_nothing(database: Database) -> None:
    def fail() -> None:
        with database.write() as session:
            session.add(account())
            session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert count(database) == 0


def test_what_was_written_can_be_used_after_its_block(database: Database) -> None:
    with database.write() as session:
        made = account()
        session.add(made)
    assert made.email == "a@exemple.fr"
    assert count(database) == 1


def test_a_database_error_repeats_no_address(database: Database) -> None:
    with database.write() as session:
        session.add(account(CANARY))
    with pytest.raises(IntegrityError) as caught, database.write() as session:
        session.add(account(CANARY))
    statement = str(caught.value).replace(str(caught.value.orig), "")
    assert "INSERT INTO account" in statement
    assert CANARY not in statement


def test_foreign_keys_hold(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(
            text(
                "INSERT INTO copy_file (id, creation_id, role, position, digest, mime, size, width, height, text)"
                " VALUES ('a', 'nothing', 'page', 1, 'd', 'image/png', 1, 1, 1, '')"
            )
        )


def test_a_writer_that_is_killed_lets_the_next_one_in(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with subprocess.Popen([sys.executable, "-c", HOLDER, database.url], stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "writing\n"
            with ThreadPoolExecutor(1) as pool:
                waiting = pool.submit(add_account, database)
                with pytest.raises(TimeoutError):
                    waiting.result(0.5)
                holder.kill()
                waiting.result(10)
        finally:
            holder.kill()
    assert count(database) == 1
    database.dispose()


def test_writers_that_may_not_keep_their_line_write_all_the_same(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'concours.db'}")
    (tmp_path / "concours.db.turn").mkdir()
    with database.write() as session:
        session.execute(text("CREATE TABLE visit (n integer)"))
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM visit")) == 0
    database.dispose()


def test_eight_processes_that_read_then_write_lose_nothing(database: Database) -> None:
    with database.write() as session:
        enqueue(session, Outbox, Message("a@exemple.fr", "Objet", "Texte"), now=SOME_MORNING)
    run_at_once(COUNTER, database.url, count=8)
    with database.read() as session:
        assert session.scalars(select(Outbox.attempts)).one() == 400


def test_eight_processes_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    run_at_once(FIRST_CONNECTION, url, count=8)
    database = Database(url)
    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM visit")).scalar() == 8
        assert session.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert session.execute(text("PRAGMA synchronous")).scalar() == 1
    database.dispose()


class Disk:
    """Notes which file is brought to the disk, and how the database stands at that moment."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, looks: Callable[[], object] = lambda: None) -> None:
        self.seen: list[tuple[int, object]] = []
        self._looks, self._really = looks, db._to_disk
        monkeypatch.setattr(db, "_to_disk", self._bring)

    def _bring(self, file: int) -> None:
        self.seen.append((os.fstat(file).st_ino, self._looks()))
        self._really(file)


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Database]:
    """A database that is found through a link."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "concours.db").symlink_to(tmp_path / "elsewhere" / "real.db")
    upgrade(f"sqlite:///{tmp_path / 'concours.db'}")
    database = Database(f"sqlite:///{tmp_path / 'concours.db'}")
    yield database
    database.dispose()


def write_one(database: Database) -> None:
    with database.write() as session:
        session.add(account(f"{new_id()}@exemple.fr"))


def change_one(database: Database) -> None:
    values = {"id": new_id(), "email": f"{new_id()}@exemple.fr", "role": "", "created_at": SOME_MORNING}
    with database.hold() as held, held.change() as writer:
        writer.change(Change(insert(Account), *values), **values)


@pytest.mark.parametrize("keep", [write_one, change_one])
def test_what_is_kept_is_on_the_disk_before_anybody_is_told_and_others_write_meanwhile(
    lite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keep: Callable[[Database], None]
) -> None:
    beside = Database(lite.url)

    def look() -> int:
        if len(disk.seen) == 0:  # the first time: another writes, to the end, while this one waits for the disk
            disk.seen.append((0, None))
            write_one(beside)
        with beside.read() as session:
            return session.scalar(select(func.count()).select_from(Account)) or 0

    disk = Disk(monkeypatch, look)
    keep(lite)
    log = (tmp_path / "elsewhere" / "real.db-wal").stat().st_ino
    assert disk.seen == [(0, None), (log, 2), (log, 2)]
    beside.dispose()


@pytest.mark.parametrize("keep", [write_one, change_one])
def test_a_disk_that_fails_is_told(
    lite: Database, monkeypatch: pytest.MonkeyPatch, keep: Callable[[Database], None]
) -> None:
    def fail(_file: int) -> None:
        raise OSError(errno.EIO, "the disk")

    with monkeypatch.context() as broken:
        broken.setattr(db, "_to_disk", fail)
        with pytest.raises(OSError, match="the disk"):
            keep(lite)
    keep(lite)
    with lite.read() as session:
        assert session.scalar(select(func.count()).select_from(Account)) == 2, "the turn was given back"


def write_and_fail(session: Session) -> None:
    session.add(account())
    session.flush()
    raise LookupError


def test_nothing_is_brought_to_the_disk_of_what_is_undone(lite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Disk(monkeypatch)
    with pytest.raises(LookupError), lite.write() as session:
        write_and_fail(session)
    assert disk.seen == []


def test_a_database_whose_log_is_gone_needs_nothing_more(
    lite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_one(lite)
    lite.dispose()  # the last connection to close brings all of it to the database, and removes the log
    assert not (tmp_path / "elsewhere" / "real.db-wal").exists()
    disk = Disk(monkeypatch)
    db._Log(tmp_path / "concours.db").settle()
    assert disk.seen == []


def test_a_folder_that_is_not_there_is_made_by_the_first_migration(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path / 'var' / 'concours.db'}")
    assert (tmp_path / "var" / "concours.db").is_file()
