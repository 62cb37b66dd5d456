"""The program that runs in the sandbox: bound itself first, then open the file, and answer in JSON."""

import json
import os
import resource
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from concours.intake.landlock import enclose
from concours.intake.rules import TOO_HEAVY, Reason, Refused
from concours.intake.sandbox import READY
from concours.intake.trial import holes

_COPY_NICENESS = 10
"""Making a copy takes what the web leaves: minutes more for the jury are nothing, a page that hangs is."""

_STEP = 0.01
"""Progress is told a hundred times at most."""

Report = Callable[[float], None]
Task = Callable[[Path, Path, dict[str, Any], Report], dict[str, Any]]


def trial(_source: Path, _out: Path, arguments: dict[str, Any], _report: Report) -> dict[str, Any]:
    """Answer: reaching this line is the proof that bubblewrap works. Elsewhere, try what should be out of reach."""
    return {"holes": holes(arguments["closed"])} if "closed" in arguments else {}


_TASKS = {
    "trial": ("concours.intake.child", "trial"),
    "probe": ("concours.intake.probe", "probe"),
    "copy": ("concours.intake.render", "jury_copy"),
}
"""Where each task is found; a child loads the one that it does."""


def main() -> None:
    """Do the task named on the command line, within the limits that its order gives."""
    name, order = sys.argv[1], json.loads(sys.argv[2])
    module, function = _TASKS[name]
    task: Task = getattr(import_module(module), function)
    _bind(order)
    if name == "copy":
        os.nice(_COPY_NICENESS)
    sys.stdout.write(READY.decode() + "\n")
    sys.stdout.flush()
    answer = _attempt(task, Path(order["source"]), Path(order["out"] or "/nowhere"), order["arguments"])
    sys.stdout.write(json.dumps(answer))


def _reporter() -> Report:
    """Give what writes how much is done, a line each, when it has grown by a step."""
    told = 0.0

    def report(done: float) -> None:
        nonlocal told
        if told + _STEP <= done <= 1:
            told = done
            sys.stdout.write(f"{done:.3f}\n")
            sys.stdout.flush()

    return report


def _bind(order: dict[str, Any]) -> None:
    """Bound memory, processor, file sizes, open files, processes: neither this program nor its parsers can undo it."""
    for what, value in (
        (resource.RLIMIT_DATA, order["memory"]),
        (resource.RLIMIT_FSIZE, order["file_size"]),
        (resource.RLIMIT_NPROC, order["processes"]),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        if value is not None:
            resource.setrlimit(what, (value, value))
    if order["readable"] is not None:
        enclose(readable=map(Path, order["readable"]), writable=[Path(order["out"])] if order["out"] else [])
    resource.setrlimit(resource.RLIMIT_CPU, (order["cpu"], order["cpu"] + 1))


def _attempt(task: Task, source: Path, out: Path, arguments: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"result": task(source, out, arguments, _reporter())}
    except Refused as refused:
        return {"refused": [refused.reason, refused.message, refused.detected]}
    except MemoryError:
        return {"refused": [Reason.TOO_HEAVY, TOO_HEAVY, ""]}
    except Exception:  # noqa: BLE001 -- a fault of ours must reach the worker's log, not the candidate
        return {"failure": traceback.format_exc(limit=-3)}
