"""Ask clamd about a file, in its own protocol, handing it the open file: it needs no right on our folders.

The clients on the package index copy the file through the socket instead, and none bounds the whole exchange in time.
"""

import os
import socket
import time
from dataclasses import dataclass, replace
from pathlib import Path

from concours.intake.findings import Finding
from concours.intake.rules import INFECTED, Reason, Verdict

ALWAYS_READ_BYTES = 25_000_000
"""What clamd reads under the smallest limits it is shipped with; beyond, it must be asked whether it says so."""

_BASE_SECONDS = 30
_BYTES_A_SECOND = 20_000_000
_REPLY_BYTES = 4096
_BEYOND_ALL_LIMITS = 1 << 40
_EXCEEDED = "Heuristics.Limits.Exceeded"
"""How clamd calls a file that it did not read to the end, where it is set to say so (AlertExceedsMax)."""


class Unchecked(Exception):
    """Nothing is known of the file: clamd is down, slow, failing, or did not read all of it."""


@dataclass(frozen=True)
class Antivirus:
    """clamd, listening at `socket`."""

    socket: Path

    def judge(self, path: Path, verdict: Verdict) -> Verdict:
        """Return the verdict on an accepted file once clamd has spoken: refused, as it was, or said to be unchecked."""
        if not verdict.accepted:
            return verdict
        try:
            signature = self.scan(path)
        except Unchecked:
            return replace(verdict, findings=(*verdict.findings, Finding.VIRUS_UNCHECKED))
        if not signature:
            return verdict
        return replace(
            verdict, accepted=False, reason=Reason.INFECTED.value, message=INFECTED, findings=(), signature=signature
        )

    def scan(self, path: Path) -> str:
        """Return the name of what clamd found, nothing when it found nothing. Raises Unchecked."""
        size = path.stat().st_size
        deadline = time.monotonic() + _BASE_SECONDS + size / _BYTES_A_SECOND
        with path.open("rb") as file:
            found = self._ask(file.fileno(), deadline)
        if not found and size > ALWAYS_READ_BYTES and not self._tells_limits(deadline):
            raise Unchecked("clamd does not tell when a file is over its limits: set AlertExceedsMax yes")
        if found.startswith(_EXCEEDED):
            raise Unchecked(f"clamd did not read the whole file: {found}")
        return found

    def _tells_limits(self, deadline: float) -> bool:
        """Tell whether clamd says « over my limits » rather than « nothing found »: tried on a hole of a terabyte."""
        hole = os.memfd_create("hole")
        try:
            os.ftruncate(hole, _BEYOND_ALL_LIMITS)
            return self._ask(hole, deadline).startswith(_EXCEEDED)
        finally:
            os.close(hole)

    def _ask(self, handle: int, deadline: float) -> str:
        """Return the signature found in an open file, or nothing. Raises Unchecked."""
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(_left(deadline))
                connection.connect(str(self.socket))
                connection.sendall(b"zFILDES\0")
                socket.send_fds(connection, [b"\0"], [handle])
                answer = _answer(connection, deadline)
        except OSError as failure:
            raise Unchecked(f"clamd cannot be asked: {failure}") from failure
        return _found(answer)


def _answer(connection: socket.socket, deadline: float) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < _REPLY_BYTES:
        connection.settimeout(_left(deadline))
        block = connection.recv(_REPLY_BYTES)
        if not block:
            break
        said += block
    return said.rstrip(b"\0\n").decode("utf-8", "replace")


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("no answer in time")
    return left


def _found(answer: str) -> str:
    """Read « fd[11]: Some.Name FOUND » and « fd[11]: OK »; all else is no answer."""
    _, _, said = answer.partition(": ")
    if said == "OK":
        return ""
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND")
    raise Unchecked(f"clamd answers: {answer[:200]!r}")
