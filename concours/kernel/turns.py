"""One writer at a time for each file on its way in. A newer one is waited for: it is the visitor who came back."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

from concours.kernel.errors import DomainError

_PATIENCE_S = 8
"""How long a newer writer waits for the former one to notice it."""
_LOOK_S = 0.05


class Busy(DomainError):
    """Somebody else is writing, and does not let go."""

    status = HTTPStatus.LOCKED

    def __init__(self) -> None:
        super().__init__(
            "Un autre envoi du même fichier est en cours, peut-être depuis une autre fenêtre ou un autre appareil. "
            "Fermez l'autre, puis reprenez : ce qui est arrivé est gardé."
        )


class Superseded(Exception):
    """A newer writer asks for the turn: the connection that it replaces is dead, and does not know it."""


class Turn:
    """The right to write, until somebody newer asks for it."""

    def __init__(self, asked: Path) -> None:
        self._asked = asked

    def check(self) -> None:
        """Raise Superseded when a newer writer waits."""
        if self._asked.exists():
            raise Superseded


@contextmanager
def take_turn(lock: Path) -> Iterator[Turn]:
    """Hold the lock of an existing file for as long as the block lasts; a process that dies lets go of it.

    Raises FileNotFoundError, and Busy when the former writer does not let go.
    """
    asked = _asked(lock)
    handle = os.open(lock, os.O_RDONLY)
    try:
        _wait(handle, asked)
        asked.unlink(missing_ok=True)
        yield Turn(asked)
    finally:
        os.close(handle)


def forget_turn(lock: Path) -> None:
    """Remove what a writer that waited in vain may have left beside the file."""
    _asked(lock).unlink(missing_ok=True)


def _asked(lock: Path) -> Path:
    return lock.with_name(f"{lock.name}.asked")


def _wait(handle: int, asked: Path) -> None:
    limit = time.monotonic() + _PATIENCE_S
    while not _locked(handle):
        if time.monotonic() > limit:
            asked.unlink(missing_ok=True)
            raise Busy
        asked.touch()
        time.sleep(_LOOK_S)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
