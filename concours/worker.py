"""The worker: two queues, and a sweep that takes up what stalled. Each task fetches, calls one operation, records."""

import logging
import signal
import smtplib
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from huey.consumer import Consumer

from concours.accounts.models import Outbox
from concours.editions.queries import current_edition
from concours.intake import lifecycle
from concours.intake.models import Creation, CreationState
from concours.intake.operations import inspect, make_jury_copy
from concours.intake.rules import Kind, Limits
from concours.intake.sandbox import Sandbox, SandboxFailure, choose_sandbox
from concours.kernel import mail
from concours.kernel.clock import Clock, system_clock
from concours.kernel.db import Database
from concours.kernel.queue import QUICK, SLOW, Queues
from concours.kernel.settings import Settings, SettingsError, read_settings
from concours.kernel.storage import Stores, open_stores
from jury import api as jury

MAIL, EXAMINE, RENDER = "mail", "examine", "render"
"""Names of the jobs."""

_SWEEP_EVERY_S = 15
_POLL_S = 0.3
_RENEW_EVERY_S = 20
_OUTBOXES = (Outbox, jury.Outbox)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Worker:
    """What the tasks work with."""

    database: Database
    stores: Stores
    queues: Queues
    sandbox: Sandbox
    transport: mail.Transport
    clock: Clock

    def handlers(self) -> dict[str, Callable[[str], None]]:
        """Return what each job does."""
        return {MAIL: lambda _: self.send_mail(), EXAMINE: self.examine, RENDER: self.render}

    def send_mail(self) -> None:
        """Send what is due in both outboxes."""
        for table in _OUTBOXES:
            with self.database.read() as session:
                due = mail.due_ids(session, table, now=self.clock())
            for mail_id in due:
                self._send(table, mail_id)

    def examine(self, creation_id: str) -> None:
        """Say whether a file is accepted."""
        now = self.clock()
        with self.database.write() as session:
            creation = lifecycle.claim(session, creation_id=creation_id, state=CreationState.RECEIVED, now=now)
            if creation is None:
                return
            edition = current_edition(session)
        limits = Limits(
            kinds=frozenset(map(Kind, edition.formats)),
            max_seconds=edition.video_max_seconds,
            max_bytes=edition.max_bytes,
        )
        try:
            with self._claim_kept(creation_id), self._original(creation) as path:
                verdict = inspect(path, name=creation.name, limits=limits, sandbox=self.sandbox)
        except (SandboxFailure, OSError) as failure:
            self._failed(creation_id, failure)
            return
        with self.database.write() as session:
            lifecycle.record_verdict(session, creation_id=creation_id, verdict=verdict)
        if verdict.accepted:
            self.queues.announce(SLOW, RENDER, creation_id)

    def render(self, creation_id: str) -> None:
        """Make the jury copy of an accepted file."""
        now = self.clock()
        with self.database.write() as session:
            creation = lifecycle.claim(session, creation_id=creation_id, state=CreationState.ACCEPTED, now=now)
        if creation is None or creation.kind is None:
            return
        try:
            with (
                self._claim_kept(creation_id),
                self._original(creation) as path,
                TemporaryDirectory(prefix="concours-") as folder,
            ):
                made = make_jury_copy(path, Kind(creation.kind), Path(folder), self.sandbox)
                files = [(each, self.stores.ready.add(each.path), each.path.stat().st_size) for each in made]
        except (SandboxFailure, OSError) as failure:
            self._failed(creation_id, failure)
            return
        with self.database.write() as session:
            lifecycle.record_jury_copy(session, creation_id=creation_id, files=files)

    def sweep(self) -> None:
        """Take up what no worker has: after a kill, a lost wake-up, a failure of ours."""
        now = self.clock()
        with self.database.read() as session:
            received = lifecycle.stalled(session, state=CreationState.RECEIVED, now=now)
            accepted = lifecycle.stalled(session, state=CreationState.ACCEPTED, now=now)
        for creation_id in received:
            self.queues.announce(QUICK, EXAMINE, creation_id)
        for creation_id in accepted:
            self.queues.announce(SLOW, RENDER, creation_id)
        self.queues.announce(QUICK, MAIL)

    def _send(self, table: type[mail.OutboxMixin], mail_id: str) -> None:
        with self.database.write() as session:
            message = mail.claim(session, table, mail_id, now=self.clock())
        if message is None:
            return
        try:
            self.transport.send(message, now=self.clock())
        except (OSError, smtplib.SMTPException) as failure:
            # The class alone: a server's answer may repeat the address.
            with self.database.write() as session:
                mail.mark_failed(session, table, mail_id, error=type(failure).__name__)
            _log.warning("a message could not be sent: %s", type(failure).__name__)
            return
        with self.database.write() as session:
            mail.mark_sent(session, table, mail_id, now=self.clock())

    def _original(self, creation: Creation) -> AbstractContextManager[Path]:
        return self.stores.quarantine.local_copy(creation.quarantine_key, creation.size)

    @contextmanager
    def _claim_kept(self, creation_id: str) -> Iterator[None]:
        """Renew the claim on a file for as long as the block lasts."""
        over = threading.Event()

        def renew() -> None:
            while not over.wait(_RENEW_EVERY_S):
                with self.database.write() as session:
                    lifecycle.renew_claim(session, creation_id=creation_id, now=self.clock())

        thread = threading.Thread(target=renew, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _failed(self, creation_id: str, failure: Exception) -> None:
        _log.warning("a file could not be worked on: %s", type(failure).__name__)
        with self.database.write() as session:
            reason = type(failure).__name__
            lifecycle.record_failure(session, creation_id=creation_id, reason=reason, now=self.clock())


def make_worker(settings: Settings, *, clock: Clock = system_clock) -> Worker:
    """Return a worker on these settings. Raises SettingsError when production has no working sandbox."""
    sandbox = choose_sandbox()
    if not sandbox.confined and settings.production:
        raise SettingsError("APP_ENV", sandbox.description)
    worker = Worker(
        database=Database(settings.database_url),
        stores=open_stores(settings),
        queues=Queues(settings),
        sandbox=sandbox,
        transport=mail.choose_transport(settings),
        clock=clock,
    )
    worker.queues.serve(worker.handlers())
    return worker


def run() -> None:
    """Work until SIGTERM or SIGINT. What is cut short is taken up by the next start."""
    worker = make_worker(read_settings())
    if not worker.sandbox.confined:
        sys.stderr.write(f"Attention : {worker.sandbox.description}\n")
    consumers = [_consumer(worker, QUICK, workers=2), _consumer(worker, SLOW, workers=1)]
    for consumer in consumers:
        consumer.start()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        # Huey's own handlers end one consumer; this process has two.
        signal.signal(number, lambda *_: stop.set())
    worker.sweep()
    while not stop.wait(_SWEEP_EVERY_S):
        worker.sweep()
    for consumer in consumers:
        consumer.stop()


def _consumer(worker: Worker, queue: str, *, workers: int) -> Consumer:
    # Left alone, Huey looks less and less often at an idle queue, down to once in ten seconds.
    huey = worker.queues.by_name[queue]
    return Consumer(huey, workers=workers, periodic=False, backoff=1.0, initial_delay=_POLL_S, max_delay=_POLL_S)
