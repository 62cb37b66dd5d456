"""Reading from the disk by blocks, keeping what is made once, and making a rename durable."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from concours.kernel.ids import new_id

CHUNK = 1 << 20
"""Bytes read or written at a time."""


def blocks_of(path: Path, start: int, stop: int) -> Iterator[bytes]:
    """Yield the bytes of a file from `start` to before `stop`, fewer at its end."""
    with path.open("rb") as file:
        file.seek(start)
        left = stop - start
        while left > 0 and (block := file.read(min(CHUNK, left))):
            left -= len(block)
            yield block


def sync_folder(folder: Path) -> None:
    """Flush a folder: a rename is durable only once its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def kept_file(path: Path, make: Callable[[], str]) -> str:
    """Return the text in `path`, made on first use, durable, readable by its owner only; processes agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        partial = path.with_name(new_id())
        with os.fdopen(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another process was first: its text is the one
            os.link(partial, path)
        partial.unlink()
        sync_folder(path.parent)
    return path.read_text()
