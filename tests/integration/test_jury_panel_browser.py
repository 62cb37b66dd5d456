"""A seat from its invitation to a report, in a real browser, at a phone's width; the console's pages beside it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from jury import api
from tests.axe import violations
from tests.conftest import NewPage
from tests.fakes.clock import FrozenClock
from tests.jury_room import JuryRoom
from tests.jury_session import RULES, invite
from tests.live import answering

pytestmark = pytest.mark.browser

_WIDTH = 320


@pytest.fixture
def room(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> JuryRoom:
    return JuryRoom(tmp_path, sqlite_url, clock, rules=replace(RULES, charter="- **Je note seul·e.**"))


@pytest.fixture
def address(room: JuryRoom) -> Iterator[str]:
    with answering(room.app) as found:
        yield found


def check(page: Page) -> None:
    """Nothing overflows, and axe finds nothing."""
    assert page.evaluate("document.documentElement.scrollWidth") <= _WIDTH
    assert violations(page) == []


def press(page: Page, name: str) -> None:
    """Reach a control by the keyboard alone and press it."""
    control = page.get_by_role("main").get_by_text(name, exact=True).first
    control.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.full
def test_a_member_accepts_steps_back_and_reports_by_keyboard(room: JuryRoom, address: str, new_page: NewPage) -> None:
    with room.database.write() as session:
        invite(session, "invitee", accepts=False)
        token = api.make_sign_in_link(session, email="invitee@jury.example", now=room.clock(), reusable=True)
    page = new_page(width=_WIDTH)
    page.goto(f"{address}/connexion/lien/{token}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre invitation au jury")
    check(page)
    page.get_by_label("Vos administrations").fill("Ville de Lyon")
    page.get_by_label("J’ai lu la charte").focus()
    page.keyboard.press("Space")
    press(page, "J’accepte de siéger")
    expect(page.get_by_text("Il vous reste 6 œuvres sur 6 à noter")).to_be_visible()
    first, second = room.panel.numbers[:2]
    page.goto(f"{address}/oeuvres/{first}")
    check(page)
    press(page, "Je me déporte")
    check(page)
    press(page, "Je me déporte de cette œuvre")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ma place au jury")
    check(page)
    page.goto(f"{address}/oeuvres/{second}")
    press(page, "Signaler une rupture d’anonymat")
    check(page)
    page.get_by_label("Ce qui laisse reconnaître l’auteur").fill("Un logo, page 2.")
    press(page, "Envoyer le signalement")
    expect(page.get_by_text("Suspendue", exact=True)).to_be_visible()
    expect(page.get_by_text("Il vous reste 4 œuvres sur 4 à noter")).to_be_visible()
    check(page)
