"""One measure in one process, so that what its children used is theirs alone. Prints JSON."""

import ctypes
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from concours.intake.operations import inspect, make_jury_copy
from concours.intake.rules import Kind, Limits
from concours.intake.sandbox import choose_sandbox

_ADOPT = 36
"""PR_SET_CHILD_SUBREAPER: bubblewrap ends before the process that it confined, whose seconds would go to nobody."""

_LIMITS = Limits(kinds=frozenset(Kind), max_bytes=2_000_000_000)


def main() -> None:
    """Measure what the command line names."""
    task, *words = sys.argv[1:]
    ctypes.CDLL(None).prctl(_ADOPT, 1, 0, 0, 0)
    tasks: dict[str, Callable[..., dict[str, Any]]] = {
        "inspect": _inspect,
        "copy": _copy,
        "command": _command,
        "loop": _loop,
    }
    sys.stdout.write(json.dumps(tasks[task](*words)))


def _inspect(path: str, rounds: str) -> dict[str, Any]:
    sandbox, seconds = choose_sandbox(), []
    for _ in range(int(rounds)):
        start = time.perf_counter()
        inspect(Path(path), name=Path(path).name, limits=_LIMITS, sandbox=sandbox)
        seconds.append(time.perf_counter() - start)
    return {"seconds": seconds, "most_mib": _most_mib()}


def _copy(source: str, out: str) -> dict[str, Any]:
    sandbox, before = choose_sandbox(), _children_s()
    make_jury_copy(Path(source), Kind.MP4, Path(out), sandbox)
    return {"cpu_s": _children_s() - before, "most_mib": _most_mib()}


def _command(*words: str) -> dict[str, Any]:
    before = _children_s()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 -- the command that encoders.py wrote
    return {"cpu_s": _children_s() - before}


def _loop(source: str, out: str, outputs: str) -> dict[str, Any]:
    before = _children_s()
    subprocess.run([sys.executable, "-m", "benchmarks.plain_loop", source, out, outputs], check=True)  # noqa: S603 -- ours
    return {"cpu_s": _children_s() - before}


def _children_s() -> float:
    """Return the processor seconds of the children that have ended, theirs included."""
    _wait_for_adopted()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _most_mib() -> float:
    """Return the largest resident set of any of them."""
    _wait_for_adopted()
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def _wait_for_adopted() -> None:
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


if __name__ == "__main__":
    main()
