"""A link that lets a phone send the file of one dossier: for some hours, that dossier alone, nothing else."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from itsdangerous import URLSafeSerializer
from sqlalchemy import select

from concours.entries.phone import LIFETIME, Errand, make_token, read_token
from concours.intake.models import Creation
from concours.kernel.errors import NotFound
from tests import files
from tests.entries_scene import CLOSING, OPEN, Scene
from tests.fakes.clock import FrozenClock
from tests.page import page
from tests.tus_client import Tus

SECRET = "a secret of this test, long enough"
ERRAND = Errand("entry", "account")


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str) -> Scene:
    return Scene(tmp_path, sqlite_url, FrozenClock(OPEN))


def link_of(scene: Scene, entry_id: str, email: str = "candidate@agents.example") -> str:
    """Return the link to the page that sends the file of this dossier."""
    errand = Errand(entry_id, scene.account_id(email))
    return f"/envoi/{make_token(str(scene.app.secret_key), errand, now=scene.clock())}/"


@pytest.fixture
def phone(scene: Scene) -> FlaskClient:
    """A browser that nobody ever signed in with."""
    return scene.app.test_client()


class PhoneTus(Tus):
    """The protocol behind a phone's link."""

    def __init__(self, client: FlaskClient, link: str) -> None:
        self.client, self.address = client, f"{link}envois/"
        self.token = str(page(client, link).all("input", name="csrf_token")[0].get("value"))


def test_a_phone_sends_the_file_without_signing_in(scene: Scene, phone: FlaskClient) -> None:
    entry_id, content = scene.draft(), files.pdf()
    tus = PhoneTus(phone, link_of(scene, entry_id))
    address = tus.created(len(content), "planche.pdf")
    assert address.startswith("/envoi/")
    assert "?" not in address
    assert tus.patch(address, 0, content[:500]).status_code == 204
    assert tus.patch(address, 500, content[500:]).status_code == 204
    with scene.entry(entry_id) as entry:
        assert entry.creation is not None
        assert entry.creation.name == "planche.pdf"


def test_a_computer_goes_on_with_what_the_phone_began(scene: Scene, phone: FlaskClient) -> None:
    entry_id, content = scene.draft(), files.pdf()
    first = PhoneTus(phone, link_of(scene, entry_id))
    address = first.created(len(content))
    first.patch(address, 0, content[:500])
    second = Tus(scene.sign_in(), entry_id)
    here = second.address + address.rsplit("/", 1)[1]
    assert second.offset(here) == 500
    assert second.patch(here, 500, content[500:]).status_code == 204


def test_a_phone_reaches_no_other_dossier_and_no_other_page(scene: Scene, phone: FlaskClient) -> None:
    mine, other = scene.draft(), scene.draft("other@agents.example")
    link = link_of(scene, mine)
    theirs = Tus(scene.sign_in("other@agents.example"), other)
    upload = theirs.created(1000).rsplit("/", 1)[1]
    tus = PhoneTus(phone, link)
    assert tus.send("HEAD", f"{link}envois/{upload}").status_code == 404
    for path in ("/candidatures/", f"/candidatures/{mine}", f"/candidatures/{mine}/creation"):
        assert phone.get(path).status_code == 303
    assert tus.send("POST", f"/candidatures/{mine}/envois/", headers={"Upload-Length": "10"}).status_code == 403


def test_a_link_does_not_sign_its_bearer_in(scene: Scene, phone: FlaskClient) -> None:
    shown = page(phone, link_of(scene, scene.draft()))
    assert "candidate@agents.example" not in shown.html
    assert "Se déconnecter" not in shown.text


def test_a_link_ends_after_its_hours_and_says_what_to_do(scene: Scene, phone: FlaskClient) -> None:
    link = link_of(scene, scene.draft())
    scene.clock.advance(LIFETIME - timedelta(seconds=1))
    page(phone, link)
    scene.clock.advance(timedelta(seconds=1))
    shown = page(phone, link, status=404)
    assert "rechargez la page de la création" in shown.text.lower().replace("’", "'")


def test_there_is_no_link_once_deposits_are_closed(scene: Scene) -> None:
    entry_id = scene.draft()
    scene.clock.move_to(CLOSING)
    assert "/envoi/" not in page(scene.sign_in(), f"/candidatures/{entry_id}/creation").html


def test_a_token_says_what_it_was_made_for() -> None:
    assert read_token(SECRET, make_token(SECRET, ERRAND, now=OPEN), now=OPEN) == ERRAND


@pytest.mark.parametrize(
    "forged",
    [
        make_token(SECRET, ERRAND, now=OPEN)[:-3] + "AAA",
        "",
        "x.y",
        make_token("another secret", ERRAND, now=OPEN),
        URLSafeSerializer(SECRET, salt="another purpose").dumps(["entry", "account", 10**12]),
        URLSafeSerializer(SECRET, salt="send from a phone").dumps(["entry"]),
        URLSafeSerializer(SECRET, salt="send from a phone").dumps(["a", "b", "c"]),
        URLSafeSerializer(SECRET, salt="send from a phone").dumps(7),
    ],
)
def test_a_forged_token_is_worth_nothing(forged: str) -> None:
    with pytest.raises(NotFound, match="ne sert plus"):
        read_token(SECRET, forged, now=OPEN)


def test_two_links_of_one_dossier_bring_one_creation(scene: Scene, phone: FlaskClient) -> None:
    entry_id, content = scene.draft(), files.pdf()
    for _ in range(2):
        tus = PhoneTus(phone, link_of(scene, entry_id))
        tus.patch(tus.created(len(content)), 0, content)
    with scene.database.read() as session:
        assert len(session.scalars(select(Creation)).all()) == 1
