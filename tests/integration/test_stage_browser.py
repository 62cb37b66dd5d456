"""The reveal without a network, and the blind test with three telephones and the stage, in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from concours.honours import publishing
from tests.axe import violations
from tests.conftest import NewPage
from tests.entries_scene import Scene
from tests.fakes.clock import FrozenClock
from tests.live import answering
from tests.stage_scene import AFTER, BODIES, FIRST, SECOND, agree, keep_pictures, play, unsealed
from tests.uploads_scene import sign_in

pytestmark = pytest.mark.browser
ORGANISER = "secretariat@concours.example"


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> Scene:
    made = Scene(tmp_path, sqlite_url, clock)
    clock.move_to(AFTER)
    with made.database.write() as session:
        judged = unsealed(session)
        agree(session)
        play(session, judged)
        keep_pictures(session, made.state.stores, tmp_path)
        publishing.publish(session, at=None, actor=judged.organiser, now=AFTER)
    return made


@pytest.fixture
def address(scene: Scene) -> Iterator[str]:
    """Where the application answers."""
    with answering(scene.app) as found:
        yield found


def on_stage(scene: Scene, address: str, page: Page) -> None:
    """Open the stage as an organiser, and wait until it has everything."""
    sign_in(scene, address, page, ORGANISER)
    page.goto(f"{address}/organisation/palmares/scene")
    expect(page.get_by_text("Prêt, même sans réseau")).to_be_visible()


def test_the_reveal_goes_on_without_a_network_and_holds_no_administration_before_its_step(
    scene: Scene, address: str, new_page: NewPage
) -> None:
    page = new_page()
    on_stage(scene, address, page)
    page.context.set_offline(True)
    for title in (SECOND, FIRST):
        page.keyboard.press(" ")
        assert page.locator(".ho-show__title").text_content() == title
        assert page.evaluate("document.querySelector('.ho-pages img').naturalWidth") == 400
        page.keyboard.press("ArrowDown")
        assert "Page 2 sur 2" in page.locator(".ho-screen").inner_text()
        markup = page.content()
        assert [body for body in BODIES.values() if body in markup] == []
        page.keyboard.press("ArrowRight")
        assert page.locator(".ho-answer__administration").text_content() == BODIES[title]
        assert violations(page) == []
    page.keyboard.press("ArrowLeft")
    assert BODIES[FIRST] not in page.content()
    page.get_by_label("Ordre").select_option("all")
    page.get_by_role("button", name="Suivant").click()
    assert BODIES[FIRST] not in page.content()
    page.keyboard.press(" ")
    assert all(BODIES[title] in page.content() for title in (FIRST, SECOND))


@pytest.mark.full
def test_three_telephones_guess_while_the_stage_counts(scene: Scene, address: str, new_page: NewPage) -> None:
    stage = new_page()
    on_stage(scene, address, stage)
    code = stage.locator(".ho-join__address").inner_text().rpartition("/")[2]
    phones = [new_page(width=360, height=740) for _ in range(3)]
    for phone in phones:
        phone.goto(f"{address}/jeu/{code}")
        expect(phone.get_by_text("Le jeu va commencer.").first).to_be_visible()
    stage.keyboard.press(" ")
    stage.get_by_role("button", name="Ouvrir les réponses").click()
    chosen = (BODIES[SECOND], BODIES[SECOND], BODIES[FIRST])
    for phone, name in zip(phones, chosen, strict=True):
        phone.get_by_role("button", name=name).click()
        expect(phone.get_by_role("button", name=name)).to_have_attribute("aria-pressed", "true")
        assert violations(phone) == []
    expect(stage.locator(".ho-game")).to_contain_text("Réponses : 3")
    stage.get_by_role("button", name="Clore les réponses").click()
    for phone in phones:
        expect(phone.get_by_text("Les réponses sont closes.").first).to_be_visible()
        assert "C'était" not in phone.content()
    stage.keyboard.press(" ")
    expect(stage.locator(".ho-game .is-right")).to_contain_text("67")
    for phone, words in zip(phones, ("Bravo !", "Bravo !", "Raté de peu."), strict=True):
        expect(phone.locator(".ho-play__say")).to_have_text(words)
    expect(phones[0].locator(".ho-play__score")).to_contain_text("1 bonne réponse sur 1")


@pytest.mark.parametrize("width", [320, pytest.param(1280, marks=pytest.mark.full)])
def test_the_pages_of_the_honours_hinder_nobody(scene: Scene, address: str, new_page: NewPage, width: int) -> None:
    page = new_page(width=width)
    sign_in(scene, address, page, ORGANISER)
    console = "/organisation/palmares"
    paths = ("", "/publication", "/messages/resultats", "/jeu", "/scene")
    for path in ("/palmares", *(f"{console}{path}" for path in paths)):
        page.goto(f"{address}{path}")
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
