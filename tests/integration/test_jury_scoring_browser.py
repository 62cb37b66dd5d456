"""Scoring in a real browser: by the keyboard alone, on a phone, and in a train without a network."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from jury import api
from jury.models import JuryMember, JurySheet
from jury.order import work_order
from tests.axe import violations
from tests.conftest import NewPage
from tests.fakes.clock import FrozenClock
from tests.jury_room import JuryRoom
from tests.live import answering

TOUCH = 44
"""CSS pixels that a finger needs."""


STORE_HELD = """async () => {
  const opened = indexedDB.open("concours-jury");
  await new Promise((ready) => (opened.onsuccess = ready));
  const acts = opened.result.transaction(["acts"], "readwrite").objectStore("acts");
  const again = () => !window.released && (acts.get("none").onsuccess = again);
  again();
}"""
"""The device's store kept busy until the page is told `released`."""


class Browsed:
    """A jury's room that answers over HTTP, and its first juror's browser."""

    def __init__(self, room: JuryRoom, address: str) -> None:
        self.room, self.address = room, address

    def enter(self, page: Page, name: str = "jure1") -> None:
        with self.room.database.write() as session:
            email = f"{name}@jury.example"
            token = api.make_sign_in_link(session, email=email, now=self.room.clock(), reusable=True)
        page.goto(f"{self.address}/connexion/lien/{token}")

    def order(self) -> tuple[int, ...]:
        """Return the works as the first juror meets them."""
        with self.room.database.read() as session:
            member = session.get_one(JuryMember, self.room.panel.jurors[0])
            assert member.seat is not None
            return work_order(member.session_id, member.seat, self.room.panel.numbers)

    def sheets(self) -> list[JurySheet]:
        with self.room.database.read() as session:
            return list(session.scalars(select(JurySheet).order_by(JurySheet.position)))

    def await_points(self, points: list[dict[str, int]]) -> None:
        """Wait for the server to have these points, by the order of the works."""
        ends = time.monotonic() + 15
        while (found := [sheet.points for sheet in self.sheets()]) != points:
            assert time.monotonic() < ends, found
            time.sleep(0.1)


@pytest.fixture
def browsed(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> Iterator[Browsed]:
    room = JuryRoom(tmp_path, sqlite_url, clock, works=10)
    with answering(room.app) as address:
        yield Browsed(room, address)


def saved(page: Page) -> None:
    expect(page.locator("[data-status]")).to_have_attribute("data-state", "saved")


def test_ten_works_are_scored_by_the_keyboard_alone(browsed: Browsed, new_page: NewPage) -> None:
    page = new_page()
    browsed.enter(page)
    page.goto(f"{browsed.address}/oeuvres/{browsed.order()[0]}#noter")
    assert violations(page) == []
    for number in browsed.order():
        page.wait_for_url(f"**/oeuvres/{number}#noter")
        expect(page.locator("[data-criterion] input").first).to_be_focused()
        for key in ("7", "1", "0", "8"):
            page.keyboard.press(key)
        saved(page)
        page.keyboard.press("Enter")
    page.wait_for_url(f"{browsed.address}/#noter")
    assert [sheet.points for sheet in browsed.sheets()] == [{"substance": 7, "form": 10, "inspiration": 8}] * 10
    assert [sheet.position for sheet in browsed.sheets()] == list(range(1, 11))
    expect(page.get_by_text("Vous avez noté les 10 œuvres")).to_be_visible()


def test_a_change_is_undone_and_another_device_s_is_not_overwritten(browsed: Browsed, new_page: NewPage) -> None:
    number = browsed.order()[0]
    train, desk = new_page(), new_page()
    for page in (train, desk):
        browsed.enter(page)
        page.goto(f"{browsed.address}/oeuvres/{number}#noter")
    train.context.set_offline(True)
    train.keyboard.press("3")
    expect(train.locator("[data-line]")).to_contain_text("Sur cet appareil")
    desk.keyboard.press("9")
    saved(desk)
    desk.get_by_role("button", name="Annuler : Le fond (pas de note → 9)").click()
    saved(desk)
    assert [sheet.points for sheet in browsed.sheets()] == [{}]
    desk.locator("[data-criterion] input").first.focus()
    desk.keyboard.press("6")
    saved(desk)
    train.context.set_offline(False)
    expect(train.get_by_text("Ici : 3. Déjà enregistré depuis un autre appareil : 6.")).to_be_visible()
    assert [sheet.points for sheet in browsed.sheets()] == [{"substance": 6}]
    assert violations(train) == []
    train.get_by_role("button", name="Garder la mienne").click()
    saved(train)
    assert [sheet.points for sheet in browsed.sheets()] == [{"substance": 3}]


def test_works_taken_along_are_scored_without_a_network_and_sent_once(browsed: Browsed, new_page: NewPage) -> None:
    first, second = browsed.order()[:2]
    page = new_page(width=768)
    browsed.enter(page)
    page.get_by_role("button", name="Emporter les 20 prochaines").click()
    told = page.locator("[data-travel] [data-words]")
    expect(told).to_contain_text("10 œuvres sont sur cet appareil", timeout=30_000)
    page.context.set_offline(True)
    page.goto(f"{browsed.address}/oeuvres/{first}#noter")
    for key in ("5", "6", "7"):
        page.keyboard.press(key)
    expect(page.locator("[data-line]")).to_contain_text("Sur cet appareil")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/oeuvres/{second}#noter")
    expect(page.locator("[data-criterion] input").first).to_be_focused()
    page.keyboard.press("4")
    expect(page.locator("[data-line]")).to_contain_text("Sur cet appareil")
    page.reload()
    expect(page.get_by_role("radio", name="4").first).to_be_checked()
    assert browsed.sheets() == []
    page.context.set_offline(False)
    saved(page)
    browsed.await_points([{"substance": 5, "form": 6, "inspiration": 7}, {"substance": 4}])
    page.goto(browsed.address)
    expect(page.locator("[data-unsent]")).to_be_hidden()
    assert [sheet.version for sheet in browsed.sheets()] == [3, 1]
    page.get_by_role("button", name="Retirer de cet appareil").click()
    expect(told).to_contain_text("Plus aucune œuvre", timeout=15_000)
    assert page.evaluate("caches.keys()") == []


def test_a_score_is_said_to_be_on_the_device_once_it_is(browsed: Browsed, new_page: NewPage) -> None:
    sent: list[Route] = []
    page = new_page()
    browsed.enter(page)
    page.goto(f"{browsed.address}/oeuvres/{browsed.order()[0]}#noter")
    page.route("**/notes", lambda route: sent.append(route))  # noqa: PLW0108 -- playwright reads a handler's signature, which a built-in has not
    with page.expect_request("**/notes"):
        page.keyboard.press("4")
    page.evaluate(STORE_HELD)
    page.keyboard.press("5")
    sent.pop().abort()
    page.wait_for_timeout(500)
    expect(page.locator("[data-line]")).to_have_text("Enregistrement…")
    page.evaluate("window.released = true")
    expect(page.locator("[data-line]")).to_contain_text("Sur cet appareil")
    page.unroute("**/notes")
    browsed.await_points([{"substance": 4, "form": 5}])
    saved(page)


def test_on_a_phone_the_film_stays_in_sight_and_fingers_find_their_place(browsed: Browsed, new_page: NewPage) -> None:
    page = new_page(width=360, height=740)
    browsed.enter(page)
    page.goto(f"{browsed.address}/exemples/1")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for target in page.locator(".cj-scale label, .cj-sheet button:visible, .cc-film button:visible").all():
        box = target.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= TOUCH
    page.locator(".cj-scale input").last.check()
    expect(page.locator("[data-line]")).to_contain_text("Exercice : enregistré dans cette page")
    film = page.locator("video").bounding_box()
    assert film is not None
    assert film["y"] >= 0
    assert browsed.sheets() == []
