"""Coming to the event and joining the community, through the pages."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from concours.accounts.operations import make_organiser
from concours.registrations import operations
from concours.registrations.models import Registration
from tests.entries_scene import PUBLIC_URL, Scene
from tests.fakes.clock import FrozenClock
from tests.page import page
from tests.registrations_scene import DESK, ZOE, ask, change_event, link, mails, register, team

LINK = rf"{PUBLIC_URL}/(inscription|rejoindre)/"
ORGANISER = "secretariat@concours.example"
ANSWERS = {
    "first_name": "Zoé",
    "last_name": "Noël-Ångström",
    "email": "Zoe.Noel@mairie.example",
    "administration": "Mairie d'Œuilly",
    "function": "",
    "member": "oui",
    "lunch": "oui",
    "meal_needs": "Sans arachide",
    "accessibility_needs": "Une place pour un fauteuil",
}


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> Scene:
    return Scene(tmp_path, sqlite_url, clock)


def linked_path(scene: Scene) -> str:
    """Return the path of the link in the last mail."""
    with scene.database.read() as session:
        text = mails(session)[-1].text
    return next(line.removeprefix(PUBLIC_URL) for line in text.splitlines() if re.match(LINK, line))


def test_a_visitor_registers_and_cancels_by_the_button_behind_the_mailed_link(scene: Scene) -> None:
    client = scene.app.test_client()
    thanks = page(client, "/inscription").form().send(ANSWERS)
    assert thanks.path == "/inscription/envoyee"
    assert "37 avenue Trudaine" in thanks.text
    place = page(client, linked_path(scene))
    assert "Zoé Noël-Ångström, votre place est réservée." in place.text
    for _ in range(2):
        page(client, linked_path(scene))  # a mail scanner opens the link: nothing happens
    assert "Votre inscription est annulée." in place.form("/annuler").submit().text


def test_a_known_address_gets_the_very_same_page(scene: Scene) -> None:
    client = scene.app.test_client()
    answers = {**ANSWERS, "email": "autre@mairie.example"}
    first = page(client, "/inscription").form().send(answers)
    second = page(client, "/inscription").form().send(answers)
    assert (first.path, first.text) == (second.path, second.text)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"email": "zoe"}, "adresse électronique complète"),
        ({"email": "zoe@mairie.example\r\nBcc: tous@mairie.example"}, "adresse électronique complète"),
        ({"last_name": "é" * 300}, "et il y en a 300"),
        ({"first_name": " \u200b "}, "complétez ce champ"),
        ({"administration": ""}, "complétez ce champ"),
        ({"accessibility_needs": "x" * 1001}, "1 000 caractères au plus"),
    ],
)
def test_a_wrong_answer_is_refused_in_words_and_the_others_stay(scene: Scene, wrong: dict[str, str], said: str) -> None:
    refused = page(scene.app.test_client(), "/inscription").form().send({**ANSWERS, **wrong}, status=422)
    assert len(refused.errors) == 1
    assert said in refused.errors[0]
    kept = refused.form().held
    assert all(kept[name] == value for name, value in ANSWERS.items() if name not in wrong)
    with scene.database.read() as session:
        assert not session.scalars(select(Registration)).all()


def test_what_looks_like_a_formula_or_a_page_is_kept_as_it_was_typed(scene: Scene) -> None:
    hostile = {**ANSWERS, "first_name": "=cmd|'/C calc'!A0", "last_name": "<script>alert(1)</script>"}
    page(scene.app.test_client(), "/inscription").form().send(hostile)
    with scene.database.write() as session:
        assert session.scalars(select(Registration.first_name)).all() == ["=cmd|'/C calc'!A0"]
        make_organiser(session, email=ORGANISER, actor="command", now=scene.clock())
    listing = page(scene.sign_in(ORGANISER), "/organisation/inscriptions")
    assert "<script>alert(1)</script>" in listing.text


@pytest.mark.parametrize("path", ["/inscription/faux-jeton", "/rejoindre/faux-jeton"])
def test_a_forged_link_says_which_link_to_open(scene: Scene, path: str) -> None:
    assert "dernier message" in page(scene.app.test_client(), path, status=404).text


def test_a_visitor_joins_by_the_button_behind_the_mailed_link_and_leaves_the_same_way(scene: Scene) -> None:
    client = scene.app.test_client()
    asked = page(client, "/rejoindre").form().submit(email="zoe@mairie.example", name="")
    assert asked.path == "/rejoindre/envoyee"
    member = page(client, linked_path(scene)).form("/confirmer").submit()
    assert "fait partie de la communauté" in member.text
    gone = member.form("/quitter").submit()
    assert "a quitté la communauté" in gone.text


def test_organisers_see_who_comes_and_how_many_have_needs_but_not_which(scene: Scene) -> None:
    with scene.database.write() as session:
        make_organiser(session, email=ORGANISER, actor="command", now=scene.clock())
        register(session, now=scene.clock())
    listing = page(scene.sign_in(ORGANISER), "/organisation/inscriptions")
    assert "Noël-Ångström" in listing.text
    assert "Besoins signalés : 1." in listing.text
    assert ZOE.accessibility_needs not in listing.html


def test_candidates_do_not_see_who_comes(scene: Scene) -> None:
    page(scene.sign_in(), "/organisation/inscriptions", status=403)
    assert "Se connecter" in page(scene.app.test_client(), "/organisation/inscriptions").title


def test_a_full_event_shows_the_list_and_each_step_has_its_one_button(scene: Scene) -> None:
    with scene.database.write() as session:
        change_event(session, capacity=1)
        ask(session, "ada", "bob", now=scene.clock())
        keys = {name: link(session, name) for name in ("ada", "bob")}
    client = scene.app.test_client()
    form = page(client, "/inscription")
    assert "1 personne y figure" in form.text
    assert "blind test" in form.text  # the programme
    assert "photographes" in form.text
    assert (
        "1 personne attend" in form.form().send(ANSWERS).text
        or "2 personnes attendent" in page(client, "/inscription/envoyee").text
    )
    assert "vous êtes 1er sur la liste d'attente" in page(client, f"/inscription/{keys['bob']}").text
    gone = page(client, f"/inscription/{keys['ada']}").form("/annuler").submit()
    assert "2 personnes attendent" not in gone.text
    offered = page(client, f"/inscription/{keys['bob']}")
    for _ in range(2):
        page(client, f"/inscription/{keys['bob']}")  # a mail scanner opens the link: nothing happens
    assert "À accepter avant le mardi 2 février 2027 à 10 h 00 (heure de Paris)" in offered.text
    assert "votre place est réservée" in offered.form("/accepter").submit().text
    again = gone.form("/redemander").submit()
    assert "vous êtes 2e sur la liste d'attente" in again.text


def test_a_lapsed_offer_says_so_before_any_turn_of_the_worker(scene: Scene) -> None:
    with scene.database.write() as session:
        change_event(session, capacity=1)
        ask(session, "ada", "bob", now=scene.clock())
        operations.cancel(session, token=link(session, "ada"), desk=DESK, now=scene.clock())
        key = link(session, "bob")
    scene.clock.advance(timedelta(days=2))
    client = scene.app.test_client()
    lapsed = page(client, f"/inscription/{key}")
    assert "n'est plus gardée" in lapsed.text
    page(client, f"/inscription/{key}/accepter", data={}, status=422)  # without a token of ours, nothing
    assert "votre place est réservée" in lapsed.form("/redemander").submit().text


def test_a_team_takes_its_held_seat_by_the_mailed_link(scene: Scene) -> None:
    with scene.database.write() as session:
        team(session, "un")
    console = scene.console()
    hold = page(console, "/organisation/inscriptions").follow("Places des équipes (1 à proposer)")
    late = hold.form().submit(status=422, until="2027-04-01T09:00")
    assert "avant l'évènement" in late.errors[0]
    assert "Places gardées : 1." in late.form().submit(until="2027-03-01T20:00").text
    with scene.database.read() as session:
        key = link(session, "un")
    client = scene.app.test_client()
    seat = page(client, f"/place-equipe/{key}")
    assert "jusqu'au lundi 1er mars 2027 à 20 h 00 (heure de Paris)" in seat.text
    assert "La place de votre équipe est prise." in seat.form(key).send(ANSWERS).text
    page(client, "/place-equipe/faux", status=404)
    page(client, "/place-equipe/faux", data={}, status=422)


def test_organisers_filter_register_and_cancel_without_reading_needs(scene: Scene) -> None:
    with scene.database.write() as session:
        change_event(session, capacity=1)
        ask(session, "ada", "bob", "cem", now=scene.clock())
    console = scene.console()
    listing = page(console, "/organisation/inscriptions")
    assert ZOE.meal_needs not in listing.html
    waiting = page(console, "/organisation/inscriptions?etat=waiting")
    assert "En liste d'attente (1er)" in waiting.text
    assert "Ada" not in waiting.text
    page(console, "/organisation/inscriptions?etat=%27;drop")
    added = (
        listing.follow("Inscrire quelqu'un")
        .form()
        .send({**ANSWERS, "last_name": "=cmd, d'Œuf", "email": "dia@mairie.example"})
    )
    assert "Inscription en liste d'attente : un message part à son adresse." in added.text
    again = (
        page(console, "/organisation/inscriptions/ajouter")
        .form()
        .send({**ANSWERS, "email": "DIA@mairie.example"}, status=422)
    )
    assert "déjà inscrite" in again.errors[0]
    cancel = added.follow("Annuler : Ada Noël-Ångström")
    assert "complétez" in cancel.form().submit(status=422, reason="").errors[0]
    assert "Inscription annulée" in cancel.form().submit(reason="En double.").text
    assert "Place proposée, jusqu'au 02/02/2027 10:00" in page(console, "/organisation/inscriptions").text
    page(console, f"/organisation/inscriptions/{'a' * 26}/annuler", status=404)
    assert "a proposé une place à la liste d'attente" in page(console, "/organisation/journal").text
