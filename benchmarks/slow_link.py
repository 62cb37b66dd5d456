"""A slow link for many at once: one thread sends everybody's bytes piece by piece, each when it is due.

A thread for each sender, woken for each piece, would take from the server half of the processor that is measured.
"""

import heapq
import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol


class Sending(Protocol):
    """Bytes on their way."""

    def send_piece(self) -> bool:
        """Send the next piece; return whether there is another. Raises OSError."""


@dataclass
class _Ticket:
    """Somebody who waits for their last byte to be gone."""

    sending: Sending
    every: float
    """Seconds from one piece to the next."""
    done: threading.Event = field(default_factory=threading.Event)
    failure: OSError | None = None


class SlowLink:
    """What sends for everybody; opened by `with slow_link()`."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, _Ticket]] = []
        self._numbers, self._changed, self._open = itertools.count(), threading.Condition(), True

    def send(self, sending: Sending, every: float) -> None:
        """Send all pieces, one each `every` seconds; return once the last one had its time. Raises OSError."""
        ticket = _Ticket(sending, every)
        self._put(time.monotonic(), ticket)
        ticket.done.wait()
        if ticket.failure:
            raise ticket.failure

    def run(self) -> None:
        """Send what is due until the link is closed."""
        while ticket := self._next():
            try:
                if ticket.sending.send_piece():
                    self._put(time.monotonic() + ticket.every, ticket)
                    continue
            except OSError as failure:
                ticket.failure = failure
            ticket.done.set()

    def close(self) -> None:
        """Have `run` return."""
        with self._changed:
            self._open = False
            self._changed.notify()

    def _put(self, due: float, ticket: _Ticket) -> None:
        with self._changed:
            heapq.heappush(self._due, (due, next(self._numbers), ticket))
            if self._due[0][2] is ticket:
                self._changed.notify()

    def _next(self) -> _Ticket | None:
        """Return whose piece is due, when it is; None once the link is closed."""
        with self._changed:
            while self._open:
                left = self._due[0][0] - time.monotonic() if self._due else None
                if left is not None and left <= 0:
                    return heapq.heappop(self._due)[2]
                self._changed.wait(left)
        return None


@contextmanager
def slow_link() -> Iterator[SlowLink]:
    """Yield a link that sends as long as the block lasts."""
    link = SlowLink()
    sending = threading.Thread(target=link.run)
    sending.start()
    try:
        yield link
    finally:
        link.close()
        sending.join()
