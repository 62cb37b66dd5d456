"""A team's pages in a real browser: read by axe at each width, walked by keyboard alone, without any script."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.axe import WIDTHS, violations
from tests.conftest import NewPage
from tests.entries_scene import OPEN, Scene
from tests.fakes.clock import FrozenClock
from tests.live import answering
from tests.people_scene import MEMBER, OWNER, STRANGER, shared, token_for
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


def sound(page: Page) -> None:
    """Check that nothing hinders a reader and that nothing runs out of the page."""
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def pages_of(scene: Scene, entry_id: str) -> list[str]:
    home, member = f"/candidatures/{entry_id}", scene.account_id(MEMBER)
    people = f"{home}/personnes"
    return [
        home,
        people,
        f"{people}/{member}/retirer",
        f"{people}/{member}/confier",
        f"{home}/equipe",
        "/candidatures/",
    ]


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_of_a_team_hinders_nobody(scene: Scene, address: str, new_page: NewPage, width: int) -> None:
    entry_id, page = shared(scene), new_page(width=width)
    sign_in(scene, address, page, OWNER)
    page.goto(f"{address}/candidatures/{entry_id}/personnes")
    page.get_by_label("Adresse électronique de la personne").fill(OWNER)
    page.get_by_role("button", name="Envoyer l’invitation").click()
    expect(page.locator("#erreurs")).to_contain_text("votre propre adresse")
    sound(page)
    page.get_by_label("Adresse électronique de la personne").fill(STRANGER)
    page.get_by_role("button", name="Envoyer l’invitation").click()
    expect(page.get_by_role("heading", name="Une invitation attend une réponse")).to_be_visible()
    for path in pages_of(scene, entry_id):
        page.goto(address + path)
        sound(page)
    page.goto(f"{address}/candidatures/{entry_id}/personnes")
    page.get_by_role("link", name=f"Retirer l’invitation de {STRANGER}").click()
    sound(page)
    with scene.database.read() as session:
        link = f"{address}/invitations/{token_for(session, STRANGER)}"
    for who in (OWNER, STRANGER):
        sign_in(scene, address, page, who)
        page.goto(link)
        sound(page)
    sign_in(scene, address, page, MEMBER)
    for path in (f"/candidatures/{entry_id}/personnes", f"/candidatures/{entry_id}/personnes/quitter"):
        page.goto(address + path)
        sound(page)


@pytest.mark.full
def test_an_invitation_is_sent_and_accepted_by_keyboard_without_script(
    scene: Scene, address: str, new_page: NewPage
) -> None:
    entry_id, page = scene.complete(OWNER), new_page(scripts=False)
    sign_in(scene, address, page, OWNER)
    page.goto(f"{address}/candidatures/{entry_id}/personnes")
    page.get_by_label("Adresse électronique de la personne").focus()
    page.keyboard.type(STRANGER)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="part par courriel")).to_be_visible()
    with scene.database.read() as session:
        link = f"{address}/invitations/{token_for(session, STRANGER)}"
    guest = new_page(scripts=False)
    guest.goto(link)
    guest.get_by_role("button", name="Recevoir un code à cette adresse").press("Enter")
    (code,) = [mail.subject.rpartition(" ")[2] for mail in scene.mails() if mail.subject.startswith("Votre code")]
    guest.get_by_label("Code à 6 chiffres").fill(code)
    guest.keyboard.press("Enter")
    guest.get_by_role("button", name="Rejoindre le dossier").press("Enter")
    expect(guest).to_have_url(f"{address}/candidatures/{entry_id}")
    expect(guest.get_by_text("Vous travaillez maintenant sur ce dossier")).to_be_visible()
    guest.go_back()
    guest.reload()
    expect(guest).to_have_url(f"{address}/candidatures/{entry_id}")
