"""Files: `Quarantine` holds what came in, `ReadyStore` what we made; on a local folder or on any S3 server."""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from concours.kernel.errors import NotFound, TooLarge
from concours.kernel.ids import new_id
from concours.kernel.settings import Settings

CHUNK = 1 << 20
"""Bytes read or written at a time."""

_KEY = re.compile(r"(quarantine|ready)/[a-z0-9]{26,64}")


@dataclass(frozen=True)
class Received:
    """A file that is whole and durable in the quarantine."""

    key: str
    size: int
    sha256: str


class Blobs(Protocol):
    """Named byte strings. A key is `quarantine/…` or `ready/…`, never a visitor's words."""

    def put(self, key: str, source: Path) -> None:
        """Store the file durably under `key`, whole or not at all."""

    def read(self, key: str, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` to before `stop`; raises NotFound."""

    def delete(self, key: str) -> None:
        """Remove it; nothing happens when it is not there."""

    def has(self, key: str) -> bool:
        """Tell whether it is there."""


class LocalBlobs:
    """Blobs in a folder: written apart, flushed to the disk, then renamed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, source: Path) -> None:
        """Store the file durably under `key`, whole or not at all."""
        target = self._path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}.{new_id()}")
        with source.open("rb") as reader, partial.open("xb") as writer:
            while block := reader.read(CHUNK):
                writer.write(block)
            writer.flush()
            os.fsync(writer.fileno())
        partial.replace(target)
        _sync_folder(target.parent)

    def read(self, key: str, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` to before `stop`; raises NotFound."""
        try:
            file = self._path(key).open("rb")
        except FileNotFoundError:
            raise NotFound from None
        return _blocks(file, start, stop)

    def delete(self, key: str) -> None:
        """Remove it; nothing happens when it is not there."""
        self._path(key).unlink(missing_ok=True)

    def has(self, key: str) -> bool:
        """Tell whether it is there."""
        return self._path(key).is_file()

    def _path(self, key: str) -> Path:
        _check_key(key)
        return self._folder / key


class Quarantine:
    """What visitors sent, as it came. Only the sandbox and an organiser's download read it."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def receive(self, stream: IO[bytes], *, max_bytes: int) -> Received:
        """Store a stream under a new random key. Raises TooLarge past `max_bytes`; nothing is kept then."""
        digest, size = hashlib.sha256(), 0
        with tempfile.NamedTemporaryFile(prefix="concours-") as file:
            while block := stream.read(CHUNK):
                size += len(block)
                if size > max_bytes:
                    raise TooLarge(
                        f"Ce fichier dépasse la limite de {human_size(max_bytes)}. Réduisez-le, puis recommencez."
                    )
                digest.update(block)
                file.write(block)
            file.flush()
            key = new_id()
            self._blobs.put(f"quarantine/{key}", Path(file.name))
        return Received(key, size, digest.hexdigest())

    def read(self, key: str, start: int, stop: int) -> Iterator[bytes]:
        """Yield bytes of the original; raises NotFound."""
        return self._blobs.read(f"quarantine/{key}", start, stop)

    @contextmanager
    def local_copy(self, key: str, size: int) -> Iterator[Path]:
        """Yield a path to the original for as long as the block lasts."""
        with tempfile.TemporaryDirectory(prefix="concours-") as folder:
            path = Path(folder) / "original"
            with path.open("wb") as file:
                file.writelines(self.read(key, 0, size))
            yield path

    def delete(self, key: str) -> None:
        """Remove an original."""
        self._blobs.delete(f"quarantine/{key}")


class ReadyStore:
    """What we made from creations: named by its own SHA-256, so it tells nothing and never changes."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def add(self, path: Path) -> str:
        """Store the file and return its SHA-256; the same bytes are stored once."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if not self._blobs.has(f"ready/{digest}"):
            self._blobs.put(f"ready/{digest}", path)
        return digest

    def read(self, digest: str, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` to before `stop`; raises NotFound."""
        return self._blobs.read(f"ready/{digest}", start, stop)


@dataclass(frozen=True)
class Stores:
    """Two kinds of file, two types: the type checker refuses the mix-up."""

    quarantine: Quarantine
    ready: ReadyStore


def open_stores(settings: Settings) -> Stores:
    """Return the stores that the settings name."""
    if settings.s3 is None:
        blobs: Blobs = LocalBlobs(settings.uploads)
    else:
        from concours.kernel.s3 import S3Blobs  # noqa: PLC0415 -- boto3 takes half a second to load; local storage needs none of it

        blobs = S3Blobs(settings.s3)
    return Stores(Quarantine(blobs), ReadyStore(blobs))


def human_size(size: int) -> str:
    """Return « 1,5 Go », « 300 Mo », « 12 ko » : decimal units, French comma."""
    for unit, factor in (("Go", 10**9), ("Mo", 10**6), ("ko", 10**3)):
        if size >= factor:
            return f"{size / factor:.1f}".rstrip("0").rstrip(".").replace(".", ",") + f" {unit}"
    return f"{size} octets" if size > 1 else f"{size} octet"


def _check_key(key: str) -> None:
    if not _KEY.fullmatch(key):
        raise NotFound


def _blocks(file: IO[bytes], start: int, stop: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        left = stop - start
        while left > 0 and (block := file.read(min(CHUNK, left))):
            left -= len(block)
            yield block


def _sync_folder(folder: Path) -> None:
    # A rename is durable only once its folder is.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
