"""A temporary clamd on a socket of its own, with signatures written on the spot: none is fetched; ended by its id."""

import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

PACKAGE = "clamav-daemon"
PROGRAM = Path("/usr/sbin/clamd")

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The string that every antivirus recognises for tests and that harms nobody."""

MARK = b"concours-test-mark-of-an-infection"
"""What a signature of our own recognises anywhere, in a file that is accepted by its structure."""

_SIGNATURES = f"Concours.Eicar:0:*:{EICAR.hex()}\nConcours.Mark:0:*:{MARK.hex()}\n"
_START_LIMIT_S = 30
_STOP_LIMIT_S = 10


class Clamd:
    """Started by `with`; further lines of clamd.conf may be given."""

    def __init__(self, *options: str) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="clamd-"))
        self.socket = self._folder / "clamd.sock"
        self._options = options
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        database = self._folder / "database"
        database.mkdir()
        (database / "tests.ndb").write_text(_SIGNATURES)
        lines = (
            f"LocalSocket {self.socket}",
            f"DatabaseDirectory {database}",
            f"TemporaryDirectory {self._folder}",
            "Foreground yes",
            *self._options,
        )
        (self._folder / "clamd.conf").write_text("\n".join(lines) + "\n")
        for folder in (self._folder, database):
            folder.chmod(0o777)  # started by root, clamd becomes the user of its package
        with (self._folder / "log").open("wb") as log:
            command = ["setpriv", "--pdeathsig=TERM", "--", str(PROGRAM), "-c", str(self._folder / "clamd.conf")]
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        self._wait()
        return self

    def _wait(self) -> None:
        limit = time.monotonic() + _START_LIMIT_S
        while not self.socket.exists():
            log = (self._folder / "log").read_text(errors="replace")
            assert self.process is not None
            assert self.process.poll() is None, log
            assert time.monotonic() < limit, log
            time.sleep(0.05)

    def send_signal(self, number: signal.Signals) -> None:
        """Pause it, for instance."""
        assert self.process is not None
        self.process.send_signal(number)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        try:
            self.process.wait(timeout=_STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
