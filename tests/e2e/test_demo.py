"""The demonstration: a contest that looks real, and links that sign in as often as one likes."""

import json
import time
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from tests.service import Service

READY_LIMIT_S = 180
"""Generous: the suite runs beside it. On a quiet machine of two cores it is ready in some twenty seconds."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("demo")
    service = Service(folder, command="demo", PHASE="deliberation")
    try:
        service.start().wait_until_ready(READY_LIMIT_S)
        yield read_description(folder / "var" / "demo" / "demo.json")
    finally:
        service.stop()


def read_description(path: Path) -> dict[str, Any]:
    """Return what demo.json says, once it is there: it is written when the service answers."""
    limit = time.monotonic() + READY_LIMIT_S
    while not path.exists():
        assert time.monotonic() < limit, f"no {path.name}"
        time.sleep(0.05)
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def visit(link: str) -> str:
    """Open a link in a browser that knows nothing yet, and return the page where it leads."""
    opener = build_opener(HTTPCookieProcessor(CookieJar()))
    with opener.open(link, timeout=20) as answer:
        return str(answer.read().decode()).replace("\u00a0", " ").replace("’", "'")


def test_it_says_where_everything_is(demo: dict[str, Any]) -> None:
    assert demo["phase"] == "deliberation"
    assert len(demo["jurors"]) == 5
    assert len(demo["candidates"]) == 3
    assert demo["organiser"].startswith(demo["address"])


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("organiser", "Tableau de bord"),
        ("check_in", "Inscriptions"),
        ("reader", "Tableau de bord"),
        ("jurors", "Vous avez noté"),
        ("candidates", "Mes candidatures"),
        ("secretary", "24 œuvres devant le jury"),
    ],
)
def test_each_link_signs_in_again_and_again(demo: dict[str, Any], role: str, words: str) -> None:
    links = [demo[role]] if isinstance(demo[role], str) else demo[role]
    for link in [*links, *links]:
        found = visit(link)
        assert words in found
        assert "Se déconnecter" in found
