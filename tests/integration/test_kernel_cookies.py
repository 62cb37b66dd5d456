"""The session's cookie: what is remembered of it is neither a way in nor something that two requests share."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask, session
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner

from concours.kernel.sessions import LIFETIME
from concours.kernel.web.cookies import RememberingSessions


class SignedBefore(TimestampSigner):
    """Signs as if it were some days ago."""

    def get_timestamp(self) -> int:
        return int(time.time() - (LIFETIME + timedelta(days=1)).total_seconds())


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    app = Flask("cookies", root_path=str(tmp_path))
    app.config.update(SECRET_KEY="k" * 32, PERMANENT_SESSION_LIFETIME=LIFETIME)
    app.session_interface = RememberingSessions(app)

    @app.get("/put")
    def put() -> str:
        session["who"], session["steps"] = "zoé", ["one"]
        return "put"

    @app.get("/spoil")
    def spoil() -> str:
        # In place: Flask does not see the change, and sends no cookie.
        session["steps"].append("two")
        return "spoilt"

    @app.get("/read")
    def read() -> dict[str, object]:
        return {"who": session.get("who"), "steps": session.get("steps")}

    with app.test_client() as browser:
        yield browser


def read(client: FlaskClient) -> object:
    return client.get("/read").json


def cookie(client: FlaskClient) -> str:
    held = client.get_cookie("session")
    assert held is not None
    return held.value


def test_each_request_has_its_own_content(client: FlaskClient) -> None:
    client.get("/put")
    content = {"who": "zoé", "steps": ["one"]}
    assert read(client) == content
    assert client.get("/spoil").text == "spoilt"
    assert read(client) == content


def test_a_forged_cookie_holds_nothing_before_and_after_a_good_one(client: FlaskClient) -> None:
    client.get("/put")
    good = cookie(client)
    for place in range(0, len(good), 7):
        forged = good[:place] + ("A" if good[place] != "A" else "B") + good[place + 1 :]
        client.set_cookie("session", forged)
        assert read(client) == {"who": None, "steps": None}, place
    client.set_cookie("session", good)
    assert read(client) == {"who": "zoé", "steps": ["one"]}


def test_a_cookie_holds_nothing_once_its_time_is_over_however_often_it_was_read(client: FlaskClient) -> None:
    signer = client.application.session_interface.get_signing_serializer(client.application)  # type: ignore[attr-defined]  # of cookies
    signer.signer = SignedBefore
    client.set_cookie("session", signer.dumps({"who": "zoé"}))
    signer.signer = TimestampSigner
    assert [read(client), read(client)] == [{"who": None, "steps": None}] * 2


def test_a_cookie_signed_with_another_key_holds_nothing(client: FlaskClient) -> None:
    other = Flask("other")
    other.secret_key = "o" * 32
    signer = RememberingSessions(other).get_signing_serializer(other)
    assert signer is not None
    client.set_cookie("session", str(signer.dumps({"who": "zoé"})))
    assert read(client) == {"who": None, "steps": None}
