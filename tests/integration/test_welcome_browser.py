"""The welcome in a real browser: a ticket before a camera, and a network that comes and goes."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from concours.accounts.operations import make_organiser
from concours.accounts.rules import OrganiserRole
from concours.registrations.models import Arrival, Registration
from tests.axe import violations
from tests.conftest import NewPage
from tests.entries_scene import PUBLIC_URL, Scene
from tests.fake_camera import film_of
from tests.fakes.clock import FrozenClock
from tests.live import answering
from tests.registrations_scene import ask, change_event, mails
from tests.uploads_scene import sign_in

pytestmark = pytest.mark.browser
DOOR = "accueil@concours.example"


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> Scene:
    return Scene(tmp_path, sqlite_url, clock)


@pytest.fixture
def address(scene: Scene) -> Iterator[str]:
    """Where the application answers, with somebody at the door."""
    with scene.database.write() as session:
        make_organiser(session, email=DOOR, role=OrganiserRole.CHECK_IN, actor="command", now=scene.clock())
    with answering(scene.app) as found:
        yield found


def arrived(scene: Scene) -> list[Arrival]:
    with scene.database.read() as session:
        return list(session.scalars(select(Arrival).order_by(Arrival.at, Arrival.recorded_at)))


def ticket_of(scene: Scene, name: str) -> str:
    with scene.database.read() as session:
        row = session.scalars(select(Registration).where(Registration.email == f"{name}@mairie.example")).one()
        return f"{PUBLIC_URL}/billet/{row.ticket_code}"


def read_ticket(page: Page, text: str) -> None:
    """Read a ticket as a hand-held reader does: it types, then presses Enter."""
    page.get_by_role("searchbox").fill(text)
    page.keyboard.press("Enter")


def result(page: Page) -> str:
    return page.locator("[data-result]").inner_text().replace("\u00a0", " ")


def live(page: Page) -> None:
    expect(page.locator("[data-status]")).to_have_attribute("data-state", "live")


def test_from_registration_to_the_door_by_the_camera(
    scene: Scene, address: str, new_page: NewPage, browser: Browser, tmp_path: Path
) -> None:
    page = new_page(width=360)
    page.goto(f"{address}/inscription")
    for label, text in (("Prénom", "Zoé"), ("Nom", "Noël"), ("Administration", "Mairie d'Œuilly")):
        page.get_by_label(label, exact=label == "Nom").fill(text)
    page.get_by_label("Adresse électronique").fill("zoe@mairie.example")
    for question in ("Faites-vous partie", "Déjeunez-vous"):
        page.get_by_role("group", name=re.compile(question)).get_by_text("Oui").click()
    page.get_by_role("button", name="inscri").click()
    page.wait_for_url("**/inscription/envoyee")
    with scene.database.read() as session:
        [ticket] = re.findall(rf"{PUBLIC_URL}/billet/\S+", mails(session)[-1].text)
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    film = film_of(tmp_path / "camera.y4m", ticket)
    fake = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--no-sandbox", "--disable-gpu")
    args = [*fake, f"--use-file-for-fake-video-capture={film}"]
    with browser.browser_type.launch(executable_path=program, args=args) as seeing:
        door = seeing.new_context(locale="fr-FR", viewport={"width": 360, "height": 740}).new_page()
        sign_in(scene, address, door, DOOR)
        assert door.url == f"{address}/organisation/accueil"  # the page of whoever receives people
        live(door)
        door.get_by_role("button", name="Lire les billets").click()
        expect(door.locator("[data-result]")).to_contain_text("Zoé Noël : bienvenue. Enregistré.")
        expect(door.locator("[data-present]")).to_have_text("1")
        assert violations(door) == []
        assert door.evaluate("document.documentElement.scrollWidth <= innerWidth")
    [arrival] = arrived(scene)
    assert arrival.recorded_by == scene.account_id(DOOR)


@pytest.mark.full
def test_the_door_goes_on_without_a_network_and_catches_up(scene: Scene, address: str, new_page: NewPage) -> None:
    with scene.database.write() as session:
        change_event(session, capacity=3)
        ask(session, "ada", "bob")
    page, other = new_page(width=768), new_page(width=1280)
    for each in (page, other):
        sign_in(scene, address, each, DOOR)
        live(each)
    page.wait_for_function("caches.open('concours-accueil').then(c => c.match(location.href)).then(Boolean)")
    page.context.set_offline(True)
    page.reload()  # a telephone puts pages aside
    expect(page.locator("[data-status]")).to_have_attribute("data-state", "alone")
    read_ticket(page, ticket_of(scene, "ada"))
    expect(page.locator("[data-result]")).to_contain_text("bienvenue. Sur cet appareil.")
    read_ticket(page, ticket_of(scene, "ada"))
    assert "Billet déjà présenté : Ada Noël-Ångström, à 10 h 00" in result(page)
    read_ticket(page, f"{PUBLIC_URL}/billet/{'x' * 26}")
    expect(page.locator("[data-result]")).to_contain_text("n’est pas dans la liste gardée sur cet appareil")
    page.get_by_role("searchbox").fill("BOB noel")
    page.get_by_role("button", name="Accueillir : Bob").click()
    page.get_by_role("button", name="Annuler l’arrivée : Bob").click()
    page.get_by_text("Une personne sans inscription").click()
    for label, text in (("Prénom", "Cem"), ("Nom", "=cmd"), ("Administration", "DINUM")):
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("Adresse électronique").fill("cem@mairie.example")
    page.get_by_role("button", name="Inscrire et accueillir").click()
    expect(page.locator("[data-line]")).to_contain_text("4 saisies sur cet appareil")
    expect(page.locator("[data-present]")).to_have_text("2")
    assert arrived(scene) == []
    assert violations(page) == []
    read_ticket(other, ticket_of(scene, "ada"))
    expect(other.locator("[data-result]")).to_contain_text("Enregistré.")
    page.context.set_offline(False)
    live(page)
    expect(page.locator("[data-line]")).to_contain_text("tout est enregistré")
    expect(page.locator("[data-review]")).to_contain_text("La première heure compte ; les deux sont gardées")
    expect(page.locator("[data-present]")).to_have_text("2")
    expect(other.locator("[data-present]")).to_have_text("2")
    assert len({each.registration_id for each in arrived(scene) if each.undone_at is None}) == 2
    assert [each.walk_in for each in arrived(scene)].count(True) == 1
    assert len(arrived(scene)) == 4
    read_ticket(page, f"{PUBLIC_URL}/billet/{'x' * 26}")
    expect(page.locator("[data-result]")).to_contain_text("falsifié")
    other.get_by_role("button", name="Se déconnecter").click()
    expect(other.get_by_role("link", name="Se connecter").first).to_be_visible()
    assert other.evaluate("caches.has('concours-accueil')") is False
