"""Several entries decided at once in a real browser, on a narrow screen, without script: what axe sees, and undoing."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.axe import violations
from tests.conftest import NewPage
from tests.fakes.clock import FrozenClock
from tests.live import answering
from tests.organisers_contest import Console, deposited, draft
from tests.uploads_scene import sign_in_by

pytestmark = [pytest.mark.browser, pytest.mark.full]

ORGANISER = "secretariat@concours.example"


def test_from_the_list_to_the_undoing_nothing_hinders_anybody(
    tmp_path: Path, sqlite_url: str, clock: FrozenClock, new_page: NewPage
) -> None:
    console = Console(tmp_path, sqlite_url, clock)
    with console.database.write() as session:
        for title in ("Le guichet", "La cantine"):
            deposited(session, title)
        draft(session, "Le bus")
    with answering(console.app) as address:
        page = new_page(width=320, scripts=False)
        sign_in_by(console.database, clock(), address, page, ORGANISER)
        page.goto(f"{address}/organisation/candidatures?copie=prete")
        for title in ("Le guichet", "La cantine"):
            page.get_by_label(f"Choisir {title}").check(force=True)
        page.get_by_role("button", name="Voir ce qui serait fait").press("Enter")
        expect(page.get_by_role("heading", level=2)).to_contain_text(["2 candidatures seraient concernées"])
        page.get_by_role("button", name="Confirmer").press("Enter")
        expect(page.locator("main")).to_contain_text("Chaque acte est au journal")
        page.get_by_role("button", name="Annuler cet acte").press("Enter")
        expect(page.locator("main")).to_contain_text("2 candidatures sont revenues")
        seen = new_page(width=320)
        sign_in_by(console.database, clock(), address, seen, ORGANISER)
        for path in (
            "candidatures?copie=prete",
            "candidatures/ensemble?choix=page&acte=refuse",
            "messages",
            "courriers",
        ):
            seen.goto(f"{address}/organisation/{path}")
            assert violations(seen) == [], path
            assert seen.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
