"""The real service on loopback, deposits open, and somebody signed in who sends files to it."""

import base64
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.sender import Answer, Body, Connection, Failed, field_of
from benchmarks.servers import Server, running
from concours.accounts.operations import ensure_account, make_sign_in_link
from concours.editions.operations import ensure_edition
from concours.kernel.clock import system_clock
from concours.kernel.db import Database
from concours.kernel.settings import Settings, read_settings
from concours.migrations import upgrade
from concours.serve import check_secrets
from tests import entries_scene
from tests.ports import free_port

_NAME = "film.mp4"
_EMAIL = "candidate@agents.example"
_CHUNK = {"Content-Type": "application/offset+octet-stream"}
_KEPT = ("PATH", "HOME", "LANG")
"""What the service may know of the machine: settings of whoever measures stay out."""


class Site:
    """The service, and the browser of one candidate."""

    def __init__(self, settings: Settings, server: Server) -> None:
        self.server, self.port, self.settings = server, server.port, settings
        self._database = Database(settings.database_url)
        self._cookie, self._account_id = self._sign_in()
        self._token = ""

    def drafts(self, count: int) -> list[str]:
        """Make dossiers that lack nothing but the file; a file sent twice to the same one would be kept once."""
        with self._database.write() as session:
            now = system_clock()
            made = [entries_scene.draft(session, self._account_id, now=now).id for _ in range(count)]
        # The sign-in's cookie holds what the token is compared to.
        self._token = self._token or self.token(made[0], self._cookie)
        return made

    def send_whole(self, entry_id: str, body: Body) -> None:
        """Announce a file and send all of it in the same request."""
        with Connection(self.port) as connection:
            headers = self._tus({"Upload-Length": str(body.size), "Upload-Metadata": _metadata(), **_CHUNK})
            address = f"/candidatures/{entry_id}/envois/"
            answer = connection.request("POST", address, headers, body=body, span=(0, body.size), status=201)
            _check_offset(answer.headers, body.size)

    def send_chunks(self, entry_id: str, body: Body, size: int) -> None:
        """Announce a file, then send it in chunks of `size` bytes over one connection, as the page does."""
        with Connection(self.port) as connection:
            wanted = self._tus({"Upload-Length": str(body.size), "Upload-Metadata": _metadata()})
            made = connection.request("POST", f"/candidatures/{entry_id}/envois/", wanted, status=201)
            for start in range(0, body.size, size):
                stop, headers = min(start + size, body.size), self._tus({"Upload-Offset": str(start), **_CHUNK})
                where = made.headers["location"]
                answer = connection.request("PATCH", where, headers, body=body, span=(start, stop), status=204)
                _check_offset(answer.headers, stop)

    def send_form(self, entry_id: str, body: Body) -> None:
        """Send a file by the page's form, which the server parses whole before it stores it."""
        line = "------------------------concours"
        part = f"\r\n--{line}\r\nContent-Disposition: form-data; name="
        token = f'{part}"csrf_token"\r\n\r\n{self._token}'.removeprefix("\r\n")
        file = f'{part}"file"; filename="{_NAME}"\r\nContent-Type: video/mp4\r\n\r\n'
        around = (token + file).encode(), f"\r\n--{line}--\r\n".encode()
        headers = {"Cookie": self._cookie, "Content-Type": f"multipart/form-data; boundary={line}"}
        address = f"/candidatures/{entry_id}/creation"
        with Connection(self.port) as connection:
            connection.request("POST", address, headers, body=body, span=(0, body.size), around=around, status=303)

    def visitors(self, count: int) -> list[tuple[str, str]]:
        """Make candidates who have signed in; return of each a dossier, complete but for its file, and the cookie."""
        made = []
        for number in range(count):
            email, now = f"candidate-{number}@agents.example", system_clock()
            with self._database.write() as session:
                account_id = ensure_account(session, email=email, now=now).id
                link = make_sign_in_link(session, email=email, now=now, reusable=True)
                entry_id = entries_scene.draft(session, account_id, now=now, summary="").id
            with Connection(self.port) as connection:
                made.append((entry_id, cookie_of(connection.request("GET", f"/connexion/lien/{link}", status=303))))
        return made

    def token(self, entry_id: str, cookie: str) -> str:
        """Return what a form of this visitor's must bring."""
        with Connection(self.port) as connection:
            answer = connection.request("GET", f"/candidatures/{entry_id}/creation", {"Cookie": cookie})
        return field_of(answer.body, "csrf_token")

    def announce(self, entry_id: str, cookie: str, token: str, size: int) -> str:
        """Announce a file; return where its chunks go."""
        headers = {**self.tus(cookie, token), "Upload-Length": str(size), "Upload-Metadata": _metadata()}
        with Connection(self.port) as connection:
            answer = connection.request("POST", f"/candidatures/{entry_id}/envois/", headers, status=201)
        return answer.headers["location"]

    @staticmethod
    def tus(cookie: str, token: str) -> dict[str, str]:
        """Return the headers of the upload protocol for this visitor."""
        return {"Tus-Resumable": "1.0.0", "X-CSRFToken": token, "Cookie": cookie}

    def forget_files(self) -> None:
        """Remove the files that came, so that the disk holds one of them at a time."""
        for path in (self.settings.uploads / "quarantine").iterdir():
            path.unlink()

    def _sign_in(self) -> tuple[str, str]:
        with self._database.write() as session:
            now = system_clock()
            account_id = ensure_account(session, email=_EMAIL, now=now).id
            token = make_sign_in_link(session, email=_EMAIL, now=now, reusable=True)
        with Connection(self.port) as connection:
            answer = connection.request("GET", f"/connexion/lien/{token}", status=303)
        return cookie_of(answer), account_id

    def _tus(self, headers: Mapping[str, str]) -> dict[str, str]:
        return {**self.tus(self._cookie, self._token), **headers}


@contextmanager
def open_site(folder: Path) -> Iterator[Site]:
    """Run `concours web` with its data, its files and its temporary files under `folder`."""
    (folder / "tmp").mkdir(parents=True)
    places = {"DATA": folder / "var", "UPLOADS": folder / "uploads", "TMPDIR": folder / "tmp"}
    environ = {name: str(path) for name, path in places.items()} | {"PORT": str(free_port())}
    settings = read_settings(environ)
    check_secrets(settings)
    _prepare(settings)
    command = [sys.executable, "-m", "concours.cli", "web"]
    machine = {name: os.environ[name] for name in _KEPT if name in os.environ}
    with running(command, settings.port, folder, environ | machine) as server:
        yield Site(settings, server)


def _prepare(settings: Settings) -> None:
    """Make the tables and an edition whose deposits are open now."""
    upgrade(settings.database_url)
    database = Database(settings.database_url)
    with database.write() as session:
        ensure_edition(session, now=system_clock())
    database.dispose()


def _metadata() -> str:
    return "filename " + base64.b64encode(_NAME.encode()).decode()


def _check_offset(headers: Mapping[str, str], expected: int) -> None:
    if headers.get("upload-offset") != str(expected):
        raise Failed(f"{headers.get('upload-offset')} bytes came of {expected}")


def cookie_of(answer: Answer) -> str:
    """Return the cookie that an answer sets."""
    return answer.headers["set-cookie"].partition(";")[0]
