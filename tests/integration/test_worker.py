"""The worker: a file is examined and rendered whatever happens to the worker, and mail leaves both outboxes."""

import io
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select, update

from concours.accounts.models import Outbox
from concours.editions.operations import ensure_edition
from concours.intake import lifecycle
from concours.intake.models import Creation, CreationState
from concours.intake.sandbox import Sandbox
from concours.kernel import mail
from concours.kernel.clock import Clock, system_clock
from concours.kernel.db import Database
from concours.kernel.queue import QUICK, SLOW
from concours.kernel.settings import Settings, SettingsError, read_settings
from concours.kernel.storage import open_stores
from concours.status import queries as status
from concours.worker import Worker, _Seldom, make_worker
from jury.api import Outbox as JuryOutbox
from tests import files
from tests.fakes.clock import FrozenClock
from tests.fakes.smtp import SmtpServer
from tests.service import Service

MAX_BYTES = 50_000_000
WAIT_S = 90


def settings_on(url: str, folder: Path) -> Settings:
    return read_settings({"DATABASE_URL": url, "DATA": str(folder / "var"), "UPLOADS": str(folder / "uploads")})


@pytest.fixture
def settings(sqlite_database: Database, clock: FrozenClock, tmp_path: Path) -> Settings:
    """A service whose edition is open, on SQLite."""
    with sqlite_database.write() as session:
        ensure_edition(session, now=clock())
    return settings_on(sqlite_database.url, tmp_path)


@pytest.fixture
def worker(settings: Settings, clock: FrozenClock) -> Iterator[Worker]:
    made = make_worker(settings, clock=clock)
    yield made
    made.database.dispose()


def receive(database: Database, settings: Settings, content: bytes) -> str:
    """Take a file in as a view does; return the creation's identifier."""
    received = open_stores(settings).quarantine.receive(io.BytesIO(content), max_bytes=MAX_BYTES)
    with database.write() as session:
        return lifecycle.receive(session, received=received, name="creation", now=system_clock()).id


def creation(database: Database, creation_id: str) -> Creation:
    with database.read() as session:
        found = session.get_one(Creation, creation_id)
        assert found.jury_files is not None
        return found


def state(database: Database, creation_id: str) -> str:
    return creation(database, creation_id).state


# --- in this process -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [files.pdf, files.mp4, files.avi])
def test_a_good_file_is_examined_then_rendered(worker: Worker, settings: Settings, make: Callable[[], bytes]) -> None:
    made = receive(worker.database, settings, make())
    worker.examine(made)
    assert state(worker.database, made) == CreationState.ACCEPTED
    assert not worker.queues.idle(SLOW)
    worker.render(made)
    found = creation(worker.database, made)
    assert (found.state, found.attempts, found.claimed_until) == (CreationState.READY, 0, None)
    assert found.jury_files
    for each in found.jury_files:
        assert sum(map(len, worker.stores.ready.read(each.digest, 0, each.size + 1))) == each.size


def test_a_file_that_is_no_creation_is_refused_in_words(worker: Worker, settings: Settings) -> None:
    made = receive(worker.database, settings, files.docx())
    worker.examine(made)
    found = creation(worker.database, made)
    assert found.state == CreationState.REFUSED
    assert found.message
    assert "Word" in found.message


def test_every_job_bears_a_second_run(worker: Worker, settings: Settings) -> None:
    made = receive(worker.database, settings, files.pdf())
    worker.examine(made)
    worker.examine(made)
    worker.render(made)
    first = [each.digest for each in creation(worker.database, made).jury_files]
    worker.render(made)
    worker.examine(made)
    worker.render("unknown")
    assert state(worker.database, made) == CreationState.READY
    assert [each.digest for each in creation(worker.database, made).jury_files] == first


def test_a_file_that_a_worker_has_is_left_to_it_until_its_claim_ends(
    worker: Worker, settings: Settings, clock: FrozenClock
) -> None:
    made = receive(worker.database, settings, files.pdf())
    with worker.database.write() as session:
        assert lifecycle.claim(session, creation_id=made, state=CreationState.RECEIVED, now=clock())
    worker.examine(made)
    assert state(worker.database, made) == CreationState.RECEIVED
    clock.advance(timedelta(seconds=59))
    worker.sweep()
    assert len(worker.queues.by_name[QUICK].pending()) == 1  # the mail alone
    worker.queues.by_name[QUICK].flush()
    clock.advance(timedelta(seconds=1))
    worker.sweep()
    assert len(worker.queues.by_name[QUICK].pending()) == 2
    worker.examine(made)
    assert state(worker.database, made) == CreationState.ACCEPTED


def test_a_sweep_announces_again_only_what_no_queue_holds(worker: Worker, settings: Settings) -> None:
    made = receive(worker.database, settings, files.pdf())
    worker.examine(made)
    for _ in range(5):
        worker.sweep()
    assert len(worker.queues.by_name[SLOW].pending()) == 1


def test_a_sandbox_that_fails_is_tried_again_twice_then_given_up_in_words(
    worker: Worker, settings: Settings, clock: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    broken = replace(worker, sandbox=Sandbox(Path("/bin/false")))
    made = receive(worker.database, settings, files.pdf())
    for attempt in range(1, 4):
        assert state(worker.database, made) == CreationState.RECEIVED
        broken.examine(made)
        assert creation(worker.database, made).attempts == attempt
        broken.examine(made)  # too early: it waits a little
        assert creation(worker.database, made).attempts == attempt
        clock.advance(timedelta(seconds=30))
    found = creation(worker.database, made)
    assert (found.state, found.reason, found.claimed_until) == (CreationState.FAILED, "SandboxFailure", None)
    assert found.message
    assert "Le secrétariat du concours en est averti" in found.message
    assert caplog.text.count(f"creation {made} failed") == 3


def test_a_sandbox_that_fails_once_costs_nothing(worker: Worker, settings: Settings, clock: FrozenClock) -> None:
    made = receive(worker.database, settings, files.pdf())
    replace(worker, sandbox=Sandbox(Path("/bin/false"))).examine(made)
    clock.advance(timedelta(seconds=10))
    worker.examine(made)
    assert state(worker.database, made) == CreationState.ACCEPTED
    assert creation(worker.database, made).attempts == 0


def test_an_original_that_is_gone_or_cut_is_our_failure_not_the_candidates(
    worker: Worker, settings: Settings, clock: FrozenClock
) -> None:
    gone, cut = (receive(worker.database, settings, files.pdf()) for _ in range(2))
    worker.stores.quarantine.delete(creation(worker.database, gone).quarantine_key)
    path = settings.uploads / "quarantine" / creation(worker.database, cut).quarantine_key
    os.truncate(path, 100)
    for _ in range(3):
        worker.examine(gone)
        worker.examine(cut)
        clock.advance(timedelta(minutes=1))
    assert state(worker.database, gone) == state(worker.database, cut) == CreationState.FAILED
    assert creation(worker.database, cut).reason == "Damaged"


@pytest.mark.full
def test_a_disk_out_of_order_gives_no_file_up(worker: Worker, settings: Settings, clock: FrozenClock) -> None:
    made = receive(worker.database, settings, files.pdf())
    worker.examine(made)
    (settings.uploads / "ready").write_bytes(b"a file where a folder should be")
    for _ in range(5):
        worker.render(made)
        assert state(worker.database, made) == CreationState.ACCEPTED
        clock.advance(timedelta(minutes=1))
    (settings.uploads / "ready").unlink()
    worker.render(made)
    assert state(worker.database, made) == CreationState.READY


def test_the_mail_of_both_outboxes_leaves(worker: Worker, clock: FrozenClock, smtp_server: SmtpServer) -> None:
    enqueue_both(worker.database, clock)
    smtp = read_settings({"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(smtp_server.port), "SMTP_SECURITY": "none"})
    replace(worker, transport=mail.choose_transport(smtp)).send_mail()
    assert {each["To"] for each in smtp_server.messages} == {"claire@exemple.fr", "juree@exemple.fr"}


def enqueue_both(database: Database, clock: Clock = system_clock) -> None:
    with database.write() as session:
        for table, to in ((Outbox, "claire@exemple.fr"), (JuryOutbox, "juree@exemple.fr")):
            mail.enqueue(session, table, mail.Message(to, "Bonjour", "Bonjour\n"), now=clock())


def test_a_queue_out_of_order_never_fails_the_act(
    worker: Worker, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(sqlite3.connect(settings.data / "queue.db")) as connection:
        connection.execute("DROP TABLE task")
    worker.queues.announce(QUICK, "mail")
    assert "did not take the job mail" in caplog.text


def test_production_without_a_working_sandbox_does_not_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert make_worker(settings).sandbox.confined is False
    with pytest.raises(SettingsError, match="bubblewrap") as caught:
        make_worker(replace(settings, production=True))
    assert caught.value.name == "APP_ENV"


# --- as a process ----------------------------------------------------------------------------------------------------


@pytest.fixture
def running(sqlite_url: str, tmp_path: Path, smtp_server: SmtpServer) -> Iterator["Running"]:
    made = Running(sqlite_url, tmp_path, smtp_server)
    yield made
    made.end()


class Running:
    """`concours worker` on a database and folders of its own."""

    def __init__(self, url: str, folder: Path, smtp_server: SmtpServer) -> None:
        self.database = Database(url)
        self.settings = settings_on(url, folder)
        with self.database.write() as session:
            ensure_edition(session, now=system_clock())
        smtp = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(smtp_server.port), "SMTP_SECURITY": "none"}
        self.service = Service(folder, command="worker", DATABASE_URL=url, **smtp)

    def receive(self, content: bytes) -> str:
        return receive(self.database, self.settings, content)

    def wait_for(self, done: Callable[[], bool]) -> None:
        limit = time.monotonic() + WAIT_S
        while not done():
            assert self.service.process.poll() is None, self.service.output()
            assert time.monotonic() < limit, f"nothing after {WAIT_S} s:\n{self.service.output()}"
            time.sleep(0.02)

    def is_claimed(self, creation_id: str) -> bool:
        found = creation(self.database, creation_id)
        return found.state == CreationState.ACCEPTED and found.claimed_until is not None

    def end_claims(self) -> None:
        """Let the time pass after which a worker that gives no sign of life has lost its files."""
        with self.database.write() as session:
            past = system_clock() - timedelta(seconds=1)
            session.execute(update(Creation).where(Creation.claimed_until.is_not(None)).values(claimed_until=past))

    def end(self) -> None:
        if self.service._process is not None and self.service.process.poll() is None:
            self.service.process.kill()
            self.service.process.wait()
        self.database.dispose()


def test_a_worker_gives_a_sign_of_life_for_each_of_its_duties(running: Running) -> None:
    def beats() -> Mapping[str, datetime]:
        with running.database.read() as session:
            return status.beats(session)

    assert beats() == {}
    begun = system_clock()
    running.service.start()
    running.wait_for(lambda: set(beats()) == {"files", "mail"})
    assert all(begun <= at <= system_clock() for at in beats().values())
    assert running.service.stop() == 0


def test_a_worker_takes_up_what_waits_and_what_comes(running: Running, smtp_server: SmtpServer) -> None:
    waiting = running.receive(files.pdf())
    enqueue_both(running.database)
    running.service.start()
    running.wait_for(lambda: state(running.database, waiting) == CreationState.READY)
    assert {each["To"] for each in smtp_server.wait_for(2)} == {"claire@exemple.fr", "juree@exemple.fr"}
    coming = running.receive(files.mp4())
    make_worker(running.settings).queues.announce(QUICK, "examine", coming)
    running.wait_for(lambda: state(running.database, coming) == CreationState.READY)
    assert running.service.stop() == 0
    assert "Traceback" not in running.service.output()
    with running.database.read() as session:
        assert session.scalars(select(Outbox.due_at)).all() == [None]


def long_film() -> bytes:
    return files.mp4(seconds=20, fps=25, size=(640, 480))


def test_a_file_whose_worker_was_killed_is_taken_up_by_the_next(running: Running) -> None:
    made = running.receive(long_film())
    running.service.start()
    running.wait_for(lambda: running.is_claimed(made))
    running.service.process.kill()
    running.service.process.wait()
    assert running.is_claimed(made)
    running.end_claims()
    running.service.start()
    running.wait_for(lambda: state(running.database, made) == CreationState.READY)
    assert running.service.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.full)])
def test_a_signal_ends_a_worker_at_work_quietly(running: Running, number: signal.Signals) -> None:
    made = running.receive(long_film())
    running.service.start()
    running.wait_for(lambda: running.is_claimed(made))
    begin = time.monotonic()
    assert running.service.stop(number) == 0
    assert time.monotonic() - begin < 9  # before `concours serve` loses patience
    assert "Traceback" not in running.service.output()
    assert state(running.database, made) in {CreationState.ACCEPTED, CreationState.READY}


# --- progress of a copy ----------------------------------------------------------------------------------------------


def accepted(worker: Worker, settings: Settings, content: bytes) -> str:
    made = receive(worker.database, settings, content)
    worker.examine(made)
    return made


def test_the_progress_of_a_copy_is_recorded_while_it_is_made_and_gone_afterwards(
    worker: Worker, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("concours.worker._PROGRESS_EVERY_S", 0)
    monkeypatch.setattr("concours.intake.sandbox._PROGRESS_EVERY_S", 0)
    made, seen = accepted(worker, settings, files.pdf(6)), []

    @event.listens_for(Creation.progress, "set")
    def note(_target: Creation, value: float | None, *_: object) -> None:
        seen.append(value)

    try:
        worker.render(made)
    finally:
        event.remove(Creation.progress, "set", note)
    told = [value for value in seen if value is not None]
    assert told == sorted(told)
    assert told
    assert all(0 < value <= 1 for value in told)
    assert creation(worker.database, made).progress is None
    assert state(worker.database, made) == CreationState.READY


def test_a_progress_comes_to_the_database_every_two_seconds_at_most() -> None:
    recorded: list[float] = []
    seldom = _Seldom(recorded.append)
    for step in range(100):
        seldom(step / 100)
    assert recorded == [0.0]


def test_a_late_word_of_progress_changes_nothing_that_is_over(worker: Worker, settings: Settings) -> None:
    made = accepted(worker, settings, files.pdf(1))
    worker.render(made)
    worker._record_progress(made, 0.5)
    worker._record_progress("unknown", 0.5)
    assert creation(worker.database, made).progress is None


def test_a_copy_that_fails_is_tried_again_twice_and_says_why_to_the_organisers(
    worker: Worker, settings: Settings, clock: FrozenClock
) -> None:
    made = accepted(worker, settings, files.pdf(1))
    broken = replace(worker, sandbox=Sandbox(Path("/bin/false")))
    for attempt in range(1, 4):
        assert state(worker.database, made) == CreationState.ACCEPTED
        broken.render(made)
        assert creation(worker.database, made).attempts == attempt
        clock.advance(timedelta(minutes=1))
    found = creation(worker.database, made)
    assert (found.state, found.reason, found.progress) == (CreationState.FAILED, "SandboxFailure", None)
    assert "s'est arrêté" in found.failure
    assert found.message is not None
    assert "SandboxFailure" not in found.message
    with worker.database.write() as session:
        lifecycle.retry(session, creation_id=made)
    worker.render(made)
    found = creation(worker.database, made)
    assert (found.state, found.reason) == (CreationState.READY, None)
