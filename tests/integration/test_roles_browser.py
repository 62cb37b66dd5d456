"""An organiser associates a telephone, signs in with it, loses it: in a real browser, at the width of a telephone."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page, expect

from concours.accounts.operations import make_organiser, make_sign_in_link
from tests.axe import violations
from tests.conftest import NewPage
from tests.entries_scene import OPEN, Scene
from tests.fakes.clock import FrozenClock
from tests.live import answering

pytestmark = pytest.mark.browser

INES = "ines@concours.example"
WIDTH = 360


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str) -> Scene:
    return Scene(tmp_path, sqlite_url, FrozenClock(OPEN))


@pytest.fixture
def address(scene: Scene) -> Iterator[str]:
    with answering(scene.app) as found:
        yield found


def check(page: Page) -> None:
    """Nothing overflows, and axe finds nothing."""
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH
    assert violations(page) == []


def come_by_link(page: Page, scene: Scene, address: str) -> None:
    """Prove the address by a link, as an invitation does."""
    with scene.database.write() as session:
        token = make_sign_in_link(session, email=INES, now=scene.clock())
    page.goto(f"{address}/connexion/lien/{token}")
    page.get_by_role("button", name="Ouvrir ma session").click()


def give(page: Page, label: str, code: str, button: str = "Se connecter") -> None:
    page.get_by_label(label).fill(code)
    page.get_by_role("button", name=button).click()


def test_a_telephone_protects_the_console(scene: Scene, address: str, new_page: NewPage) -> None:
    with scene.database.write() as session:
        make_organiser(session, email=INES, actor="command", now=OPEN)
    page = new_page(width=WIDTH)
    come_by_link(page, scene, address)
    page.goto(f"{address}/compte/")
    page.get_by_role("link", name="Second facteur").click()
    page.get_by_role("link", name="Associer mon téléphone").click()
    check(page)
    phone = pyotp.TOTP("".join(page.locator(".ac-key").inner_text().split()))
    proof = phone.at(OPEN)
    give(page, "Code à 6 chiffres", proof, "Associer ce téléphone")
    codes = page.locator(".ac-codes li").all_inner_texts()
    assert len(codes) == 10
    check(page)

    other = new_page(width=WIDTH)
    come_by_link(other, scene, address)
    expect(other).to_have_url(f"{address}/connexion/second-facteur")
    check(other)
    give(other, "Code à 6 chiffres", proof)
    expect(other.get_by_text("il a déjà servi").first).to_be_visible()
    scene.clock.advance(timedelta(minutes=1))
    give(other, "Code à 6 chiffres", phone.at(scene.clock()))
    expect(other).to_have_url(f"{address}/organisation/")

    lost = new_page(width=WIDTH)
    come_by_link(lost, scene, address)
    lost.get_by_role("link", name="Utilisez un code de secours").click()
    give(lost, "Code de secours", codes[0])
    expect(lost).to_have_url(f"{address}/organisation/")
    expect(lost.get_by_text("Il vous en reste 9")).to_be_visible()

    lines = (scene.settings.data / "logs" / f"security-concours-{OPEN:%Y-%m-%d}.log").read_text().splitlines()
    told = [json.loads(line) for line in lines]
    assert [each["outcome"] for each in told][-5:] == [
        "link_then_second_factor",
        "second_factor_wrong",
        "second_factor",
        "link_then_second_factor",
        "recovery_code",
    ]
    assert {each["who"] for each in told} == {scene.account_id(INES)}
    assert INES not in "".join(lines)
