"""The deposit in a real browser: armed beforehand, failed replacement; and what its pages say aloud, kept."""

import io
import os
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests import files
from tests.axe import WIDTHS, violations
from tests.conftest import NewPage
from tests.entries_scene import ANSWERS, CLOSING, Scene
from tests.fakes.clock import FrozenClock
from tests.live import answering
from tests.page import page as read_page
from tests.tus_client import Tus
from tests.uploads_scene import Network, film, send, sign_in, state

pytestmark = pytest.mark.browser

SPOKEN = Path(__file__).parent.parent / "spoken"
"""What a screen reader finds on a page, one file a page; SPOKEN=write writes them anew, to be read again."""

EVE = CLOSING - timedelta(hours=6)
_CHANGING = (
    (re.compile(r"Il reste [^.]*"), "Il reste DU TEMPS"),
    (re.compile(r"\d{4}-[A-Z0-9]{4}-[A-Z0-9]{4}"), "NUMÉRO"),
    (re.compile(r"[0-9a-f]{128}"), "SIGNATURE"),
    (re.compile(r"[0-9a-f]{64}"), "EMPREINTE"),
    (re.compile(r'"?\b[0-9a-f]{16}\b"?'), "CLÉ"),  # between quotes when it happens to look like a number
    (re.compile(r"\b[a-z2-7]{26}\b"), "IDENTIFIANT"),
    (re.compile(r"http://127\.0\.0\.1:\d+|http://concours\.example"), "ADRESSE"),
)


class Site:
    """The application at an address, some hours before closing, and the candidate's browser."""

    def __init__(self, scene: Scene, address: str, new_page: NewPage) -> None:
        self.scene, self.address, self.new_page = scene, address, new_page

    def visitor(self, entry_id: str, path: str = "") -> Page:
        page = self.new_page(width=1280)
        sign_in(self.scene, self.address, page)
        page.goto(f"{self.address}/candidatures/{entry_id}{path}")
        return page


@pytest.fixture
def site(tmp_path: Path, sqlite_url: str, new_page: NewPage) -> Iterator[Site]:
    scene = Scene(tmp_path, sqlite_url, FrozenClock(EVE))
    with answering(scene.app) as address:
        yield Site(scene, address, new_page)
    scene.close()


def test_an_armed_dossier_is_deposited_when_the_last_byte_is_there(site: Site, tmp_path: Path) -> None:
    entry_id = site.scene.draft()
    page = site.visitor(entry_id, "/creation")
    network = Network(page, speed=100_000)
    send(page, film(tmp_path / "film.mp4", 6_000_000))
    expect(state(page, "sending")).to_be_visible()
    page.get_by_role("button", name="Déposer dès la fin de l’envoi").click()
    armed = page.get_by_text("Au dernier octet, la candidature sera déposée")
    expect(armed).to_be_visible()
    expect(page.get_by_role("button", name="Ne pas déposer à la fin de l’envoi")).to_be_focused()
    assert violations(page) == []
    page.get_by_role("link", name=re.compile("Dépôt Brouillon")).click()
    line = page.locator("[data-upload-line]")
    expect(line).to_contain_text("La candidature sera déposée d’elle-même")
    expect(page.get_by_role("heading", name="Le fichier n’est pas encore arrivé")).to_be_visible()
    expect(page.get_by_role("link", name="Ajoutez le fichier")).to_be_hidden()
    assert violations(page) == []
    page.go_back()
    expect(armed).to_be_visible()
    network.set()
    page.wait_for_url(f"**/candidatures/{entry_id}", timeout=20_000)
    expect(page.get_by_text("Cette candidature est déposée")).to_be_visible()
    assert [mail.subject.partition(" ")[0] for mail in site.scene.mails()] == ["Déposée"]


@pytest.mark.full
def test_what_was_armed_can_be_taken_back_and_an_incomplete_dossier_is_not_offered_it(
    site: Site, tmp_path: Path
) -> None:
    movie = film(tmp_path / "film.mp4", 6_000_000)
    page = site.visitor(site.scene.draft(), "/creation")
    network = Network(page, speed=1_500_000)
    send(page, movie)
    page.get_by_role("button", name="Déposer dès la fin de l’envoi").click()
    page.get_by_role("button", name="Ne pas déposer à la fin de l’envoi").click()
    expect(page.get_by_role("button", name="Déposer dès la fin de l’envoi")).to_be_focused()
    network.set()
    expect(page.get_by_text("Vérification en cours")).to_be_visible(timeout=20_000)
    assert site.scene.mails() == []
    bare = site.visitor(site.scene.draft("other@agents.example", title=""), "/creation")
    expect(bare.get_by_role("button", name="Déposer dès la fin de l’envoi")).to_have_count(0)


@pytest.mark.full
def test_a_replacement_that_fails_leaves_the_deposit_and_says_so(site: Site) -> None:
    entry_id = site.scene.complete()
    page = site.visitor(entry_id, "/depot")
    page.get_by_role("button", name="Déposer la candidature").click()
    expect(page.get_by_text("Candidature déposée")).to_be_visible()
    page.goto(f"{site.address}/candidatures/{entry_id}/creation")
    page.get_by_text("Remplacer le fichier").click()
    page.set_input_files(
        "input[type=file]", {"name": "bd.pdf", "mimeType": "application/pdf", "buffer": b"PK\x03\x04" * 99}
    )
    page.get_by_role("button", name="Envoyer le fichier").click()
    expect(page.locator("#erreurs, [data-summary-shown], .cc-error-summary")).to_be_visible()
    page.goto(f"{site.address}/candidatures/{entry_id}")
    expect(page.get_by_text("Cette candidature est déposée")).to_be_visible()


def lose_the_answer(page: Page, *, carried_out: bool) -> None:
    """Have the next form leave without any answer, once the server has done what it asks, or before."""

    def lose(route: Route) -> None:
        if route.request.method == "POST":
            if carried_out:
                route.fetch(max_redirects=0)
            page.context.set_offline(True)
            route.abort("internetdisconnected")
            page.unroute("**/*", lose)
        else:
            route.continue_()

    page.route("**/*", lose)


def test_an_act_whose_answer_is_lost_stays_in_the_page_and_is_checked_once_the_network_is_back(site: Site) -> None:
    entry_id = site.scene.complete()
    page = site.visitor(entry_id, "/depot")
    button = page.get_by_role("button", name="Déposer la candidature")
    lose_the_answer(page, carried_out=False)
    button.click()
    said = page.locator("[data-act-said]")
    expect(said).to_contain_text("la candidature n’est peut-être pas déposée")
    assert violations(page) == []
    page.context.set_offline(False)
    expect(said).to_contain_text("la candidature n’est pas déposée")
    page.route("**/depot", lambda route: route.fulfill(status=502, body="Bad Gateway"))
    button.click()
    expect(said).to_contain_text("peut-être pas déposée")  # a proxy's words are no answer of ours
    page.unroute("**/depot")
    page.get_by_role("button", name="Vérifier maintenant").click()
    expect(said).to_contain_text("la candidature n’est pas déposée")
    lose_the_answer(page, carried_out=True)
    button.click()
    expect(said).to_contain_text("peut-être pas déposée")
    page.context.set_offline(False)
    expect(page.get_by_text("Candidature déposée")).to_be_visible()
    page.wait_for_load_state()  # measured once it is dressed
    page.set_viewport_size({"width": 320, "height": 640})
    number = page.locator(".cc-receipt__number")
    assert number.evaluate(
        "e => e.scrollWidth <= e.clientWidth && e.clientHeight < 2 * parseFloat(getComputedStyle(e).fontSize)"
    )
    page.goto(f"{site.address}/candidatures/{entry_id}/retrait")
    lose_the_answer(page, carried_out=True)
    page.get_by_role("button", name="Retirer la candidature").click()
    expect(said).to_contain_text("la candidature n’est peut-être pas retirée")
    page.context.set_offline(False)
    expect(page.get_by_text("Cette candidature a été retirée")).to_be_visible()
    assert [mail.subject.partition(" ")[0] for mail in site.scene.mails()] == ["Déposée", "Retirée"]


def require_spoken(page: Page, name: str) -> None:
    """Fail when a page does not say what it is known to say."""
    assert violations(page) == []
    said = page.locator("body").aria_snapshot()
    for pattern, word in _CHANGING:
        said = pattern.sub(word, said)
    kept = SPOKEN / f"{name}.yaml"
    if os.environ.get("SPOKEN") == "write":
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(f"{said}\n")
    assert kept.read_text() == f"{said}\n", name


def test_the_key_pages_of_a_deposit_say_what_they_are_known_to_say(site: Site) -> None:
    entry_id = site.scene.draft()
    page = site.visitor(entry_id)
    for name, path in {
        "dossier": "",
        "innovation": "/innovation",
        "creation": "/creation",
        "depot-incomplet": "/depot",
    }.items():
        page.goto(f"{site.address}/candidatures/{entry_id}{path}")
        require_spoken(page, name)
    tus = Tus(site.scene.sign_in(), entry_id)
    content = files.pdf()
    assert tus.patch(tus.created(len(content), "bd.pdf"), 0, content).status_code == 204
    site.scene.work()
    page.goto(f"{site.address}/candidatures/{entry_id}/depot")
    require_spoken(page, "depot")
    page.get_by_role("button", name="Déposer la candidature").click()
    expect(page.get_by_text("Candidature déposée")).to_be_visible()
    require_spoken(page, "accuse-de-reception")
    site.scene.clock.move_to(CLOSING)
    page.goto(f"{site.address}/candidatures/{entry_id}")
    require_spoken(page, "dossier-clos")
    page.goto(f"{site.address}/candidatures/")
    require_spoken(page, "mes-candidatures")


@pytest.mark.full
@pytest.mark.parametrize("width", WIDTHS)
def test_what_the_secretariat_decides_about_deposits_fits_every_screen(site: Site, width: int) -> None:
    scene, console, entry_id = site.scene, site.scene.console(), site.scene.complete()
    told = ("team", "administration", "contact_name", "title", "category", "summary")
    behalf = {name: ANSWERS[name] for name in told} | {"email": "other@agents.example", "reason": "Venue par courriel."}
    file = (io.BytesIO(files.pdf()), "bd.pdf")
    ask = read_page(console, "/organisation/depot-pour-le-compte").form()
    ask.send({**behalf, "came_at": "2027-03-13T11:00", "file": file})
    press = read_page(scene.sign_in(), f"/candidatures/{entry_id}/depot").form()
    scene.clock.move_to(CLOSING)
    press.submit(status=422)
    page = site.new_page(width=width)
    sign_in(scene, site.address, page, "secretariat@concours.example")
    here = f"/organisation/candidatures/{entry_id}"
    for path in ("/organisation/depot-pour-le-compte", here, f"{here}/delai", "/organisation/registre"):
        page.goto(site.address + path)
        require_good(page)
    page.get_by_role("link", name="Admettre").click()
    expect(page.get_by_role("button", name="Admettre ce dépôt")).to_be_visible()
    require_good(page)
    sign_in(scene, site.address, page, "other@agents.example")
    page.locator(".cc-entries a").click()
    page.get_by_role("link", name="Confirmer mes accords").click()
    expect(page.get_by_role("heading", name="Vos accords")).to_be_visible()
    require_good(page)


def require_good(page: Page) -> None:
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
