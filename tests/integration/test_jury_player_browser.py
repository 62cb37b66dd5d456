"""The film and the pages by the keyboard alone, a work's own captions, a juror who steps back: in Chromium."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from jury import api
from tests.axe import violations
from tests.conftest import NewPage
from tests.fakes.clock import FrozenClock
from tests.jury_room import JuryRoom
from tests.live import answering

FILM = "document.querySelector('video')"


@pytest.fixture
def room(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> JuryRoom:
    return JuryRoom(tmp_path, sqlite_url, clock, works=2)


@pytest.fixture
def address(room: JuryRoom) -> Iterator[str]:
    with answering(room.app) as found:
        yield found


def enter(page: Page, room: JuryRoom, address: str) -> None:
    with room.database.write() as session:
        email = "jure1@jury.example"
        token = api.make_sign_in_link(session, email=email, now=room.clock(), reusable=True)
    page.goto(f"{address}/connexion/lien/{token}")


def test_the_film_and_the_pages_obey_the_keyboard(room: JuryRoom, address: str, new_page: NewPage) -> None:
    page = new_page(width=1280)
    enter(page, room, address)
    page.goto(f"{address}/exemples/1")
    page.get_by_role("button", name="Lire", exact=True).focus()
    page.keyboard.press("Tab")
    for key in ("c", "m", "l"):
        page.keyboard.press(key)
    expect(page.get_by_role("button", name="Sous-titres")).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_role("button", name="Remettre le son")).to_be_visible()
    speed = page.get_by_label("Vitesse")
    speed.focus()
    rates = []
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "Home"):
        page.keyboard.press(key)
        rates.append(page.evaluate(f"{FILM}.playbackRate"))
    assert rates == [1.25, 1.5, 2, 0.75]
    page.goto(f"{address}/exemples/2")
    larger = page.get_by_role("button", name="Agrandir")
    larger.focus()
    before = page.locator("[data-pages] img").first.bounding_box()
    page.keyboard.press("Enter")
    expect(page.locator("[data-level]")).to_contain_text("150")
    after = page.locator("[data-pages] img").first.bounding_box()
    assert before is not None
    assert after is not None
    assert after["width"] > before["width"]


def test_a_work_s_own_captions_are_shown_and_its_juror_steps_back(
    room: JuryRoom, address: str, new_page: NewPage
) -> None:
    film = room.panel.numbers[0]
    page = new_page(width=360, height=740)
    enter(page, room, address)
    page.goto(f"{address}/oeuvres/{film}")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")
    page.wait_for_function(f"{FILM}.textTracks[0]?.cues?.length === 1")
    assert page.evaluate(f"{FILM}.textTracks[0].cues[0].text") == "Bonjour."
    page.get_by_text("Lire la transcription").click()
    expect(page.get_by_text("On dit bonjour.")).to_be_visible()
    page.get_by_role("link", name="déporte").click()
    page.get_by_role("button", name="déport").click()
    expect(page.get_by_text(f"Déport enregistré pour l’œuvre n° {film:03d}")).to_be_visible()
    answer = page.goto(f"{address}/oeuvres/{film}")
    assert answer is not None
    assert answer.status == 404
