"""Files: `Quarantine` holds what came in, `ReadyStore` what we made; on a local folder or on any S3 server."""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Protocol

from concours.kernel.disk import CHUNK, blocks_of, sync_folder
from concours.kernel.errors import NotFound, TooLarge
from concours.kernel.ids import new_id
from concours.kernel.partials import LocalPartials, Partials
from concours.kernel.settings import Settings

LINK_SECONDS = 600
"""How long an address given to a browser serves."""

_KEY = re.compile(r"(quarantine|ready)/[a-z0-9]{26,64}")


@dataclass(frozen=True)
class Received:
    """A file that is whole and durable in the quarantine."""

    key: str
    size: int
    sha256: str


class Damaged(Exception):
    """A file is not what was stored."""


class KeyTaken(OSError):
    """A blob has this key already: none is ever replaced."""


class Readable(Protocol):
    """A stream of bytes, read once from where it stands."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, none at the end."""


class Blobs(Protocol):
    """Named byte strings. A key is `quarantine/…` or `ready/…`, never a visitor's words."""

    def put(self, key: str, source: Readable) -> None:
        """Store the stream durably under `key`, whole or not at all, even when reading it raises.

        Raises KeyTaken rather than replace a blob.
        """

    def read(self, key: str, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` to before `stop` (fewer at the end of the blob); raises NotFound at once."""

    def on_disk(self, key: str) -> AbstractContextManager[Path]:
        """Give a path to the whole blob, to be read only, for as long as the block lasts; raises NotFound."""

    def delete(self, key: str) -> None:
        """Remove it; nothing happens when it is not there."""

    def has(self, key: str) -> bool:
        """Tell whether it is there."""

    def size(self, key: str) -> int:
        """Return its size in bytes; raises NotFound."""

    def link(self, key: str, mime: str, seconds: int) -> str | None:
        """Return an address where a browser fetches it, ranges included, for so many seconds; None when it cannot."""


class LocalBlobs:
    """Blobs in a folder: written apart, flushed to the disk, then given its name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, source: Readable) -> None:
        """Store the stream durably under `key`, whole or not at all, even when reading it raises.

        Raises KeyTaken rather than replace a blob.
        """
        target = self._path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}.{new_id()}")
        try:
            with partial.open("xb") as writer:
                while block := source.read(CHUNK):
                    writer.write(block)
                writer.flush()
                os.fsync(writer.fileno())
            _name(partial, target)
        finally:
            partial.unlink(missing_ok=True)
        sync_folder(target.parent)

    def read(self, key: str, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` to before `stop` (fewer at the end of the blob); raises NotFound at once."""
        return blocks_of(self._existing(key), start, stop)

    @contextmanager
    def on_disk(self, key: str) -> Iterator[Path]:
        """Give the path where it stands: nothing is copied; raises NotFound."""
        yield self._existing(key)

    def delete(self, key: str) -> None:
        """Remove it; nothing happens when it is not there."""
        self._path(key).unlink(missing_ok=True)

    def has(self, key: str) -> bool:
        """Tell whether it is there."""
        return self._path(key).is_file()

    def size(self, key: str) -> int:
        """Return its size in bytes; raises NotFound."""
        return self._existing(key).stat().st_size

    def link(self, key: str, mime: str, seconds: int) -> str | None:  # noqa: ARG002 -- a folder has no address
        """Return None: what is in a folder goes through the web process."""
        check_key(key)
        return None

    def _existing(self, key: str) -> Path:
        path = self._path(key)
        if not path.is_file():
            raise NotFound
        return path

    def _path(self, key: str) -> Path:
        check_key(key)
        return self._folder / key


class Quarantine:
    """What visitors sent, as it came. Only the sandbox and an organiser's download read it."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def receive(self, stream: Readable, *, max_bytes: int) -> Received:
        """Store a stream under a new random key. Raises TooLarge past `max_bytes`; nothing is kept then."""
        key, measured = new_id(), _Measured(stream, max_bytes)
        self._blobs.put(f"quarantine/{key}", measured)
        return Received(key, measured.size, measured.digest.hexdigest())

    def read(self, key: str, start: int, stop: int) -> Iterator[bytes]:
        """Yield bytes of the original; raises NotFound."""
        return self._blobs.read(f"quarantine/{key}", start, stop)

    @contextmanager
    def local_copy(self, key: str, size: int) -> Iterator[Path]:
        """Yield a path to the original, to be read only, for as long as the block lasts.

        Raises NotFound, and Damaged when it has no longer its `size`: that is our fault, not the candidate's.
        """
        with self._blobs.on_disk(f"quarantine/{key}") as path:
            if path.stat().st_size != size:
                raise Damaged("an original has no longer its size")
            yield path

    def require(self, key: str, size: int) -> None:
        """Make sure that an original is there, whole. Raises OSError: whatever is wrong is wrong on our side."""
        try:
            kept = self._blobs.size(f"quarantine/{key}")
        except NotFound as error:
            raise OSError("an original is not where it was stored") from error
        if kept != size:
            raise OSError("an original has no longer its size")

    def delete(self, key: str) -> None:
        """Remove an original."""
        self._blobs.delete(f"quarantine/{key}")

    def probe(self) -> None:
        """Write, read and remove a few bytes. Raises OSError when one of these fails."""
        _probe(self._blobs, "quarantine")


class ReadyStore:
    """What we made from creations: named by its own SHA-256, so it tells nothing and never changes."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def add(self, path: Path) -> str:
        """Store the file and return its SHA-256; the same bytes are stored once."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            if not self._blobs.has(f"ready/{digest}"):
                file.seek(0)
                with suppress(KeyTaken):  # another worker made the same bytes meanwhile
                    self._blobs.put(f"ready/{digest}", file)
        return digest

    def read(self, digest: str, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` to before `stop`; raises NotFound."""
        return self._blobs.read(f"ready/{digest}", start, stop)

    def delete(self, digest: str) -> None:
        """Remove a file that no row names any more."""
        self._blobs.delete(f"ready/{digest}")

    def link(self, digest: str, mime: str) -> str | None:
        """Return an address where a browser fetches it for LINK_SECONDS; None when the bytes must come through us."""
        return self._blobs.link(f"ready/{digest}", mime, LINK_SECONDS)

    def probe(self) -> None:
        """Write, read and remove a few bytes. Raises OSError when one of these fails."""
        _probe(self._blobs, "ready")


@dataclass(frozen=True)
class Stores:
    """Kinds of file, each its own type: the type checker refuses the mix-up."""

    quarantine: Quarantine
    ready: ReadyStore
    partials: Partials


def open_stores(settings: Settings) -> Stores:
    """Return the stores that the settings name."""
    if settings.s3 is None:
        local = LocalBlobs(settings.uploads)
        return Stores(Quarantine(local), ReadyStore(local), LocalPartials(settings.uploads))
    # boto3 takes half a second to load; local storage needs none of it.
    from concours.kernel.s3 import S3Blobs  # noqa: PLC0415 -- see above
    from concours.kernel.s3_partials import S3Partials  # noqa: PLC0415 -- see above

    remote = S3Blobs(settings.s3)
    return Stores(Quarantine(remote), ReadyStore(remote), S3Partials(settings.s3, settings.data / "turns"))


def prepare_storage(settings: Settings) -> None:
    """Ready the bucket, where there is one, as `prepare_bucket` says; what fails is told in the log."""
    if settings.s3 is not None:
        from concours.kernel.s3_bucket import prepare_bucket  # noqa: PLC0415 -- as above

        prepare_bucket(settings.s3)


def _probe(blobs: Blobs, place: str) -> None:
    key, content = f"{place}/{new_id()}", new_id().encode()
    try:
        blobs.put(key, BytesIO(content))
        came = b"".join(blobs.read(key, 0, len(content) + 1))
    except NotFound as error:
        raise OSError("what was just written is not there") from error
    finally:
        blobs.delete(key)
    if came != content:
        raise OSError("what was just written reads otherwise")


def _name(partial: Path, target: Path) -> None:
    """Give a file its name; a rename would replace a blob that has it. Raises KeyTaken."""
    try:
        os.link(partial, target)
    except FileExistsError as error:
        raise KeyTaken("a blob has this key already") from error


def human_size(size: int) -> str:
    """Return « 1,5 Go », « 300 Mo », « 12 ko » : decimal units, French comma."""
    for unit, factor in (("Go", 10**9), ("Mo", 10**6), ("ko", 10**3)):
        if size >= factor * 0.99995:  # what would be written « 1000 Mo » is 1 Go
            return f"{size / factor:.1f}".removesuffix(".0").replace(".", ",") + f" {unit}"
    return f"{size} octets" if size > 1 else f"{size} octet"


def check_key(key: str) -> None:
    """Raise NotFound unless the key is one that we could have made."""
    if not _KEY.fullmatch(key):
        raise NotFound


class _Measured:
    """A stream that is measured and digested while it is stored."""

    def __init__(self, stream: Readable, max_bytes: int) -> None:
        self._stream = stream
        self._max_bytes = max_bytes
        self.size = 0
        self.digest = hashlib.sha256()

    def read(self, size: int = CHUNK, /) -> bytes:
        """Return the next bytes, at most `size`. Raises TooLarge past the limit."""
        block = self._stream.read(size)
        self.size += len(block)
        if self.size > self._max_bytes:
            limit = human_size(self._max_bytes)
            raise TooLarge(f"Ce fichier dépasse la limite de {limit}. Réduisez-le, puis recommencez.")
        self.digest.update(block)
        return block
