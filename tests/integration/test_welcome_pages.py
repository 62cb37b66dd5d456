"""The welcome without a script: forms alone; and what its page asks by itself."""

from pathlib import Path

import pytest

from concours.accounts.operations import make_organiser
from concours.accounts.rules import OrganiserRole
from concours.kernel.ids import new_id
from concours.registrations.models import Arrival
from tests.entries_scene import Scene
from tests.fakes.clock import FrozenClock
from tests.page import page
from tests.registrations_scene import ask, change_event, link

WELCOME = "/organisation/accueil"
DOOR = "accueil@concours.example"


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> Scene:
    found = Scene(tmp_path, sqlite_url, clock)
    with found.database.write() as session:
        make_organiser(session, email=DOOR, role=OrganiserRole.CHECK_IN, actor="command", now=clock())
        change_event(session, capacity=2)
        ask(session, "ada", "bob", "cem")
    return found


def test_people_are_searched_checked_in_and_undone_by_forms(scene: Scene) -> None:
    client = scene.sign_in(DOOR)
    found = page(client, f"{WELCOME}?q=ADA+noel")
    done = found.form("/arrivees").submit()
    assert "Ada Noël-Ångström : arrivée enregistrée à 10 h 00 (heure de Paris)." in done.text
    assert "Déjà là : 1 sur 2 personnes attendues" in done.text
    assert "déjà accueilli·e à 10 h 00" in found.form("/arrivees").send({"act": new_id()}).text
    undone = page(client, f"{WELCOME}?q=ada").form("/annulations").submit()
    assert "Ada Noël-Ångström : arrivée annulée." in undone.text
    assert "Déjà là : 0 sur 2" in undone.text
    assert "Sans place : en liste d'attente" in page(client, f"{WELCOME}?q=cem").text
    assert "falsifié" in page(client, f"{WELCOME}?q=https://concours.example/billet/{'x' * 26}").text


def test_beyond_the_last_seat_a_reason_is_asked_for(scene: Scene) -> None:
    client = scene.sign_in(DOOR)
    answers = {"first_name": "Dia", "last_name": "d'Œ", "administration": "DINUM", "email": "dia@mairie.example"}
    asked = page(client, f"{WELCOME}/sur-place").form().submit(status=409, **answers)
    assert "Les 2 places sont prises" in asked.text
    assert "Dia d'Œ : arrivée enregistrée" in asked.form().submit(reason="Deux absents").text
    with scene.database.read() as session:
        assert [row.over_reason for row in session.query(Arrival)] == ["Deux absents"]


def test_the_camera_is_this_page_s_alone_and_nobody_s_name_is_in_it(scene: Scene) -> None:
    client = scene.sign_in(DOOR)
    shown = page(client, WELCOME)
    assert shown.response.headers["Permissions-Policy"].startswith("camera=(self)")
    assert "Noël" not in shown.html
    elsewhere = page(client, "/organisation/inscriptions")
    assert elsewhere.response.headers["Permissions-Policy"].startswith("camera=()")


def test_what_has_not_changed_is_not_sent_again_and_acts_are_refused_in_words(scene: Scene) -> None:
    client = scene.sign_in(DOOR)
    for path in ("etat", "attendus"):
        first = client.get(f"{WELCOME}/{path}")
        known = {"If-None-Match": first.headers["ETag"]}
        assert client.get(f"{WELCOME}/{path}", headers=known).status_code == 304
    token = client.get(f"{WELCOME}/jeton").get_json()["token"]
    people = client.get(f"{WELCOME}/attendus").get_json()["people"]
    sent = {"csrf_token": token, "kind": "came", "act": new_id(), "person": people[0][0], "at": "9" * 13}
    answers = [client.post(f"{WELCOME}/actes", data=sent).get_json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(answers[0]["arrivals"]) == 1
    assert client.get(f"{WELCOME}/etat", headers=known).status_code == 200
    for wrong in ({"kind": "?"}, {"person": "'"}, {"act": "", "kind": "undone"}, {"kind": "walk_in"}):
        refused = client.post(f"{WELCOME}/actes", data={**sent, "act": new_id(), **wrong})
        assert refused.status_code in {404, 422}
        assert refused.get_json()["message"]
    assert scene.app.test_client().post(f"{WELCOME}/actes", data=sent).status_code == 403
    with scene.database.write() as session:
        assert link(session, "ada")


def test_the_sheet_leaves_as_a_file(scene: Scene) -> None:
    client = scene.sign_in(DOOR)
    shown = page(client, WELCOME)
    data = {**shown.form("/emargement").held, "qui": "attendus"}
    answer = client.post(f"{WELCOME}/emargement", data=data)
    assert answer.data.startswith(b"%PDF-")
    assert answer.headers["Cache-Control"] == "private, no-store"
