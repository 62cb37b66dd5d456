"""The file's page in a real browser: progress, a refusal in place, a state that brings itself up to date."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import files
from tests.axe import violations
from tests.conftest import NewPage
from tests.entries_scene import OPEN, Scene
from tests.fakes.clock import FrozenClock
from tests.live import answering
from tests.uploads_scene import sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str) -> Scene:
    return Scene(tmp_path, sqlite_url, FrozenClock(OPEN))


@pytest.fixture
def address(scene: Scene) -> Iterator[str]:
    """Where the application answers."""
    with answering(scene.app) as found:
        yield found


@pytest.fixture
def browser_page(scene: Scene, address: str, new_page: NewPage) -> Page:
    """The browser of the candidate, signed in."""
    opened = new_page(width=768)
    sign_in(scene, address, opened)
    return opened


def choose(page: Page, folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    page.set_input_files("input[type=file]", folder / name)
    page.get_by_role("button", name="Envoyer le fichier").click()


def test_a_wrong_file_is_refused_in_place_then_a_good_one_is_followed_until_accepted(
    scene: Scene, address: str, browser_page: Page, tmp_path: Path
) -> None:
    page, entry_id = browser_page, scene.draft()
    page.goto(f"{address}/candidatures/{entry_id}/creation")
    choose(page, tmp_path, "essai.pdf", files.docx())
    summary = page.locator("#erreurs")
    expect(summary).to_contain_text("document Word (.docx)")
    expect(summary).to_be_focused()
    assert page.title().startswith("Erreur")
    assert violations(page) == []
    choose(page, tmp_path, "film.mp4", files.mp4())
    expect(page.get_by_text("Vérification en cours")).to_be_visible()
    scene.work()
    expect(page.get_by_text("Fichier accepté")).to_be_visible()
    expect(page.locator("video")).to_be_visible()
    assert violations(page) == []


@pytest.mark.full
def test_a_film_refused_once_examined_unfolds_the_form_that_sends_another(
    scene: Scene, address: str, browser_page: Page, tmp_path: Path
) -> None:
    page = browser_page
    page.goto(f"{address}/candidatures/{scene.draft()}/creation")
    choose(page, tmp_path, "film.mp4", files.sound_only_mp4())
    expect(page.get_by_text("Vérification en cours")).to_be_visible()
    send, onward = page.get_by_role("button", name="Envoyer le fichier"), page.get_by_role("link", name="Continuer")
    expect(onward).to_be_visible()
    expect(send).to_be_hidden()
    scene.work()
    expect(page.get_by_role("status").filter(has_text="Fichier refusé")).to_be_visible()
    expect(send).to_be_visible()
    expect(onward).to_be_hidden()
    assert violations(page) == []


def test_a_file_past_the_limit_is_not_sent_at_all(
    scene: Scene, address: str, browser_page: Page, tmp_path: Path
) -> None:
    page = browser_page
    page.goto(f"{address}/candidatures/{scene.draft()}/creation")
    assert page.locator("[data-upload]").get_attribute("data-limit") == "2000000000"
    page.evaluate("document.querySelector('[data-upload]').dataset.limit = 1000")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    choose(page, tmp_path, "bd.pdf", files.pdf())
    expect(page.locator(".fr-message--error")).to_contain_text("Réduisez-le")
    assert "POST" not in sent


@pytest.mark.full
def test_a_receipt_is_taken_home_and_checked_by_somebody_else(
    scene: Scene, address: str, browser_page: Page, new_page: NewPage, tmp_path: Path
) -> None:
    browser_page.goto(f"{address}/candidatures/{scene.complete()}/depot")
    browser_page.get_by_role("button", name="Déposer").click()
    with browser_page.expect_download() as taken:
        browser_page.get_by_role("link", name="Télécharger le fichier signé").click()
    assert violations(browser_page) == []
    taken.value.save_as(tmp_path / "recu.json")
    anyone = new_page(width=360)
    anyone.goto(f"{address}/recepisse")
    assert violations(anyone) == []
    anyone.set_input_files("input[type=file]", tmp_path / "recu.json")
    anyone.get_by_role("button", name="Vérifier le fichier").click()
    expect(anyone.get_by_role("heading", name="Accusé de réception authentique")).to_be_visible()
    assert violations(anyone) == []
