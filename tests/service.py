"""The real service, started as a person starts it, with a data folder of its own."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.ports import free_port

_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
"""What the service may know of the machine; settings of whoever runs the tests stay out."""


class Service:
    """Started by `with`; ended by its process id. `settings` are environment variables, PORT and DATA included."""

    def __init__(self, folder: Path, *, command: str = "serve", **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = folder / "service.log"
        self.environ = {name: os.environ[name] for name in _KEPT if name in os.environ}
        self.environ |= {"PORT": str(self.port), "DATA": str(folder / "var"), "UPLOADS": str(folder / "uploads")}
        self.environ |= settings
        self._command = [sys.executable, "-m", "concours.cli", command]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The service's own process, which is its children's parent."""
        assert self._process is not None, "the service was not started"
        return self._process

    def start(self) -> Self:
        """Start it without waiting for an answer."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self._command, env=self.environ, stdout=log, stderr=log)
        return self

    def wait_until_ready(self, seconds: float = 60) -> Self:
        """Return once the service has said its address; fails with its log when it ends or stays silent."""
        limit = time.monotonic() + seconds
        while self.address not in self.output():
            assert self.process.poll() is None, f"the service ended ({self.process.returncode}):\n{self.output()}"
            assert time.monotonic() < limit, f"no answer after {seconds} s:\n{self.output()}"
            time.sleep(0.05)
        return self

    def output(self) -> str:
        """Return all that the service and its children wrote so far."""
        return self.log.read_text(encoding="utf-8")

    @property
    def organiser_link(self) -> str:
        """The one-time link that the newest start printed."""
        links = re.findall(r"^Accès du secrétariat.*?(http\S+)", self.output(), re.MULTILINE)
        assert links, f"no sign-in link in:\n{self.output()}"
        return str(links[-1])

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run another `concours` command on the same data."""
        line = [sys.executable, "-m", "concours.cli", *words]
        return subprocess.run(line, env=self.environ, capture_output=True, text=True, timeout=60, check=False)

    def children(self) -> list[int]:
        """Return the process ids of the service's direct children."""
        listing = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(word) for word in listing.split()]

    def stop(self, number: signal.Signals = signal.SIGTERM, seconds: float = 20) -> int:
        """Send the signal, wait for the end and return the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(timeout=seconds)

    def __enter__(self) -> Self:
        try:
            return self.start().wait_until_ready()
        except BaseException:
            self._end()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        try:
            self.stop()
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
