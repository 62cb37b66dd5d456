"""What a hostile visitor sends, and what every answer owes even to them."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import Client, TestResponse

from tests.page import Form, Page

SEGMENTS = (
    "%00",
    "a%00b",
    "%E2%80%AE",
    "9" * 25,
    "9" * 5000,
    "-1",
    "0",
    "..%2f..%2fetc%2fpasswd",
    "%ff%fe",
    "%0d%0aSet-Cookie:x=y",
    "%27%20OR%201=1",
    "a" * 26,
    "%D9%A3",
)
"""Pieces of addresses, in the place of identifiers and numbers."""

TEXTS = (
    "",
    "a\0b",
    "\u202eevil",
    "x" * 100_000,
    "9" * 5000,
    "-1",
    "9" * 20,
    "0001-01-01T00:00",
    "9999-12-31T23:59",
    "<script>alert(1)</script>{{7*7}}' OR 1=1 --",
)
"""Answers to the questions of forms."""

ALONE = frozenset({TEXTS[1], *TEXTS[3:5], TEXTS[7]})
"""Those that are tried one field at a time, everything else in order."""

_ENDING = frozenset({"static", "signin.leave", "account.end_sessions", "sessions.end_all"})
"""What ends the session of whoever tries, and files."""

QUERIES = ("page=" + "9" * 20, "page=-5", "q=%00&etat=%00", "apercu=1&a-completer=1&x=%ff", "etat[]=1&q=" + "é" * 3000)

ENVIRONMENTS: Sequence[Mapping[str, str]] = (
    {"QUERY_STRING": "\xff\xfe"},
    {"HTTP_HOST": "["},
    {"HTTP_HOST": "evil.example\x00"},
    {"HTTP_HOST": "localhost:99999999"},
    {"HTTP_RANGE": "bytes=" + "9" * 30 + "-"},
    {"HTTP_RANGE": "bytes=5-2,abc"},
    {"HTTP_COOKIE": "concours=forged.session.cookie; jury=\xff"},
    {"HTTP_X_FORWARDED_HOST": "evil.example", "HTTP_X_FORWARDED_FOR": "not an address"},
)
"""What a request says besides its address, written straight into the server's variables."""

_FORM = "application/x-www-form-urlencoded"
BODIES: Sequence[tuple[bytes, str]] = (
    (b"{}", "application/json"),
    (b'[1, {"email": 5}]', "application/json"),
    (b'{"email": 5, "code": [1], "version": {"a": 1}, "remark": null}', "application/json"),
    (b"{not json", "application/json"),
    (b"csrf_token=\xff\xfe\0&a=%ff", _FORM),
    (b"a=1;b", f"{_FORM}; charset=utf-7"),
    (b"x=1&" * 20_000, _FORM),
    (b"a=" + b"x" * 3_000_000, _FORM),
    (b"x" * 3_000_000, "text/plain"),
    (b"no boundary", "multipart/form-data"),
    (b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\ncut sho', "multipart/form-data; boundary=x"),
    (b"x", "nonsense"),
)

_PIECES = frozenset({"entries.file_state", "phone.file_state", "room.live", "room.live_screen"})
"""Endpoints that answer with a piece of a page, which the page around it fetches."""

_PROTOCOLS = {
    "uploads": "text/plain",
    "phone_uploads": "text/plain",
    "drafts": "application/json",
    "scoring": "application/json",
    "registrations.tablet": "application/json",
}
"""Blueprints that programs speak to, and in what they refuse: in a sentence, not in a page."""

_TELLTALES = ("Traceback", "sqlalchemy", "werkzeug", "Internal Server Error", "Bad Request", "Not Found")


_Tried = TypeVar("_Tried")


class Ration:
    """Deals out what is tried: everything each time, or a few in turn, so that each of them falls to some address."""

    def __init__(self, size: int | None) -> None:
        self._size = size
        self._next: dict[int, int] = {}

    def of(self, values: Sequence[_Tried]) -> Sequence[_Tried]:
        """Return what is tried this time."""
        if self._size is None:
            return values
        # Each list has its own turn: with one turn for two lists, some things would never be given.
        first = self._next.get(id(values), 0)
        self._next[id(values)] = first + self._size
        return [values[(first + place) % len(values)] for place in range(min(self._size, len(values)))]


@dataclass
class Attacker:
    """Somebody with a browser and no manners, against one application."""

    client: Client
    app: Flask
    prefix: str = ""
    room: Callable[[str], bool] = lambda _: True
    """Which addresses are tried: those that this person may enter."""
    known: Mapping[str, Any] = field(default_factory=dict)
    """Values that lead somewhere, by the name that rules give them."""
    problems: set[str] = field(default_factory=set)
    _checked: set[tuple[str | None, int, str]] = field(default_factory=set)

    def rules(self) -> Iterator[Rule]:
        """Yield the addresses of the application; without the files, and without what would sign us out."""
        for rule in self.app.url_map.iter_rules():
            if rule.endpoint not in _ENDING and self.room(rule.rule):
                yield rule

    def address(self, rule: Rule, wrong: str | None = None, at: str = "") -> str:
        """Return an address of this rule, with `wrong` in the place of the argument `at`."""
        values = {**self.known, **({at: wrong} if wrong is not None else {})}
        path = re.sub(r"<(?:[^:>]+:)?(\w+)>", lambda found: str(values.get(found[1], "a" * 26)), rule.rule)
        return self.prefix + path

    def token(self) -> str:
        """Return the token that forms need, from a page that everybody may open."""
        return str(
            Page(self.client, self.client.get(f"{self.prefix}/connexion"))
            .all("input", name="csrf_token")[0]
            .get("value")
        )

    def send(self, rule: Rule, path: str, label: str, *, method: str = "GET", look: str = "", **request: Any) -> None:
        """Send one request and note what is wrong with its answer; pages are checked once for each `look`."""
        answer = self.client.open(path, method=method, **request)
        told = f"{method} {path[:80]} ({label[:40]!r}): {answer.status_code}"
        if answer.status_code >= 500:
            self.problems.add(f"{told}, a fault of ours")
        elif answer.status_code not in range(300, 400) and method not in {"HEAD", "OPTIONS"}:
            self._look(rule, answer, told, look)
        answer.close()

    def _look(self, rule: Rule, answer: TestResponse, told: str, look: str) -> None:
        if answer.mimetype == _PROTOCOLS.get(rule.endpoint.rpartition(".")[0]):
            said = answer.get_json().get("message", ".") if answer.is_json else answer.get_data(as_text=True)
            if not said.endswith((".", ").")):
                self.problems.add(f"{told}, refused without a sentence")
            return
        if answer.mimetype != "text/html":
            if answer.status_code >= 400 and answer.status_code != 416:
                self.problems.add(f"{told}, {answer.mimetype} in the place of a page")
            return
        key = (rule.endpoint, answer.status_code, look)
        if (rule.endpoint in _PIECES and answer.status_code == 200) or key in self._checked:
            return
        self._checked.add(key)
        self.problems.update(f"{told}: {problem}" for problem in _faults(self.client, answer))


def _faults(client: Client, answer: TestResponse) -> Iterator[str]:
    found = Page(client, answer)
    try:
        found.check()
    except AssertionError as error:
        yield str(error)
    if answer.status_code >= 400:
        yield from (f"says {word!r}" for word in _TELLTALES if word in found.text)


def fields_of(client: Client, path: str) -> dict[str, Any]:
    """Return what the form of this page holds, with every field that it has; nothing where there is no such form."""
    answer = client.get(path)
    if answer.status_code != 200 or answer.mimetype != "text/html":
        return {}
    found = Page(client, answer)
    for element in found.one("main").iter("form"):
        if element.get("method", "get").lower() == "post":
            names = {each.get("name", "") for each in element.iter()} - {"", "csrf_token"}
            return dict.fromkeys(names, "") | Form(found, element).held
    return {}
