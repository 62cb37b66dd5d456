"""The page on gaps in a real browser: opened by the president, no wider than the screen, clean for axe."""

from pathlib import Path

import pytest

from jury import api
from tests.axe import WIDTHS, violations
from tests.conftest import NewPage
from tests.fakes.clock import FrozenClock
from tests.jury_room import JuryRoom
from tests.jury_session import score
from tests.live import answering


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
def test_the_president_opens_the_page_and_reads_it_at_any_width(
    tmp_path: Path, sqlite_url: str, clock: FrozenClock, new_page: NewPage, width: int
) -> None:
    room = JuryRoom(tmp_path, sqlite_url, clock)
    with room.database.write() as session:
        for shift, member_id in enumerate(room.panel.scorers):
            for place, number in enumerate(room.panel.numbers):
                score(session, member_id, number, 8 - place, 7 - place + shift, 6 - place + (place * shift) % 3)
        token = api.make_sign_in_link(session, email="presidente@jury.example", now=clock(), reusable=True)
    room.close()
    page = new_page(width)
    with answering(room.app) as address:
        page.goto(f"{address}/connexion/lien/{token}")
        page.goto(f"{address}/ecarts")
        assert violations(page) == []
        page.get_by_role("button", name="Ouvrir la page").click()
        page.get_by_role("heading", name="Autour de la dernière place").wait_for()
        page.get_by_text("Comment lire ces chiffres").click()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
