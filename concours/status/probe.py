"""Something that is tried now and then, in a thread that nobody waits for longer than they like."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

Found = TypeVar("Found")


class Probe(Generic[Found]):
    """Asks by `act`, one question at a time; an answer serves for as long as `fresh` says, for visitors can't ask more.

    `act` takes the instant of the question and never raises.
    """

    def __init__(self, act: Callable[[datetime], Found], fresh: timedelta) -> None:
        self._act, self._fresh = act, fresh
        self._lock, self._done = threading.Lock(), threading.Event()
        self._begun: datetime | None = None
        self._last: Found | None = None

    def look(self, now: datetime, *, patience: float) -> Found | None:
        """Return the last answer, or a new one when it is old; None when it does not come within so many seconds.

        Without patience, the answer before stands until the new one is there.
        """
        with self._lock:
            running = self._begun is not None and not self._done.is_set()
            if not running and (self._begun is None or now - self._begun >= self._fresh):
                self._begin(now)
        return self._last if self._done.wait(patience) or not patience else None

    def _begin(self, now: datetime) -> None:
        self._begun = now
        self._done.clear()
        threading.Thread(target=self._ask, args=(now,), daemon=True).start()

    def _ask(self, now: datetime) -> None:
        try:
            self._last = self._act(now)
        finally:
            self._done.set()  # whatever happened, the next question may be asked
