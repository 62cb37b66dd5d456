"""A temporary PostgreSQL server, on a Unix socket only, ended by its process id."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

_START_LIMIT_S = 30
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=50", "shared_buffers=32MB")


def find_programs() -> Path | None:
    """Return the folder of initdb and postgres, of the newest version; Debian keeps them off the PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = debian[-1] if debian else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


class PostgresServer:
    """Started by `with`; databases are made from a template and dropped by name."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        # A Unix socket's path may hold 107 bytes: a short folder of its own, not pytest's.
        self._folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self._log = self._folder / "log"
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str) -> str:
        """Return the SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://postgres@/{database}?host={self._folder}"

    def create(self, database: str, template: str = "template1") -> str:
        """Create a database as a copy of `template` and return its URL."""
        self._run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(database), sql.Identifier(template)),
        )
        return self.url(database)

    def drop(self, database: str) -> None:
        """Drop a database, whoever is still connected."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Have no server for as long as the block lasts; its databases are there again after it."""
        self._end()
        try:
            yield
        finally:
            self._serve()

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Have a server that takes what it is sent and answers nothing, for as long as the block lasts."""
        assert self._process
        first = self._process.pid
        pids = [first, *map(int, Path(f"/proc/{first}/task/{first}/children").read_text().split())]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(f"host={self._folder} user=postgres dbname=postgres", autocommit=True) as connection:
            connection.execute(statement)

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _start(self) -> None:
        data = self._folder / "data"
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres", "postgres")
        initdb = [
            str(self._programs / "initdb"),
            "-D",
            str(data),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        subprocess.run(
            [*_as_postgres(), *initdb, "--locale=C.UTF-8"], check=True, capture_output=True, cwd=self._folder
        )
        self._serve()

    def _serve(self) -> None:
        data = self._folder / "data"
        options = [word for setting in _FAST for word in ("-c", setting)]
        server = [
            str(self._programs / "postgres"),
            "-D",
            str(data),
            "-k",
            str(self._folder),
            "-c",
            "listen_addresses=",
            *options,
        ]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen([*_as_postgres(), *server], stdout=log, stderr=log, cwd=self._folder)
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        limit = time.monotonic() + _START_LIMIT_S
        while True:
            try:
                return self._run(sql.SQL("SELECT {}").format(sql.Literal(1)))
            except psycopg.OperationalError as error:
                if time.monotonic() > limit:
                    raise RuntimeError(self._log.read_text()) from error
                time.sleep(0.05)

    def _stop(self) -> None:
        self._end()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _end(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)  # a fast stop: SIGTERM would wait for the clients
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None


def _as_postgres() -> list[str]:
    """Return the words that run a command as `postgres` (the server refuses root) and end it with this process.

    setpriv becomes the command: the process id is the server's own.
    """
    words = ["setpriv", "--pdeathsig=INT"]
    if os.geteuid() == 0:
        words += ["--reuid=postgres", "--regid=postgres", "--clear-groups"]
    return [*words, "--"]
