"""The servers that are compared, each started for one run on loopback and ended by its process id."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from benchmarks.sender import Failed
from concours.kernel.settings import ROOT, read_settings
from concours.serve import web_command
from tests.ports import free_port

_START_S = 30
_STOP_S = 10
_TICKS = os.sysconf("SC_CLK_TCK")

_NGINX = """
daemon off;
worker_processes 2;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_max_body_size 0;
    client_body_temp_path {folder}/coming;
    proxy_temp_path {folder}/unused;
    fastcgi_temp_path {folder}/unused;
    uwsgi_temp_path {folder}/unused;
    scgi_temp_path {folder}/unused;
    server {{
        listen 127.0.0.1:{port};
        root {folder}/files;
        location / {{ dav_methods PUT; }}
    }}
}}
"""
"""What stands in nginx's own defaults is left as it is, the 16 KiB in which it takes a body included."""


class Server(NamedTuple):
    """A server that runs."""

    port: int
    pid: int

    @property
    def processes(self) -> list[int]:
        """Its own process and its children."""
        listing = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [self.pid, *(int(word) for word in listing.split())]

    def cpu_s(self) -> float:
        """Return the processor seconds that they have used."""
        stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in self.processes]
        return sum(int(fields[11]) + int(fields[12]) for fields in stats) / _TICKS


@contextmanager
def nginx(folder: Path) -> Iterator[Server]:
    """Run nginx, which keeps what is PUT under `folder/files`."""
    port = free_port()
    (folder / "files").mkdir(parents=True)
    # As root it would serve as another user, who has no right to the folder.
    owner = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(owner + _NGINX.format(folder=folder, port=port))
    with running([nginx_program(), "-p", str(folder), "-c", str(folder / "nginx.conf")], port, folder) as server:
        yield server


@contextmanager
def bound(folder: Path) -> Iterator[Server]:
    """Run the local bound: one process that reads a socket, digests and writes, and does nothing else."""
    port = free_port()
    folder.mkdir(parents=True)
    with running([sys.executable, "-m", "benchmarks.bound", str(port), str(folder)], port, folder) as server:
        yield server


@contextmanager
def bare_flask(folder: Path) -> Iterator[Server]:
    """Run an application that only answers, under the service's own gunicorn command."""
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    command = web_command(replace(read_settings({}), port=port))
    with running([word.replace("wsgi:app", "benchmarks.bare:app") for word in command], port, folder) as server:
        yield server


def nginx_program() -> str:
    """Return where nginx is: Debian puts it among the system's programs, which a person's path leaves out."""
    return shutil.which("nginx") or "/usr/sbin/nginx"


@contextmanager
def running(command: Sequence[str], port: int, folder: Path, environ: dict[str, str] | None = None) -> Iterator[Server]:
    """Run a server until the block ends, once it listens; its words are kept in the folder."""
    log = folder / "server.log"
    with log.open("wb") as words:
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=words, stderr=words)  # noqa: S603 -- our own
    try:
        _wait(process, port, log)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_S)
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    limit = time.monotonic() + _START_S
    while time.monotonic() < limit and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise Failed(f"{process.args!r} does not listen:\n{log.read_text(errors='replace')[-2000:]}")
