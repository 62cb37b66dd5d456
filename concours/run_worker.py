"""The worker's process: consumers for its queues, a turn every few seconds, an end on a signal."""

import signal
import sys
import threading
from itertools import count
from pathlib import Path

from huey.consumer import Consumer

from concours.honours.turn import keep_honours
from concours.kernel.queue import QUICK, SLOW
from concours.kernel.settings import read_settings
from concours.kernel.storage import prepare_storage
from concours.privacy.turn import Night, purge
from concours.worker import DUTIES, FILES, MAIL, Worker, make_worker, survived

_SWEEP_EVERY_S = 5
_MINUTE_S = 60
"""Between two looks at the files on their way, at the drafts that are to be reminded, and at the seats of the event."""
_MAIL_EVERY_S = 1
_BEAT_EVERY_S = 60
_POLL_S = 0.3
_QUICK_THREADS = 4
"""So that a sign-in code does not wait behind the examinations of the last evening; each thread mostly waits itself."""
_STOP_LIMIT_S = 3
"""How long a job may go on after the signal to stop; what is cut short is taken up by the next start."""


def run(duties: frozenset[str] = DUTIES) -> None:
    """Work until SIGTERM or SIGINT. What is cut short is taken up by the next start.

    A worker that has to do with files alone needs no network, one that has to do with mail alone no file: each may be
    confined accordingly. Raises SettingsError when production has no working sandbox for files.
    """
    settings = read_settings()
    worker = make_worker(settings, duties=duties)
    if FILES in duties:
        prepare_storage(settings)
        if not worker.sandbox.confined:
            sys.stderr.write(f"{worker.sandbox.description}\n")
    consumers = [_consumer(worker, QUICK, workers=_QUICK_THREADS), _consumer(worker, SLOW, workers=1)]
    started = consumers if FILES in duties else []
    for consumer in started:
        consumer.start()
    _until_stopped(worker, duties, settings.data)
    for consumer in started:
        consumer.stop()
    for consumer in started:
        consumer.stop(graceful=True)


def _until_stopped(worker: Worker, duties: frozenset[str], data: Path) -> None:
    """Take up what stalled, every few seconds; without the queue's wake-ups, look for mail more often."""
    stop, night = threading.Event(), Night()
    for number in (signal.SIGTERM, signal.SIGINT):
        # Huey's own handlers end one consumer; this process has two.
        signal.signal(number, lambda *_: stop.set())
    turn, every = (worker.sweep, _SWEEP_EVERY_S) if FILES in duties else (worker.send_mail, _MAIL_EVERY_S)
    for round_ in count():
        if round_ % (_BEAT_EVERY_S // every) == 0:
            with survived("the sign of life could not be given"):
                worker.beat()
        with survived("the sweep failed"):
            turn()
        if round_ % (_MINUTE_S // every) == 0:
            _each_minute(worker, duties)
            _each_night(worker, duties, night, data)
        if stop.wait(every):
            break


def _each_minute(worker: Worker, duties: frozenset[str]) -> None:
    if FILES in duties:
        with survived("the sweep of uploads failed"):
            worker.sweep_uploads()
    if MAIL in duties:
        with survived("the sweep of reminders failed"):
            worker.remind()
        with survived("the turn at the seats failed"):
            worker.keep_seats()
        with survived("the turn at the honours failed"):
            keep_honours(worker.database, public_url=worker.desk.public_url if worker.desk else "", now=worker.clock())


def _each_night(worker: Worker, duties: frozenset[str], night: Night, data: Path) -> None:
    now = worker.clock()
    if FILES in duties and night.comes(now):
        with survived("the purge failed"):
            purge(worker.database, worker.stores, data, actor="system", now=now)


def _consumer(worker: Worker, queue: str, *, workers: int) -> Consumer:
    # Left alone, Huey looks less and less often at an idle queue, down to once in ten seconds.
    huey = worker.queues.by_name[queue]
    return Consumer(
        huey,
        workers=workers,
        periodic=False,
        backoff=1.0,
        initial_delay=_POLL_S,
        max_delay=_POLL_S,
        shutdown_timeout=_STOP_LIMIT_S,
    )
