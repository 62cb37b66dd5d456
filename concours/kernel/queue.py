"""Two queues that wake the worker. The database is the truth: a lost wake-up costs a minute, never a file."""

import logging
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from concours.kernel.settings import Settings

if TYPE_CHECKING:
    from huey import Huey

QUICK = "quick"
"""Mail and examination: seconds."""
SLOW = "slow"
"""Making jury copies: minutes, at low priority."""

_log = logging.getLogger(__name__)

Handler = Callable[[str], None]
"""A job: takes one identifier, may be run twice."""


class Queues:
    """Where jobs are announced by name, and where the worker hears of them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._handlers: dict[str, Handler] = {}

    @cached_property
    def by_name(self) -> "dict[str, Huey]":
        """The queues, opened when they are first needed: their library takes a third of a second to load."""
        return {name: _huey(self._settings, name) for name in (QUICK, SLOW)}

    @cached_property
    def _tasks(self) -> dict[str, Callable[[str, str], object]]:
        return {name: huey.task(name="job")(self._handle) for name, huey in self.by_name.items()}

    def announce(self, queue: str, job: str, subject: str = "") -> None:
        """Wake the worker for this job. A queue out of order is no reason to fail: the sweep finds the job."""
        try:
            self._tasks[queue](job, subject)
        except Exception:  # noqa: BLE001 -- whatever its library raises, the act it tells of is committed
            _log.exception("the queue %s did not take the job %s", queue, job)

    def idle(self, queue: str) -> bool:
        """Tell whether no job waits in this queue."""
        return int(self.by_name[queue].pending_count()) == 0

    def serve(self, handlers: Mapping[str, Handler]) -> None:
        """Say what the jobs do, in the worker; makes the queues' tables where there are none."""
        self._handlers = dict(handlers)
        self._tasks  # noqa: B018 -- a job that waits already must find its task
        for huey in self.by_name.values():
            huey.storage.initialize_schema()

    def _handle(self, job: str, subject: str) -> None:
        self._handlers[job](subject)


class NoQueues(Queues):
    """For a process that may not write to the queues: the worker's sweep finds its jobs a few seconds later."""

    def __init__(self) -> None:
        """Keep nothing."""

    def announce(self, queue: str, job: str, subject: str = "") -> None:
        """Say nothing."""


def _huey(settings: Settings, name: str) -> Any:
    from huey import PostgresHuey, SqliteHuey  # noqa: PLC0415 -- see `by_name`

    if settings.database_url.startswith("postgresql"):
        dsn = settings.database_url.replace("postgresql+psycopg://", "postgresql://", 1)
        # The worker makes the tables: the jury's role may not, and a web process starts whether or not it could.
        return PostgresHuey(name, dsn=dsn, results=False, create_tables=False)
    settings.data.mkdir(parents=True, exist_ok=True)
    return SqliteHuey(name, filename=str(settings.data / "queue.db"), results=False)
