"""What must not count counts nowhere, and who must not meet a work meets it nowhere."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.kernel.db import Database
from concours.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from concours.kernel.questions import writer_of
from jury import api, finishing, operations, queries, reminders, tallies
from jury.deliberation.operations import record_laureates
from jury.deliberation.rules import Choice
from jury.gaps.queries import gaps_of, severity_of
from jury.models import JuryAudit, JuryMember, JuryOutbox, JurySession
from jury.order import work_order
from jury.progress import MemberProgress, progress_of
from jury.recusals.operations import recuse, report_breach
from jury.robustness.missing import stakes
from jury.seats import decline_seat
from jury.sheets import Act, record_act
from tests.fakes.clock import FrozenClock
from tests.jury_room import JuryRoom, work_page
from tests.jury_session import KEY, NOW, RULES, Panel, invite, open_jury, score, score_all
from tests.page import page

LATER = NOW + timedelta(hours=1)
DEVICE = "rh6jtww4gowdvtauwdryempks4"
DESK = {"secretariat": "secretariat@concours.example", "console_url": "https://concours.example"}


def jury_of(session: Session) -> JurySession:
    return queries.find_session(session, KEY)


def answer(session: Session, member_id: str, number: int, *, counter: int = 1) -> None:
    act = Act("form", 7, (None,), DEVICE, counter)
    record_act(writer_of(session), member_id=member_id, number=number, act=act, now=NOW)


def report(session: Session, member_id: str, number: int) -> str:
    made = report_breach(session, member_id=member_id, number=number, text="Un logo.", now=LATER, **DESK)
    return made.id


def withdraw(session: Session, member_id: str, number: int) -> None:
    report_id = report(session, member_id, number)
    api.withdraw_work(session, edition_key=KEY, report_id=report_id, now=LATER)


def honour(session: Session, panel: Panel, number: int) -> None:
    choices, why = [Choice(number, 1, "Motif.")], "Autrement."
    record_laureates(session, member_id=panel.president, choices=choices, departure_reason=why, now=LATER)


def progress(session: Session) -> dict[str, MemberProgress]:
    return {line.member_id: line for line in progress_of(session, jury_of(session))}


@pytest.fixture
def panel(database: Database) -> Panel:
    """Five works scored by four; then one pair recused, one member removed, one work withdrawn and one suspended."""
    with database.write() as session:
        panel = open_jury(session, works_count=5, jurors=3)
        recused, gone, last = panel.jurors
        score_all(session, replace(panel, jurors=(last,)), (4, 9, 9, 6, 7))
        for member_id in (recused, gone):
            for number in panel.numbers:
                score(session, member_id, number, 10, 10, 10)
        recuse(session, member_id=recused, number=panel.numbers[0], reason="", now=LATER)
        withdraw(session, last, panel.numbers[1])
        report(session, last, panel.numbers[2])
        api.remove_member(session, edition_key=KEY, member_id=gone, reason="Parti.", now=LATER)
        return panel


def test_what_does_not_count_is_in_no_ranking_and_in_no_tally(database: Database, panel: Panel) -> None:
    first, withdrawn, _suspended, fourth, fifth = panel.numbers
    with database.read() as session:
        ranking = tallies.ranking_of(session, jury_of(session))
        assert {place.number: (place.sheets, place.mean) for place in ranking.places} == {
            first: (2, 4),
            fourth: (3, Fraction(22, 3)),
            fifth: (3, 8),
        }
        assert ranking.unranked == ()
        place = ranking.place(first)
        assert place is not None
        assert set(place.criterion_means.values()) == {Fraction(4)}
        assert place.tally.expected == 2
        sheets = tallies.sheets_of(session, jury_of(session))
        assert [(each.number, each.mean) for each in sheets.ranking.places] == [
            (each.number, each.mean) for each in ranking.places
        ]
        assert (sheets.missing, stakes(sheets).works) == ([], ())
        assert withdrawn not in tallies.names_of(session, jury_of(session))
        assert set(queries.ids_of(session, jury_of(session))) == set(panel.numbers) - {withdrawn}


def test_progress_and_the_console_expect_what_may_be_scored(database: Database, panel: Panel) -> None:
    recused, gone, last = panel.jurors
    with database.read() as session:
        found = progress(session)
        assert (found[recused].done, found[recused].expected) == (2, 2)
        assert (found[last].done, found[last].expected, found[last].missing) == (3, 3, 0)
        assert gone not in found
        told = api.progress(session, edition_key=KEY)
        assert (told.works, told.jurors, told.sheets_done, told.sheets_expected) == (4, 3, 8, 8)


def test_calibration_reads_what_counts_alone(database: Database, panel: Panel) -> None:
    recused, gone, _last = panel.jurors
    first, _withdrawn, _suspended, *others = panel.numbers
    with database.read() as session:
        calibration = gaps_of(session, jury_of(session)).calibration
        assert calibration is not None
        assert set(calibration.jurors) == {*panel.scorers} - {gone}
        assert set(calibration.works) == {str(number) for number in (first, *others)}
        assert not calibration.complete
        assert severity_of(session, jury_of(session), member_id=gone) is None
        assert severity_of(session, jury_of(session), member_id=recused) is not None


def test_a_withdrawn_work_is_never_honoured(database: Database, panel: Panel) -> None:
    first, withdrawn, suspended, *_ = panel.numbers
    with database.write() as session:
        report_id = next(each.report_id for each in api.breach_reports(session, edition_key=KEY) if not each.decision)
        api.resume_work(session, edition_key=KEY, report_id=report_id, correction=None, now=LATER)
        operations.close_scoring(session, member_id=panel.secretary, now=LATER)
        place = tallies.ranking_of(session, jury_of(session)).place(suspended)
        assert place is not None
        assert place.sheets == 3
        closing = session.scalars(select(JuryAudit).where(JuryAudit.action == "scoring_closed")).one()
        assert closing.details["missing_sheets"] == 0
    with pytest.raises(DomainError), database.write() as session:
        honour(session, panel, withdrawn)
    with database.write() as session:
        honour(session, panel, first)


def test_consequences_of_a_removal_are_told_by_the_rule_s_own_minimum(database: Database) -> None:
    with database.write() as session:
        panel = open_jury(session, rules=replace(RULES, method=api.Method(minimum_sheets=2)))
        for member_id in panel.scorers[:2]:
            score(session, member_id, panel.numbers[0], 5, 5, 5)
        for member_id in panel.scorers:
            score(session, member_id, panel.numbers[1], 5, 5, 5)
        told = api.removal_consequences(session, edition_key=KEY, member_id=panel.president)
        assert (told.sheets, told.below) == (2, 1)


def test_an_act_on_a_work_that_one_must_not_meet_is_refused_as_on_none(database: Database) -> None:
    with database.write() as session:
        panel = open_jury(session)
        juror, (kept, withdrawn, suspended, free, *_) = panel.jurors[0], panel.numbers
        pairs = [(juror, panel.works[0].work_id)]
        api.exclude_pairs(session, edition_key=KEY, pairs=pairs, now=NOW)
        withdraw(session, panel.president, withdrawn)
        report(session, panel.president, suspended)
    absent = next(number for number in range(1, 999) if number not in panel.numbers)
    for number in (kept, withdrawn, absent):
        with pytest.raises(NotFound) as refusal, database.write() as session:
            answer(session, juror, number)
        assert refusal.value.message == NotFound().message
    with pytest.raises(Conflict, match="est suspendue"), database.write() as session:
        answer(session, juror, suspended)
    with database.write() as session:
        answer(session, juror, free)
        answer(session, panel.jurors[1], kept)


def test_finishing_and_reminders_expect_neither_what_one_is_kept_from_nor_what_is_suspended(database: Database) -> None:
    with database.write() as session:
        panel = open_jury(session)
        juror, (kept, withdrawn, suspended, *others) = panel.jurors[0], panel.numbers
        recuse(session, member_id=juror, number=kept, reason="", now=NOW)
        withdraw(session, panel.president, withdrawn)
        report(session, panel.president, suspended)
        score(session, juror, others[0], 5, 5, 5)
        reminders.remind_asked(session, member_id=panel.secretary, jury_url="https://jury.example", now=LATER)
        mails = session.scalars(select(JuryOutbox).where(JuryOutbox.recipient == "jure1@jury.example"))
        assert [
            each.text for each in mails if "1 œuvre sur 3 : il vous en reste 2." in each.text.replace("\u00a0", " ")
        ]
        finishing.finish(session, member_id=juror, now=LATER)
        act = session.scalars(select(JuryAudit).where(JuryAudit.action == "juror_finished")).one()
        assert act.details == {"missing_sheets": 2}


def unanswered(session: Session, _panel: Panel) -> str:
    return invite(session, "invitee", accepts=False)


def declined(session: Session, panel: Panel) -> str:
    member_id = unanswered(session, panel)
    decline_seat(session, member_id=member_id, reason="", now=NOW, **DESK)
    return member_id


def in_reserve(session: Session, _panel: Panel) -> str:
    return invite(session, "invitee", "substitute")


def removed(session: Session, panel: Panel) -> str:
    member_id = invite(session, "invitee")
    recuse(session, member_id=member_id, number=panel.numbers[1], reason="", now=NOW)
    api.remove_member(session, edition_key=KEY, member_id=member_id, reason="Parti.", now=NOW)
    return member_id


NOT_SITTING = (unanswered, declined, in_reserve, removed)


@pytest.mark.parametrize("became", NOT_SITTING)
def test_nobody_who_does_not_sit_writes(database: Database, became: Callable[[Session, Panel], str]) -> None:
    with database.write() as session:
        panel = open_jury(session)
        member_id, number = became(session, panel), panel.numbers[0]
    acts: list[Callable[[Session], object]] = [
        lambda session: answer(session, member_id, number),
        lambda session: score(session, member_id, number, 5, 5, 5),
        lambda session: finishing.finish(session, member_id=member_id, now=NOW),
        lambda session: recuse(session, member_id=member_id, number=number, reason="", now=NOW),
        lambda session: report(session, member_id, number),
    ]
    for act in acts:
        with pytest.raises(Forbidden), database.write() as session:
            act(session)
    with database.read() as session:
        assert jury_of(session).rule_digest is None


def test_whoever_scores_has_a_seat_of_their_own(database: Database) -> None:
    with database.write() as session:
        panel = open_jury(session)
        spare = invite(session, "suppleante", "substitute")
        seats = {each.id: each.seat for each in session.scalars(select(JuryMember))}
        assert seats[panel.secretary] is None
        given = [seats[member_id] for member_id in (*panel.scorers, spare)]
        assert None not in given
        assert len(set(given)) == len(given)


@pytest.fixture
def room(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> JuryRoom:
    return JuryRoom(tmp_path, sqlite_url, clock)


def statuses(client: FlaskClient, number: int) -> set[int]:
    paths = ("/", f"/oeuvres/{number}", "/emporter", "/regle", "/exemples/1", "/terminer", "/jeton")
    return {client.get(path).status_code for path in paths}


def test_a_juror_s_pages_leave_out_what_they_are_kept_from_and_what_is_suspended(room: JuryRoom) -> None:
    kept, suspended, *others = room.panel.numbers
    with room.database.write() as session:
        recuse(session, member_id=room.panel.jurors[0], number=kept, reason="", now=NOW)
        report(session, room.panel.jurors[1], suspended)
    before = [number for number in order(room) if number not in {kept, suspended}]
    taken = [work["number"] for work in room.juror.get("/emporter").get_json()["works"]]
    assert taken == before
    assert sorted(taken) == sorted(others)
    home = page(room.juror, "/")
    assert "Il vous reste 4 œuvres sur 4 à noter" in home.text
    assert f"n° {kept:03d}" not in home.text
    assert "Suspendue" in home.text
    assert "0 sur 4" in work_page(room.juror, others[0]).text
    assert "est suspendue" in work_page(room.juror, suspended, status=409).text
    finishing_page = page(room.juror, "/terminer")
    assert "Il vous manque 4 fiches sur 4" in finishing_page.text
    assert f"n° {suspended:03d}" not in finishing_page.text
    assert room.juror.get("/exemples/1").status_code == 200


def order(room: JuryRoom) -> list[int]:
    """Return the first juror's works, those that they do not meet included, in their order."""
    member = room.member(room.panel.jurors[0])
    assert member.seat is not None
    return list(work_order(member.session_id, member.seat, room.panel.numbers))


def test_a_member_removed_while_at_work_is_out_at_the_next_request(room: JuryRoom) -> None:
    number = room.panel.numbers[0]
    assert statuses(room.juror, number) == {200}
    with room.database.write() as session:
        score(session, room.panel.president, number, 5, 5, 5)
        gone = room.panel.jurors[0]
        api.remove_member(session, edition_key=KEY, member_id=gone, reason="Parti.", now=NOW)
    assert statuses(room.juror, number) == {303, 403}


def test_a_substitute_who_is_called_does_all_that_a_juror_does(room: JuryRoom) -> None:
    number = room.panel.numbers[0]
    with room.database.write() as session:
        spare = invite(session, "suppleante", "substitute")
    client = room.sign_in("suppleante")
    assert statuses(client, number) == {303, 403}
    with room.database.write() as session:
        why, url = "Remplace Jure1.", "https://jury.example"
        api.call_substitute(session, edition_key=KEY, member_id=spare, reason=why, jury_url=url, now=NOW)
    assert statuses(client, number) == {200}
    home = page(client, "/")
    assert "Il vous reste 6 œuvres sur 6 à noter" in home.text
