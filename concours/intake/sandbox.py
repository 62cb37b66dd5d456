"""Examine a visitor's file in a process of its own: no network, nothing to write but its output, bounded in all."""

import json
import os
import re
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from concours.intake.rules import TOO_HEAVY, TOO_SLOW, UNREADABLE, Reason, Refused

READY = b"ready"
"""First line of a child that has loaded its parsers and bound itself: what goes wrong after it comes from the file."""

ANSWER_BYTES = 8 * 1024**2
"""Largest answer: 60 pages of text, and room."""

_TRIAL_SECONDS = 20
_SYSTEM = tuple(map(Path, ("/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache", "/dev/null", "/dev/urandom")))
_ELSEWHERE = ("~", "/", "/tmp", "/var/tmp", "/dev/shm", "/etc", "/run")  # noqa: S108 -- not used, but tried
"""Where a child has no business."""

_PROJECT = Path(__file__).resolve().parents[2]
_START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from concours.intake.child import main; main()"
"""Isolated mode forgets the current folder; the code is named by its folder, installed or not."""

_ENVIRONMENT = {"LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "2"}
_PROBE_MEMORY_BYTES = 640 * 1024**2
_COPY_MEMORY_BYTES = 660 * 1024**2
"""An 8K film decodes and is encoded again within it; the untouched stacks of threads count too.

The programs themselves, read from the disk, do not: with them a child stays under 700 MiB.
"""

OnProgress = Callable[[float], None]
_PROGRESS_EVERY_S = 0.5
_PROGRESS_LENGTH = 16
_FRACTION = re.compile(rb"0\.\d{1,9}|1\.0{1,9}|[01]")

_OUTPUT_FILE_BYTES = 1024**3
_OUTPUT_BYTES = 2 * 1024**3
"""Of all that a child writes; looked at while it works."""

_LOOK_EVERY_S = 0.5
_BLOCK_BYTES = 512
"""The unit of st_blocks, whatever the disk."""

_PROCESSES = 128
"""Threads count too; only where the namespace has its own count, or a busy account would use it up.

The system counts none of root's: a service that runs as root has the deadline alone.
"""

_OUT_OF_TIME = frozenset({-signal.SIGXCPU, 128 + signal.SIGXCPU})
_KILLED = frozenset({-signal.SIGKILL, 128 + signal.SIGKILL})

_REMEDY = (
    "Remède : installez bubblewrap (apt-get install bubblewrap) ; s'il l'est déjà, autorisez les espaces de noms non "
    "privilégiés (sysctl kernel.unprivileged_userns_clone=1, et sous Ubuntu "
    "kernel.apparmor_restrict_unprivileged_userns=0)."
)


class SandboxFailure(Exception):
    """The examination itself went wrong: nothing is known of the file, and the job is to be tried again."""


@dataclass(frozen=True)
class Sandbox:
    """Where files are examined: in bubblewrap; or else, as `obstacle` says why not, in what surrounds this process.

    Without both, limits and what the kernel lets a process deny itself hold alone.
    """

    bubblewrap: Path | None
    obstacle: str = ""
    surrounded: bool = False
    """What surrounds this process, systemd for instance, was tried from a child and keeps it in."""

    @property
    def confined(self) -> bool:
        """Tell whether a child is cut off from the network and from the disk."""
        return self.bubblewrap is not None or self.surrounded

    @property
    def description(self) -> str:
        """Say in French how files are examined here, with the remedy when it is not as it should be."""
        if self.confined:
            where = "dans bubblewrap" if self.bubblewrap else "dans le cloisonnement qui entoure ce service"
            return f"Les fichiers reçus sont examinés {where}, sans réseau ni accès au disque."
        return (
            f"Attention : {self.obstacle}. Les fichiers reçus sont examinés sous limites de mémoire, de durée et de "
            f"taille, mais sans cloison complète. {_REMEDY}"
        )

    def run(
        self,
        task: str,
        source: Path,
        out: Path | None,
        arguments: dict[str, Any],
        timeout_s: float,
        *,
        on_progress: OnProgress | None = None,
    ) -> dict[str, Any]:
        """Do one task of `concours.intake.child` on `source`, writing in `out` alone.

        `on_progress` is told what the child says of its progress, from 0 to 1, twice a second at most.

        `timeout_s` is wall-clock; the child may use a third of it in processor time, so that a file that burns is
        told (Refused) from a machine that is overloaded (SandboxFailure).
        """
        order = {
            "source": "/input" if self.bubblewrap else str(source.resolve()),
            "out": out and ("/output" if self.bubblewrap else str(out.resolve())),
            "arguments": arguments,
            "memory": _COPY_MEMORY_BYTES if out else _PROBE_MEMORY_BYTES,
            "cpu": max(1, round(timeout_s / 3)),
            "file_size": _OUTPUT_FILE_BYTES if out else 0,
            "processes": _PROCESSES if self.bubblewrap else None,
            "readable": None if self.bubblewrap else [str(path) for path in (*_SYSTEM, *_code(), source.resolve())],
        }
        program = [sys.executable, "-I", "-B", "-c", _START, str(_PROJECT), task, json.dumps(order)]
        return _result(*_run(self.wrap(program, source, out), timeout_s, out, on_progress))

    def wrap(self, program: list[str], source: Path, out: Path | None) -> list[str]:
        """Put a command into its cell: the system and our code to read, `/input` to read, `/output` to write."""
        if self.bubblewrap is None:
            return program
        return [
            *(str(self.bubblewrap), "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
            *("--hostname", "intake", "--dev", "/dev", "--remount-ro", "/dev"),
            *_system(),
            *(part for folder in _code() for part in ("--ro-bind", str(folder), str(folder))),
            *("--ro-bind", str(source.resolve()), "/input"),
            *(("--bind", str(out.resolve()), "/output") if out else ()),
            *("--remount-ro", "/", "--chdir", "/", "--", *program),
        ]


def choose_sandbox(*, closed: Iterable[Path] = ()) -> Sandbox:
    """Try bubblewrap by running it (being installed proves nothing), then what surrounds us, else limits alone.

    `closed` are the folders, besides the system's, that no child may read or change.
    """
    program = shutil.which("bwrap")
    obstacle = "bubblewrap n'est pas installé"
    if program is not None:
        confined = Sandbox(Path(program))
        try:
            confined.run("trial", Path(__file__), None, {}, _TRIAL_SECONDS)
        except (SandboxFailure, Refused) as failure:
            obstacle = f"bubblewrap ne fonctionne pas sur cette machine ({str(failure).splitlines()[-1]})"
        else:
            return confined
    return _surroundings(obstacle, closed)


def _surroundings(obstacle: str, closed: Iterable[Path]) -> Sandbox:
    """Try from a child what the confinement of this very process forbids, one thing after the other."""
    elsewhere = (Path(os.path.expanduser(name)) for name in _ELSEWHERE)  # noqa: PTH111 -- where nobody has a home, none
    folders = [str(path) for path in (*elsewhere, *closed) if path.is_dir()]
    try:
        said = Sandbox(None).run("trial", Path(__file__), None, {"closed": folders}, _TRIAL_SECONDS)
        holes = [str(hole) for hole in said["holes"]]
    except (SandboxFailure, Refused, KeyError, TypeError) as failure:
        holes = [f"l'essai échoue : {failure}"]
    if not holes:
        return Sandbox(None, obstacle, surrounded=True)
    return Sandbox(None, f"{obstacle}, et ce qui entoure le service n'en tient pas lieu : {' ; '.join(holes)}")


def _system() -> list[str]:
    """Bind the libraries and programs of the system; /bin and the like are links to /usr on most systems."""
    options = ["--ro-bind", "/usr", "/usr", "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]
    for name in ("/bin", "/lib", "/lib64"):
        if Path(name).is_symlink():
            options += ["--symlink", str(Path(name).readlink()), name]
        elif Path(name).is_dir():
            options += ["--ro-bind", name, name]
    return options


def _code() -> Iterable[Path]:
    """List the interpreter's folders and ours. An environment may be a link to an interpreter kept elsewhere."""
    real = Path(sys.executable).resolve().parent.parent
    folders = {Path(sys.prefix), Path(sys.base_prefix), real, _PROJECT / "concours"}
    return sorted(folder for folder in folders if not folder.is_relative_to("/usr"))


def _run(
    command: list[str], timeout_s: float, out: Path | None = None, on_progress: OnProgress | None = None
) -> tuple[int, bytes, bytes]:
    """Run to the end, or kill all of it at the deadline; give its code, its output and its complaints."""
    with subprocess.Popen(  # noqa: S603 -- our own interpreter and code; the file is never part of the command
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_ENVIRONMENT,
        start_new_session=True,
    ) as process:
        try:
            said, err = _collect(process, time.monotonic() + timeout_s, out, _Progress(on_progress))
        finally:
            # Not yet waited for, so that its number is still its own: what it left running dies with it.
            os.killpg(process.pid, signal.SIGKILL)
        return process.wait(), said, err


def _collect(
    process: subprocess.Popen[bytes], deadline: float, out: Path | None, progress: "_Progress"
) -> tuple[bytes, bytes]:
    """Read both outputs until it ends; raise SandboxFailure past the deadline, Refused past the size."""
    outputs: dict[Any, bytes] = {process.stdout: b"", process.stderr: b""}
    ended = os.pidfd_open(process.pid)
    with selectors.DefaultSelector() as selector, os.fdopen(ended) as ending:
        for stream in (process.stdout, process.stderr, ending):
            selector.register(cast("IO[Any]", stream), selectors.EVENT_READ)
        while selector.get_map():
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise SandboxFailure("l'examen du fichier n'a pas abouti dans le temps prévu")
            for key, _ in selector.select(min(remaining, _LOOK_EVERY_S)):
                chunk = b"" if key.fd == ended else os.read(key.fd, 65536)
                if not chunk:
                    selector.unregister(key.fileobj)
                else:
                    outputs[key.fileobj] += chunk
            progress.look(outputs[process.stdout])
            if max(map(len, outputs.values())) > ANSWER_BYTES or _written(out) > _OUTPUT_BYTES:
                raise Refused(Reason.TOO_HEAVY, TOO_HEAVY)
    return outputs[process.stdout], outputs[process.stderr]


def _written(out: Path | None) -> int:
    """Return how many bytes stand in the output: what is seen may be gone, or be a folder, a moment later."""
    total = 0
    for folder, _, names in os.walk(out) if out else ():
        for name in names:
            with suppress(OSError):
                total += os.lstat(f"{folder}/{name}").st_blocks * _BLOCK_BYTES
    return total


class _Progress:
    """What a child says of its progress: a number between 0 and 1 on a line of its own, or it is not listened to."""

    def __init__(self, tell: OnProgress | None) -> None:
        self._tell, self._told_at = tell, 0.0

    def look(self, said: bytes) -> None:
        """Hand on the last whole line, when it is a fraction and the one before is half a second old."""
        now = time.monotonic()
        if self._tell is None or now - self._told_at < _PROGRESS_EVERY_S:
            return
        line = said[-2 * _PROGRESS_LENGTH :].rpartition(b"\n")[0].rpartition(b"\n")[2]
        if _FRACTION.fullmatch(line):
            self._told_at = now
            self._tell(float(line))


def _result(code: int, out: bytes, err: bytes) -> dict[str, Any]:
    """Tell a result from a refusal, and the file's fault from ours."""
    first, answer = out.partition(b"\n")[0], out.rpartition(b"\n")[2]
    if first != READY or code in _KILLED:
        raise SandboxFailure(err.decode("utf-8", "replace").strip()[-500:] or f"code {code}")
    if code in _OUT_OF_TIME:
        raise Refused(Reason.TIMEOUT, TOO_SLOW)
    if code != 0:
        raise Refused(Reason.UNREADABLE, UNREADABLE)
    try:
        said = json.loads(answer)
        if "refused" in said:
            raise Refused(Reason(said["refused"][0]), str(said["refused"][1]), str(said["refused"][2]))
        return dict(said["result"])
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise SandboxFailure(f"réponse inattendue : {answer[-500:].decode('utf-8', 'replace')}") from error
