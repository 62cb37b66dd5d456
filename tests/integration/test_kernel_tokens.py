"""The token of a form: one that was found good opens nothing for another session, another page or another referrer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf

from concours.kernel.web.tokens import RememberingTokens

HOST = "https://concours.example"
PAGE = f"{HOST}/page"


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    app = Flask("tokens", root_path=str(tmp_path))
    app.config.update(SECRET_KEY="k" * 32, WTF_CSRF_TIME_LIMIT=None)
    tokens = RememberingTokens()
    tokens.init_app(app)

    @app.get("/token")
    def token() -> str:
        return str(generate_csrf())

    @app.post("/write")
    def write() -> str:
        return f"checked: {g.get('csrf_valid', False)}"

    @app.post("/other")
    def other() -> str:
        return "other"

    @app.post("/exempt")
    @tokens.exempt  # type: ignore[untyped-decorator]  # Flask-WTF has no types
    def exempt() -> str:
        return f"checked: {g.get('csrf_valid', False)}"

    return app


@pytest.fixture
def browser(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as client:
        yield client


def sent(
    browser: FlaskClient, token: str | None, *, path: str = "/write", referrer: str | None = PAGE
) -> tuple[int, str]:
    """Send a form, and return status and text of the answer."""
    headers = {"Referer": referrer} if referrer else {}
    form = {} if token is None else {"csrf_token": token}
    answer = browser.post(path, data=form, headers=headers, base_url=HOST)
    return answer.status_code, answer.text


def token_of(browser: FlaskClient) -> str:
    return browser.get("/token", base_url=HOST).text


def forged(token: str, at: int) -> str:
    """Return the token with another letter there; not the last one, of which some bits say nothing."""
    letters = list(token)
    letters[at] = "A" if letters[at] != "A" else "B"
    return "".join(letters)


def test_a_good_token_is_good_again_and_says_so_each_time(browser: FlaskClient) -> None:
    token = token_of(browser)
    assert [sent(browser, token) for _ in range(3)] == [(200, "checked: True")] * 3


def test_what_is_refused_stays_so_after_a_good_one(browser: FlaskClient) -> None:
    token = token_of(browser)
    for turn in range(2):
        assert sent(browser, token)[0] == 200, turn
        for at in (0, len(token) // 2, -5):
            assert sent(browser, forged(token, at))[0] == 400, f"a token forged at {at}"
        assert sent(browser, None)[0] == 400, "no token"
        assert sent(browser, "")[0] == 400, "an empty one"
        assert sent(browser, token, referrer=None)[0] == 400, "no referrer"
        assert sent(browser, token, referrer="https://elsewhere.example/page")[0] == 400, "a form from elsewhere"


def test_the_token_of_another_session_is_refused_however_often_it_was_good_there(
    app: Flask, browser: FlaskClient
) -> None:
    theirs = token_of(browser)
    assert sent(browser, theirs)[0] == 200
    with app.test_client() as other:
        assert sent(other, theirs)[0] == 400, "a browser without a session"
        assert sent(other, token_of(other))[0] == 200
        assert sent(other, theirs)[0] == 400
    browser.delete_cookie("session", domain="concours.example")
    assert sent(browser, theirs)[0] == 400, "once the session is gone"


def test_a_page_that_needs_no_token_opens_no_other_one(browser: FlaskClient) -> None:
    assert [sent(browser, "anything", path="/exempt") for _ in range(2)] == [(200, "checked: False")] * 2
    assert sent(browser, "anything", path="/other")[0] == 400
    assert sent(browser, token_of(browser), path="/other")[0] == 200


def test_a_token_in_a_header_is_the_same_one(browser: FlaskClient) -> None:
    token = token_of(browser)
    for turn in range(2):
        headers = {"Referer": PAGE, "X-CSRFToken": token}
        assert browser.post("/write", headers=headers, base_url=HOST).status_code == 200, turn
        assert browser.post("/write", headers={"Referer": PAGE}, base_url=HOST).status_code == 400, turn
