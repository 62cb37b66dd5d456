"""From the draft of the minutes to their signed copy in a real browser: no wider than the screen, clean for axe."""

from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select

from jury import api
from jury.deliberation.operations import decide_tie, record_laureates
from jury.deliberation.queries import standing_of
from jury.deliberation.rules import Choice
from jury.models import JurySession
from jury.recusals.operations import recuse
from tests import files
from tests.axe import WIDTHS, violations
from tests.conftest import NewPage
from tests.fakes.clock import FrozenClock
from tests.jury_room import JuryRoom
from tests.jury_session import score_all
from tests.live import answering


def deliberated(room: JuryRoom) -> str:
    """Let the panel judge and record its laureates, and return a link for the president."""
    panel = room.panel
    with room.database.write() as session:
        score_all(session, panel, (9, 8, 7, 6, 5, 5))
        recuse(
            session, member_id=panel.jurors[0], number=panel.numbers[2], reason="Lien professionnel.", now=room.clock()
        )
    room.close()
    with room.database.write() as session:
        jury = session.scalars(select(JurySession)).one()
        proposed = standing_of(session, jury).proposed
        choices = [Choice(number, rank, "Une œuvre qui donne envie.") for number, rank in proposed.items()][:3]
        reason = "Le jury ne distingue que trois œuvres."
        line = standing_of(session, jury).line
        assert line.tied
        decide_tie(
            session,
            member_id=panel.president,
            chosen=[line.tied[0]],
            reason="La plus claire.",
            casting_vote=True,
            now=room.clock(),
        )
        record_laureates(session, member_id=panel.president, choices=choices, departure_reason=reason, now=room.clock())
        return api.make_sign_in_link(session, email="presidente@jury.example", now=room.clock(), reusable=True)


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
def test_the_minutes_go_from_draft_to_signed_copy_at_any_width(
    tmp_path: Path, sqlite_url: str, clock: FrozenClock, new_page: NewPage, width: int
) -> None:
    room = JuryRoom(tmp_path, sqlite_url, clock)
    token, scan = deliberated(room), tmp_path / "scan.pdf"
    scan.write_bytes(files.pdf(text="Signé"))
    page = new_page(width)
    with answering(room.app) as address:
        page.goto(f"{address}/connexion/lien/{token}")
        page.goto(f"{address}/proces-verbal")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        with page.expect_download() as draft:
            page.get_by_role("link", name="Télécharger le projet (PDF)").click()
        assert draft.value.suggested_filename == "projet-proces-verbal-2027.pdf"
        page.get_by_role("link", name="Marquer le procès-verbal comme signé").click()
        page.get_by_label("Signataires").fill("Presidente, présidente du jury")
        page.get_by_text("Le procès-verbal est signé :").click()
        assert violations(page) == []
        page.get_by_role("button", name="Consigner la signature").click()
        page.get_by_role("link", name="Joindre la copie signée").click()
        page.get_by_label("Procès-verbal signé").set_input_files(scan)
        assert violations(page) == []
        page.get_by_role("button", name="Joindre la copie signée").click()
        page.get_by_text(sha256(scan.read_bytes()).hexdigest()).wait_for()
        assert violations(page) == []
        with page.expect_download() as given:
            page.get_by_role("link", name="Télécharger la copie signée (PDF)").click()
        assert Path(given.value.path()).read_bytes() == scan.read_bytes()
        page.get_by_role("link", name="Relevé de la session, pour qui veut tout recalculer").click()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
