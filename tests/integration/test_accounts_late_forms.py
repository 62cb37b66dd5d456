"""What becomes of a form that comes after its session has ended, and what a page left open knows of the end."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from concours.accounts.models import KeptForm
from concours.entries.models import Entry
from concours.kernel.sessions import LIFETIME
from jury import api
from jury.models import JuryKeptForm
from tests.accounts_scene import MALIK, another_browser, count, sign_in_here
from tests.entries_scene import OPEN, Scene
from tests.fakes.clock import FrozenClock
from tests.jury_room import JuryRoom
from tests.page import Page, page

SECRET = "Ce que Claire n'a montré à personne : 06 & <b>"


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str) -> Scene:
    return Scene(tmp_path, sqlite_url, FrozenClock(OPEN))


@pytest.fixture
def room(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> JuryRoom:
    return JuryRoom(tmp_path, sqlite_url, clock)


def typed(scene: Scene, client: FlaskClient) -> tuple[str, Page, dict[str, Any]]:
    """Open a part of a dossier and return its page with what will be typed in it."""
    entry_id = scene.draft()
    return entry_id, page(client, f"/candidatures/{entry_id}/innovation"), {"title": "Un titre neuf", "summary": SECRET}


def forget_cookies(client: FlaskClient) -> None:
    client.delete_cookie("concours")


def expire(scene: Scene, client: FlaskClient) -> None:
    """A week without a use: the server ends the session, and the browser drops its cookie."""
    scene.clock.advance(LIFETIME)
    forget_cookies(client)


def end_elsewhere(scene: Scene, _client: FlaskClient) -> None:
    """Somebody signs out everywhere from another device: the browser still has its cookie."""
    page(another_browser(scene), "/compte/").form("/compte/sessions/fin").submit()


@pytest.mark.parametrize("end", [expire, end_elsewhere])
def test_what_was_typed_comes_back_after_signing_in_again_and_is_sent_only_then(scene: Scene, end: Any) -> None:
    client = scene.sign_in()
    entry_id, form_page, answers = typed(scene, client)
    end(scene, client)
    told = form_page.form().submit(**answers)
    assert told.path == "/connexion"
    assert "votre saisie est gardée" in told.text
    assert SECRET not in told.html
    offered = sign_in_here(scene, client)
    assert offered.title.startswith("Votre saisie est gardée")
    with scene.entry(entry_id) as entry:
        assert entry.title != "Un titre neuf"
    shown = offered.form().submit(status=422)
    assert "Voici votre saisie, telle que vous l'aviez laissée" in shown.text
    held = shown.form().held
    assert (held["title"], held["summary"]) == ("Un titre neuf", SECRET)
    with scene.entry(entry_id) as entry:
        assert entry.title != "Un titre neuf"
    shown.form().submit()
    with scene.entry(entry_id) as entry:
        assert (entry.title, entry.summary) == ("Un titre neuf", SECRET)
    assert count(scene, KeptForm) == 0


def test_what_one_person_typed_is_never_shown_to_the_next(scene: Scene) -> None:
    client = scene.sign_in()
    _, form_page, answers = typed(scene, client)
    expire(scene, client)
    form_page.form().submit(**answers)
    arrived = sign_in_here(scene, client, MALIK)
    assert arrived.path == "/candidatures/"
    for path in ("/connexion/reprise", "/candidatures/", "/compte/", "/connexion"):
        assert SECRET[:20] not in page(client, path).html
    assert page(client, "/connexion/reprise").path == "/candidatures/"
    page(client, "/candidatures/").form("/deconnexion").submit()
    assert SECRET[:20] not in sign_in_here(scene, client).html


def test_it_waits_for_its_owner_when_another_signed_in_between(scene: Scene) -> None:
    client = scene.sign_in()
    _, form_page, answers = typed(scene, client)
    expire(scene, client)
    form_page.form().submit(**answers)
    sign_in_here(scene, client, MALIK)
    assert sign_in_here(scene, client).title.startswith("Votre saisie est gardée")


def test_another_browser_of_the_same_person_does_not_get_it(scene: Scene) -> None:
    client = scene.sign_in()
    _, form_page, answers = typed(scene, client)
    expire(scene, client)
    form_page.form().submit(**answers)
    assert page(scene.sign_in(), "/connexion/reprise").path == "/candidatures/"


def test_a_form_of_an_earlier_session_of_the_same_person_comes_back_at_once(scene: Scene) -> None:
    client = scene.sign_in()
    entry_id, form_page, answers = typed(scene, client)
    sign_in_here(scene, client)
    offered = form_page.form().submit(status=409, **answers)
    assert offered.title.startswith("Votre saisie est gardée")
    shown = offered.form().submit(status=422)
    shown.form().submit()
    with scene.entry(entry_id) as entry:
        assert entry.summary == SECRET
    assert count(scene, KeptForm) == 0


def test_a_form_of_another_person_is_refused_and_not_kept(scene: Scene) -> None:
    client = scene.sign_in()
    entry_id, form_page, answers = typed(scene, client)
    sign_in_here(scene, client, MALIK)
    refused = form_page.form().submit(status=422, **answers)
    assert "une autre session est ouverte dans ce navigateur" in refused.text
    assert SECRET[:20] not in refused.html
    assert count(scene, KeptForm) == 0
    with scene.entry(entry_id) as entry:
        assert entry.title != "Un titre neuf"


@pytest.mark.parametrize("signed_in", [True, False])
@pytest.mark.parametrize("token", ["", "forged", "IjEuMiI.aSU1aA.c2lnbmF0dXJl"])
def test_a_form_without_a_token_of_ours_is_neither_kept_nor_shown(scene: Scene, token: str, *, signed_in: bool) -> None:
    client = scene.sign_in() if signed_in else scene.app.test_client()
    entry_id = scene.draft()
    data = {"csrf_token": token, "summary": SECRET, "version": "1"}
    refused = page(client, f"/candidatures/{entry_id}/innovation", status=422, data=data)
    assert SECRET[:20] not in refused.html
    assert count(scene, KeptForm) == 0


def test_the_token_of_a_stranger_plants_no_text_in_another_s_browser(scene: Scene) -> None:
    stranger = page(scene.sign_in(MALIK), "/compte/adresse").form().held["csrf_token"]
    entry_id, victim = scene.draft(), scene.sign_in()
    data = {"csrf_token": stranger, "summary": "planté", "version": "1"}
    page(victim, f"/candidatures/{entry_id}/innovation", status=422, data=data)
    forget_cookies(victim)
    page(victim, f"/candidatures/{entry_id}/innovation", data=data)
    assert sign_in_here(scene, victim).path == "/candidatures/"


def test_a_form_shown_again_needs_a_token_too(scene: Scene) -> None:
    client, entry_id = scene.sign_in(), scene.draft()
    data = {"reprise": "1", "summary": "planté", "version": "1"}
    assert "planté" not in page(client, f"/candidatures/{entry_id}/innovation", status=422, data=data).html


def test_a_button_pressed_too_late_does_nothing_and_leads_back_to_its_page(scene: Scene) -> None:
    client = scene.sign_in()
    button = page(client, "/candidatures/").form("/candidatures/").held
    expire(scene, client)
    came_from = {"Referer": "http://localhost/candidatures/?page=2"}
    answer = client.post("/candidatures/", data=button, headers=came_from, follow_redirects=True)
    assert "l'action demandée n'a pas été faite" in Page(client, answer).text
    assert count(scene, Entry) == 0
    assert count(scene, KeptForm) == 0
    assert sign_in_here(scene, client).path == "/candidatures/"


def test_signing_out_too_late_is_no_action_to_do_again(scene: Scene) -> None:
    client = scene.sign_in()
    leave = page(client, "/compte/").form("/deconnexion")
    expire(scene, client)
    told = leave.submit()
    assert "Votre session avait déjà pris fin" in told.text
    assert "recommencez" not in told.text


@pytest.mark.parametrize("referrer", ["https://pirate.example/a", "http://localhost.pirate.example/", "//x", ""])
def test_a_button_pressed_too_late_leads_to_no_other_site(scene: Scene, referrer: str) -> None:
    client = scene.sign_in()
    button = page(client, "/candidatures/").form("/candidatures/").held
    sign_in_here(scene, client)
    answer = client.post("/candidatures/", data=button, headers={"Referer": referrer})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_what_is_kept_is_gone_after_a_day_and_only_three_forms_wait(scene: Scene) -> None:
    client = scene.sign_in()
    _, form_page, answers = typed(scene, client)
    expire(scene, client)
    for number in range(5):
        form_page.form().submit(**{**answers, "title": f"Titre {number}"})
        scene.clock.advance(timedelta(minutes=1))
    with scene.database.read() as session:
        titles = [dict(row.fields)["title"] for row in session.scalars(select(KeptForm).order_by(KeptForm.created_at))]
    assert titles == ["Titre 2", "Titre 3", "Titre 4"]
    scene.clock.advance(timedelta(days=1))
    assert sign_in_here(scene, client).path == "/candidatures/"
    other = scene.sign_in(MALIK)
    form = page(other, "/compte/adresse").form()
    expire(scene, other)
    form.submit(email="x@agents.example")
    assert count(scene, KeptForm) == 1


def test_a_juror_s_remark_comes_back_too(room: JuryRoom) -> None:
    client, number = room.juror, room.panel.numbers[0]
    form_page = page(client, f"/oeuvres/{number}")
    names = [each.get("name", "") for each in form_page.all("input") if each.get("name", "").startswith("note-")]
    room.clock.advance(LIFETIME)
    client.delete_cookie("jury")
    told = form_page.form().send({**dict.fromkeys(names, "7"), "remark": SECRET})
    assert "votre saisie est gardée" in told.text
    offered = page(client, link_of(room))
    shown = offered.form().submit(status=422)
    held = shown.form().held
    assert held["remark"] == SECRET
    assert {held[name] for name in names} == {"7"}
    assert "enregistré" in shown.form().submit().text
    with room.database.read() as session:
        assert session.scalars(select(JuryKeptForm)).all() == []


def link_of(room: JuryRoom) -> str:
    with room.database.write() as session:
        token = api.make_sign_in_link(session, email="jure1@jury.example", now=room.clock(), reusable=True)
    return f"/connexion/lien/{token}"


# --- before the end --------------------------------------------------------------------------------------------------


def test_a_page_says_when_its_session_ends_and_asking_does_not_renew_it(scene: Scene) -> None:
    client, begun = scene.sign_in(), scene.clock()
    scene.clock.advance(timedelta(days=3))
    for _ in range(2):
        assert client.get("/connexion/session").json == {"ends": (begun + LIFETIME).isoformat()}
    box = page(client, "/compte/").one("aside", data_session="")
    assert box.get("data-ends") == (scene.clock() + LIFETIME).isoformat()
    assert client.get("/connexion/session").json == {"ends": (begun + timedelta(days=10)).isoformat()}


def test_a_session_is_renewed_at_will_with_a_token_only(scene: Scene) -> None:
    client = scene.sign_in()
    box = page(client, "/compte/").one("aside", data_session="")
    (token,) = [field.get("value", "") for field in box.iter("input")]
    scene.clock.advance(LIFETIME - timedelta(minutes=5))
    assert client.post("/connexion/prolonger").status_code == 422
    renewed = client.post("/connexion/prolonger", headers={"X-CSRFToken": token})
    assert renewed.json == {"ends": (scene.clock() + LIFETIME).isoformat()}
    assert "concours=" in renewed.headers["Set-Cookie"]
    scene.clock.advance(LIFETIME)
    assert client.post("/connexion/prolonger", headers={"X-CSRFToken": token}).json == {"ends": None}
    assert client.get("/candidatures/").status_code == 303


def test_nobody_signed_in_is_told_of_a_session(scene: Scene) -> None:
    client = scene.app.test_client()
    assert client.get("/connexion/session").json == {"ends": None}
    assert page(client, "/").all("aside", data_session="") == []


def test_a_piece_of_a_page_is_not_where_one_comes_back_to(scene: Scene) -> None:
    client: FlaskClient = scene.sign_in()
    page(client, "/candidatures/?page=2")
    expire(scene, client)
    client.get("/candidatures/?page=2")
    headers: Mapping[str, str] = {"HX-Request": "true"}
    client.get(f"/candidatures/{scene.draft()}/fichier", headers=headers)
    with client.session_transaction() as kept:
        assert kept["next"] == "/candidatures/?page=2"
