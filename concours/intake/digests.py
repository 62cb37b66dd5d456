"""SHA-256 of files that come by pieces: digested as they come, in a second thread where that saves time."""

import hashlib
import queue
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Read = Callable[[int, int], Iterable[bytes]]
"""Give the stored bytes from an offset to before another."""

_KEPT = 512
"""Files that come at the same time, far more than a process has threads."""
_SMALL = 8 << 20
"""Bytes that are digested in some milliseconds, less than it takes to hand them to another thread on a busy machine."""
_WAITING_BLOCKS = 16
"""Received and not yet digested: what bounds the memory that one upload takes."""


@dataclass
class _Running:
    """A digest of the first `at` bytes."""

    digest: Any = field(default_factory=hashlib.sha256)
    at: int = 0

    def take(self, blocks: Iterable[bytes]) -> None:
        for block in blocks:
            self.digest.update(block)
            self.at += len(block)

    def passing(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        for block in blocks:
            yield block
            self.take((block,))


class Digests:
    """How far this process has digested each file.

    A digest cannot be handed to another process, nor survive a stop: what others received, and what came before a
    restart, is read again from where it is kept.
    """

    def __init__(self) -> None:
        self._running: OrderedDict[str, _Running] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def following(
        self, key: str, offset: int, read: Read, *, expected: int
    ) -> Iterator[Callable[[Iterable[bytes]], Iterator[bytes]]]:
        """Give what passes blocks on to their writer from `offset` on, and digests each once it is written.

        Where little comes (`expected` bytes at most) and little was missed, a thread would cost more than it saves.
        """
        running = self._take(key, offset)
        if expected <= _SMALL and offset - running.at <= _SMALL and _catch_up(running, offset, read):
            try:
                yield running.passing
            finally:
                self._keep(key, running)
            return
        waiting, done = queue.Queue[bytes | None](_WAITING_BLOCKS), list[bool]()
        thread = threading.Thread(target=_digest, args=(running, offset, read, waiting, done), daemon=True)
        thread.start()

        def passing(blocks: Iterable[bytes]) -> Iterator[bytes]:
            for block in blocks:
                yield block
                waiting.put(block)

        try:
            yield passing
        finally:
            waiting.put(None)
            thread.join()
            if done:
                self._keep(key, running)

    def sha256(self, key: str, size: int, read: Read) -> str:
        """Return the digest of a whole file of `size` bytes, in hexadecimal."""
        running = self._take(key, size)
        running.take(read(running.at, size))
        self._keep(key, running)
        return str(running.digest.hexdigest())

    def forget(self, key: str) -> None:
        """Drop what is known of a file that is whole or gone."""
        with self._lock:
            self._running.pop(key, None)

    def _take(self, key: str, offset: int) -> _Running:
        """Take a digest out, so that nobody else feeds it; a new one where it has gone further than the file."""
        with self._lock:
            running = self._running.pop(key, None)
        return running if running and running.at <= offset else _Running()

    def _keep(self, key: str, running: _Running) -> None:
        with self._lock:
            self._running[key] = running
            while len(self._running) > _KEPT:
                self._running.popitem(last=False)


def _catch_up(running: _Running, offset: int, read: Read) -> bool:
    """Digest what is stored up to `offset`; return whether that could be read: on some storages it cannot yet."""
    try:
        running.take(read(running.at, offset))
    except Exception:  # noqa: BLE001 -- whatever the storage raises, it costs the digest, never the file
        return False
    return True


def _digest(running: _Running, offset: int, read: Read, waiting: "queue.Queue[bytes | None]", done: list[bool]) -> None:
    """Catch up with what is stored, then take what comes. A storage that fails costs the digest, never the file."""
    try:
        running.take(read(running.at, offset))
        running.take(iter(waiting.get, None))
        done.append(True)
    except Exception:  # noqa: BLE001 -- whatever the storage raises, whoever receives must not wait for us for ever
        while waiting.get() is not None:
            pass
