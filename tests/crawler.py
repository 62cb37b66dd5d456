"""A member of the jury who is too curious: opens all that pages lead to, then what nobody showed them."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit
from zipfile import ZipFile

from werkzeug.test import Client

from tests.canary import WORDS, traces, traces_in_cookie
from tests.mark_readers import inflated

HOME = "/jury/"
_REFERENCES = frozenset({"href", "src", "poster", "action", "formaction", "data", "hx-get", "hx-post", "content"})
_WORK, _FILE = re.compile(rf"{HOME}oeuvres/\d+"), re.compile(r"/media/|\.vtt$")
TOKEN = re.compile(rb'<input[^>]*name="csrf_token"[^>]*>')
_ADDRESS_IN_JSON = re.compile(r'"(/[^"]+)"')
_RANGES = ("bytes=0-99", "bytes=-50", "bytes=10-", "bytes=99999999999-", "bytes=0-1,3-4")
_ROLES = (
    "video-1",
    "video-2",
    "small-1",
    "document-1",
    "poster-1",
    "poster-2",
    "page-1",
    "page-2",
    "page-3",
    "page-99",
)
_CLOSED_DOORS = (
    *("avancement", "avancement/cloture", "classement", "classement/departage", "palmares", "proces-verbal"),
    *("ecarts", "ma-severite", "seance/ecran", "seance/etat", "seance/ecran/etat", "seance/dossier"),
    *("ecarts", "ma-severite", "classement/solidite", "releve", "fiches", "terminer", "exemples/3"),
    *("proces-verbal.pdf", "copie-signee.pdf", "copie-signee"),
    *("proces-verbal/signature", "rien", "oeuvres", "oeuvres/", "oeuvres/0", "connexion/lien/forge", "../courrier"),
    *("../candidatures/", "../organisation/", "../organisation/palmares", "../organisation/exports", "../sante"),
)
ORDER_HEADERS = ("ETag", "Last-Modified", "Date", "Age", "X-Request-Id")
"""What would tell one file's or one page's past from another's."""


_LIVE = frozenset({f"{HOME}seance/etat", f"{HOME}seance/ecran/etat"})
"""Parts of the session's page: their stamp is a digest of the whole room and of who asks, of no work's past."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    method: str
    path: str
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def mime(self) -> str:
        """The type that the answer claims."""
        return dict(self.headers).get("Content-Type", "").partition(";")[0]

    def words(self, wanted: Iterable[str], exact: Iterable[str] = ()) -> set[str]:
        """Return which of these stand in the body, in the headers or in a cookie; `exact` ones as they are only."""
        head = "\n".join(f"{name}: {value}" for name, value in self.headers).encode()
        cookies = [value for name, value in self.headers if name == "Set-Cookie"]
        bodies = [self.body, *unpacked(self.body)]
        told = traces(head, wanted).union(
            *(traces(body, wanted) for body in bodies), *(traces_in_cookie(cookie) for cookie in cookies)
        )
        return told | {word for word in exact if any(word.encode() in held for held in (head, *bodies))}


@dataclass
class Crawler:
    """Walks an application as one person, and keeps every answer."""

    client: Client
    answers: list[Answer] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    """Where it has been: nothing is walked twice."""

    def fetch(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """Ask once, keep what came."""
        return self._open(path, method, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def download(self, path: str) -> Answer:
        """Ask for a file that a form gives."""
        token = json.loads(self.fetch(f"{HOME}jeton").body).get("token", "")
        return self._open(path, "POST", data={"csrf_token": token})

    def _open(self, path: str, method: str, **sent: Any) -> Answer:
        response = self.client.open(path, method=method, **sent)
        answer = Answer(method, path, response.status_code, list(response.headers), response.get_data())
        response.close()
        self.answers.append(answer)
        return answer

    def ask(self, number: int, tail: str, method: str, token: str = "") -> Answer:
        """Ask for what is named by a work's number; what is sent bears a token, as a page's form would."""
        sent = {"csrf_token": token, "field": "substance", "value": "5", "device": "a" * 22, "counter": "1"}
        return self._open(f"{HOME}oeuvres/{number}{tail}", method, data=sent if method == "POST" else None)

    def crawl(self, *starts: str, inside: str = "/") -> "Crawler":
        """Open whatever links, images, players, forms and redirections lead to from these pages, `inside` a path."""
        todo = list(starts or (HOME,))
        while todo:
            path = todo.pop()
            if path in self.seen or not path.startswith(inside):
                continue
            self.seen.add(path)
            answer = self.fetch(path)
            if answer.mime == "text/html":
                todo += [each for each in references(answer) if not each.startswith(("/static/", "/jury/static/"))]
                self.fetch(path, "HEAD")
                self.fetch(path, "POST")  # without a token, whatever it would do
            elif answer.mime.startswith(("image/", "video/")):
                for asked in _RANGES:
                    self.fetch(path, Range=asked)
                self.fetch(f"{path}?emporter=1")
            elif answer.mime == "application/json":
                todo += _ADDRESS_IN_JSON.findall(answer.body.decode())
        return self

    def look(self, *starts: str) -> "Crawler":
        """Open these pages, the works that they lead to, and once each file of those: a glance, not a walk."""
        pages = [each for start in starts for each in references(self.fetch(start)) if _WORK.fullmatch(each)]
        files = {each for page in dict.fromkeys(pages) for each in references(self.fetch(page)) if _FILE.search(each)}
        for path in sorted(files):
            self.fetch(path)
        return self

    def pry(self, numbers: Iterable[int]) -> "Crawler":
        """Try doors that are not shown, and files that a work does not have."""
        for door in _CLOSED_DOORS:
            self.fetch(urljoin(HOME, door))
        for path in ("emporter", "service-worker.js", "jeton", "connexion/session"):
            self.crawl(HOME + path, inside=HOME)
        self.download(f"{HOME}releve")
        for method in ("PUT", "DELETE", "OPTIONS"):
            self.fetch(HOME, method)
        for number in numbers:
            self.fetch(f"{HOME}oeuvres/{number}/sous-titres.vtt")
            for role in _ROLES:
                self.fetch(f"{HOME}oeuvres/{number}/media/{role}")
        return self

    def static(self) -> "Crawler":
        """Open every style sheet, script and image of the pages seen so far."""
        found = {each for answer in self.answers if answer.mime == "text/html" for each in references(answer)}
        for path in sorted(found):
            if "/static/" in path:
                self.fetch(path)
        return self

    def leaks(self, words: Iterable[str] = WORDS, exact: Iterable[str] = ()) -> set[str]:
        """Return what each answer told, once for each body."""
        found, known = set(), set[int]()
        for answer in self.answers:
            mark = hash(
                (TOKEN.sub(b"", answer.body), tuple(each for each in answer.headers if each[0] != "Set-Cookie"))
            )
            if mark not in known:
                known.add(mark)
                told = answer.words(words, exact)
                found |= {f"{answer.method} {answer.path} ({answer.status}) tells {word!r}" for word in told}
        return found

    def dated(self) -> set[str]:
        """Return which answers carry a header that dates them."""
        return {
            f"{answer.path} says {name}: {value}"
            for answer in self.answers
            for name, value in answer.headers
            if name in ORDER_HEADERS
            and answer.path.startswith(HOME)
            and "/static/" not in answer.path
            and answer.path not in _LIVE
        }

    def text(self) -> str:
        """Return all that pages said."""
        return "\n".join(each.body.decode("utf-8", "replace") for each in self.answers if each.mime == "text/html")

    def paths(self) -> set[str]:
        """Return what was opened with success."""
        return {answer.path for answer in self.answers if answer.status == 200}


def unpacked(body: bytes) -> Iterator[bytes]:
    """Yield what is packed in a file: members of an archive, streams of a document."""
    if body.startswith(b"%PDF"):
        yield from inflated(body)
    if body.startswith(b"PK"):
        with ZipFile(BytesIO(body)) as archive:
            yield from (name.encode() for name in archive.namelist())
            yield from (archive.read(name) for name in archive.namelist())


def references(answer: Answer) -> list[str]:
    """Return where a page or a redirection leads on the same host."""
    reader = _Reader()
    reader.feed(answer.body.decode("utf-8", "replace"))
    found = [urljoin(f"http://localhost{answer.path}", each) for each in [*reader.found, *_location(answer)]]
    parts = [urlsplit(each) for each in found]
    return [each.path + (f"?{each.query}" if each.query else "") for each in parts if each.netloc == "localhost"]


def _location(answer: Answer) -> Iterator[str]:
    yield from (value for name, value in answer.headers if name == "Location")


class _Reader(HTMLParser):
    """Collects whatever an attribute points at."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 -- the parser's own signature
        """Keep the references of one element."""
        for name, value in attrs:
            if value and name.startswith("data-") and value.startswith("/"):
                self.found.append(value)
            elif value and name in _REFERENCES and (name != "content" or "url=" in value):
                self.found.append(value.partition("url=")[2] or value)
