"""The jury's application on a database of one test, with a panel that is signed in."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from concours.kernel.db import Database
from concours.kernel.settings import read_settings
from concours.kernel.storage import open_stores
from jury import api, operations
from jury.app import create_app
from jury.models import JuryMember
from tests.fakes.clock import FrozenClock
from tests.jury_session import NOW, RULES, Panel, invite, score_all
from tests.page import Page, page

FILM = bytes(range(256)) * 40
CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:02.000\nBonjour.\n"


class JuryRoom:
    """An open session, its works handed over; each member has a browser, signed in when first used."""

    def __init__(
        self, folder: Path, database_url: str, clock: FrozenClock, *, rules: api.SessionRules = RULES, works: int = 6
    ) -> None:
        environ = {"DATA": str(folder / "var"), "UPLOADS": str(folder / "uploads"), "DATABASE_URL": database_url}
        self.settings = replace(
            read_settings(environ), jury_url="http://localhost", public_url="http://concours.example"
        )
        self.clock = clock
        clock.move_to(NOW)
        self.app = create_app(self.settings, clock=clock)
        self.database = Database(database_url)
        self.rules = rules
        self.panel = self._seat(works)

    @cached_property
    def president(self) -> FlaskClient:
        """The president's browser."""
        return self.sign_in("presidente")

    @cached_property
    def secretary(self) -> FlaskClient:
        """The secretary's browser."""
        return self.sign_in("secretaire")

    @cached_property
    def juror(self) -> FlaskClient:
        """The first juror's browser."""
        return self.sign_in("jure1")

    @cached_property
    def other(self) -> FlaskClient:
        """The second juror's browser."""
        return self.sign_in("jure2")

    def _seat(self, works: int) -> Panel:
        key = self.rules.edition_key
        with self.database.write() as session:
            api.open_session(session, rules=self.rules, now=NOW)
            president = invite(session, "presidente", "president", key=key)
            secretary = invite(session, "secretaire", "secretary", key=key)
            jurors = [invite(session, name, key=key) for name in ("jure1", "jure2")]
            batch = [self.incoming(index) for index in range(1, works + 1)]
            received = api.receive_works(session, edition_key=key, works=batch, now=NOW) if batch else []
        return Panel(president, secretary, jurors, received)

    def incoming(self, index: int) -> api.IncomingWork:
        """Return a film when `index` is odd, two pages when it is even; their files are in the ready store."""
        if index % 2:
            media = (
                self._file("video", 1, FILM, "video/mp4"),
                self._file("small", 1, b"light", "video/mp4"),
                self._file("poster", 1, b"poster", "image/jpeg"),
            )
        else:
            media = (
                self._file("document", 1, b"%PDF-1.7", "application/pdf"),
                self._file("page", 1, b"first", "image/png"),
                self._file("page", 2, b"second", "image/png"),
            )
        work = api.IncomingWork("Vidéo" if index % 2 else "Infographie", f"Titre {index}", f"Résumé {index}", media)
        if index % 2:
            return replace(work, captions=CAPTIONS, transcript="On dit bonjour.")
        return replace(work, text_alternative="Un plan.")

    def _file(self, role: str, position: int, content: bytes, mime: str) -> api.IncomingMedia:
        path = self.settings.data / "made"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        digest = open_stores(self.settings).ready.add(path)
        return api.IncomingMedia(role, position, digest, mime, 640, 360, len(content), f"Texte {position}")

    def sign_in(self, name: str) -> FlaskClient:
        """Return the browser of a member, signed in by a link."""
        with self.database.write() as session:
            token = api.make_sign_in_link(session, email=f"{name}@jury.example", now=self.clock(), reusable=True)
        client = self.app.test_client()
        client.get(f"/connexion/lien/{token}")
        return client

    def close(self) -> None:
        """Close scoring."""
        with self.database.write() as session:
            operations.close_scoring(session, member_id=self.panel.secretary, now=self.clock())

    def judge(self, *values: int) -> None:
        """Let each scorer give each work its value for all criteria, then close."""
        with self.database.write() as session:
            score_all(session, self.panel, values)
        self.close()

    def member(self, member_id: str) -> JuryMember:
        """Return a member as the database has them."""
        with self.database.read() as session:
            return session.get_one(JuryMember, member_id)


def work_page(client: FlaskClient, number: int, *, status: int = 200) -> Page:
    """Return the page of a work."""
    return page(client, f"/oeuvres/{number}", status=status)


def fill(found: Page, points: Mapping[str, object], *, then: str = "stay", status: int = 200, remark: str = "") -> Page:
    """Send the sheet of a work's page."""
    answers = {f"note-{key}": str(value) for key, value in points.items()}
    return found.form().send({**answers, "remark": remark, "then": then}, status=status)


def crawl(client: FlaskClient) -> Iterator[TestResponse]:
    """Yield every answer that links and images lead to from the home page; pages are checked strictly."""
    todo, seen = ["http://localhost/"], set[str]()
    while todo:
        address = todo.pop()
        if address in seen or urlsplit(address).netloc != "localhost" or "/static/" in address:
            continue
        seen.add(address)
        answer = client.get(address)
        assert answer.status_code == 200, f"{address}: {answer.status}"
        if answer.mimetype == "text/html":
            found = Page(client, answer).check()
            todo += [urljoin(address, reference) for reference in _references(found)]
        yield answer


def _references(found: Page) -> Iterator[str]:
    for element in found.all():
        for attribute in ("href", "src", "poster"):
            reference = element.get(attribute, "")
            if reference and not reference.startswith(("mailto:", "#")):
                yield reference.partition("#")[0]
