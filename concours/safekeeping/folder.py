"""Folders of backups: what is in them is for their owner alone, durable, and whole or absent."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from concours.kernel.disk import CHUNK, sync_folder
from concours.kernel.errors import DomainError
from concours.safekeeping.rules import Kept, is_stamp

PARTIAL, FORMER = ".partial", ".former"
"""The backup that is being made; one that was cut short, whose files serve again."""

_LOCK = ".lock"


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """Yield a file that only its owner may read, durable once the block has ended."""
    _private(path.parent)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def write_file(root: Path, path: str, content: str) -> Kept:
    """Write a text of a backup."""
    data = content.encode()
    with new_file(root / path) as file:
        file.write(data)
    return Kept(path, len(data), hashlib.sha256(data).hexdigest())


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, read by blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(CHUNK):
            digest.update(block)
    return digest.hexdigest()


def is_whole(path: Path, size: int, sha256: str) -> bool:
    """Tell whether a file is there with these very bytes."""
    return path.is_file() and path.stat().st_size == size and digest_of(path) == sha256


def whole_backups(folder: Path) -> list[Path]:
    """Return the backups in a folder, newest first."""
    return sorted((path for path in folder.iterdir() if is_stamp(path.name) and path.is_dir()), reverse=True)


@contextmanager
def being_made(folder: Path, name: str) -> Iterator[Path]:
    """Yield a new folder that becomes the backup `name` when the block ends well; one at a time."""
    _private(folder)
    with _alone(folder):
        partial, former = folder / PARTIAL, folder / FORMER
        if (folder / name).exists():
            raise DomainError("Une sauvegarde de cette même seconde existe déjà : recommencez.")
        if partial.exists():
            shutil.rmtree(former, ignore_errors=True)
            partial.rename(former)
        partial.mkdir(mode=0o700)
        yield partial
        for place, _, _ in os.walk(partial, topdown=False):
            sync_folder(Path(place))
        partial.rename(folder / name)
        sync_folder(folder)
        shutil.rmtree(former, ignore_errors=True)


def take_over(sources: Iterable[Path], target: Path, size: int, sha256: str) -> bool:
    """Give the target the bytes of the first source that has them; tell whether one had."""
    for source in sources:
        if is_whole(source, size, sha256):
            _private(target.parent)
            _link(source, target)
            return True
    return False


def _private(folder: Path) -> None:
    """Make a folder, and those above it that are not there, for their owner alone."""
    if not folder.is_dir():
        _private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # a disk without hard links
        with source.open("rb") as file, new_file(target) as copy:
            shutil.copyfileobj(file, copy, CHUNK)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    handle = os.open(folder / _LOCK, os.O_RDONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise DomainError("Une autre sauvegarde est en cours dans ce dossier : laissez-la finir.") from error
    finally:
        os.close(handle)
