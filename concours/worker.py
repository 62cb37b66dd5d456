"""The worker: two queues, and a sweep that takes up what stalled. Each task fetches, calls one operation, records."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.exc import SQLAlchemyError

from concours.accounts.models import Outbox
from concours.editions.queries import current_edition
from concours.entries import reminders
from concours.entries.arrivals import Arrivals, Giving
from concours.entries.deposits import file_refused
from concours.entries.operations import record_infection
from concours.entries.receipts.attachments import MAKERS
from concours.entries.reminders import Letterhead
from concours.entries.rules import limits_of
from concours.intake import lifecycle
from concours.intake.antivirus import Antivirus
from concours.intake.models import Creation, CreationState
from concours.intake.operations import inspect, make_jury_copy
from concours.intake.receiving import Receiver
from concours.intake.rules import Kind, Refused, Verdict
from concours.intake.sandbox import Sandbox, choose_sandbox
from concours.kernel import mail
from concours.kernel.clock import Clock, system_clock
from concours.kernel.db import Database
from concours.kernel.queue import QUICK, SLOW, Queues
from concours.kernel.settings import Settings, SettingsError, read_secret
from concours.kernel.signing import read_signing_key
from concours.kernel.storage import Damaged, Stores, open_stores
from concours.registrations import turn
from concours.registrations.attachments import MAKERS as SEAT_MAKERS
from concours.registrations.hall import Desk
from concours.status.operations import beat
from jury import api as jury

MAIL, EXAMINE, RENDER = "mail", "examine", "render"
"""Names of the jobs."""

FILES = "files"
DUTIES = frozenset({FILES, MAIL})
"""What a worker does; two workers may share it between them."""

_RENEW_EVERY_S = 20
_PROGRESS_EVERY_S = 2

_STEPS = ((QUICK, EXAMINE, CreationState.RECEIVED), (SLOW, RENDER, CreationState.ACCEPTED))

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
    giving: Giving
    antivirus: Antivirus | None = None
    duties: frozenset[str] = DUTIES
    head: Letterhead | None = None
    """What reminders are written on; None where another worker sends the mail."""
    jury_url: str = ""
    """Where jurors who are late are sent."""
    desk: Desk | None = None  # the same, for messages about seats

    @cached_property
    def arrivals(self) -> Arrivals:
        """Where files come in by pieces."""
        return Arrivals(self.database, Receiver(self.stores.partials), self.queues, self.clock, self.giving)

    def handlers(self) -> dict[str, Callable[[str], None]]:
        """Return what each job does; the call for mail, where another worker sends it, is that one's to hear."""
        send = self.send_mail if MAIL in self.duties else lambda: None
        return {MAIL: lambda _: send(), EXAMINE: self.examine, RENDER: self.render}

    def send_mail(self) -> None:
        """Send what is due in both outboxes."""
        for table in (Outbox, jury.Outbox):
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
        limits = limits_of(edition)
        with self._failures_recorded(creation_id):
            with self._claim_kept(creation_id), self._original(creation) as path:
                verdict = inspect(path, name=creation.name, limits=limits, sandbox=self.sandbox)
                if self.antivirus:
                    verdict = self.antivirus.judge(path, verdict)
            if verdict.sha256 != creation.sha256:
                raise Damaged("an original has no longer its digest")
            self._record_verdict(creation_id, verdict)

    def _record_verdict(self, creation_id: str, verdict: Verdict) -> None:
        with self.database.write() as session:
            lifecycle.record_verdict(session, creation_id=creation_id, verdict=verdict, now=self.clock())
            if verdict.signature:
                record_infection(session, creation_id=creation_id, signature=verdict.signature, now=self.clock())
            if not verdict.accepted:
                file_refused(session, creation_id=creation_id, public_url=self.giving.public_url, now=self.clock())
        if verdict.accepted:
            self.queues.announce(SLOW, RENDER, creation_id)

    def render(self, creation_id: str) -> None:
        """Make the jury copy of an accepted file."""
        now = self.clock()
        with self.database.write() as session:
            creation = lifecycle.claim(session, creation_id=creation_id, state=CreationState.ACCEPTED, now=now)
        if creation is None or creation.kind is None:
            return
        with self._failures_recorded(creation_id):
            with (
                self._claim_kept(creation_id),
                self._original(creation) as path,
                TemporaryDirectory(prefix="concours-") as folder,
            ):
                made = make_jury_copy(
                    path,
                    Kind(creation.kind),
                    Path(folder),
                    self.sandbox,
                    duration_s=creation.duration_s,
                    on_progress=_Seldom(lambda done: self._record_progress(creation_id, done)),
                )
                files = [(each, self.stores.ready.add(each.path), each.path.stat().st_size) for each in made.files]
            with self.database.write() as session:
                lifecycle.record_jury_copy(session, creation_id=creation_id, files=files)

    def _record_progress(self, creation_id: str, done: float) -> None:
        with survived("progress could not be recorded"), self.database.write() as session:
            lifecycle.record_progress(session, creation_id=creation_id, progress=done)

    def sweep(self) -> None:
        """Take up what no worker has: after a kill, a lost wake-up, a failure of ours."""
        now = self.clock()
        for queue, job, step in _STEPS:
            if not self.queues.idle(queue):
                continue  # what waits there is announced already, or will be at a later sweep
            with self.database.read() as session:
                stalled = lifecycle.stalled(session, state=step, now=now)
            for creation_id in stalled:
                self.queues.announce(queue, job, creation_id)
        self.queues.announce(QUICK, MAIL)

    def beat(self) -> None:
        """Say that this worker lives and what it does."""
        with self.database.write() as session:
            beat(session, duties=self.duties, now=self.clock())

    def sweep_uploads(self) -> None:
        """Take up what was all there when a server fell, and remove what nobody finished in time."""
        self.arrivals.settle_stalled()
        self.arrivals.sweep()

    def remind(self) -> None:
        """Write to those whose draft is not deposited and to jurors who are late; keep what is outrun from leaving."""
        if self.head is None:
            return
        with survived("jurors could not be reminded"), self.database.write() as session:
            jury.remind_due(session, jury_url=self.jury_url, now=self.clock())
        with self.database.read() as session:
            due, outrun = reminders.due_entries(session, now=self.clock()), reminders.outrun(session, now=self.clock())
        if outrun:
            with self.database.write() as session:
                reminders.call_off(session, outrun)
        for entry_id in due:
            with survived("a reminder could not be written"), self.database.write() as session:
                reminders.remind(session, entry_id=entry_id, head=self.head, now=self.clock())

    def keep_seats(self) -> None:
        """End the offers whose time is up, offer what is free, remind those who come."""
        if self.desk:
            with self.database.write() as session:
                turn.keep(session, desk=self.desk, now=self.clock())

    def _send(self, table: type[mail.OutboxMixin], mail_id: str) -> None:
        with self.database.write() as session:
            message = mail.claim(session, table, mail_id, now=self.clock())
        if message is None:
            return
        try:
            with self.database.read() as session:
                files = mail.make_files(session, message, {**MAKERS, **SEAT_MAKERS})
            self.transport.send(message, now=self.clock(), files=files)
        except Exception as failure:  # noqa: BLE001 -- whatever is wrong with one message, the next one leaves
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
                with survived("a claim could not be renewed"), self.database.write() as session:
                    lifecycle.renew_claim(session, creation_id=creation_id, now=self.clock())

        thread = threading.Thread(target=renew, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    @contextmanager
    def _failures_recorded(self, creation_id: str) -> Iterator[None]:
        """Record what goes wrong with a file. A disk or a server out of order counts for nothing: the sweep returns."""
        try:
            yield
        except (OSError, SQLAlchemyError) as failure:
            _log.warning("creation %s waits: %s: %s", creation_id, type(failure).__name__, failure)
        except Exception as failure:  # noqa: BLE001 -- a file that fails for ever is given up, never taken up for ever
            _log.warning("creation %s failed: %s: %s", creation_id, type(failure).__name__, failure)
            hopeless = isinstance(failure, Refused)
            reason = failure.reason if isinstance(failure, Refused) else type(failure).__name__
            with self.database.write() as session:
                lifecycle.record_failure(
                    session, creation_id=creation_id, reason=reason, now=self.clock(), hopeless=hopeless
                )


class _Seldom:
    """Hand on what is told, but not more often than is worth a write."""

    def __init__(self, record: Callable[[float], None]) -> None:
        self._record, self._last = record, 0.0

    def __call__(self, done: float) -> None:
        """Hand it on when the last one is old enough."""
        if time.monotonic() - self._last >= _PROGRESS_EVERY_S:
            self._record(done)
            self._last = time.monotonic()


@contextmanager
def survived(what: str) -> Iterator[None]:
    """Log what goes wrong in the block and go on: the next turn tries again."""
    try:
        yield
    except Exception:  # noqa: BLE001 -- a database that restarts must not end the worker
        _log.exception(what)


def require_sandbox(settings: Settings) -> Sandbox:
    """Return where files are examined. Raises SettingsError when production has no working sandbox."""
    sandbox = choose_sandbox(closed=(settings.data, settings.uploads))
    if not sandbox.confined and settings.production:
        raise SettingsError("APP_ENV", sandbox.description)
    return sandbox


def make_worker(settings: Settings, *, clock: Clock = system_clock, duties: frozenset[str] = DUTIES) -> Worker:
    """Return a worker on these settings. Raises SettingsError when production has no working sandbox for files."""
    sandbox = require_sandbox(settings) if FILES in duties else Sandbox(None)
    worker = Worker(
        database=Database(settings.database_url),
        stores=open_stores(settings),
        queues=Queues(settings),
        sandbox=sandbox,
        transport=mail.choose_transport(settings),
        clock=clock,
        giving=Giving(lambda: read_signing_key(settings), settings.public_url),
        antivirus=Antivirus(settings.clamd) if settings.clamd else None,
        duties=duties,
        head=Letterhead(settings.public_url, read_secret(settings, "SECRET_KEY")) if MAIL in duties else None,
        jury_url=settings.jury_url,
        desk=Desk(settings.public_url, settings.contact_email) if MAIL in duties else None,
    )
    worker.queues.serve(worker.handlers())
    return worker
