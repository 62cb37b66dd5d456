"""One server for all the processes of a run: the first that needs it starts it, and ends it after the last."""

import fcntl
import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

_POLL_S = 0.1


@contextmanager
def shared(folder: Path, start: Callable[[], AbstractContextManager[dict[str, str]]]) -> Iterator[dict[str, str]]:
    """Return what names the server that a folder of this run stands for, whichever process runs it.

    `start` runs the server as long as its block lasts, and says its name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "users").open("a") as users:
        with _alone(folder):
            named = folder / "server.json"
            running = None if named.exists() else start()
            if running:
                named.write_text(json.dumps(running.__enter__()))
            fcntl.flock(users, fcntl.LOCK_SH)
            server: dict[str, str] = json.loads(named.read_text())
        try:
            yield server
        finally:
            fcntl.flock(users, fcntl.LOCK_UN)
            if running:
                _end_after_the_last(folder, running)


def _end_after_the_last(folder: Path, running: AbstractContextManager[object]) -> None:
    """End the server once nobody uses it; whoever comes later starts another one."""
    while True:
        with _alone(folder), (folder / "users").open("a") as users:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                (folder / "server.json").unlink()
                running.__exit__(None, None, None)
                return
        time.sleep(_POLL_S)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
