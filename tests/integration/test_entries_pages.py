"""The candidate's pages: what is said of a draft and of a deposit, and what nothing loses."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from concours.accounts.models import AuditEvent
from tests.entries_scene import CLOSING, OPEN, Scene
from tests.fakes.clock import FrozenClock
from tests.page import Page, page

NOT_YET = "Brouillon — pas encore déposée"


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str) -> Scene:
    return Scene(tmp_path, sqlite_url, FrozenClock(OPEN))


@pytest.fixture
def client(scene: Scene) -> FlaskClient:
    return scene.sign_in()


def deposited(scene: Scene, client: FlaskClient) -> tuple[str, Page]:
    """Deposit a complete dossier by its page; return its identifier and the receipt's page."""
    entry_id = scene.complete()
    return entry_id, page(client, f"/candidatures/{entry_id}/depot").form().submit()


def test_a_visitor_who_is_not_signed_in_is_sent_to_sign_in(scene: Scene) -> None:
    entry_id = scene.complete()
    for path in ("", entry_id, f"{entry_id}/equipe", f"{entry_id}/depot"):
        assert page(scene.app.test_client(), f"/candidatures/{path}").path == "/connexion"


def test_the_way_from_nothing_to_a_receipt(scene: Scene, client: FlaskClient) -> None:
    team = page(client, "/candidatures/").form("/candidatures/").submit()
    answers = {"team": "Les Défricheurs", "administration": "Val d'Ombre", "contact_name": "Z. Quatremère"}
    innovation = team.form().send({**answers, "contact_email": "z@ombre.example", "public_agent": "y"})
    creation = innovation.form().submit(title="Le guichet", category="vidéo", summary="Un camion.")
    entry_id = creation.path.split("/")[2]
    assert creation.path.endswith("/creation")
    scene.attach(entry_id)
    check = page(client, f"/candidatures/{entry_id}/verification")
    confirmation = check.form().submit(rules_accepted="y")
    assert confirmation.path.endswith("/depot")
    assert NOT_YET in confirmation.text
    receipt = confirmation.form().submit()
    assert "Accusé de réception" in receipt.text
    assert "Candidature déposée" in receipt.text
    assert NOT_YET not in receipt.text


def test_a_draft_never_reads_as_deposited(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.complete()
    for path in ("", "equipe", "innovation", "creation", "verification", "depot"):
        found = page(client, f"/candidatures/{entry_id}/{path}".rstrip("/"))
        assert NOT_YET in found.text
        assert "Candidature déposée" not in found.text
    assert NOT_YET in page(client, "/candidatures/").text


def test_a_receipt_proves_the_file_the_instant_and_the_rules(scene: Scene, client: FlaskClient) -> None:
    entry_id, receipt = deposited(scene, client)
    with scene.entry(entry_id) as entry:
        made = entry.deposit
        assert made is not None
        for proof in (made.receipt_number, made.sha256, made.rules_digest, "1 234 octets", "Version 1", "bd.pdf"):
            assert proof in receipt.text
    assert "lundi 1er février 2027 à 10 h 00 min 00 s (heure de Paris)" in receipt.text
    assert [mail.subject.split(" :")[0] for mail in scene.mails()] == ["Déposée"]


def test_the_receipt_s_link_in_the_mail_opens_the_receipt(scene: Scene, client: FlaskClient) -> None:
    _, receipt = deposited(scene, client)
    (mail,) = scene.mails()
    assert f"http://concours.example{receipt.path}" in mail.text


def test_a_partial_save_is_kept_and_says_that_it_is_no_deposit(scene: Scene, client: FlaskClient) -> None:
    team = page(client, "/candidatures/").form("/candidatures/").submit()
    saved = team.form().submit(team="Les Défricheurs")
    assert "Votre brouillon est enregistré. Il n'est pas déposé pour autant." in saved.text
    again = page(client, team.path)
    assert again.one("input", id="team").get("value") == "Les Défricheurs"
    assert scene.mails() == []


def test_a_wrong_address_is_pointed_out_and_what_was_typed_stays(client: FlaskClient) -> None:
    team = page(client, "/candidatures/").form("/candidatures/").submit()
    refused = team.form().submit(status=422, team="Les Défricheurs", contact_email="z@")
    (error,) = refused.errors
    assert "saisissez une adresse électronique complète, par exemple prenom.nom@exemple.fr." in error.lower()
    assert refused.one("input", id="team").get("value") == "Les Défricheurs"
    assert refused.one("input", id="contact_email").get("value") == "z@"


def test_a_text_too_long_is_refused_and_kept_in_the_form(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.complete()
    refused = page(client, f"/candidatures/{entry_id}/innovation").form().submit(status=422, summary="a" * 2001)
    (error,) = refused.errors
    assert "2 000 caractères au plus, et il y en a 2 001" in error
    assert "a" * 2001 in refused.text


def test_a_forged_category_is_refused(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.complete()
    refused = page(client, f"/candidatures/{entry_id}/innovation").form().submit(status=422, category="sculpture")
    (error,) = refused.errors
    assert "ce choix n'est pas proposé" in error.lower()


def test_what_is_missing_leads_to_its_field(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.draft(title="")
    lacking = page(client, f"/candidatures/{entry_id}/depot")
    assert lacking.links["Donnez un titre à la création."] == f"/candidatures/{entry_id}/innovation?a-completer#title"
    innovation = lacking.follow("Donnez un titre à la création.")
    (error,) = innovation.errors
    assert "donnez un titre à la création." in error.lower()
    assert innovation.one("input", id="title").get("aria-invalid") == "true"
    assert not list(lacking.one("main").iter("form"))


def test_a_forced_deposit_of_an_incomplete_dossier_says_all_that_is_missing(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.complete()
    form = page(client, f"/candidatures/{entry_id}/depot").form()
    page(client, f"/candidatures/{entry_id}/innovation").form().submit(title="", summary="")
    refused = form.submit(status=422)
    assert refused.errors == [
        "La candidature n'est pas déposée : il manque 2 éléments. Votre brouillon est enregistré."
    ]
    assert {"Donnez un titre à la création.", "Présentez l'innovation en quelques phrases."} <= refused.links.keys()
    assert scene.mails() == []


def test_the_deposit_form_sent_twice_gives_the_same_receipt(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.complete()
    form = page(client, f"/candidatures/{entry_id}/depot").form()
    assert form.submit().path == form.submit().path
    assert len(scene.mails()) == 1


def test_two_windows_see_both_texts_and_the_visitor_chooses(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.complete()
    ours = page(client, f"/candidatures/{entry_id}/innovation").form()
    page(client, f"/candidatures/{entry_id}/innovation").form().submit(title="Le titre de l'autre fenêtre")
    conflict = ours.submit(status=409, title="Mon titre")
    assert "Le titre de l'autre fenêtre" in conflict.text
    assert conflict.one("input", id="title").get("value") == "Mon titre"
    conflict.form().submit()
    with scene.entry(entry_id) as entry:
        assert entry.title == "Mon titre"


def test_a_change_after_a_deposit_says_that_it_does_not_count_yet(scene: Scene, client: FlaskClient) -> None:
    entry_id, _ = deposited(scene, client)
    innovation = page(client, f"/candidatures/{entry_id}/innovation")
    assert "reste valable" in innovation.text
    innovation.form().submit(title="Un autre titre")
    overview = page(client, f"/candidatures/{entry_id}")
    assert "Déposée, avec des modifications non déposées" in overview.text
    assert "reste celui qui compte" in overview.text


def test_a_replaced_receipt_stays_and_says_that_it_no_longer_counts(scene: Scene, client: FlaskClient) -> None:
    entry_id, first = deposited(scene, client)
    page(client, f"/candidatures/{entry_id}/innovation").form().submit(title="Un autre titre")
    scene.clock.advance(timedelta(minutes=1))
    page(client, f"/candidatures/{entry_id}/depot").form().submit()
    old = page(client, first.path)
    assert "Ce dépôt ne compte plus" in old.text
    assert "Le guichet qui vient à vous" in old.text
    assert "Candidature déposée" not in old.text


def test_a_withdrawal_asks_first_then_says_withdrawn(scene: Scene, client: FlaskClient) -> None:
    entry_id, _ = deposited(scene, client)
    asked = page(client, f"/candidatures/{entry_id}/retrait")
    assert "ne participera pas au concours" in asked.text
    gone = asked.form().submit()
    assert "Votre candidature est retirée." in gone.text
    assert "Retirée" in page(client, "/candidatures/").text
    assert sorted(mail.subject.split(" :")[0] for mail in scene.mails()) == ["Déposée", "Retirée"]
    assert (
        page(client, f"/candidatures/{entry_id}/depot")
        .form()
        .submit()
        .path.endswith(page(client, f"/candidatures/{entry_id}").links["Voir l'accusé de réception"].rpartition("/")[2])
    )


def test_a_deposit_at_closing_is_late_says_so_and_is_on_record(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.complete()
    scene.clock.move_to(CLOSING - timedelta(minutes=5))
    client = scene.sign_in()
    form = page(client, f"/candidatures/{entry_id}/depot").form()
    scene.clock.move_to(CLOSING)
    refused = form.submit(status=422)
    (sentence,) = refused.errors
    assert "arrivée le samedi 13 mars 2027 à 20 h 00 min 00 s (heure de Paris)" in sentence
    assert NOT_YET in refused.text
    assert scene.mails() == []
    with scene.database.read() as session:
        late = session.scalars(select(AuditEvent).where(AuditEvent.action == "late_attempt")).one()
        assert (late.at, late.subject, late.details) == (CLOSING, entry_id, {"act": "entries.deposit"})


def test_what_is_typed_too_late_stays_in_sight(scene: Scene) -> None:
    entry_id = scene.complete()
    scene.clock.move_to(CLOSING - timedelta(minutes=5))
    form = page(scene.sign_in(), f"/candidatures/{entry_id}/innovation").form()
    scene.clock.move_to(CLOSING)
    refused = form.submit(status=422, title="Mon titre de la dernière minute")
    assert refused.one("input", id="title").get("value") == "Mon titre de la dernière minute"


def test_once_closed_all_is_readable_and_no_form_is_left(scene: Scene, client: FlaskClient) -> None:
    entry_id, receipt = deposited(scene, client)
    scene.clock.move_to(CLOSING + timedelta(days=2))
    client = scene.sign_in()
    for path in ("", "equipe", "innovation", "creation", "verification", "depot", "retrait"):
        found = page(client, f"/candidatures/{entry_id}/{path}".rstrip("/"))
        assert not list(found.one("main").iter("form"))
        assert "Les dépôts sont clos depuis le samedi 13 mars 2027 à 20 h 00 (heure de Paris)" in found.text
    assert "Les Défricheurs" in page(client, f"/candidatures/{entry_id}").text
    assert "Candidature déposée" in page(client, receipt.path).text
    assert not list(page(client, "/candidatures/").one("main").iter("form"))


def test_once_closed_what_is_shown_is_what_was_deposited(scene: Scene, client: FlaskClient) -> None:
    entry_id, _ = deposited(scene, client)
    page(client, f"/candidatures/{entry_id}/innovation").form().submit(title="Un titre jamais déposé")
    scene.clock.move_to(CLOSING)
    found = page(scene.sign_in(), f"/candidatures/{entry_id}")
    assert "Ce qui est déposé" in found.text
    assert "Le guichet qui vient à vous" in found.text
    assert "Un titre jamais déposé" not in found.text


def test_another_s_entry_answers_as_one_that_does_not_exist(scene: Scene, client: FlaskClient) -> None:
    entry_id, receipt = deposited(scene, client)
    stranger = scene.sign_in("autre@agents.example")
    missing = "a" * 26
    paths = ("", "/equipe", "/innovation", "/verification", "/creation", "/creation/etat", "/depot", "/retrait")
    for path in (*paths, f"/depots/{receipt.path.rpartition('/')[2]}"):
        theirs = page(stranger, f"/candidatures/{entry_id}{path}", status=404)
        none = page(stranger, f"/candidatures/{missing}{path}", status=404)
        assert theirs.one("main").get("id") == "contenu"
        assert theirs.text == none.text
        assert "Quatremère" not in theirs.html


def test_another_s_entry_cannot_be_deposited_nor_withdrawn(scene: Scene, client: FlaskClient) -> None:
    entry_id, _ = deposited(scene, client)
    stranger = scene.sign_in("autre@agents.example")
    own = scene.complete("autre@agents.example")
    token = page(stranger, f"/candidatures/{own}/depot").form().held
    for act in ("depot", "retrait"):
        page(stranger, f"/candidatures/{entry_id}/{act}", status=404, data=token)
    with scene.entry(entry_id) as entry:
        assert entry.state_words == "Déposée"


def test_a_form_without_its_token_changes_nothing(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.complete()
    assert client.post(f"/candidatures/{entry_id}/depot").status_code == 422
    with scene.entry(entry_id) as entry:
        assert entry.state_words == NOT_YET


def test_the_remaining_time_is_said_with_the_day_and_the_hour_in_paris(scene: Scene, client: FlaskClient) -> None:
    found = page(client, f"/candidatures/{scene.complete()}")
    (countdown,) = found.all(class_="cc-countdown")
    assert countdown.get("data-countdown") == "2027-03-13T19:00:00+00:00"
    assert "Il reste 40 jours et 10 h." in found.text
    assert "Clôture des dépôts : samedi 13 mars 2027 à 20 h 00 (heure de Paris)" in found.text
