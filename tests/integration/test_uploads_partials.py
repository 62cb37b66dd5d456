"""Pieces of files: nothing that came is lost, nothing is a file before it is whole, on a folder and on a real S3."""

import hashlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from concours.intake.digests import Digests
from concours.intake.receiving import Glance, Receiver, Slot
from concours.intake.tus import Checksum, Mismatch, OtherOffset
from concours.kernel.errors import NotFound, TooLarge
from concours.kernel.ids import new_id
from concours.kernel.partials import LocalPartials, Partials
from concours.kernel.s3 import S3Blobs
from concours.kernel.s3_partials import PART, S3Partials
from concours.kernel.settings import S3
from concours.kernel.storage import Blobs, LocalBlobs, Quarantine
from concours.kernel.turns import Busy, Superseded

SIZES = [1, 70_000, PART, PART + 1, 2 * PART + 12_345]


@pytest.fixture(params=["local", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | S3:
    """Where the files are: a folder, then a bucket."""
    found: Path | S3 = tmp_path / "uploads" if request.param == "local" else request.getfixturevalue("s3_settings")
    return found


@pytest.fixture
def partials(place: Path | S3, tmp_path: Path) -> Partials:
    return LocalPartials(place) if isinstance(place, Path) else S3Partials(place, tmp_path / "turns")


@pytest.fixture
def quarantine(place: Path | S3) -> Quarantine:
    blobs: Blobs = LocalBlobs(place) if isinstance(place, Path) else S3Blobs(place)
    return Quarantine(blobs)


@pytest.fixture
def receiver(partials: Partials) -> Receiver:
    return Receiver(partials)


class Chunk:
    """A chunk as a request brings it; `fails` ends it by a broken connection."""

    def __init__(self, content: bytes, *, step: int = 50_000, fails: bool = False) -> None:
        self._content, self._step, self._fails = content, step, fails

    def blocks(self, idle: object) -> Iterator[bytes]:  # noqa: ARG002 -- the protocol's signature
        for at in range(0, len(self._content), self._step):
            yield self._content[at : at + self._step]
        if self._fails:
            raise ConnectionResetError


def noise(size: int) -> bytes:
    return b"".join(hashlib.sha256(step.to_bytes(8, "big")).digest() for step in range(size // 32 + 1))[:size]


def begun(receiver: Receiver, size: int) -> Slot:
    key = new_id()
    return Slot(key, receiver.create(key), size)


def whole(quarantine: Quarantine, slot: Slot) -> bytes:
    return b"".join(quarantine.read(slot.key, 0, slot.size + 1))


@pytest.mark.parametrize("size", SIZES)
def test_a_file_in_one_chunk_is_whole_and_digested(receiver: Receiver, quarantine: Quarantine, size: int) -> None:
    content, slot = noise(size), begun(receiver, size)
    receiver.append(slot, Chunk(content), offset=0)
    assert receiver.offset(slot) == size
    assert receiver.finish(slot) == hashlib.sha256(content).hexdigest()
    assert whole(quarantine, slot) == content


@pytest.mark.parametrize("size", SIZES[1:])
def test_a_file_in_many_chunks_is_whole_and_digested(receiver: Receiver, quarantine: Quarantine, size: int) -> None:
    content, slot = noise(size), begun(receiver, size)
    for at in range(0, size, 3_000_000):
        receiver.append(slot, Chunk(content[at : at + 3_000_000]), offset=at)
    assert receiver.finish(slot) == hashlib.sha256(content).hexdigest()
    assert whole(quarantine, slot) == content


def test_nothing_is_a_file_before_it_is_whole(receiver: Receiver, quarantine: Quarantine) -> None:
    slot = begun(receiver, 100)
    receiver.append(slot, Chunk(noise(60)), offset=0)
    with pytest.raises(NotFound):
        quarantine.read(slot.key, 0, 1)


@pytest.mark.parametrize("size", [150_000, PART + 150_000])
def test_a_chunk_that_is_cut_keeps_what_came(receiver: Receiver, quarantine: Quarantine, size: int) -> None:
    content, slot = noise(size), begun(receiver, size)
    with pytest.raises(ConnectionResetError):
        receiver.append(slot, Chunk(content[:-50_000], fails=True), offset=0)
    assert receiver.offset(slot) == size - 50_000
    receiver.append(slot, Chunk(content[-50_000:]), offset=size - 50_000)
    assert receiver.finish(slot) == hashlib.sha256(content).hexdigest()
    assert whole(quarantine, slot) == content


def test_another_process_goes_on_and_the_digest_is_right(partials: Partials, quarantine: Quarantine) -> None:
    content, first, second = noise(PART + 500_000), Receiver(partials), Receiver(partials)
    slot = begun(first, len(content))
    for turn, at in enumerate(range(0, len(content), 1_000_000)):
        (first, second)[turn % 2].append(slot, Chunk(content[at : at + 1_000_000]), offset=at)
    assert Receiver(partials, Digests()).finish(slot) == hashlib.sha256(content).hexdigest()
    assert whole(quarantine, slot) == content


def test_a_chunk_from_elsewhere_is_told_where_the_file_ends(receiver: Receiver) -> None:
    slot = begun(receiver, 100)
    receiver.append(slot, Chunk(noise(10)), offset=0)
    for offset in (0, 9, 11, 100):
        with pytest.raises(OtherOffset, match="l'octet 10 "):
            receiver.append(slot, Chunk(noise(5)), offset=offset)
    assert receiver.offset(slot) == 10


def test_more_than_was_announced_is_not_kept(receiver: Receiver) -> None:
    slot = begun(receiver, 60_000)
    with pytest.raises(TooLarge):
        receiver.append(slot, Chunk(noise(110_000)), offset=0)
    assert receiver.offset(slot) == 50_000


def test_a_chunk_with_a_checksum_is_kept_whole_or_not_at_all(receiver: Receiver) -> None:
    content, slot = noise(90_000), begun(receiver, 90_000)
    right = Checksum("sha256", hashlib.sha256(content[:60_000]).digest())
    with pytest.raises(Mismatch):
        receiver.append(slot, Chunk(b"x" + content[1:60_000]), offset=0, checksum=right)
    with pytest.raises(ConnectionResetError):
        receiver.append(slot, Chunk(content[:60_000], fails=True), offset=0, checksum=right)
    assert receiver.offset(slot) == 0
    receiver.append(slot, Chunk(content[:60_000]), offset=0, checksum=right)
    assert receiver.offset(slot) == 60_000


def test_the_first_bytes_are_looked_at_as_soon_as_they_are_there(receiver: Receiver) -> None:
    content, slot, seen = noise(500_000), begun(receiver, 500_000), list[bytes]()
    glance = Glance(65_536, seen.append)
    receiver.append(slot, Chunk(content[:40_000]), offset=0, glance=glance)
    assert seen == []
    receiver.append(slot, Chunk(content[40_000:200_000], step=10_000), offset=40_000, glance=glance)
    assert seen == [content[:65_536]]


def test_a_refused_beginning_lets_nothing_in(receiver: Receiver) -> None:
    class NoGood(Exception):
        pass

    def refuse(_head: bytes) -> None:
        raise NoGood

    slot = begun(receiver, 500_000)
    with pytest.raises(NoGood):
        receiver.append(slot, Chunk(noise(300_000)), offset=0, glance=Glance(65_536, refuse))
    assert receiver.offset(slot) == 0


def test_what_is_given_up_is_gone_whole_or_not(receiver: Receiver, quarantine: Quarantine) -> None:
    for size, finished in ((PART + 10, False), (70_000, True)):
        slot = begun(receiver, size)
        receiver.append(slot, Chunk(noise(size)), offset=0)
        if finished:
            receiver.finish(slot)
        receiver.discard(slot)
        receiver.discard(slot)
        with pytest.raises(NotFound):
            receiver.offset(slot)
        with pytest.raises(NotFound):
            quarantine.read(slot.key, 0, 1)


def test_a_file_is_finished_once_however_often_it_is_asked(receiver: Receiver, quarantine: Quarantine) -> None:
    content, slot = noise(70_000), begun(receiver, 70_000)
    receiver.append(slot, Chunk(content), offset=0)
    assert receiver.finish(slot) == receiver.finish(slot)
    assert receiver.offset(slot) == 70_000
    assert whole(quarantine, slot) == content


class Silent:
    """A connection that is dead and does not know it: some bytes, then nothing until it is asked to let go."""

    def __init__(self, content: bytes) -> None:
        self._content, self.waits = content, threading.Event()

    def blocks(self, idle: object) -> Iterator[bytes]:
        yield self._content
        assert callable(idle)
        while True:
            self.waits.set()
            idle()
            time.sleep(0.01)


def test_whoever_comes_back_takes_the_turn_from_a_dead_connection(receiver: Receiver, quarantine: Quarantine) -> None:
    content, slot = noise(90_000), begun(receiver, 90_000)
    dead, ends = Silent(content[:30_000]), list[type[BaseException]]()

    def hold() -> None:
        try:
            receiver.append(slot, dead, offset=0)
        except Superseded as end:
            ends.append(type(end))

    thread = threading.Thread(target=hold)
    thread.start()
    assert dead.waits.wait(20)
    with pytest.raises(OtherOffset, match="30000"):  # what the dead one brought is kept before the turn is given
        receiver.append(slot, Chunk(content), offset=0)
    thread.join()
    assert ends == [Superseded]
    receiver.append(slot, Chunk(content[30_000:]), offset=30_000)
    assert receiver.finish(slot) == hashlib.sha256(content).hexdigest()
    assert whole(quarantine, slot) == content


def test_a_writer_that_does_not_let_go_makes_the_other_wait_and_say_so(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("concours.kernel.turns._PATIENCE_S", 0.2)
    slot = begun(receiver, 100)
    with receiver.partials.turn(slot.key), pytest.raises(Busy, match="ce qui est arrivé est gardé"):
        receiver.append(slot, Chunk(noise(10)), offset=0)
    receiver.append(slot, Chunk(noise(10)), offset=0)
    assert receiver.offset(slot) == 10


@pytest.mark.parametrize("key", ["../../etc/passwd", "a" * 25, "A" * 26, "a" * 26 + "/", "", "." * 26])
def test_a_key_that_is_not_ours_leads_nowhere(partials: Partials, key: str) -> None:
    with pytest.raises(NotFound):
        partials.create(key)
    with pytest.raises(NotFound):
        partials.size(key, "")
    with pytest.raises(NotFound):
        partials.discard(key, "")
