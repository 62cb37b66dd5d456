"""Films are played, and sought in, where they are kept: a folder, an S3 server behind us, or one reached directly."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener, urlopen

import av
import pytest
from flask import Flask
from flask.typing import ResponseReturnValue
from PIL import Image
from playwright.sync_api import Page, Response

from concours.app import create_app
from concours.kernel import storage
from concours.kernel.settings import S3, read_settings
from concours.kernel.storage import ReadyStore, open_stores
from concours.kernel.web import media
from concours.kernel.web.access import ClosedBlueprint, everyone
from tests.conftest import NewPage
from tests.fakes.clock import FrozenClock
from tests.live import answering
from tests.s3_fixture import environ_of

SECONDS, RATE = 24, 5


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A film that no player takes in at once: noise does not compress."""
    path, noise = tmp_path_factory.mktemp("film") / "film.mp4", Random(1)  # noqa: S311 -- the same film each time
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        stream: Any = container.add_stream("libx264", rate=RATE, options={"preset": "ultrafast", "g": str(RATE)})
        stream.width, stream.height, stream.pix_fmt = 480, 360, "yuv420p"
        for _ in range(SECONDS * RATE):
            picture = Image.frombytes("RGB", (480, 360), noise.randbytes(480 * 360 * 3))
            frame: Any = av.VideoFrame
            container.mux(stream.encode(frame.from_image(picture)))
        container.mux(stream.encode())
    return path.read_bytes()


@dataclass(frozen=True)
class Cinema:
    """One film, served by the real application from one storage."""

    app: Flask
    address: str
    s3: S3 | None

    @property
    def url(self) -> str:
        return f"{self.address}/essai/film"


@pytest.fixture(params=["local", "s3", "presigned"])
def cinema(request: pytest.FixtureRequest, tmp_path: Path, sqlite_url: str, film: bytes) -> Iterator[Cinema]:
    s3: S3 | None = None if request.param == "local" else request.getfixturevalue("s3_settings")
    if s3 is not None and request.param == "presigned":
        s3 = replace(s3, public_endpoint=s3.endpoint)
    places = {"DATABASE_URL": sqlite_url, "DATA": str(tmp_path / "var"), "UPLOADS": str(tmp_path / "uploads")}
    settings = read_settings({**places, **environ_of(s3)})
    (tmp_path / "film.mp4").write_bytes(film)
    digest = open_stores(settings).ready.add(tmp_path / "film.mp4")
    app = create_app(settings, clock=FrozenClock())
    app.register_blueprint(_pages(digest, len(film)))
    with answering(app) as address:
        yield Cinema(app, address, s3)


def _pages(digest: str, size: int) -> ClosedBlueprint:
    pages = ClosedBlueprint("trial", __name__, access=everyone, url_prefix="/essai")

    @pages.get("/film")
    def film() -> ResponseReturnValue:
        return media.serve_copy(digest, size=size, mime="video/mp4")

    @pages.get("/salle")
    def room() -> str:
        return (
            "<!doctype html><html lang=fr><title>Salle</title><link rel=icon href='data:,'>"
            "<script src='/static/js/page.js' type=module></script>"
            "<video controls preload=metadata><source src='/essai/film' type='video/mp4'></video>"
        )

    return pages


def ask(url: str, asked: str) -> tuple[int, bytes, Any]:
    try:
        with urlopen(Request(url, headers={"Range": asked} if asked else {}), timeout=20) as answer:  # noqa: S310 -- ours
            return answer.status, answer.read(), answer.headers
    except HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read(), refusal.headers


def test_a_range_of_a_film_is_answered_wherever_it_is_kept(cinema: Cinema, film: bytes) -> None:
    size = len(film)
    for asked, start, stop in (
        ("bytes=0-0", 0, 1),
        ("bytes=100000-199999", 100_000, 200_000),
        (f"bytes={size - 10}-", size - 10, size),
        ("bytes=-500", size - 500, size),
        (f"bytes={size - 5}-{size + 500}", size - 5, size),
    ):
        status, body, headers = ask(cinema.url, asked)
        assert (status, headers["Content-Range"]) == (206, f"bytes {start}-{stop - 1}/{size}")
        assert body == film[start:stop]
        assert headers["Content-Type"] == "video/mp4"
        assert headers["Accept-Ranges"] == "bytes"


def test_beyond_the_end_of_a_film_there_is_nothing(cinema: Cinema, film: bytes) -> None:
    assert ask(cinema.url, f"bytes={len(film)}-")[0] == 416


def test_a_film_is_given_whole_to_who_asks_for_all_of_it(cinema: Cinema, film: bytes) -> None:
    status, body, headers = ask(cinema.url, "")
    assert (status, body == film) == (200, True)
    assert "private" in headers["Cache-Control"]
    assert "filename" not in headers.get("Content-Disposition", "")


def fetched(page: Page) -> list[Response]:
    """Collect the answers that hold pieces of the film."""
    found: list[Response] = []
    page.on("response", lambda answer: found.append(answer) if answer.status == 206 else None)
    return found


def until(page: Page, condition: str) -> None:
    """Wait until this holds of the film; the page's policy forbids Playwright's own way to wait."""
    for _ in range(200):
        assert page.evaluate("document.querySelector('video').error") is None
        if page.evaluate(f"(film => {condition})(document.querySelector('video'))"):
            return
        page.wait_for_timeout(50)
    state = "(f => [f.currentTime, f.seeking, f.readyState, f.networkState, f.paused, Date.now()])"
    raise AssertionError(f"{condition}: {page.evaluate(state + '(document.querySelector(`video`))')}")


def seek(page: Page, seconds: float) -> float:
    """Move the player there; return where it stands once it shows a picture again."""
    return float(
        page.evaluate(
            """seconds => new Promise((done, fail) => {
                const film = document.querySelector("video");
                film.onerror = () => fail(film.error.message);
                film.onseeked = () => done(film.currentTime);
                film.currentTime = seconds;
            })""",
            seconds,
        )
    )


@pytest.mark.browser
def test_a_player_seeks_wherever_the_film_is_kept(cinema: Cinema, film: bytes, new_page: NewPage) -> None:
    page = new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    answers = fetched(page)
    page.goto(f"{cinema.address}/essai/salle")
    until(page, "film.readyState >= 1")
    assert page.evaluate("document.querySelector('video').duration") == pytest.approx(SECONDS, abs=0.5)
    for there in (SECONDS - 2, 3, SECONDS / 2):
        assert seek(page, there) == pytest.approx(there, abs=0.1)
    starts = {int(answer.headers["content-range"].split()[1].split("-")[0]) for answer in answers}
    assert max(starts) > len(film) // 2  # it did not read all that stands before
    home = cinema.s3.endpoint if cinema.s3 and cinema.s3.public_endpoint else cinema.address
    assert all(answer.url.startswith(home) for answer in answers)
    assert not refused


@pytest.mark.browser
@pytest.mark.parametrize("cinema", ["presigned"], indirect=True)
def test_a_player_seeks_once_its_address_has_expired(
    cinema: Cinema, new_page: NewPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Browsers keep the storage's address: without our script this fails."""
    monkeypatch.setattr(storage, "LINK_SECONDS", 2)
    page = new_page()
    page.clock.install()
    page.goto(f"{cinema.address}/essai/salle")
    until(page, "film.readyState >= 1")
    assert seek(page, 3) == pytest.approx(3, abs=0.1)
    time.sleep(3)
    monkeypatch.setattr(storage, "LINK_SECONDS", 60)
    page.clock.fast_forward("11:00")
    answers = fetched(page)
    page.evaluate("document.querySelector('video').currentTime = 20")
    until(page, "film.currentTime === 20 && !film.seeking && film.readyState >= 2")
    assert any("X-Amz-Expires=60" in answer.url for answer in answers)


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def sent_on(url: str) -> tuple[str, Any]:
    with pytest.raises(HTTPError) as answer:
        build_opener(_Stay()).open(url, timeout=20)
    with answer.value as response:
        assert response.code == 307
        return str(response.headers["Location"]), response.headers


@pytest.mark.parametrize("cinema", ["presigned"], indirect=True)
def test_the_storage_s_address_expires_and_tells_nothing(
    cinema: Cinema, film: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cinema.s3 is not None
    link, headers = sent_on(f"{cinema.url}?qui=Zephyrine")
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    parts = urlsplit(link)
    asked = parse_qs(parts.query)
    assert parts.path.startswith(f"/{cinema.s3.bucket}/ready/")
    assert asked["X-Amz-Expires"] == ["600"]
    assert (asked["response-content-type"], asked["response-content-disposition"]) == (["video/mp4"], ["inline"])
    assert "Zephyrine" not in link
    assert ask(link, "bytes=0-9")[1] == film[:10]
    monkeypatch.setattr(storage, "LINK_SECONDS", 1)
    link, _ = sent_on(cinema.url)
    time.sleep(2.5)
    assert ask(link, "bytes=0-9")[0] == 403
    assert ask(link.replace("X-Amz-Expires=1", "X-Amz-Expires=600"), "bytes=0-9")[0] == 403


@pytest.mark.parametrize("cinema", ["local", "s3", "presigned"], indirect=True)
def test_pages_may_show_films_from_the_storage_where_browsers_go_and_from_nowhere_else(cinema: Cinema) -> None:
    with cinema.app.test_client().get("/connexion") as response:
        policy = dict(part.split(" ", 1) for part in response.headers["Content-Security-Policy"].split("; "))
    also = f" {cinema.s3.endpoint}" if cinema.s3 and cinema.s3.public_endpoint else ""
    assert policy["media-src"] == f"'self'{also}"
    assert policy["img-src"] == f"'self' data:{also}"
    assert policy["connect-src"] == policy["script-src"] == "'self'"


def test_what_stands_in_a_folder_has_no_address_of_its_own(tmp_path: Path) -> None:
    assert ReadyStore(storage.LocalBlobs(tmp_path)).link("a" * 64, "video/mp4") is None
