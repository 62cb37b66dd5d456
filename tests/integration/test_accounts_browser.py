"""One's own account and the end of a session in a real browser: what axe sees, the keyboard alone, no script."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from concours.accounts.models import Login
from concours.kernel.sessions import LIFETIME
from tests.accounts_scene import CLAIRE, NEW, another_browser, code_for, count
from tests.axe import WIDTHS, violations
from tests.conftest import NewPage
from tests.entries_scene import OPEN, Scene
from tests.fakes.clock import FrozenClock
from tests.live import answering
from tests.uploads_scene import sign_in

pytestmark = pytest.mark.browser

_DAYS_MS = int(LIFETIME.total_seconds() * 1000)
_MINUTE_MS = 60_000
_SOON = "Votre session prend fin à 10 h 00 (heure de Paris)."
_TYPED = "Ce que personne d'autre ne lit"


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str) -> Scene:
    return Scene(tmp_path, sqlite_url, FrozenClock(OPEN))


@pytest.fixture
def address(scene: Scene) -> Iterator[str]:
    """Where the application answers."""
    with answering(scene.app) as found:
        yield found


def words(page: Page, selector: str) -> str:
    return " ".join((page.locator(selector).text_content() or "").replace("’", "'").split())


def tab_to(page: Page, name: str) -> None:
    """Go with the Tab key to the control of this name."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.innerText || document.activeElement.name || ''")
        if focused.replace("’", "'").replace("\u00a0", " ").startswith(name):
            return
    pytest.fail(f"the Tab key never reaches {name!r}")


def leave_open(page: Page, scene: Scene, left_ms: int) -> None:
    """Let time go by, here and on the server, until the session has this long to go."""
    scene.clock.advance(timedelta(milliseconds=_DAYS_MS - left_ms))
    page.clock.fast_forward(_DAYS_MS - left_ms)


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_of_the_account_passes_axe_and_fits(
    scene: Scene, address: str, new_page: NewPage, width: int
) -> None:
    another_browser(scene)
    page = new_page(width=width)
    sign_in(scene, address, page)
    for path in ("/compte/", "/compte/adresse"):
        page.goto(address + path)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.fill("[name=email]", NEW)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Saisir les deux codes")
    assert violations(page) == []
    page.fill("[name=old_code]", code_for(scene, CLAIRE))
    page.fill("[name=new_code]", "x")
    page.keyboard.press("Enter")
    expect(page.locator("#erreurs")).to_be_focused()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_session_is_ended_and_all_are_with_the_keyboard_alone(scene: Scene, address: str, new_page: NewPage) -> None:
    another_browser(scene)
    page = new_page()
    sign_in(scene, address, page)
    tab_to(page, "Mon compte")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mon compte")
    tab_to(page, "Mettre fin")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Cette session a pris fin")).to_be_visible()
    assert count(scene, Login) == 1
    tab_to(page, "Se déconnecter partout")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Se connecter")
    assert count(scene, Login) == 0


def test_a_page_left_open_warns_once_and_the_keyboard_keeps_the_session(
    scene: Scene, address: str, new_page: NewPage
) -> None:
    page = new_page(width=360)
    page.clock.install()
    sign_in(scene, address, page)
    entry_id = scene.draft()
    page.goto(f"{address}/candidatures/{entry_id}/innovation")
    banner, said = page.get_by_role("complementary", name="Votre session"), "[data-session-said]"
    leave_open(page, scene, 20 * _MINUTE_MS)
    expect(banner).to_be_hidden()
    assert words(page, said) == ""
    page.evaluate(
        """selector => { window.spoken = [];
        new MutationObserver(() => window.spoken.push(document.querySelector(selector).textContent))
            .observe(document.querySelector(selector), {childList: true}) }""",
        said,
    )
    for _ in range(12):
        scene.clock.advance(timedelta(minutes=1))
        page.clock.fast_forward(_MINUTE_MS)
    expect(banner).to_be_visible()
    assert words(page, said).startswith(_SOON)
    assert len(page.evaluate("window.spoken")) == 1
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tab_to(page, "Rester connecté")
    page.keyboard.press("Enter")
    expect(banner).to_be_hidden()
    assert words(page, said) == "Vous restez connecté·e."
    assert page.evaluate("document.activeElement.tagName") == "H1"
    scene.clock.advance(timedelta(hours=1))
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Le guichet qui vient à vous")


def test_a_session_renewed_in_another_tab_needs_no_warning(scene: Scene, address: str, new_page: NewPage) -> None:
    page = new_page()
    page.clock.install()
    sign_in(scene, address, page)
    leave_open(page, scene, 30 * _MINUTE_MS)
    other = page.context.new_page()
    other.goto(f"{address}/compte/")
    scene.clock.advance(timedelta(minutes=25))
    with page.expect_response("**/connexion/session") as asked:
        page.clock.fast_forward(25 * _MINUTE_MS)
    assert asked.value.json()["ends"] > (scene.clock() + LIFETIME - timedelta(hours=1)).isoformat()
    expect(page.get_by_role("complementary", name="Votre session")).to_be_hidden()


# With scripts, a dossier's page keeps its text itself.
def test_what_was_typed_comes_back_in_the_same_window_after_the_end(
    scene: Scene, address: str, new_page: NewPage
) -> None:
    page = new_page(width=768, scripts=False)
    sign_in(scene, address, page)
    entry_id = scene.draft()
    page.goto(f"{address}/candidatures/{entry_id}/innovation")
    page.fill("[name=summary]", _TYPED)
    scene.clock.advance(LIFETIME)
    page.context.clear_cookies()
    page.get_by_role("button", name="Enregistrer").first.click()
    expect(page.get_by_text("votre saisie est gardée")).to_be_visible()
    page.fill("[name=email]", CLAIRE)
    page.keyboard.press("Enter")
    page.wait_for_url("**/connexion/code")
    page.fill("[name=code]", code_for(scene, CLAIRE))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre saisie est gardée")
    page.get_by_role("button", name="Retrouver ma saisie").press("Enter")
    expect(page.locator("[name=summary]")).to_have_value(_TYPED)
    page.get_by_role("button", name="Enregistrer").first.click()
    page.wait_for_url("**/creation")
    with scene.entry(entry_id) as entry:
        assert entry.summary == _TYPED
