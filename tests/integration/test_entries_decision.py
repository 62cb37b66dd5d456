"""What a candidate is told of the secretariat's decision, and when."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from concours.accounts.operations import make_organiser
from concours.entries.models import Entry
from concours.intake.models import CreationState
from concours.organisers import operations as organisers
from concours.organisers.rules import Decision
from tests.entries_scene import CLOSING, OPEN, Scene, attach
from tests.fakes.clock import FrozenClock
from tests.page import Page, page

REASON = "Le logo de la collectivité figure page 2."
ORGANISER = "secretariat@concours.example"


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str) -> Scene:
    return Scene(tmp_path, sqlite_url, FrozenClock(OPEN))


@pytest.fixture
def client(scene: Scene) -> FlaskClient:
    return scene.sign_in()


def deposited(scene: Scene, client: FlaskClient, title: str = "Le guichet", *, name: str = "bd.pdf") -> str:
    entry_id = scene.draft(title=title)
    with scene.database.write() as session:
        entry = session.get_one(Entry, entry_id)
        made = attach(session, entry, now=scene.clock(), state=CreationState.READY, name=name)
    scene.keep(made)
    page(client, f"/candidatures/{entry_id}/depot").form().submit()
    return entry_id


def decide(scene: Scene, entry_id: str, decision: Decision, reason: str = "") -> None:
    with scene.database.write() as session:
        organisers.decide_admissibility(
            session,
            entry_id=entry_id,
            deposit_id=session.get_one(Entry, entry_id).deposit_id or "",
            decision=decision,
            reason=reason,
            actor=make_organiser(session, email=ORGANISER, actor="command", now=OPEN).id,
            now=OPEN + timedelta(hours=2),
        )


def hand_over(scene: Scene) -> None:
    with scene.database.write() as session:
        actor = make_organiser(session, email=ORGANISER, actor="command", now=OPEN).id
        organisers.hand_over(session, actor=actor, now=CLOSING + timedelta(hours=1))


def home(client: FlaskClient, entry_id: str) -> Page:
    return page(client, f"/candidatures/{entry_id}")


def test_a_refusal_is_shown_with_its_reason_and_what_can_be_done(scene: Scene, client: FlaskClient) -> None:
    entry_id = deposited(scene, client)
    decide(scene, entry_id, Decision.REFUSED, REASON)
    found = home(client, entry_id)
    assert "Irrecevable : le lundi 1er février 2027 à 12 h 00" in found.text
    assert REASON in found.text
    assert "corriger le dossier, puis le déposer de nouveau" in found.text
    assert ORGANISER not in found.html
    assert "est déclaré irrecevable : ce que vous modifiez ici" in found.follow("Corriger le dossier").text
    assert "Irrecevable" in page(client, "/candidatures/").text
    assert REASON in found.follow("Voir l'accusé de réception").text


def test_once_closed_a_refusal_says_where_to_write(scene: Scene, client: FlaskClient) -> None:
    entry_id = deposited(scene, client)
    decide(scene, entry_id, Decision.REFUSED, REASON)
    scene.clock.move_to(CLOSING)
    found = home(scene.sign_in(), entry_id)
    assert "le dossier ne peut plus être corrigé. Une question sur cette décision ? Écrivez à" in found.text
    assert "déposer de nouveau" not in found.text


def test_an_admitted_candidate_reads_so(scene: Scene, client: FlaskClient) -> None:
    entry_id = deposited(scene, client)
    assert "ecevable" not in home(client, entry_id).text
    decide(scene, entry_id, Decision.ADMITTED)
    found = home(client, entry_id).text
    assert "Recevable : le lundi 1er février 2027" in found
    assert "Irrecevable" not in found


def test_a_decision_on_a_deposit_that_no_longer_counts_is_not_shown(scene: Scene, client: FlaskClient) -> None:
    entry_id = deposited(scene, client)
    decide(scene, entry_id, Decision.REFUSED, REASON)
    seen = home(client, entry_id).links["Voir l'accusé de réception"]
    page(client, f"/candidatures/{entry_id}/innovation").form().submit(title="Le guichet, sans logo")
    assert REASON in home(client, entry_id).text
    receipt = page(client, f"/candidatures/{entry_id}/depot").form().submit()
    for found in (receipt, home(client, entry_id), page(client, "/candidatures/")):
        assert "rrecevable" not in found.text
        assert REASON not in found.text
    replaced = page(client, seen)
    assert "Ce dépôt ne compte plus" in replaced.text
    assert REASON not in replaced.text


def test_a_refused_team_is_written_to_once_when_the_works_go_to_the_jury(scene: Scene, client: FlaskClient) -> None:
    refused, admitted = deposited(scene, client, "Le refusé"), deposited(scene, client, "Le retenu", name="autre.pdf")
    decide(scene, refused, Decision.REFUSED, REASON)
    decide(scene, admitted, Decision.ADMITTED)
    before = len(scene.mails())
    hand_over(scene)
    [mail] = scene.mails()[before:]
    assert mail.recipient == "candidate@agents.example"
    assert mail.subject.startswith("Irrecevable : « Le refusé »")
    assert REASON in mail.text
    assert "Répondez à ce message" in mail.text
    assert ORGANISER not in mail.text
    scene.clock.move_to(CLOSING + timedelta(hours=2))
    assert "Cette décision est définitive." in home(scene.sign_in(), refused).text
    assert "a été transmise au jury" in home(scene.sign_in(), admitted).text


def test_the_secretariat_reads_when_the_candidate_is_told(scene: Scene, client: FlaskClient) -> None:
    entry_id = deposited(scene, client)
    with scene.database.write() as session:
        make_organiser(session, email=ORGANISER, actor="command", now=OPEN)
    organiser = scene.sign_in(ORGANISER)
    found = page(organiser, f"/organisation/candidatures/{entry_id}").text
    assert "dès que vous les enregistrez" in found
    assert "un courriel le lui dit aussi, avec le motif, au moment de la transmission" in found
