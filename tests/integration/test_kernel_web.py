"""What every answer of an application carries and refuses, whatever the page: headers, limits, error pages, ranges."""

import gc
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Blueprint, Flask, abort, request
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from concours.app import create_app
from concours.editions.operations import ensure_edition
from concours.kernel.db import Database
from concours.kernel.errors import Conflict, DomainError, Forbidden, NotFound, TooManyTries
from concours.kernel.settings import read_settings
from concours.kernel.storage import LocalBlobs, ReadyStore
from concours.kernel.web import media
from concours.kernel.web.access import ClosedBlueprint, everyone
from concours.kernel.web.security import FORM_BYTES, accepts_files
from concours.kernel.web.state import instant, state
from tests.fakes.clock import FrozenClock
from tests.page import Page, page

CANARY = "zephyrine.quatremere@ville.exemple.fr"
CONTENT = bytes(range(256)) * 40
SIZE = len(CONTENT)
FILE_BYTES = 1_000_000

REFUSALS = {
    "domain": DomainError("La note attendue va de 0 à 10."),
    "absent": NotFound(),
    "forbidden": Forbidden("Cette page est réservée au secrétariat du concours."),
    "conflict": Conflict("Ce dossier a changé dans un autre onglet."),
    "tries": TooManyTries("Trop de codes ont été demandés."),
}


def trial_pages(digest: str) -> Blueprint:
    """Pages that misbehave, for want of any in the service."""
    pages = ClosedBlueprint("trial", __name__, access=everyone, url_prefix="/essai")

    @pages.get("/refus/<string:name>")
    def refuse(name: str) -> ResponseReturnValue:
        raise REFUSALS[name]

    @pages.get("/panne")
    def fail() -> ResponseReturnValue:
        raise RuntimeError(CANARY)

    @pages.get("/arret/<int:status>")
    def stop(status: int) -> ResponseReturnValue:
        abort(status)

    @pages.get("/base-en-panne/<string:token>")
    def database_fails(token: str) -> ResponseReturnValue:
        with state().database.read() as session:
            session.execute(text("SELECT :token FROM nowhere"), {"token": token})
        return "impossible"

    @pages.post("/formulaire")
    def take_form() -> ResponseReturnValue:
        return f"{len(request.form['words'])} {instant().isoformat()}"

    @pages.post("/fichier")
    @accepts_files(lambda: FILE_BYTES)
    def take_file() -> ResponseReturnValue:
        return str(len(request.files["file"].read()))

    @pages.get("/media")
    def show() -> ResponseReturnValue:
        return media.serve(state().stores.ready.read, digest, size=SIZE, mime="video/mp4")

    @pages.get("/original")
    def download() -> ResponseReturnValue:
        name = "ma création « œuvre ».mp4"
        return media.serve(state().stores.ready.read, digest, size=SIZE, mime="video/mp4", attachment=name)

    @pages.get("/d-ou")
    def where_from() -> ResponseReturnValue:
        return {"address": request.remote_addr, "secure": request.is_secure, "host": request.host}

    return pages


def build(sqlite_url: str, clock: FrozenClock, folder: Path, **environ: str) -> Flask:
    settings = read_settings(
        {"DATABASE_URL": sqlite_url, "DATA": str(folder / "var"), "UPLOADS": str(folder / "uploads"), **environ}
    )
    database = Database(sqlite_url)
    with database.write() as session:
        ensure_edition(session, now=clock())
    database.dispose()
    (folder / "film").write_bytes(CONTENT)
    digest = ReadyStore(LocalBlobs(settings.uploads)).add(folder / "film")
    app = create_app(settings, clock=clock)
    app.register_blueprint(trial_pages(digest))
    return app


@pytest.fixture
def app(sqlite_url: str, clock: FrozenClock, tmp_path: Path) -> Iterator[Flask]:
    built = build(sqlite_url, clock, tmp_path)
    yield built
    with built.app_context():
        state().database.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def token_of(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/connexion").get_data(as_text=True))
    assert found is not None
    return found[1]


# --- headers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["/connexion", "/nulle-part", "/essai/panne", "/essai/refus/domain", "/essai/media", "/static/css/theme.css"],
)
def test_every_answer_carries_the_headers_that_protect(client: FlaskClient, path: str) -> None:
    with client.get(path) as response:
        headers = response.headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers


def test_pages_are_asked_for_again_and_static_files_kept(client: FlaskClient) -> None:
    assert client.get("/connexion").headers["Cache-Control"] == "private, no-cache"
    with client.get("/static/css/theme.css") as response:
        assert "max-age=3600" in response.headers["Cache-Control"]


def test_over_https_browsers_are_told_to_stay_there(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" in client.get("/connexion", base_url="https://concours.exemple.fr").headers


# --- refusals and faults ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_is_a_page_that_says_its_sentence(client: FlaskClient, name: str) -> None:
    refusal = REFUSALS[name]
    found = page(client, f"/essai/refus/{name}", status=refusal.status)
    assert refusal.message.replace("’", "'") in found.text


def test_a_fault_of_ours_is_a_page_without_detail(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    found = page(client, "/essai/panne", status=500)
    assert CANARY not in found.html
    assert "RuntimeError" not in found.html
    assert "Traceback" in caplog.text


def test_a_fault_logs_neither_the_address_of_the_page_nor_what_was_asked_of_the_database(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    page(client, "/essai/base-en-panne/jeton-secret", status=500)
    assert "/essai/base-en-panne/<string:token>" in caplog.text
    assert "jeton-secret" not in caplog.text


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 408, 409, 413, 415, 418, 422, 429, 500, 502, 503])
def test_every_status_has_a_page_in_french(client: FlaskClient, status: int) -> None:
    found = page(client, f"/essai/arret/{status}", status=status)
    assert found.one("html", lang="fr") is not None


def test_an_unknown_address_is_a_page_that_leads_home(client: FlaskClient) -> None:
    found = page(client, "/nulle-part", status=404)
    assert "/" in found.links.values()


def test_a_wrong_method_is_refused_and_told_the_right_ones(client: FlaskClient) -> None:
    response = client.get("/deconnexion")
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]
    Page(client, response).check()


def test_when_even_the_error_page_fails_people_are_answered_in_words(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    app.context_processor(lambda: cast("dict[str, Any]", {"chrome": 1 // 0}))
    response = client.get("/essai/refus/domain")
    assert response.status_code == 422
    assert "La note attendue va de 0 à 10." in response.get_data(as_text=True)
    assert client.get("/essai/panne").status_code == 500
    assert "the error page 422 failed" in caplog.text


def test_a_database_that_is_gone_leaves_a_page(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), state().database.write() as session:
        session.execute(text("DROP TABLE edition"))
    assert "n'existe pas" in page(client, "/nulle-part", status=404).text


# --- forms -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", [None, "", "forged"])
def test_a_form_without_its_token_is_a_page_that_says_what_to_do(client: FlaskClient, token: str | None) -> None:
    data = {"email": CANARY} | ({"csrf_token": token} if token is not None else {})
    found = page(client, "/connexion", status=422, data=data)
    assert "votre saisie y est encore" in found.text


def test_a_token_of_another_visitor_is_refused(app: Flask, client: FlaskClient) -> None:
    stolen = token_of(app.test_client())
    assert client.post("/essai/formulaire", data={"csrf_token": stolen, "words": "x"}).status_code == 422


def test_a_form_left_open_for_days_is_still_taken(client: FlaskClient, clock: FrozenClock) -> None:
    token = token_of(client)
    clock.advance(timedelta(days=3))
    response = client.post("/essai/formulaire", data={"csrf_token": token, "words": "abc"})
    assert response.get_data(as_text=True) == f"3 {clock().isoformat()}"


def test_a_form_too_heavy_is_refused_with_its_page(client: FlaskClient) -> None:
    found = page(client, "/essai/formulaire", status=413, data={"csrf_token": "x", "words": "a" * (FORM_BYTES + 1)})
    assert found.one("h1") is not None


@pytest.fixture
def spooled() -> Iterator[None]:
    """Collects the temporary files of a request whose reading was broken off."""
    yield
    gc.collect()


@pytest.mark.usefixtures("spooled")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_only_a_view_that_takes_files_takes_more_bytes(client: FlaskClient) -> None:
    token = token_of(client)

    def send(path: str, size: int) -> int:
        data = {"csrf_token": token, "file": (io.BytesIO(bytes(size)), "a.mp4")}
        return client.post(path, data=data).status_code

    assert send("/essai/fichier", FORM_BYTES + FILE_BYTES - 1000) == 200
    assert send("/essai/fichier", FORM_BYTES + FILE_BYTES) == 413
    assert send("/essai/formulaire", FORM_BYTES) == 413
    assert send("/nulle-part", FORM_BYTES) == 404


@pytest.mark.usefixtures("spooled")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_words_in_a_form_with_a_file_are_bounded_apart(client: FlaskClient) -> None:
    token = token_of(client)

    def send(words: int) -> int:
        data = {"csrf_token": token, "file": (io.BytesIO(b"x"), "a.mp4"), "words": "a" * words}
        return client.post("/essai/fichier", data=data).status_code

    assert send(FORM_BYTES - 1000) == 200
    assert send(FORM_BYTES + 1) == 413


# --- files -----------------------------------------------------------------------------------------------------------


def ask(client: FlaskClient, asked: str | None, path: str = "/essai/media", **headers: str) -> tuple[int, bytes, Any]:
    with client.get(path, headers={**({"Range": asked} if asked else {}), **headers}) as response:
        return response.status_code, response.data, response.headers


def test_a_file_is_served_whole_and_says_that_ranges_may_be_asked(client: FlaskClient) -> None:
    status, body, headers = ask(client, None)
    assert (status, body) == (200, CONTENT)
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["Content-Length"] == str(SIZE)
    assert headers["Content-Type"] == "video/mp4"
    assert "Content-Range" not in headers


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-", 0, SIZE),
        ("bytes=100-199", 100, 200),
        ("bytes=9000-99999", 9000, SIZE),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
        ("bytes=-1", SIZE - 1, SIZE),
        ("bytes=-500", SIZE - 500, SIZE),
        ("bytes=-99999", 0, SIZE),
    ],
)
def test_a_range_gives_its_bytes(client: FlaskClient, asked: str, start: int, stop: int) -> None:
    status, body, headers = ask(client, asked)
    assert status == 206
    assert body == CONTENT[start:stop]
    assert headers["Content-Range"] == f"bytes {start}-{stop - 1}/{SIZE}"
    assert headers["Content-Length"] == str(stop - start)


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=99999-100000"])
def test_a_range_beyond_the_end_is_told_the_size(client: FlaskClient, asked: str) -> None:
    status, _, headers = ask(client, asked)
    assert status == 416
    assert headers["Content-Range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "lines=1-2", "bytes=5-2", "bytes=a-b", "bytes", "bytes=-0"])
def test_what_is_no_single_range_gives_the_whole(client: FlaskClient, asked: str) -> None:
    status, body, _ = ask(client, asked)
    assert (status, body) == (200, CONTENT)


def test_a_range_of_some_former_version_gives_the_whole(client: FlaskClient) -> None:
    assert ask(client, "bytes=0-1", **{"If-Range": '"former"'})[:2] == (200, CONTENT)


def test_the_headers_of_a_file_can_be_asked_alone(client: FlaskClient) -> None:
    with client.head("/essai/media") as response:
        assert (response.status_code, response.data) == (200, b"")
        assert response.headers["Content-Length"] == str(SIZE)


def test_a_download_is_never_shown_in_the_page(client: FlaskClient) -> None:
    _, _, headers = ask(client, None, "/essai/original")
    assert headers["Content-Disposition"].startswith("attachment; ")
    assert 'filename="ma creation  uvre .mp4"' in headers["Content-Disposition"]
    assert "filename*=UTF-8''ma%20cr%C3%A9ation%20%C2%AB%20%C5%93uvre" in headers["Content-Disposition"]
    assert headers["Content-Disposition"].isascii()
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Cache-Control"] == "private, no-store"


# --- behind proxies --------------------------------------------------------------------------------------------------

FORWARDED = {
    "X-Forwarded-For": "203.0.113.9, 198.51.100.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "concours.exemple.fr",
}


def test_without_a_trusted_proxy_nobody_says_where_they_come_from(client: FlaskClient) -> None:
    assert client.get("/essai/d-ou", headers=FORWARDED).get_json() == {
        "address": "127.0.0.1",
        "secure": False,
        "host": "localhost",
    }


@pytest.mark.parametrize(("count", "address"), [("1", "198.51.100.7"), ("2", "203.0.113.9")])
def test_a_trusted_proxy_is_believed_and_no_other(
    sqlite_url: str, clock: FrozenClock, tmp_path: Path, count: str, address: str
) -> None:
    client = build(sqlite_url, clock, tmp_path, TRUSTED_PROXIES=count).test_client()
    headers = {**FORWARDED, "X-Forwarded-Proto": "https, https", "X-Forwarded-Host": "concours.exemple.fr, relais"}
    found = client.get("/essai/d-ou", headers=headers).get_json()
    assert found["address"] == address
    assert found["secure"] is True
