"""Admissibility by the keyboard: one key an act, undone on the next page, turned off for whoever wants none."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from concours.accounts.operations import make_organiser, make_sign_in_link
from concours.organisers import examiners, queries
from tests.axe import violations
from tests.conftest import NewPage
from tests.fakes.clock import FrozenClock
from tests.live import answering
from tests.organisers_contest import OPEN, Console, deposited

pytestmark = [pytest.mark.browser, pytest.mark.full]

TITLES = ("Le guichet", "La file", "Le formulaire")


@pytest.fixture
def console(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> Console:
    clock.move_to(OPEN)
    return Console(tmp_path, sqlite_url, clock)


@pytest.fixture
def address(console: Console) -> Iterator[str]:
    with answering(console.app) as found:
        yield found


def on(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_three_entries_are_examined_without_a_mouse(console: Console, address: str, new_page: NewPage) -> None:
    with console.database.write() as session:
        ids = [deposited(session, title, at=OPEN - timedelta(hours=3 - rank)).id for rank, title in enumerate(TITLES)]
        other = make_organiser(session, email="camille@concours.example", actor="command", now=OPEN).id
        examiners.arrive(session, entry_id=ids[0], account_id=other, now=OPEN)
        token = make_sign_in_link(session, email="secretariat@concours.example", now=OPEN, reusable=True)
    page = new_page()
    page.goto(f"{address}/connexion/lien/{token}")
    page.goto(f"{address}/organisation/candidatures/{ids[0]}")
    expect(page.get_by_text("camille@concours.example examine cette candidature depuis 10 h 00.")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_text("recevable, et passer à la suivante")).to_be_visible()
    assert violations(page) == []

    page.keyboard.press("r")
    on(page, "La file")
    expect(page.get_by_text("« Le guichet » est déclarée recevable.")).to_be_visible()
    page.keyboard.press("z")
    on(page, "Le guichet")
    page.keyboard.press("r")
    on(page, "La file")

    page.keyboard.press("i")
    expect(page.get_by_label("Motif d’irrecevabilité")).to_be_focused()
    page.keyboard.press("s")  # in a field, a letter is a letter
    on(page, "La file")
    page.get_by_label("Motif d’irrecevabilité").select_option("anonymity")
    page.get_by_label("Motif d’irrecevabilité").press("Tab")
    page.get_by_role("button", name="Enregistrer la décision").press("Enter")
    on(page, "Le formulaire")

    page.keyboard.press("d")
    expect(page.get_by_label("Pourquoi la revoir à deux")).to_be_focused()
    page.keyboard.type("Un logo, page 2 ?")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("La première personne propose, une autre confirme.")).to_be_visible()
    page.keyboard.press("r")
    expect(page.get_by_text("Il manque l’avis d’une autre personne.")).to_be_visible()
    with console.database.read() as session:
        standings = [str(queries.find_examined(session, each).standing) for each in ids]
    assert standings == ["admitted", "refused", "together"]

    page.get_by_text("Touches du clavier").click()
    page.get_by_text("Agir d’une seule touche").click()
    page.goto(f"{address}/organisation/candidatures/{ids[0]}")
    page.keyboard.press("s")
    page.keyboard.press("?")
    on(page, "Le guichet")
    expect(page.get_by_text("recevable, et passer à la suivante")).to_be_hidden()
    page.goto(f"{address}/organisation/candidatures/{ids[2]}/histoire")
    expect(page.get_by_text("a demandé de revoir à deux une candidature")).to_be_visible()
