"""The pages of the secretary and of the president: progress, closing, ranking, ties, honours, minutes."""

from pathlib import Path
from typing import Any

import pytest

from jury import api, queries
from jury.deliberation.queries import laureates_of
from jury.gaps.operations import open_calibration
from jury.recusals.operations import recuse
from tests.fakes.clock import FrozenClock
from tests.jury_room import JuryRoom, fill, work_page
from tests.jury_session import KEY, SECOND_RULES, score_all, write
from tests.page import Page, page

FULL = {"substance": 7, "form": 8, "inspiration": 9}
CLEAR = (9, 8, 7, 6, 5, 4)
TIED = (9, 8, 7, 6, 5, 5)
DELIBERATION = (
    "/classement",
    "/classement/solidite",
    "/classement/departage",
    "/palmares",
    "/proces-verbal",
    "/proces-verbal/signature",
)


@pytest.fixture
def room(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> JuryRoom:
    return JuryRoom(tmp_path, sqlite_url, clock)


@pytest.mark.parametrize("path", [*DELIBERATION, "/avancement", "/avancement/cloture"])
def test_for_a_juror_these_pages_do_not_exist_before_nor_after_the_closing(room: JuryRoom, path: str) -> None:
    before = page(room.juror, path, status=404).text
    room.judge(*CLEAR)
    after = page(room.juror, path, status=404).text
    assert not {"Classement", "8,00"} & {word for text in (before, after) for word in text.split()}


@pytest.mark.parametrize("path", DELIBERATION)
def test_nobody_sees_a_ranking_while_scoring_is_open(room: JuryRoom, path: str) -> None:
    fill(work_page(room.juror, room.panel.numbers[0]), FULL)
    for client in (room.president, room.secretary):
        shown = page(client, path, status=409)
        assert "L'évaluation est encore ouverte" in shown.text
        assert "8,00" not in shown.text


def _close_without_the_president_on_the_first(room: JuryRoom) -> None:
    with room.database.write() as session:
        score_all(session, room.panel, CLEAR)
        recuse(session, member_id=room.panel.president, number=room.panel.numbers[0], reason="", now=room.clock())
    room.close()


def test_a_president_kept_from_a_work_reads_no_ranking_before_it_is_in_the_minutes(room: JuryRoom) -> None:
    _close_without_the_president_on_the_first(room)
    with room.database.write() as session:
        open_calibration(session, member_id=room.panel.president, now=room.clock())
    for path in (*DELIBERATION, "/releve", "/ecarts"):
        refused = page(room.president, path, status=403)
        assert "Le secrétariat du jury tient ces pages" in refused.text
        assert "8,00" not in refused.text
        assert "tient ces pages" not in page(room.secretary, path).text
    page(room.president, "/seance")
    honour(room, 5)
    assert "8,00" in page(room.president, "/classement").text
    page(room.president, "/ecarts")


def test_progress_counts_sheets_and_shows_no_score(room: JuryRoom) -> None:
    fill(work_page(room.juror, room.panel.numbers[0]), FULL)
    fill(work_page(room.juror, room.panel.numbers[1]), {"form": 3})
    shown = page(room.secretary, "/avancement")
    rows = [_row(row) for row in shown.all("tr")]
    assert next(row for row in rows if row.startswith("Jure1")).endswith("1 sur 6 1 5")
    assert "1 sur 18" in shown.text


def _row(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def test_closing_says_what_is_missing_and_asks_to_confirm(room: JuryRoom) -> None:
    for number in room.panel.numbers:
        fill(work_page(room.juror, number), FULL)
    fill(work_page(room.other, room.panel.numbers[0]), FULL)
    closing = page(room.secretary, "/avancement").follow("Préparer la clôture")
    assert "Il manque 11 fiches" in closing.text
    assert [_row(row) for row in closing.all("tr")[1:]] == ["Presidente 6 sur 6 0 6", "Jure2 5 sur 6 0 5"]
    refused = closing.form().submit(status=422)
    assert refused.errors == ["Cochez cette case pour clore l'évaluation."]
    ranking = refused.form().submit(confirmed="y")
    assert ranking.path == "/classement"
    assert "L'évaluation est close." in ranking.text
    again = refused.form().submit(confirmed="y", status=409)
    assert "L'évaluation est close depuis le" in again.errors[0]


def test_works_without_a_whole_sheet_are_named_before_closing_and_stay_out_of_the_ranking(room: JuryRoom) -> None:
    for number in room.panel.numbers[:5]:
        fill(work_page(room.juror, number), FULL)
    forgotten = f"n° {room.panel.numbers[5]:03d}"
    assert f"restera hors classement : {forgotten}." in page(room.secretary, "/avancement/cloture").text
    room.close()
    ranking = page(room.president, "/classement")
    assert f"Sans aucune fiche terminée : {forgotten}." in ranking.text


def test_the_ranking_goes_by_number_and_shares_ranks(room: JuryRoom) -> None:
    room.judge(9, 8, 8, 6, 5, 4)
    shown = page(room.president, "/classement")
    rows = [_row(row).split()[:3] for row in shown.all("tr")[1:]]
    assert [row[0] for row in rows] == ["1", "2", "2", "4", "5", "6"]
    assert rows[0][1:] == ["n°", f"{room.panel.numbers[0]:03d}"]
    assert "9,00" in shown.text
    assert shown.text.count("Ex æquo") == 2


def honour(room: JuryRoom, rows: int, **answers: str) -> Page:
    """Send the form of the honours, its first `rows` rows as proposed and the others empty."""
    found = page(room.secretary, "/palmares")
    emptied = {f"work-{row}": "" for row in range(rows + 1, room.rules.laureates_max + 1)}
    return found.form().send({**emptied, **answers}, status=200 if rows == 5 or "departure_reason" in answers else 422)


def test_the_proposal_is_recorded_as_it_stands(room: JuryRoom) -> None:
    room.judge(*CLEAR)
    minutes = honour(room, 5)
    assert minutes.path == "/proces-verbal"
    assert "Rang 1 du classement, moyenne 9,00 sur 10." in minutes.text
    with room.database.read() as session:
        recorded = [work.number for _, work in laureates_of(session, queries.find_session(session, KEY))]
    assert recorded == list(room.panel.numbers[:5])


def test_fewer_or_none_is_possible_with_a_reason(room: JuryRoom) -> None:
    room.judge(*CLEAR)
    refused = honour(room, 2)
    assert "s'écarte du classement" in refused.errors[0]
    assert [refused.form().held[f"work-{row}"] for row in (1, 2, 3)] == [*map(str, room.panel.numbers[:2]), ""]
    minutes = honour(room, 0, departure_reason="Aucune n'atteint le niveau attendu.")
    assert "Le jury n'a distingué aucune œuvre." in minutes.text
    assert "Aucune n'atteint le niveau attendu." in minutes.text


def test_a_laureate_without_rank_or_reason_is_sent_back(room: JuryRoom) -> None:
    room.judge(*CLEAR)
    found = page(room.president, "/palmares").form()
    assert "Les rangs se suivent" in found.send({"rank-2": ""}, status=422).errors[0]
    assert "Indiquez le motif de la distinction" in found.send({"reason-2": ""}, status=422).errors[0]


def test_a_tie_at_the_last_place_is_decided_before_the_honours(room: JuryRoom) -> None:
    room.judge(*TIED)
    assert "Des œuvres sont ex æquo à la dernière place" in page(room.secretary, "/palmares").text
    deciding = page(room.president, "/classement").follow("Consigner la décision du jury")
    chosen = str(room.panel.numbers[5])
    refused = deciding.form().submit(chosen=chosen, status=422)
    assert len(refused.errors) == 1
    both = refused.form().submit(chosen=list(map(str, room.panel.numbers[4:])), reason="Vote", status=422)
    assert "2 œuvres pour 1 place" in both.errors[0]
    proposal = both.form().submit(chosen=chosen, reason="Vote à la majorité")
    assert proposal.path == "/palmares"
    assert proposal.form().held["work-5"] == chosen
    minutes = proposal.form().submit()
    assert "Vote à la majorité" in minutes.text


def test_the_minutes_name_panel_and_numbers_and_no_juror_s_score(room: JuryRoom) -> None:
    number = room.panel.numbers[0]
    fill(work_page(room.juror, number), {"substance": 1, "form": 2, "inspiration": 3}, remark="Secret du délibéré")
    fill(work_page(room.other, number), {"substance": 5, "form": 5, "inspiration": 5})
    room.close()
    draft = page(room.secretary, "/proces-verbal")
    assert "Projet : le palmarès n'est pas encore enregistré." in draft.text
    assert "2 sur 18 attendues" in draft.text
    assert "Jure1, Cheffe de projet (juré·e)" in draft.text
    assert "3,50" in draft.text
    assert "Secret du délibéré" not in draft.html


def test_signing_freezes_the_honours(room: JuryRoom) -> None:
    room.judge(*CLEAR)
    signing = honour(room, 5).follow("Marquer le procès-verbal comme signé")
    refused = signing.form().submit(status=422)
    assert len(refused.errors) == 2
    early = signing.form().submit(signed_by="Le jury", signed_on="2027-03-01", confirmed="y", status=422)
    assert "La date de signature se situe entre" in early.errors[0]
    nonsense = signing.form().submit(signed_by="Le jury", signed_on="hier", confirmed="y", status=422)
    assert nonsense.errors == ["Date de signature : saisissez une date, par exemple 16/03/2027."]
    signed = signing.form().submit(signed_by="Odile Varenne, présidente", confirmed="y")
    assert "Signé le lundi 15 mars 2027 par : Odile Varenne, présidente" in signed.text
    assert "Le palmarès ne change plus" in page(room.president, "/palmares").text
    assert "Le procès-verbal est signé" in page(room.president, "/proces-verbal/signature").text
    assert not page(room.president, "/palmares").all("select")
    with room.database.read() as session:
        assert len(api.honours(session, edition_key=KEY)) == 5


def test_nothing_is_signed_before_the_honours_are_recorded(room: JuryRoom) -> None:
    room.judge(*CLEAR)
    early = page(room.president, "/proces-verbal/signature")
    assert "établissez d'abord le palmarès" in early.text
    assert "Consigner la signature" not in early.text


def test_the_home_of_the_secretary_leads_to_what_comes_next(room: JuryRoom) -> None:
    assert "Suivre l'avancement" in page(room.secretary, "/").links
    room.judge(*CLEAR)
    assert "Voir le classement" in page(room.secretary, "/").links
    honour(room, 5)
    assert "Ouvrir le procès-verbal" in page(room.secretary, "/").links


def test_three_laureates_over_two_weighted_criteria(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> None:
    room = JuryRoom(tmp_path, sqlite_url, clock, rules=SECOND_RULES, works=4)
    with room.database.write() as session:
        for number, use in zip(room.panel.numbers, (5, 4, 3, 2), strict=True):
            write(session, room.panel.president, number, {"use": use, "finish": 1})
    room.close()
    assert "critères pondérés" in page(room.president, "/classement").text
    proposal = page(room.president, "/palmares")
    assert "Distinction 3" in proposal.text
    assert "Distinction 4" not in proposal.text
    assert "3,67" in proposal.form().submit().text
