"""In production, what surrounds the worker is accepted in the place of bubblewrap when a child was really kept in."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from concours.editions.operations import ensure_edition
from concours.intake.models import CreationState
from concours.kernel.clock import system_clock
from concours.kernel.db import Database
from concours.kernel.settings import read_settings
from tests import files
from tests.confinement import is_known, surrounded
from tests.fakes.smtp import SmtpServer
from tests.integration.test_worker import enqueue_both, receive, state

BOTH = (int(socket.AF_INET), int(socket.AF_INET6))
WAIT_S = 60

pytestmark = pytest.mark.skipif(
    shutil.which("bwrap") is None or not is_known(), reason="no filter can be set here (apt-get install bubblewrap)"
)


@dataclass
class Unit:
    """A worker in production, on a machine where bubblewrap is not installed."""

    folder: Path
    url: str

    @property
    def environ(self) -> Mapping[str, str]:
        empty = self.folder / "programs"
        empty.mkdir(exist_ok=True)
        return {
            "PATH": str(empty),
            "HOME": os.environ.get("HOME", "/root"),
            "DATABASE_URL": self.url,
            "DATA": str(self.folder / "var"),
            "UPLOADS": str(self.folder / "uploads"),
            "APP_ENV": "production",
            "PUBLIC_URL": "https://concours.exemple.fr",
            "CONTACT_EMAIL": "contact@concours.example",
            "SMTP_HOST": "127.0.0.1",
        }

    def start(self, before: list[str], handle: int | None) -> "subprocess.Popen[str]":
        (self.folder / "var" / "keys").mkdir(parents=True, exist_ok=True)
        (self.folder / "uploads").mkdir(exist_ok=True)
        command = [*before, sys.executable, "-m", "concours.cli", "worker", "--files"]
        if before:
            command[0] = str(shutil.which(before[0]))
        return subprocess.Popen(
            command,
            env=self.environ,
            pass_fds=[handle] if handle is not None else [],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


@pytest.fixture
def unit(tmp_path: Path, sqlite_url: str) -> Unit:
    database = Database(sqlite_url)
    with database.write() as session:
        ensure_edition(session, now=system_clock())
    database.dispose()
    return Unit(tmp_path, sqlite_url)


def test_a_worker_that_is_surrounded_starts_without_bubblewrap_and_works(unit: Unit) -> None:
    database, settings = Database(unit.url), read_settings(unit.environ)
    made = receive(database, settings, files.pdf())
    with surrounded(BOTH) as (before, handle), unit.start(before, handle) as worker:
        limit = time.monotonic() + WAIT_S
        while state(database, made) != CreationState.READY:
            assert worker.poll() is None, worker.stdout and worker.stdout.read()
            assert time.monotonic() < limit
            time.sleep(0.1)
        # The worker is the child of what surrounds it, which tells it nothing.
        child = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()[0]
        os.kill(int(child), signal.SIGTERM)
        said, _ = worker.communicate(timeout=20)
    database.dispose()
    assert worker.returncode == 0
    assert "Attention" not in said


@pytest.mark.full
@pytest.mark.parametrize(
    ("families", "landlock", "missing"),
    [
        ((BOTH[0],), True, "le réseau reste ouvert, AF_INET6 (RestrictAddressFamilies=AF_UNIX)"),
        ((BOTH[1],), True, "le réseau reste ouvert, AF_INET (RestrictAddressFamilies=AF_UNIX)"),
        (BOTH, False, "/var se lit"),
        (BOTH, False, "/uploads s'écrit"),
        (BOTH, False, "les réglages du service se lisent dans /proc"),
    ],
)
def test_production_refuses_to_start_and_names_the_one_protection_that_is_missing(
    unit: Unit, families: tuple[int, ...], missing: str, *, landlock: bool
) -> None:
    with surrounded(families, landlock=landlock) as (before, handle), unit.start(before, handle) as worker:
        said, _ = worker.communicate(timeout=WAIT_S)
    assert worker.returncode == 1
    assert missing in said
    assert "SystemCallFilter" not in said
    assert ("RestrictAddressFamilies" in said) == (families != BOTH)
    assert ("Landlock" in said) == (not landlock)


def test_production_without_any_confinement_is_told_all_that_is_missing(unit: Unit) -> None:
    with unit.start([], None) as worker:
        said, _ = worker.communicate(timeout=WAIT_S)
    assert worker.returncode == 1
    for word in ("bubblewrap n'est pas installé", "SystemCallFilter", "RestrictAddressFamilies", "Remède"):
        assert word in said


def test_mail_leaves_from_a_worker_of_its_own_that_examines_nothing(unit: Unit, smtp_server: SmtpServer) -> None:
    """Production demands no sandbox of it: it opens no file."""
    database, settings = Database(unit.url), read_settings(unit.environ)
    made = receive(database, settings, files.pdf())
    enqueue_both(database)
    environ = {**unit.environ, "SMTP_PORT": str(smtp_server.port), "SMTP_SECURITY": "none", "SECRET_KEY": 64 * "k"}
    command = [sys.executable, "-m", "concours.cli", "worker", "--mail"]
    with subprocess.Popen(command, env=environ, stderr=subprocess.STDOUT, stdout=subprocess.PIPE, text=True) as worker:
        assert {each["To"] for each in smtp_server.wait_for(2)} == {"claire@exemple.fr", "juree@exemple.fr"}
        worker.terminate()
        said, _ = worker.communicate(timeout=20)
    assert (worker.returncode, said) == (0, "")
    assert state(database, made) == CreationState.RECEIVED
    database.dispose()
