"""Bytes of a file that comes by pieces: each piece where it belongs, looked at first, digested on its way."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from concours.intake.digests import Digests, Read
from concours.intake.tus import Checksum, OtherOffset
from concours.kernel.disk import CHUNK
from concours.kernel.errors import TooLarge
from concours.kernel.partials import Partials
from concours.kernel.turns import Turn

_IN_MEMORY_BYTES = 8 << 20
"""A chunk that must be checked before it is kept waits in memory up to this size, on the disk beyond."""

_TOO_MUCH = (
    "Ce morceau dépasse la taille annoncée pour le fichier. Rechargez la page, puis choisissez de nouveau votre "
    "fichier."
)


class Source(Protocol):
    """Where a chunk comes from."""

    def blocks(self, idle: Callable[[], None]) -> Iterator[bytes]:
        """Yield its bytes; calls `idle`, which may raise, from time to time while none comes."""


@dataclass(frozen=True)
class Slot:
    """Where a file comes in: its key and place in the storage, and the size announced, in bytes."""

    key: str
    place: str
    size: int


@dataclass(frozen=True)
class Glance:
    """A look at the first bytes, taken as soon as they are there: it raises Refused."""

    wanted: int
    look: Callable[[bytes], None]


@dataclass(frozen=True)
class Receiver:
    """Where pieces are kept, and how far each file is digested."""

    partials: Partials
    digests: Digests = field(default_factory=Digests)

    def create(self, key: str) -> str:
        """Make room for a new file; return its place."""
        return self.partials.create(key)

    def offset(self, slot: Slot) -> int:
        """Return how many bytes have come. Raises NotFound."""
        return self.partials.size(slot.key, slot.place)

    def append(
        self,
        slot: Slot,
        source: Source,
        *,
        offset: int,
        glance: Glance | None = None,
        checksum: Checksum | None = None,
        expected: int | None = None,
    ) -> None:
        """Keep a chunk that begins at `offset`; what came of it is kept when it is cut, unless it has a checksum.

        `expected`: how many bytes it announces, where it does.

        Raises OtherOffset, TooLarge, Mismatch, Busy, Superseded, what `glance` raises, and what reading raises.
        """
        with self.partials.turn(slot.key) as turn:
            stored = self.offset(slot)
            if stored != offset:
                raise OtherOffset(stored)
            coming = _bounded(source.blocks(turn.check), turn, slot.size - stored)
            if checksum:
                coming = _checked(coming, checksum)
            if glance:
                coming = _looked_at(coming, glance, self._read(slot, 0, min(stored, glance.wanted)))
            room = slot.size - stored
            following = self.digests.following(
                slot.key, stored, self._reader(slot), expected=room if expected is None else expected
            )
            with following as passing:
                self.partials.append(slot.key, slot.place, passing(coming))

    def finish(self, slot: Slot) -> str:
        """Make a file that is all there durable; return its SHA-256. A second time changes nothing."""
        with self.partials.turn(slot.key):
            self.partials.finish(slot.key, slot.place)
            return self.digests.sha256(slot.key, slot.size, self._reader(slot))

    def discard(self, slot: Slot) -> None:
        """Remove a file, whole or not."""
        self.digests.forget(slot.key)
        self.partials.discard(slot.key, slot.place)

    def _reader(self, slot: Slot) -> Read:
        return lambda start, stop: self._read(slot, start, stop)

    def _read(self, slot: Slot, start: int, stop: int) -> Iterable[bytes]:
        return self.partials.read(slot.key, slot.place, start, stop) if stop > start else ()


def _bounded(blocks: Iterable[bytes], turn: Turn, room: int) -> Iterator[bytes]:
    """Pass blocks on while the turn is ours and they fit."""
    for block in blocks:
        turn.check()
        if len(block) > room:
            raise TooLarge(_TOO_MUCH)
        room -= len(block)
        if block:
            yield block


def _checked(blocks: Iterable[bytes], checksum: Checksum) -> Iterator[bytes]:
    """Hold a chunk back until all of it is there and is what was announced."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES) as held:
        digest = checksum.start()
        for block in blocks:
            digest.update(block)
            held.write(block)
        checksum.check(digest)
        held.seek(0)
        while block := held.read(CHUNK):
            yield block


def _looked_at(blocks: Iterable[bytes], glance: Glance, before: Iterable[bytes]) -> Iterator[bytes]:
    """Let nothing pass before the first bytes of the file were looked at, or the chunk ends without them."""
    coming, head = iter(blocks), b"".join(before)
    stored, failure = len(head), None
    try:
        while len(head) < glance.wanted:
            head += next(coming)
    except StopIteration:
        pass
    except Exception as error:  # noqa: BLE001 -- raised again below: what came before it is looked at and kept
        failure = error
    if len(head) >= glance.wanted:
        glance.look(head[: glance.wanted])
    yield head[stored:]
    if failure:
        raise failure
    yield from coming
