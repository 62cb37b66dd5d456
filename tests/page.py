"""Fetches a page the way people meet it: `page(client, url)` checks what every page owes them, then reads and submits.

The HTML is read by html5lib, and none of its errors is tolerated. What else is asked stands in tests/page_checks.py.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self, cast
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib
from html5lib.constants import E as PARSE_ERRORS
from werkzeug.test import Client, TestResponse

from tests.page_checks import find_problems, is_element

_UNSEEN = frozenset({"script", "style", "template"})
_UNSENT = frozenset({"submit", "button", "image", "reset", "file"})


def page(client: Client, url: str, *, status: int = 200, data: Mapping[str, Any] | None = None) -> "Page":
    """Get `url`, or post it when there is `data`; follow redirections; check the status, then the whole page."""
    method = "GET" if data is None else "POST"
    response = client.open(url, method=method, data=data, follow_redirects=True)
    found = Page(client, response)
    assert response.status_code == status, (
        f"{method} {url}: {response.status}, not {status}. {found.errors} {found.text[:600]}"
    )
    return found.check()


class Page:
    """An HTML answer, read."""

    def __init__(self, client: Client, response: TestResponse) -> None:
        self.client = client
        self.response = response
        self.html = response.get_data(as_text=True)
        parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
        self.root = cast("Element", parser.parse(self.html))
        self.parse_errors = [self._explain(*error) for error in parser.errors]

    def check(self) -> Self:
        """Fail on anything that the house forbids; return the page."""
        assert self.response.mimetype == "text/html", f"{self.path}: {self.response.mimetype} is no page"
        problems = self.parse_errors + find_problems(self.root)
        assert not problems, "\n".join([f"{self.path} breaks {len(problems)} rules:", *problems])
        return self

    @property
    def path(self) -> str:
        """Where the page was found, without host nor question mark."""
        return urlsplit(self.response.request.url).path

    @property
    def title(self) -> str:
        """The page's title."""
        return read(self.one("title"))

    @property
    def text(self) -> str:
        """All that is written, on one line, with ordinary spaces and straight apostrophes."""
        return read(self.one("body"))

    @property
    def links(self) -> dict[str, str]:
        """Each link's text and its address (the first one with that text)."""
        return {read(link): link.get("href", "") for link in reversed(self.all("a"))}

    @property
    def errors(self) -> list[str]:
        """The messages of the error summary."""
        return [read(item) for box in self.all(id="erreurs") for item in box.iter("li")]

    def all(self, tag: str | None = None, **attributes: str) -> list[Element]:
        """Every such element; `class_` asks for one class among others, `data_x` means data-x."""
        return [element for element in self.root.iter(tag) if _matches(element, attributes)]

    def one(self, tag: str | None = None, **attributes: str) -> Element:
        """The only such element."""
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{self.path} has {len(found)} {tag or 'elements'} {attributes}"
        return found[0]

    def form(self, action: str | None = None) -> "Form":
        """The form whose address ends in `action`; without it, the only form of the main part."""
        forms = list(self.one("main").iter("form")) if action is None else self.all("form")
        found = [form for form in forms if self.address(form.get("action")).endswith(action or "")]
        addresses = [self.address(form.get("action")) for form in forms]
        assert len(found) == 1, f"{self.path}: {len(found)} forms for {action!r} among {addresses}"
        return Form(self, found[0])

    def follow(self, text: str, *, status: int = 200) -> "Page":
        """Open the link that reads `text`."""
        assert text in self.links, f"{self.path} has no link {text!r}, only {sorted(self.links)}"
        return page(self.client, self.address(self.links[text]), status=status)

    def address(self, reference: str | None) -> str:
        """Return the full address of a link or of a form's action."""
        return urljoin(self.response.request.url, reference or "")

    def _explain(self, position: tuple[int, int], code: str, details: Mapping[str, Any]) -> str:
        line, column = position
        lines = self.html.splitlines() or [""]
        near = lines[min(line, len(lines)) - 1].strip()[:120]
        return f"HTML: {PARSE_ERRORS[code] % details} at {line}:{column}: {near}"


@dataclass(frozen=True)
class Form:
    """A form as the browser holds it."""

    page: Page
    element: Element

    @property
    def held(self) -> dict[str, Any]:
        """What would be sent as it stands, hidden fields and token included."""
        found: dict[str, Any] = {}
        for name, value in _held(self.element):
            found[name] = value if name not in found else [*_listed(found[name]), value]
        return found

    def submit(self, *, status: int = 200, **answers: Any) -> Page:
        """Send the form, `answers` (by field name) over what it holds; None leaves a field out. Check what follows."""
        return self.send(answers, status=status)

    def send(self, answers: Mapping[str, Any], *, status: int = 200) -> Page:
        """As `submit`, for names that Python does not allow. An answer to a field that is not there fails the test."""
        assert self.element.get("method", "get").lower() == "post", "This form does not post"
        names = {element.get("name") for element in self.element.iter()}
        assert set(answers) <= names, f"{self.page.path} has no field {set(answers) - names}, only {names - {None}}"
        data = {name: value for name, value in {**self.held, **answers}.items() if value is not None}
        return page(self.page.client, self.page.address(self.element.get("action")), status=status, data=data)


def read(element: Element) -> str:
    """Return what a reader reads of an element: images by their text, ordinary spaces, straight apostrophes."""
    text = "".join(_words(element)).replace("\u00a0", " ").replace("’", "'")
    return " ".join(text.split())


def _words(element: Element) -> Iterator[str]:
    if element.tag in _UNSEEN or not is_element(element.tag):
        return
    yield element.text or ""
    yield element.get("alt", "") if element.tag == "img" else ""
    for child in element:
        yield from _words(child)
        yield child.tail or ""


def _matches(element: Element, attributes: Mapping[str, str]) -> bool:
    if not is_element(element.tag):
        return False
    for name, value in attributes.items():
        if name == "class_":
            if value not in element.get("class", "").split():
                return False
        elif element.get(name.replace("_", "-")) != value:
            return False
    return True


def _held(form: Element) -> Iterator[tuple[str, str]]:
    for element in form.iter():
        name = element.get("name")
        if not name or element.get("disabled") is not None:
            continue
        if element.tag == "textarea":
            yield name, (element.text or "").removeprefix("\n")
        elif element.tag == "select":
            yield name, _chosen(element)
        elif element.tag == "input":
            yield from _typed(name, element)


def _typed(name: str, element: Element) -> Iterator[tuple[str, str]]:
    kind = element.get("type", "text")
    ticked = kind not in {"checkbox", "radio"} or element.get("checked") is not None
    if kind not in _UNSENT and ticked:
        yield name, element.get("value", "on" if kind == "checkbox" else "")


def _chosen(select: Element) -> str:
    options = list(select.iter("option"))
    chosen = [option for option in options if option.get("selected") is not None] or options[:1]
    return chosen[0].get("value", "") if chosen else ""


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
