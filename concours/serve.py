"""The web and the worker as one service on one machine: started together, ended together."""

import errno
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from types import FrameType

import click
from sqlalchemy.orm import Session

from concours.accounts.operations import make_organiser, make_sign_in_link
from concours.accounts.roles import secretariat
from concours.editions.operations import ensure_edition
from concours.kernel.clock import system_clock
from concours.kernel.db import Database
from concours.kernel.settings import Settings, SettingsError, read_secret
from concours.kernel.signing import read_signing_key
from concours.migrations import upgrade

_POLL_S = 0.1
_ANSWER_LIMIT_S = 60
_STOP_LIMIT_S = 10
WEB_PROCESSES = 2
"""As many as a small machine has cores: more of them wake each other, and each holds its own memory."""
_WEB_THREADS = 320
"""A file that comes over a slow network holds a thread for as long as a chunk takes; pages must not wait for it.

Three hundred at once do not fall on both processes alike: each has a thread for all of them.
"""
_KEPT_ALIVE_S = 4
"""How long a connection waits for the next question: a page that asks every two seconds would connect anew each time.

Less than a worker that ends waits for what it still has.
"""
_SECRETS = ("SECRET_KEY", "JURY_SECRET_KEY")
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- where to look for ourselves, nothing is bound here


def web_command(settings: Settings) -> list[str]:
    """Return the command of the web processes: both applications, at HOST and PORT."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return [
        *(sys.executable, "-m", "gunicorn", "wsgi:app"),
        *("--bind", f"{host}:{settings.port}"),
        *("--config", "python:wsgi"),
        *("--worker-class", "gthread", "--workers", str(WEB_PROCESSES), "--threads", str(_WEB_THREADS)),
        *("--keep-alive", str(_KEPT_ALIVE_S)),
        *("--graceful-timeout", str(_STOP_LIMIT_S // 2), "--log-level", "warning"),
        # Its socket in the home folder would be shared by every service of this user.
        "--no-control-socket",
    ]


def worker_command() -> list[str]:
    """Return the command of the worker."""
    return [sys.executable, "-m", "concours.cli", "worker"]


def serve(settings: Settings) -> int:
    """Prepare the database, run the service, say where it is; return the exit status.

    Raises SettingsError when a secret key or production's sandbox is missing, or the address can't be listened on.
    """
    check_secrets(settings)
    check_sandbox(settings)
    check_address(settings)
    link = _prepare(settings)

    def announce() -> None:
        click.echo(f"Le concours est ouvert à l'adresse : {settings.public_url}/")
        click.echo(f"Accès du secrétariat (à usage unique) : {link}")
        click.echo("Ctrl-C arrête tout.")

    return run_together(settings, announce=announce)


def _prepare(settings: Settings) -> str:
    """Bring the database up to date, make the first edition if there is none; return an organiser's one-time link."""
    upgrade(settings.database_url)
    database = Database(settings.database_url)
    now = system_clock()
    try:
        with database.write() as session:
            document = settings.edition_file.read_text() if settings.edition_file else None
            ensure_edition(session, now=now, document=document)
            email = _first_of_the_secretariat(session, settings, now)
            token = make_sign_in_link(session, email=email, now=now, full=True)
            return f"{settings.public_url}/connexion/lien/{token}"
    finally:
        database.dispose()


def _first_of_the_secretariat(session: Session, settings: Settings, now: datetime) -> str:
    """Return whose link is shown: ORGANISER_EMAIL's, made an organiser while there is none."""
    people = [account.email for account in secretariat(session)]
    if not people:
        return make_organiser(session, email=settings.organiser_email, actor="command", now=now).email
    return settings.organiser_email if settings.organiser_email in people else people[0]


def check_secrets(settings: Settings) -> None:
    """Have each application's secret key made, and the key of the receipts, before two processes make them at once.

    Raises SettingsError naming the one that production lacks, or that cannot be used.
    """
    for name in _SECRETS:
        read_secret(settings, name)
    read_signing_key(settings)


def check_sandbox(settings: Settings) -> None:
    """Raise SettingsError where production has no working sandbox, before anything is started."""
    if settings.production:
        from concours.worker import require_sandbox  # noqa: PLC0415 -- a fifth of a second that nobody else waits for

        require_sandbox(settings)


def check_address(settings: Settings) -> None:
    """Raise SettingsError when HOST and PORT can't be listened on, before anything is started."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as error:
        raise _address_error(settings, error) from error


def _address_error(settings: Settings, error: OSError) -> SettingsError:
    if error.errno == errno.EADDRINUSE:
        message = (
            f"le port {settings.port} est déjà pris ; choisissez-en un autre, par exemple PORT={settings.port + 1}"
        )
        return SettingsError("PORT", message)
    if error.errno == errno.EACCES:
        return SettingsError(
            "PORT", f"le port {settings.port} est réservé au système ; choisissez-en un au-dessus de 1023"
        )
    return SettingsError("HOST", f"« {settings.host} » n'est pas une adresse de cette machine")


def run_together(settings: Settings, *, announce: Callable[[], None]) -> int:
    """Run web and worker until a signal or the end of either; call `announce` once the web answers.

    Returns the exit status: 0 after a signal, 1 when a process ended by itself or the web never answered.
    """
    processes = _Processes()
    try:
        processes.start("web", web_command(settings))
        if processes.wait(until=lambda: _answers(settings), seconds=_ANSWER_LIMIT_S):
            # After the first answer: visitors wait for pages, nobody waits for the worker's first second.
            processes.start("worker", worker_command())
            announce()
            processes.wait()
        elif not processes.over:
            click.echo(f"Le service ne répond pas après {_ANSWER_LIMIT_S} secondes : il s'arrête.", err=True)
            return 1
        return 1 if processes.report_ended() else 0
    finally:
        processes.stop()


def _answers(settings: Settings) -> bool:
    connection = HTTPConnection(_ANYWHERE.get(settings.host, settings.host), settings.port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status > 0
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


class _Processes:
    """Children that end when this process ends, however it ends."""

    def __init__(self) -> None:
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._signalled = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self._signalled = True

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a child in a process group of its own: Ctrl-C reaches us alone, and we end it in order."""
        guarded = [*_dies_with_us(), *command]
        self._running[name] = subprocess.Popen(guarded, process_group=0)  # noqa: S603 -- our own programs, no shell

    @property
    def over(self) -> bool:
        """Whether a signal came or a child ended."""
        return self._signalled or any(child.poll() is not None for child in self._running.values())

    def wait(self, *, until: Callable[[], bool] = lambda: False, seconds: float = float("inf")) -> bool:
        """Wait until the condition holds (True); False when it is over first, or after `seconds`."""
        limit = time.monotonic() + seconds
        while not self.over and time.monotonic() < limit:
            if until():
                return True
            time.sleep(_POLL_S)
        return False

    def report_ended(self) -> bool:
        """Say which child ended by itself; True when one did and no signal asked for it."""
        ended = {name: child.returncode for name, child in self._running.items() if child.poll() is not None}
        if self._signalled or not ended:
            return False
        for name, status in ended.items():
            click.echo(f"Le processus « {name} » s'est arrêté (état {status}) : le service s'arrête.", err=True)
        return True

    def stop(self) -> None:
        """End every child: asked first, killed with its group after some seconds."""
        for child in self._running.values():
            if child.poll() is None:
                child.terminate()
        limit = time.monotonic() + _STOP_LIMIT_S
        for child in self._running.values():
            with suppress(subprocess.TimeoutExpired):
                child.wait(timeout=max(0.0, limit - time.monotonic()))
            # Whatever is left of its group: itself when it would not end, its own children when it fell.
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def _dies_with_us() -> list[str]:
    """Return the words that have the kernel end a child when its parent is gone, kill -9 included."""
    program = shutil.which("setpriv")
    return [program, "--pdeathsig", "TERM", "--"] if program else []
