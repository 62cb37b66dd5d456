"""Reading from the disk by blocks, and making a rename durable."""

import os
from collections.abc import Iterator
from pathlib import Path

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
