"""The countdown and the closing in a real browser: the server's clock counts, pages change by themselves."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from concours.editions import queries as editions
from concours.editions.operations import update_edition
from tests.axe import violations
from tests.conftest import NewPage
from tests.entries_scene import CLOSING, OPEN, Scene
from tests.fakes.clock import FrozenClock
from tests.live import answering
from tests.page import page as read_page
from tests.uploads_scene import Network, film, send, sign_in, state

pytestmark = pytest.mark.browser

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NOTICE = "[data-closing-notice]"


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str) -> Scene:
    return Scene(tmp_path, sqlite_url, FrozenClock(OPEN))


@pytest.fixture
def address(scene: Scene) -> Iterator[str]:
    with answering(scene.app) as found:
        yield found


@pytest.fixture
def page(scene: Scene, address: str, new_page: NewPage) -> Page:
    """The candidate's browser, two hours before closing."""
    scene.clock.move_to(CLOSING - 2 * HOUR)
    opened = new_page(width=768)
    sign_in(scene, address, opened)
    return opened


def move_closing(scene: Scene, closes_at: datetime) -> None:
    with scene.database.write() as session:
        record = editions.current_record(session)
        moved = replace(editions.to_edition(session, record), closes_at=closes_at)
        update_edition(session, edition=moved, version=record.version, now=scene.clock())


def come_back(page: Page) -> None:
    """Have the page look again, as when its tab comes into sight."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def close(scene: Scene, page: Page, *, seconds: int = 1) -> None:
    """Let the closing pass."""
    scene.clock.move_to(CLOSING + timedelta(seconds=seconds))
    come_back(page)


@pytest.mark.parametrize("wrong", [-5 * HOUR, 30 * HOUR])
def test_a_wrong_clock_and_another_zone_do_not_deceive(
    scene: Scene, address: str, browser: Browser, wrong: timedelta
) -> None:
    scene.clock.move_to(CLOSING - 2 * HOUR - 30 * MINUTE)
    context = browser.new_context(locale="fr-FR", timezone_id="America/Martinique")
    visitor = context.new_page()
    visitor.clock.set_fixed_time(scene.clock() + wrong)
    visitor.goto(address)
    box = visitor.locator(".cc-countdown")
    expect(box).to_contain_text(re.compile(r"Il reste 2\sh (30|29)\smin"))
    expect(box).to_contain_text(re.compile(r"samedi 13 mars 2027 à 20\sh\s00 \(heure\sde\sParis\)"))
    expect(box).to_contain_text(re.compile(r"Chez vous\s: samedi 13 mars à 15\sh\s00"))
    context.close()


def test_the_same_hour_as_in_paris_is_not_said_twice(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(".cc-countdown")).to_contain_text("Il reste")
    expect(page.locator("[data-local]")).to_have_text("")


def test_it_speaks_at_thresholds_alone(scene: Scene, address: str, page: Page) -> None:
    scene.clock.move_to(CLOSING - HOUR - 10 * MINUTE)
    page.route("**/horloge", lambda route: route.abort())  # the page's own time alone
    page.clock.install()
    page.goto(address)
    page.evaluate(
        """() => {
          const spoken = document.querySelector(".cc-countdown [data-spoken]");
          window.said = [];
          new MutationObserver(() => said.push(spoken.textContent)).observe(spoken, { childList: true });
        }"""
    )
    for minutes in (9, 2, 40, 5, 10, 2):
        page.clock.run_for(minutes * 60_000)
    said = [words.replace("\u00a0", " ") for words in page.evaluate("said")]
    thresholds = (r"1 h 00 min|59 min 5\d s", r"15 min 00 s|14 min 5\d s", r"5 min 00 s|4 min 5\d s")
    assert len(said) == len(thresholds), said
    for words, threshold in zip(said, thresholds, strict=True):
        assert re.fullmatch(rf"Il reste ({threshold})\.", words)


def test_a_tab_that_slept_past_the_closing_asks_the_server_and_changes(scene: Scene, address: str, page: Page) -> None:
    page.clock.install()
    page.goto(f"{address}/candidatures/{scene.draft()}/equipe")
    scene.clock.move_to(CLOSING + 9 * HOUR)
    page.clock.fast_forward(11 * 3600 * 1000)
    page.clock.run_for(10_000)
    expect(page.locator(NOTICE)).to_contain_text("Les dépôts sont clos")
    expect(page.locator(NOTICE)).to_contain_text("pas encore déposée")


def test_what_is_typed_stays_readable_and_the_page_says_what_stands(scene: Scene, address: str, page: Page) -> None:
    entry_id = scene.complete()
    read_page(scene.sign_in(), f"/candidatures/{entry_id}/depot").form().submit()
    page.goto(f"{address}/candidatures/{entry_id}/innovation")
    title, summary = page.get_by_label("Titre de la création"), page.get_by_label("Présentation")
    summary.fill("Trois heures de travail")
    title.fill("Un autre titre")
    expect(page.locator("[data-line]")).to_have_text(re.compile("Enregistré"))
    close(scene, page)
    expect(page.locator(NOTICE)).to_contain_text(re.compile(r"ne sont pas déposées\. Le dépôt n° 2027-.* reste celui"))
    expect(page.get_by_text("ce formulaire ne peut plus être envoyé")).to_be_visible()
    expect(page.get_by_role("button", name="Enregistrer et continuer")).to_be_hidden()
    expect(summary).to_have_value("Trois heures de travail")
    expect(summary).not_to_be_editable()
    expect(title).to_be_focused()
    page.keyboard.press("Enter")
    expect(title).to_have_value("Un autre titre")
    assert page.url.endswith("/innovation")
    expect(page.locator("[data-deadline]")).to_contain_text("Les dépôts sont clos depuis le")
    assert violations(page) == []


def test_what_did_not_come_through_before_the_closing_is_said_not_to_be_kept(
    scene: Scene, address: str, page: Page
) -> None:
    entry_id = scene.complete()
    page.goto(f"{address}/candidatures/{entry_id}/innovation")
    page.route("**/reponses/**", lambda route: route.abort())
    page.fill("#title", "Trop tard")
    line = page.locator("[data-line]")
    expect(line).to_have_text(re.compile("Nouvel essai dans"))
    close(scene, page)
    expect(line).to_have_text(re.compile(r"Pas enregistré\s: les dépôts sont clos\."))
    expect(page.locator("#title")).to_have_value("Trop tard")
    page.unroute("**/reponses/**")
    move_closing(scene, CLOSING + HOUR)
    come_back(page)
    expect(line).to_have_text(re.compile("Enregistré à"))
    with scene.entry(entry_id) as entry:
        assert entry.dossier.title == "Trop tard"


@pytest.mark.full
def test_who_changed_nothing_since_the_deposit_is_told_that_it_stands(scene: Scene, address: str, page: Page) -> None:
    entry_id = scene.complete()
    read_page(scene.sign_in(), f"/candidatures/{entry_id}/depot").form().submit()
    overview, deposit = page.context.new_page(), page.context.new_page()
    overview.goto(f"{address}/candidatures/{entry_id}")
    deposit.goto(f"{address}/candidatures/{scene.complete()}/depot")
    page.goto(f"{address}/candidatures/{entry_id}/innovation")
    for each in (overview, deposit, page):
        close(scene, each)
    expect(overview.get_by_role("heading", name="Le dossier", exact=True)).to_be_hidden()
    expect(deposit.get_by_role("heading", name="Voici ce que vous allez déposer")).to_be_hidden()
    expect(deposit.get_by_role("link", name="Modifier").first).to_be_hidden()
    expect(deposit.get_by_text("Les Défricheurs")).to_be_visible()
    notice = page.locator(NOTICE)
    expect(notice).to_contain_text(re.compile(r"est déposée depuis le .* \(heure\sde\sParis\), sous le n° 2027-"))
    expect(notice).not_to_contain_text("ne sont pas déposées")
    expect(page.get_by_role("button", name="Enregistrer et continuer")).to_be_hidden()


def test_a_closing_that_is_moved_is_followed_and_said(scene: Scene, address: str, page: Page) -> None:
    page.goto(f"{address}/candidatures/{scene.draft()}/equipe")
    page.get_by_label("Nom de l’équipe").fill("Tapé avant")
    move_closing(scene, CLOSING + 26 * HOUR)
    come_back(page)
    expect(page.locator(NOTICE)).to_contain_text(re.compile(r"ferment désormais le dimanche 14 mars 2027 à 22\sh\s00"))
    expect(page.locator(".cc-countdown")).to_contain_text(re.compile(r"1 jour et [34]\sh"))
    expect(page.locator(".cc-countdown time")).to_contain_text("dimanche 14 mars")
    expect(page.locator("[data-deadline]")).to_contain_text("dimanche 14 mars")
    expect(page.get_by_label("Nom de l’équipe")).to_have_value("Tapé avant")
    scene.clock.move_to(CLOSING + 27 * HOUR)
    come_back(page)
    expect(page.get_by_text("ce formulaire ne peut plus être envoyé")).to_be_visible()
    move_closing(scene, CLOSING + 30 * HOUR)
    come_back(page)
    expect(page.locator(NOTICE)).to_contain_text("de nouveau ouverts")
    expect(page.get_by_role("button", name="Enregistrer et continuer")).to_be_visible()
    expect(page.get_by_label("Nom de l’équipe")).to_be_editable()


@pytest.mark.full
def test_whoever_is_signed_out_at_that_moment_is_told_so_and_what_stands_once_back(
    scene: Scene, address: str, page: Page
) -> None:
    scene.clock.move_to(CLOSING - timedelta(seconds=6))
    page.goto(f"{address}/candidatures/{scene.draft()}/equipe")
    page.context.clear_cookies()
    scene.clock.move_to(CLOSING)
    expect(page.locator(NOTICE)).to_contain_text("votre session est terminée", timeout=20_000)
    expect(page.get_by_role("button", name="Enregistrer et continuer")).to_be_visible()
    sign_in(scene, address, page.context.new_page())
    come_back(page)
    expect(page.locator(NOTICE)).to_contain_text("pas encore déposée", timeout=10_000)


def test_whoever_is_offline_at_that_moment_is_told_once_back(scene: Scene, address: str, page: Page) -> None:
    scene.clock.move_to(CLOSING - timedelta(seconds=6))
    page.goto(f"{address}/candidatures/{scene.draft()}/equipe")
    page.context.set_offline(True)
    scene.clock.move_to(CLOSING)
    expect(page.locator(NOTICE)).to_contain_text("le service ne répond pas", timeout=20_000)
    expect(page.get_by_role("button", name="Enregistrer et continuer")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator(NOTICE)).to_contain_text("pas encore déposée", timeout=10_000)
    assert violations(page) == []


@pytest.mark.full
def test_home_and_the_list_change_by_themselves(scene: Scene, address: str, page: Page) -> None:
    scene.draft()
    page.goto(f"{address}/candidatures/")
    home = page.context.new_page()
    home.goto(address)
    expect(home.get_by_role("link", name="Déposer une création")).to_be_visible()
    close(scene, page)
    come_back(home)
    expect(page.get_by_role("button", name="Commencer une candidature")).to_have_count(0)
    expect(page.get_by_role("heading", name="Les dépôts sont clos")).to_be_visible()
    expect(home.get_by_role("link", name="Déposer une création")).to_have_count(0)
    expect(home.get_by_role("heading", name="Les dépôts sont clos.")).to_be_visible()
    expect(home.locator("[data-deadline]")).to_contain_text("Les dépôts sont clos depuis le")
    assert violations(page) == violations(home) == []


def test_an_upload_that_runs_at_closing_goes_on_to_its_end(
    scene: Scene, address: str, page: Page, tmp_path: Path
) -> None:
    page.goto(f"{address}/candidatures/{scene.draft()}/creation")
    network = Network(page, speed=300_000)
    send(page, film(tmp_path / "film.mp4", 3_000_000))
    expect(page.locator("[data-fill=percent]").first).to_have_text(re.compile(r"^([2-9]|[1-9]\d)\s%"))
    page.get_by_role("button", name="Déposer dès la fin de l’envoi").click()
    promise = page.get_by_text("Au dernier octet, la candidature sera déposée")
    expect(promise).to_be_visible()
    close(scene, page)
    expect(page.locator(NOTICE)).to_contain_text("Les dépôts sont clos")
    expect(state(page, "sending")).to_contain_text("ce fichier ne sera pas déposé à son arrivée")
    expect(promise).to_be_hidden()
    expect(page.locator("[data-late]")).to_be_hidden()
    network.set()
    kept = state(page, "kept")
    expect(kept).to_contain_text("il est gardé, mais il n’est pas déposé", timeout=20_000)
    expect(kept).to_contain_text(re.compile(r"n’est plus possible\s: votre demande est arrivée"))
    expect(page.get_by_text("n’est pas envoyé")).to_have_count(0)
    expect(page.locator("[data-drop]")).to_be_hidden()
    assert violations(page) == []
