"""Signing in as people do it: by code, by link, on both sides of the wall, and what does not sign in."""

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from concours.accounts.models import Account, Link, Login, Outbox
from concours.accounts.operations import make_sign_in_link
from concours.app import create_app
from concours.editions.operations import ensure_edition
from concours.kernel.codes import MAX_MISSES, MAX_PER_ADDRESS, CodeBook
from concours.kernel.db import Database
from concours.kernel.settings import read_settings
from concours.kernel.web.signin import network_of
from jury.models import JuryCode, JuryLogin, JuryMember, JuryOutbox, JuryRequest
from tests.asked import asked_of
from tests.fakes.clock import FrozenClock
from tests.jury_room import JuryRoom
from tests.page import Page, page

EMAIL = "claire@exemple.fr"
SPENT = "ce code n'est plus valable"
WRONG = "ce code n'est pas le bon"


@dataclass(frozen=True)
class House:
    """The application of candidates and its database."""

    app: Flask
    database: Database
    clock: FrozenClock

    def browser(self) -> FlaskClient:
        return self.app.test_client()

    def newest_code(self) -> str:
        with self.database.read() as session:
            text = session.scalars(select(Outbox.text).order_by(Outbox.created_at.desc())).first() or ""
        found = re.search(r"\b\d{6}\b", text)
        assert found is not None
        return found[0]

    def link(self, *, reusable: bool = False) -> str:
        with self.database.write() as session:
            token = make_sign_in_link(session, email=EMAIL, now=self.clock(), reusable=reusable)
        return f"/connexion/lien/{token}"

    def count(self, table: type) -> int:
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def house(sqlite_database: Database, clock: FrozenClock, tmp_path: Path) -> House:
    settings = read_settings(
        {"DATABASE_URL": sqlite_database.url, "DATA": str(tmp_path / "var"), "UPLOADS": str(tmp_path / "uploads")}
    )
    with sqlite_database.write() as session:
        ensure_edition(session, now=clock())
    return House(create_app(settings, clock=clock), sqlite_database, clock)


def ask(client: FlaskClient, email: str = EMAIL, *, status: int = 200) -> Page:
    return page(client, "/connexion").form().submit(status=status, email=email)


def test_a_machine_without_mail_says_where_the_code_is(house: House) -> None:
    assert ask(house.browser()).links["Courrier"] == "http://127.0.0.1:8000/courrier"


@pytest.mark.parametrize("elsewhere", [{"REMOTE_ADDR": "192.0.2.7"}, {"HTTP_HOST": "concours.example"}])
def test_nobody_elsewhere_is_sent_to_the_mailbox(house: House, elsewhere: dict[str, str]) -> None:
    browser = house.browser()
    ask(browser)
    assert "/courrier" not in browser.get("/connexion/code", environ_overrides=elsewhere).text


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/candidatures/").status_code == 200


def cookie(response: TestResponse) -> str:
    (found,) = [value for value in response.headers.getlist("Set-Cookie") if value.startswith("concours=")]
    return found


# --- by code ---------------------------------------------------------------------------------------------------------


def test_a_code_asked_for_and_given_back_signs_in(house: House) -> None:
    client = house.browser()
    found = ask(client, "Claire@Exemple.FR")
    assert EMAIL in found.text
    home = found.form().submit(code=house.newest_code())
    assert home.path == "/candidatures/"
    assert is_signed_in(client)
    assert house.count(Account) == 1


def test_a_code_may_be_typed_with_spaces(house: House) -> None:
    client = house.browser()
    code_page, code = ask(client), house.newest_code()
    code_page.form().submit(code=f" {code[:3]} {code[3:]} ")
    assert is_signed_in(client)


def test_a_wrong_code_is_said_beside_its_field(house: House) -> None:
    client = house.browser()
    found = ask(client).form().submit(status=422, code="abcdef")
    assert found.title.startswith("Erreur")
    assert WRONG in found.errors[0]
    assert not is_signed_in(client)
    assert house.count(Account) == 0


def test_after_five_wrong_tries_even_the_right_code_is_spent(house: House) -> None:
    client = house.browser()
    found, code = ask(client), house.newest_code()
    for attempt in range(1, MAX_MISSES + 1):
        found = found.form().submit(status=422, code="000 00x")
        assert (SPENT if attempt == MAX_MISSES else WRONG) in found.errors[0]
    found = found.form().submit(status=422, code=code)
    assert SPENT in found.errors[0]
    assert not is_signed_in(client)
    ask(client).form().submit(code=house.newest_code())
    assert is_signed_in(client)


def test_another_browser_cannot_use_the_code_without_asking_for_one(house: House) -> None:
    ask(house.browser())
    stranger = house.browser()
    assert page(stranger, "/connexion/code").path == "/connexion"


def test_a_code_signs_in_once_and_lives_thirty_minutes(house: House) -> None:
    client = house.browser()
    found, code = ask(client), house.newest_code()
    house.clock.advance(timedelta(minutes=30))
    assert SPENT in found.form().submit(status=422, code=code).errors[0]


def test_asking_too_often_is_refused_in_words(house: House) -> None:
    client = house.browser()
    for _ in range(MAX_PER_ADDRESS):
        ask(client)
    refused = ask(client, status=429)
    assert "réessayez dans une demi-heure" in refused.text
    assert house.count(Outbox) == MAX_PER_ADDRESS
    ask(client, "malik@exemple.fr")


@pytest.mark.parametrize(
    "email", ["", "claire", "claire@exemple", "a@exemple.fr\r\nBcc: b@exemple.fr", "a" * 300 + "@b.fr"]
)
def test_what_is_no_address_is_refused_beside_its_field(house: House, email: str) -> None:
    assert ask(house.browser(), email, status=422).errors
    assert house.count(Outbox) == 0


def test_an_ipv6_subscriber_counts_as_onenetwork_of() -> None:
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2:ffff::1") != network_of("2001:db8:1:3::4")
    assert network_of("192.0.2.7") == "192.0.2.7"
    assert network_of("") == ""


# --- by link ---------------------------------------------------------------------------------------------------------


def test_a_link_opens_a_page_whose_button_signs_in_once(house: House) -> None:
    client, link = house.browser(), house.link()
    found = page(client, link)
    assert not is_signed_in(client)
    found.form().submit()
    assert is_signed_in(client)
    assert "a déjà servi" in page(house.browser(), link, status=404).text


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_what_scans_mail_uses_no_link_up(house: House, method: str) -> None:
    link = house.link()
    for _ in range(3):
        house.browser().open(link, method=method)
    assert house.count(Login) == 0
    with house.database.read() as session:
        assert session.scalars(select(Link.used_at)).one() is None
    client = house.browser()
    page(client, link).form().submit()
    assert is_signed_in(client)


def test_a_button_pressed_without_its_token_signs_nobody_in(house: House) -> None:
    client, link = house.browser(), house.link()
    page(client, link, status=422, data={})
    assert not is_signed_in(client)


def test_a_link_of_the_demonstration_signs_in_at_once_and_again(house: House) -> None:
    link = house.link(reusable=True)
    for _ in range(2):
        client = house.browser()
        page(client, link)
        assert is_signed_in(client)


@pytest.mark.parametrize("token", ["forged", "a" * 43, "é", "x" * 4000])
def test_a_forged_link_is_a_page_that_says_what_to_do(house: House, token: str) -> None:
    assert "Connectez-vous avec votre adresse" in page(house.browser(), f"/connexion/lien/{token}", status=404).text


def test_a_link_that_expired_opens_nothing(house: House) -> None:
    link = house.link()
    house.clock.advance(timedelta(hours=24))
    client = house.browser()
    page(client, link, status=404)
    assert not is_signed_in(client)


# --- where one arrives -----------------------------------------------------------------------------------------------


def test_one_arrives_where_one_wanted_to_go(house: House) -> None:
    client = house.browser()
    page(client, "/candidatures/?page=2")
    ask(client).form().submit(code=house.newest_code())
    client = house.browser()
    client.get("/candidatures/?page=2")
    link = page(client, house.link())
    response = client.post(link.path, data=link.form().held)
    assert response.headers["Location"] == "/candidatures/?page=2"


@pytest.mark.parametrize("target", ["https://pirate.example/", "//pirate.example", "/\\pirate.example", "javascript:x"])
def test_nobody_is_sent_elsewhere(house: House, target: str) -> None:
    client = house.browser()
    page(client, f"/connexion?next={target}")
    link = page(client, f"{house.link()}?next={target}")
    with client.session_transaction() as kept:
        kept["next"] = target  # even if somebody had got it into the cookie
    response = client.post(link.path, data=link.form().held)
    assert response.status_code == 303
    assert response.headers["Location"] == "/candidatures/"


# --- the session -----------------------------------------------------------------------------------------------------


def test_the_cookie_is_kept_from_scripts_and_from_other_sites(house: House) -> None:
    client = house.browser()
    link = page(client, house.link())
    set_cookie = cookie(client.post(link.path, data=link.form().held))
    assert "HttpOnly" in set_cookie
    assert "SameSite=Lax" in set_cookie
    assert "Path=/;" in set_cookie + ";"
    assert "Secure" not in set_cookie
    assert "Expires" in set_cookie


def test_over_https_the_cookie_never_travels_in_clear(house: House, tmp_path: Path) -> None:
    environ = {"DATABASE_URL": house.database.url, "DATA": str(tmp_path), "PUBLIC_URL": "https://exemple.fr/concours"}
    client = create_app(read_settings(environ), clock=house.clock).test_client()
    set_cookie = cookie(client.get("/connexion", base_url="https://exemple.fr/concours"))
    assert "Secure" in set_cookie
    assert "Path=/concours" in set_cookie


def test_a_page_that_changes_nothing_sets_no_cookie(house: House) -> None:
    client = house.browser()
    page(client, house.link(reusable=True))
    assert client.get("/candidatures/").headers.getlist("Set-Cookie") == []
    house.clock.advance(timedelta(hours=2))
    assert len(client.get("/candidatures/").headers.getlist("Set-Cookie")) == 1
    assert client.get("/candidatures/").headers.getlist("Set-Cookie") == []


def test_signing_in_drops_what_the_cookie_held_before(house: House) -> None:
    client = house.browser()
    link = page(client, house.link())
    with client.session_transaction() as kept:
        kept["planted"] = "x"
        before = kept["csrf_token"]
    client.post(link.path, data=link.form().held)
    with client.session_transaction() as kept:
        assert "planted" not in kept
        assert kept.get("csrf_token") != before


def test_signing_out_ends_the_session_on_the_server_too(house: House) -> None:
    client = house.browser()
    page(client, house.link(reusable=True))
    stolen = client.get_cookie("concours")
    assert stolen is not None
    assert house.count(Login) == 1
    page(client, "/candidatures/").form("/deconnexion").submit()
    assert not is_signed_in(client)
    assert house.count(Login) == 0
    thief = house.browser()
    thief.set_cookie("concours", stolen.value)
    assert not is_signed_in(thief)


def test_signing_in_again_leaves_no_session_behind(house: House) -> None:
    client, link = house.browser(), house.link(reusable=True)
    page(client, link)
    page(client, link)
    assert house.count(Login) == 1


def test_a_week_without_a_visit_signs_out(house: House) -> None:
    client = house.browser()
    page(client, house.link(reusable=True))
    house.clock.advance(timedelta(days=7))
    assert not is_signed_in(client)


def test_a_cookie_of_the_jury_opens_nothing_here(house: House, sqlite_url: str, tmp_path: Path) -> None:
    room = JuryRoom(tmp_path, sqlite_url, house.clock)
    held = room.juror.get_cookie("jury")
    assert held is not None
    client = house.browser()
    client.set_cookie("concours", held.value)
    assert not is_signed_in(client)


# --- known and unknown addresses -------------------------------------------------------------------------------------


@pytest.fixture
def room(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> JuryRoom:
    return JuryRoom(tmp_path, sqlite_url, clock, works=0)


def member_email(room: JuryRoom) -> str:
    with room.database.read() as session:
        return session.scalars(select(JuryMember.email)).first() or ""


def try_codes(client: FlaskClient, email: str) -> list[tuple[int, str, str]]:
    """What is told to somebody who asks for a code and tries six wrong ones, the address itself left out."""
    found = ask(client, email)
    told = [found]
    for _ in range(MAX_MISSES + 1):
        found = found.form().submit(status=422, code="000 00x")
        told.append(found)
    return [(each.response.status_code, each.path, each.text.replace(email, "…")) for each in told]


def test_a_stranger_is_told_what_a_juror_is_told(room: JuryRoom) -> None:
    known, unknown = member_email(room), "inconnue@exemple.fr"
    assert known
    assert try_codes(room.app.test_client(), known) == try_codes(room.app.test_client(), unknown)
    with room.database.read() as session:
        told = session.scalars(select(JuryOutbox.recipient).where(JuryOutbox.subject.contains("code"))).all()
        codes = session.scalars(select(JuryCode.email)).all()
    assert told == [known]
    assert sorted(codes) == sorted([known, unknown])


def test_a_stranger_costs_the_database_what_a_juror_costs_but_for_the_message(room: JuryRoom) -> None:
    known, unknown = member_email(room), "inconnue@exemple.fr"

    def statements(email: str) -> list[str]:
        form = page(room.app.test_client(), "/connexion").form()
        with asked_of(room.app.extensions["concours"].database) as asked:
            form.submit(email=email)
        return asked

    statements(known)
    told, untold = statements(known), statements(unknown)
    assert [each for each in told if "jury_outbox" not in each] == untold


def test_a_stranger_who_guesses_a_code_is_not_let_in(room: JuryRoom) -> None:
    client = room.app.test_client()
    found = ask(client, "inconnue@exemple.fr")
    with room.database.write() as session:
        book = room.app.extensions["concours"]
        row = session.scalars(select(JuryCode)).one()
        row.code_digest = CodeBook(JuryCode, JuryRequest, book.secret)._seal("inconnue@exemple.fr", "123456")
    assert WRONG in found.form().submit(status=422, code="123456").errors[0]
    with room.database.read() as session:
        assert session.scalars(select(JuryLogin)).all() == []
