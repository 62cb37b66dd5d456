"""What the gaps are worth: hidden until the president opens it; each severity is for its juror alone."""

from pathlib import Path

import pytest
from sqlalchemy import select

from concours.kernel.db import Database
from concours.kernel.errors import Conflict, Forbidden
from jury import queries
from jury.gaps.operations import open_calibration
from jury.gaps.queries import gaps_of, severity_of
from jury.models import JuryAudit
from jury.operations import close_scoring
from tests.fakes.clock import FrozenClock
from tests.jury_room import JuryRoom
from tests.jury_session import KEY, NOW, Panel, open_jury, score, score_all
from tests.page import page

GIVEN = {"presidente": (9, 8, 7, 6, 6, 3), "jure1": (8, 8, 5, 6, 4, 2), "jure2": (10, 8, 8, 6, 7, 5)}
"""By juror, what each work is given for each criterion: jure1 is the strictest."""


def judge(room: JuryRoom) -> None:
    with room.database.write() as session:
        for member_id, values in zip(room.panel.scorers, GIVEN.values(), strict=True):
            for number, value in zip(room.panel.numbers, values, strict=True):
                score(session, member_id, number, value, value, min(10, value + 1))
    room.close()


@pytest.fixture
def room(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> JuryRoom:
    return JuryRoom(tmp_path, sqlite_url, clock)


def actions(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(JuryAudit.action).order_by(JuryAudit.position)))


def test_the_president_alone_opens_it_once_scoring_is_closed_and_it_is_on_record(database: Database) -> None:
    with database.write() as session:
        panel = open_jury(session)
        score_all(session, panel, (9, 8, 7, 6, 5, 4))
    with pytest.raises(Conflict, match="encore ouverte"), database.write() as session:
        open_calibration(session, member_id=panel.president, now=NOW)
    with database.write() as session:
        close_scoring(session, member_id=panel.secretary, now=NOW)
    for member_id in (panel.secretary, panel.jurors[0]):
        with pytest.raises(Forbidden), database.write() as session:
            open_calibration(session, member_id=member_id, now=NOW)
    for _ in range(2):
        with database.write() as session:
            open_calibration(session, member_id=panel.president, now=NOW)
    assert actions(database).count("calibration_opened") == 1


def test_sheets_that_are_not_whole_do_not_count_and_a_panel_of_one_is_told(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        panel: Panel = open_jury(session)
        for number, value in zip(panel.numbers, (9, 8, 7, 6, 5, 4), strict=True):
            score(session, panel.president, number, value, value, value)
    with sqlite_database.read() as session:
        jury = queries.find_session(session, KEY)
        assert "Un seul juré" in gaps_of(session, jury).refusal
        assert severity_of(session, jury, member_id=panel.president) is None


def test_before_it_is_opened_it_does_not_exist_but_for_the_president(room: JuryRoom) -> None:
    page(room.president, "/ecarts", status=409)
    judge(room)
    for client in (room.secretary, room.juror):
        assert "Écarts" not in page(client, "/").links
        assert page(client, "/ecarts", status=404).text == page(client, "/oeuvres/1000", status=404).text
    page(room.juror, "/ma-severite", status=404)
    assert "personne ne la voit" in page(room.president, "/ecarts").text


def test_once_opened_it_tells_the_deliberation_and_nobody_else(room: JuryRoom) -> None:
    judge(room)
    opened = page(room.president, "/ecarts").form().submit()
    assert opened.path == "/ecarts"
    for client in (room.president, room.secretary):
        shown = page(client, "/ecarts")
        assert "Les écarts entre les notes tiennent pour" in shown.text
        assert "ne peut donc pas changer l'ordre" in shown.text
        assert "ICC(2,1)" in shown.text
        assert "W de Kendall" in shown.text
        assert not any(name.capitalize() in shown.text.partition("Ce que valent")[2] for name in ("jure1", "jure2"))
        # One for each source, one for each work that may be among the first: the sixth may not.
        assert shown.html.count("<svg") == 3 + 5
    page(room.juror, "/ecarts", status=404)
    assert "calibration" not in page(room.secretary, "/proces-verbal").html
    assert "Probabilité" not in page(room.secretary, "/proces-verbal").text


def test_a_severity_is_read_by_its_juror_alone(room: JuryRoom) -> None:
    judge(room)
    page(room.president, "/ecarts").form().submit()
    strict = page(room.juror, "/").follow("Lire votre sévérité dans ce jury")
    assert "au-dessous du niveau du jury" in strict.text
    assert "au-dessus du niveau du jury" in page(room.other, "/ma-severite").text
    page(room.secretary, "/ma-severite", status=404)
    assert "Lire votre sévérité" not in page(room.secretary, "/").text


def test_a_panel_that_separates_nothing_is_told_so_and_ranks_no_noise(room: JuryRoom) -> None:
    with room.database.write() as session:
        for member_id, shift in zip(room.panel.scorers, (0, 2, 4), strict=True):
            for place, number in enumerate(room.panel.numbers):
                score(session, member_id, number, *[(place + shift) % 6 + 2] * 3)
    room.close()
    shown = page(room.president, "/ecarts").form().submit()
    assert "Le jury ne sépare pas les œuvres" in shown.text
    assert not [table for table in shown.all("caption") if "peuvent être parmi" in "".join(table.itertext())]
