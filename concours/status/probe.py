"""A small write, read and deletion in each place of the storage: now and then, in a thread that nobody waits for."""

import logging
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from concours.kernel.storage import Stores

_FRESH = timedelta(seconds=30)
"""How long an answer serves: visitors cannot have the storage tried more often."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the storage did."""

    failures: tuple[str, ...] = ()
    """The places, in words, where the trial failed."""
    answered: bool = True


class StorageProbe:
    """Tries the storage, one trial at a time."""

    def __init__(self, stores: Stores) -> None:
        self._places = {"la réception": stores.quarantine.probe, "les copies": stores.ready.probe}
        self._lock, self._done = threading.Lock(), threading.Event()
        self._begun: datetime | None = None
        self._last = Answer()

    def look(self, now: datetime, *, patience: float) -> Answer:
        """Return the last answer, or a new one when it is old; waits so many seconds at most.

        Without patience, the answer before stands until the new one is there.
        """
        with self._lock:
            running = self._begun is not None and not self._done.is_set()
            if not running and (self._begun is None or now - self._begun >= _FRESH):
                self._begin(now)
        if self._done.wait(patience):
            return self._last
        return Answer(answered=False) if patience else self._last

    def _begin(self, now: datetime) -> None:
        self._begun = now
        self._done.clear()
        threading.Thread(target=self._try, daemon=True).start()

    def _try(self) -> None:
        failures = []
        for words, probe in self._places.items():
            try:
                probe()
            except Exception as failure:  # noqa: BLE001 -- whatever the storage raises, it does not work
                _log.warning("the storage fails a trial: %s: %s", type(failure).__name__, failure)
                failures.append(words)
        self._last = Answer(tuple(failures))
        self._done.set()
