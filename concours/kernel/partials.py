"""Files on their way into the quarantine, piece by piece: what has come is never lost, what is not whole is no file."""

import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from concours.kernel.disk import blocks_of, sync_folder
from concours.kernel.errors import NotFound
from concours.kernel.ids import checked_id
from concours.kernel.turns import Turn, forget_turn, take_turn


class Partials(Protocol):
    """Where pieces are kept. `place` is what `create` returned: what this storage needs to find the pieces again."""

    def create(self, key: str) -> str:
        """Make room for a new file; return its place."""

    def turn(self, key: str) -> AbstractContextManager[Turn]:
        """Give the right to append, one writer at a time; raises NotFound, Busy."""

    def size(self, key: str, place: str) -> int:
        """Return how many bytes have come, the whole file's once it is finished; raises NotFound."""

    def append(self, key: str, place: str, blocks: Iterable[bytes]) -> None:
        """Add bytes at the end. What came is kept even when reading the blocks raises."""

    def read(self, key: str, place: str, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` to before `stop`."""

    def finish(self, key: str, place: str) -> None:
        """Make it a durable file of the quarantine; a second time changes nothing."""

    def discard(self, key: str, place: str) -> None:
        """Remove all of it, finished or not; nothing happens when it is not there."""

    def sweep(self, known: Collection[str], before: datetime) -> None:
        """Remove pieces that are not known to anybody and have not grown since an instant."""


class LocalPartials:
    """Pieces in a hidden file beside the quarantine's own, which a rename makes one of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "quarantine"

    def create(self, key: str) -> str:
        """Make an empty file."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._partial(key).touch(exist_ok=False)
        return ""

    @contextmanager
    def turn(self, key: str) -> Iterator[Turn]:
        """Lock the file itself; raises NotFound, Busy."""
        partial = self._partial(key)
        path = partial if partial.exists() else self._whole(key)
        try:
            with take_turn(path) as turn:
                yield turn
        except FileNotFoundError as error:
            raise NotFound from error

    def size(self, key: str, place: str) -> int:  # noqa: ARG002 -- the protocol's signature
        """Return how many bytes have come; raises NotFound."""
        return self._existing(key).stat().st_size

    def append(self, key: str, place: str, blocks: Iterable[bytes]) -> None:  # noqa: ARG002 -- the protocol's signature
        """Write at the end, straight to the system: a process that dies after it loses nothing."""
        with self._partial(key).open("ab", buffering=0) as file:
            for block in blocks:
                rest = memoryview(block)
                while rest:
                    rest = rest[file.write(rest) :]

    def read(self, key: str, place: str, start: int, stop: int) -> Iterator[bytes]:  # noqa: ARG002 -- the same
        """Yield the bytes from `start` to before `stop`."""
        return blocks_of(self._existing(key), start, stop)

    def finish(self, key: str, place: str) -> None:  # noqa: ARG002 -- the protocol's signature
        """Flush it to the disk, then give it its name."""
        partial, whole = self._partial(key), self._whole(key)
        if whole.exists():
            return
        handle = os.open(partial, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        partial.replace(whole)
        sync_folder(self._folder)

    def discard(self, key: str, place: str) -> None:  # noqa: ARG002 -- the protocol's signature
        """Remove both names."""
        forget_turn(self._partial(key))
        self._partial(key).unlink(missing_ok=True)
        self._whole(key).unlink(missing_ok=True)

    def sweep(self, known: Collection[str], before: datetime) -> None:
        """Remove what a stop left between the file and its record."""
        for partial in self._folder.glob(".*.part"):
            key = partial.name.removeprefix(".").removesuffix(".part")
            if key not in known and partial.stat().st_mtime < before.timestamp():
                self.discard(key, "")

    def _existing(self, key: str) -> Path:
        for path in (self._partial(key), self._whole(key)):
            if path.is_file():
                return path
        raise NotFound

    def _partial(self, key: str) -> Path:
        return self._folder / f".{checked_id(key)}.part"

    def _whole(self, key: str) -> Path:
        return self._folder / checked_id(key)
