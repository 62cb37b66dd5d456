"""Answers kept one by one, what is optional, and the jury's view, as the server answers without a browser."""

import io
import re
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, tostring

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from concours.accounts.models import Account, AuditEvent
from concours.entries.models import Deposit, Entry
from tests.entries_scene import CLOSING, OPEN, Scene
from tests.fakes.clock import FrozenClock
from tests.page import Page, page, read
from tests.whole_contest import WholeContest


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str) -> Scene:
    return Scene(tmp_path, sqlite_url, FrozenClock(OPEN))


@pytest.fixture
def client(scene: Scene) -> FlaskClient:
    return scene.sign_in()


def keep(
    client: FlaskClient,
    entry_id: str,
    part: str,
    *,
    status: int = 200,
    seen: dict[str, str] | None = None,
    **typed: str,
) -> Any:
    """Send some answers as the page's script does; return what is answered."""
    token = client.get(f"/candidatures/{entry_id}/reponses/").get_json()["token"]
    sent = {"csrf_token": token, "changed": list(typed), **typed}
    answer = client.post(
        f"/candidatures/{entry_id}/reponses/{part}",
        data={**sent, **{f"seen-{name}": text for name, text in (seen or {}).items()}},
    )
    assert answer.status_code == status
    return answer.get_json()


def test_only_what_changed_is_kept_and_cleaned(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.draft()
    seen = {"title": "Le guichet qui vient à vous"}
    found = keep(client, entry_id, "innovation", seen=seen, title="  Un\u00ad titre\x07\tneuf ")
    assert found["stored"]["title"] == "Un titre neuf"
    assert (found["refused"], found["conflicts"]) == ({}, {})
    assert found["said"] == "Enregistré à 10\u00a0h\u00a000 (heure\u00a0de\u00a0Paris)"
    with scene.entry(entry_id) as entry:
        assert (entry.title, entry.category) == ("Un titre neuf", "bande dessinée")


def test_an_answer_that_is_refused_keeps_the_others(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.draft()
    seen = {"team": "Les Défricheurs", "contact_email": "zephyrine@val-ombre.example"}
    found = keep(client, entry_id, "equipe", seen=seen, team="Les Autres", contact_email="z@")
    assert list(found["refused"]) == ["contact_email"]
    with scene.entry(entry_id) as entry:
        assert (entry.team, entry.contact_email) == ("Les Autres", "zephyrine@val-ombre.example")


def test_a_conflict_overwrites_nothing_and_shows_both(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.draft()
    seen = {"title": "Un titre d'avant", "category": "bande dessinée"}
    found = keep(client, entry_id, "innovation", seen=seen, title="Le mien", category="vidéo")
    assert list(found["conflicts"]) == ["title"]
    assert "Le mien" in found["conflicts"]["title"]
    assert "Le guichet qui vient à vous" in found["conflicts"]["title"]
    with scene.entry(entry_id) as entry:
        assert (entry.title, entry.category) == ("Le guichet qui vient à vous", "vidéo")


def test_the_same_answer_again_changes_nothing_and_is_no_conflict(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.draft()
    with scene.database.read() as session:
        before = session.scalar(select(func.count()).select_from(AuditEvent))
    found = keep(client, entry_id, "innovation", seen={"title": "x"}, title="Le guichet qui vient à vous")
    assert found["conflicts"] == {}
    with scene.database.read() as session:
        assert session.scalar(select(func.count()).select_from(AuditEvent)) == before


def test_a_tick_is_taken_off_by_its_absence(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.draft()
    token = client.get(f"/candidatures/{entry_id}/reponses/").get_json()["token"]
    data = {"csrf_token": token, "changed": "rights_granted", "seen-rights_granted": "y"}
    client.post(f"/candidatures/{entry_id}/reponses/verification", data=data)
    with scene.entry(entry_id) as entry:
        assert (entry.rights_granted, entry.rules_accepted) == (False, True)


def test_an_unknown_answer_is_left_aside(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.draft()
    found = keep(client, entry_id, "innovation", seen={"team": "Les Défricheurs"}, team="Volée", version="3")
    assert found["stored"].keys() == {"title", "category", "summary"}
    with scene.entry(entry_id) as entry:
        assert (entry.team, entry.version) == ("Les Défricheurs", 2)


def test_late_answers_say_so_once_closed_and_are_on_record(scene: Scene) -> None:
    entry_id = scene.draft()
    scene.clock.move_to(CLOSING)
    found = keep(scene.sign_in(), entry_id, "innovation", status=422, title="Trop tard")
    assert found["closed"] is True
    assert "n’est plus possible" in found["message"]
    with scene.database.read() as session:
        late = session.scalars(select(AuditEvent).where(AuditEvent.action == "late_attempt")).one()
        assert late.details == {"act": "drafts.save"}


def test_nobody_else_may_keep_or_learn_anything(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.draft()
    stranger = scene.sign_in("autre@agents.example")
    assert stranger.get(f"/candidatures/{entry_id}/reponses/").status_code == 404
    signed_out = scene.app.test_client()
    for answer in (
        signed_out.get(f"/candidatures/{entry_id}/reponses/"),
        signed_out.post(f"/candidatures/{entry_id}/reponses/equipe", data={"changed": "team", "team": "x"}),
        client.post(f"/candidatures/{entry_id}/reponses/equipe", data={"changed": "team", "team": "x"}),
    ):
        assert answer.status_code == 403
        assert "Votre session est terminée" in answer.get_json()["message"]


def test_one_wrong_answer_keeps_none_of_the_others_from_being_saved(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.draft(team="", contact_email="")
    form = page(client, f"/candidatures/{entry_id}/equipe").form()
    refused = form.submit(status=422, team="Les Autres", contact_email="z@")
    assert "Vos autres réponses sont enregistrées" in refused.text
    assert "Indiquez le nom de l'équipe" not in refused.text
    assert "Indiquez l'adresse électronique" in refused.text
    with scene.entry(entry_id) as entry:
        assert (entry.team, entry.contact_email) == ("Les Autres", "")
    assert refused.form("equipe").submit(contact_email="z@val-ombre.example").path.endswith("/innovation")


def test_what_is_for_everyone_is_optional_and_deposited(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.complete()
    form = page(client, f"/candidatures/{entry_id}/publics").form()
    captions = "\ufeffWEBVTT\r\n\r\n00:01.000 --> 00:02.000\r\nBonjour\r\n".encode()
    saved = form.submit(transcript="Bonjour.", captions_file=(io.BytesIO(captions), "a.vtt"))
    assert saved.path.endswith("/creation")
    assert "Sous-titres : enregistrés" in saved.text
    page(client, f"/candidatures/{entry_id}/depot").form().submit()
    with scene.database.read() as session:
        answers = session.scalars(select(Deposit)).one().answers
        assert answers.captions == "WEBVTT\n\n00:01.000 --> 00:02.000\nBonjour"
        assert (answers.transcript, answers.text_alternative) == ("Bonjour.", "")


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"WEBVTT\n\n00:01 --> 00:02\nA", "ligne 3"), ("WEBVTT é".encode("utf-16"), "n'est pas un texte en UTF-8")],
)
def test_captions_that_no_player_reads_are_refused_in_words(
    scene: Scene, client: FlaskClient, content: bytes, words: str
) -> None:
    form = page(client, f"/candidatures/{scene.draft()}/publics").form()
    refused = form.submit(status=422, transcript="Gardée", captions_file=(io.BytesIO(content), "a.vtt"))
    assert words in refused.errors[0]
    assert "Gardée" in refused.one("textarea", id="transcript").itertext()


def test_a_deposit_made_before_these_questions_reads_and_counts_as_unchanged(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.complete()
    page(client, f"/candidatures/{entry_id}/depot").form().submit()
    with scene.database.write() as session:
        made = session.scalars(select(Deposit)).one()
        made.dossier = {name: value for name, value in made.dossier.items() if name not in {"transcript", "captions"}}
    with scene.database.read() as session:
        entry = session.get_one(Entry, entry_id)
        assert entry.changed is False
        assert entry.deposit is not None
        assert entry.deposit.answers.captions == ""


def test_the_secretariat_sees_the_names_that_the_jury_would_read(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.complete(title="Le camion du Val d'Ombre")
    page(client, f"/candidatures/{entry_id}/depot").form().submit()
    seen = page(scene.console(), f"/organisation/candidatures/{entry_id}")
    assert "Dans le titre : « Val d'Ombre »" in seen.text


def test_each_step_says_what_it_lacks_and_the_way_shows_where_one_stands(scene: Scene, client: FlaskClient) -> None:
    entry_id = scene.draft(title="", summary="")
    found = page(client, f"/candidatures/{entry_id}/innovation")
    (here,) = found.all("a", aria_current="step")
    assert "".join(here.itertext()).split() == ["Innovation", "Il", "manque", "2", "éléments"]
    assert found.links["Donnez un titre à la création."] == "#title"
    assert "Cette étape est complète." in page(client, f"/candidatures/{entry_id}/equipe").text


ADDRESS = re.compile(r'(?:href|src|poster)="[^"]*"')


def drawn(element: Element) -> str:
    """Return the markup of an element, apart from the addresses of its files and what a work is called."""
    markup = tostring(element, encoding="unicode")
    return re.sub(r"Œuvre (sans numéro|n°\s*\d+)", "Œuvre", " ".join(ADDRESS.sub("", markup).split()))


def test_the_candidate_sees_the_very_markup_that_the_jury_sees(tmp_path: Path, sqlite_url: str) -> None:
    contest = WholeContest(tmp_path, sqlite_url, FrozenClock(OPEN))
    contest.invite_panel()
    contest.deposit_some(1)
    with contest.database.read() as session:
        entry, account = session.execute(select(Entry, Account).join(Account, Account.id == Entry.account_id)).one()
        entry_id, email = entry.id, account.email
    candidate = page(contest.sign_in(email), f"/candidatures/{entry_id}/apercu-jury")
    (number,) = contest.hand_over()
    jury = page(contest.member("jure1"), f"/jury/oeuvres/{number}")
    for tag, class_ in (("div", "cc-bench__work"), ("span", "fr-tag")):
        assert drawn(candidate.all(tag, class_=class_)[0]) == drawn(jury.all(tag, class_=class_)[0])
    assert drawn(candidate.one("h1")) == drawn(jury.one("h1"))
    contest.dispose()


def words_of(found: Page) -> str:
    (body,) = found.all("div", class_="cc-bench__work")
    return read(body)


def test_the_view_of_an_incomplete_draft_says_what_is_not_there_yet(scene: Scene, client: FlaskClient) -> None:
    seen = page(client, f"/candidatures/{scene.draft(title='')}/apercu-jury")
    assert "(Le titre manque encore)" in seen.text
    assert "Il n'y a pas encore de fichier à montrer." in words_of(seen)
    assert "Les Défricheurs" not in seen.text
