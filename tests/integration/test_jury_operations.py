"""A session from its opening to the closing of scoring, on both database systems."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from concours.kernel.audit import broken_at
from concours.kernel.db import Base, Database
from concours.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from jury import api, operations, queries, tallies
from jury.models import JuryAudit, JuryMember, JuryScore, JurySheet, JuryWork
from jury.progress import progress_of
from jury.rules import SheetState
from jury.sheets import StaleSheet
from tests.jury_session import (
    KEY,
    NOW,
    RULES,
    SECOND_RULES,
    THREE,
    Panel,
    invite,
    open_jury,
    score,
    works,
    write,
)


@pytest.fixture
def panel(database: Database) -> Panel:
    with database.write() as session:
        return open_jury(session)


def test_works_come_back_in_the_order_given_with_numbers_that_are_not(database: Database) -> None:
    with database.write() as session:
        panel = open_jury(session, works_count=24)
    with database.read() as session:
        titles = [session.get_one(JuryWork, work.work_id).title for work in panel.works]
    assert titles == [f"Titre {index}" for index in range(1, 25)]
    assert len(set(panel.numbers)) == 24
    assert list(panel.numbers) != sorted(panel.numbers)


def test_two_draws_give_other_numbers(database: Database) -> None:
    with database.write() as session:
        first = open_jury(session, works_count=12)
        second = open_jury(session, works_count=12, rules=SECOND_RULES)
    assert first.numbers != second.numbers


def test_the_rows_on_the_disk_stand_in_the_order_of_the_draw(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        panel = open_jury(session, works_count=24)
    with sqlite_database.read() as session:
        stored = session.execute(text("SELECT number FROM jury_work ORDER BY rowid")).scalars().all()
    assert stored == sorted(panel.numbers)


def test_no_column_of_a_work_is_an_instant_or_a_person() -> None:
    columns = {name for table in ("jury_work", "jury_media") for name in Base.metadata.tables[table].columns.keys()}  # noqa: SIM118 -- the collection iterates over columns, not names
    assert columns == {
        *{"id", "session_id", "number", "category", "title", "summary", "seconds"},
        *{"transcript", "captions", "text_alternative"},
        *{"work_id", "role", "position", "digest", "mime", "width", "height", "size", "text"},
    }


def test_no_key_leaves_the_jury() -> None:
    mine = [table for name, table in Base.metadata.tables.items() if name.startswith("jury_")]
    assert len(mine) >= 14
    assert {key.column.table.name.startswith("jury_") for table in mine for key in table.foreign_keys} == {True}


def test_the_works_are_handed_over_once(database: Database, panel: Panel) -> None:
    with pytest.raises(Conflict, match="déjà été remises"), database.write() as session:
        api.receive_works(session, edition_key=KEY, works=works(1), now=NOW)
    with database.read() as session:
        assert len(queries.numbers_of(session, queries.find_session(session, KEY))) == len(panel.numbers)


def test_a_complement_is_an_act_of_its_own_and_does_not_show_in_its_numbers(database: Database, panel: Panel) -> None:
    with database.write() as session:
        more = api.receive_works(
            session, edition_key=KEY, works=works(3), now=NOW + timedelta(hours=1), additional=True
        )
        milestones = api.milestones(session, edition_key=KEY)
    assert not {work.number for work in more} & set(panel.numbers)
    assert milestones.handed_over_at == NOW


def test_no_work_comes_once_a_sheet_is_begun(database: Database, panel: Panel) -> None:
    with database.write() as session:
        write(session, panel.president, panel.numbers[0], {"form": 3})
    with pytest.raises(Conflict, match="aucune œuvre ne s'ajoute plus"), database.write() as session:
        api.receive_works(session, edition_key=KEY, works=works(1), now=NOW, additional=True)


def test_an_empty_batch_says_what_to_do_first(database: Database) -> None:
    with database.write() as session:
        open_jury(session, works_count=0)
    with pytest.raises(DomainError, match="prononcez d'abord la recevabilité"), database.write() as session:
        api.receive_works(session, edition_key=KEY, works=[], now=NOW)


def test_rules_change_until_the_first_score(database: Database, panel: Panel) -> None:
    changed = replace(RULES, scale_high=20, laureates_max=3)
    with database.write() as session:
        api.update_session_rules(session, rules=changed, now=NOW)
        score(session, panel.president, panel.numbers[0], 20, 20, 20)
    with pytest.raises(Conflict, match="les règles de l'évaluation ne changent plus"), database.write() as session:
        api.update_session_rules(session, rules=RULES, now=NOW)
    with database.read() as session:
        assert queries.find_session(session, KEY).laureates_max == 3


@pytest.mark.parametrize(
    "rules",
    [
        replace(RULES, criteria=()),
        replace(RULES, scale_low=10),
        replace(RULES, laureates_max=0),
    ],
)
def test_rules_that_no_session_could_follow_are_refused(sqlite_database: Database, rules: api.SessionRules) -> None:
    with pytest.raises(DomainError), sqlite_database.write() as session:
        api.open_session(session, rules=rules, now=NOW)


def test_an_invitation_is_a_mail_without_any_work(database: Database, panel: Panel) -> None:
    assert len(panel.jurors) == 2
    with database.read() as session:
        mails = session.scalars(select(api.Outbox)).all()
    assert len(mails) == 4
    to_juror = next(mail for mail in mails if mail.recipient == "jure1@jury.example")
    assert "https://jury.example/jury" in to_juror.text
    assert "mardi 16 mars 2027 à 18 h 00 (heure de Paris)" in to_juror.text
    assert all("Titre" not in mail.text + mail.subject for mail in mails)


def test_an_invitation_tells_each_role_its_task_and_whom_to_write_to(database: Database, panel: Panel) -> None:
    with database.read() as session:
        texts = {mail.recipient.partition("@")[0]: mail.text for mail in session.scalars(select(api.Outbox))}
    assert panel.president
    assert all("répondez à ce message" in text for text in texts.values())
    assert {name for name, text in texts.items() if "vous ne les noterez pas" in text} == {"secretaire"}
    assert {name for name, text in texts.items() if "vous présiderez" in text} == {"presidente"}


@pytest.mark.parametrize(
    ("name", "role", "sentence"),
    [("JURE1", "juror", "déjà celle d'un membre"), ("autre", "president", "déjà une présidente")],
)
def test_a_seat_is_taken_once(database: Database, panel: Panel, name: str, role: str, sentence: str) -> None:
    assert panel.president
    with pytest.raises(Conflict, match=sentence), database.write() as session:
        invite(session, name, role)


def test_a_member_leaves_without_a_reason_before_the_first_score_only(database: Database, panel: Panel) -> None:
    with database.write() as session:
        api.remove_member(session, edition_key=KEY, member_id=panel.jurors[0], now=NOW)
    with database.write() as session:
        score(session, panel.president, panel.numbers[0], 5, 5, 5)
    with pytest.raises(Conflict, match="sa composition est figée"), database.write() as session:
        api.remove_member(session, edition_key=KEY, member_id=panel.jurors[1], now=NOW)
    with database.read() as session:
        assert session.get(JuryMember, panel.jurors[0]) is None
        assert session.get(JuryMember, panel.jurors[1]) is not None


def test_joining_is_noted_once(database: Database, panel: Panel) -> None:
    for later in (0, 5):
        with database.write() as session:
            operations.join(session, member_id=panel.jurors[0], now=NOW + timedelta(hours=later))
    with database.read() as session:
        assert session.get_one(JuryMember, panel.jurors[0]).joined_at == NOW
        joined = {line.name: line.joined for line in api.list_members(session, edition_key=KEY)}
    assert joined == {"Presidente": False, "Jure1": True, "Jure2": False, "Secretaire": False}


def test_a_whole_sheet_is_kept_and_counts(database: Database, panel: Panel) -> None:
    number = panel.numbers[0]
    with database.write() as session:
        score(session, panel.jurors[0], number, 7, 8, 10)
    with database.read() as session:
        jury = queries.find_session(session, KEY)
        assert queries.states_of(session, jury, member_id=panel.jurors[0])[number] is SheetState.SCORED
        assert set(queries.states_of(session, jury, member_id=panel.jurors[1]).values()) == {SheetState.TO_SCORE}
        assert tallies.ranking_of(session, jury).places[0].mean == Fraction(25, 3)
        assert api.progress(session, edition_key=KEY) == api.Progress(6, 3, 1, 18)


def test_a_sheet_begun_is_kept_and_does_not_count_yet(database: Database, panel: Panel) -> None:
    number = panel.numbers[0]
    with database.write() as session:
        write(session, panel.jurors[0], number, {"form": 8}, remark="À revoir demain")
    with database.read() as session:
        jury = queries.find_session(session, KEY)
        assert queries.states_of(session, jury, member_id=panel.jurors[0])[number] is SheetState.INCOMPLETE
        assert tallies.ranking_of(session, jury).places == ()
        line = next(line for line in progress_of(session, jury) if line.member_id == panel.jurors[0])
    assert (line.done, line.incomplete, line.missing) == (0, 1, 6)


def test_a_score_can_be_changed_and_taken_back(database: Database, panel: Panel) -> None:
    member, number = panel.jurors[0], panel.numbers[0]
    with database.write() as session:
        score(session, member, number, 7, 8, 10)
    with database.write() as session:
        write(session, member, number, {"form": 2}, version=1)
    with database.read() as session:
        sheet = session.scalars(select(JurySheet)).one()
        assert (sheet.points, sheet.version) == ({"form": 2}, 2)
        assert len(session.scalars(select(JuryScore)).all()) == 1


def test_the_same_form_sent_twice_is_saved_once(database: Database, panel: Panel) -> None:
    for later in (0, 1):
        with database.write() as session:
            score(session, panel.jurors[0], panel.numbers[0], 1, 2, 3, now=NOW + timedelta(seconds=later))
    with database.read() as session:
        sheet = session.scalars(select(JurySheet)).one()
        assert (sheet.version, sheet.updated_at) == (1, NOW)


def test_a_sheet_saved_meanwhile_elsewhere_is_not_overwritten(database: Database, panel: Panel) -> None:
    member, number = panel.jurors[0], panel.numbers[0]
    with database.write() as session:
        score(session, member, number, 1, 2, 3)
    with pytest.raises(StaleSheet) as refusal, database.write() as session:
        score(session, member, number, 9, 9, 9)
    assert refusal.value.stored.points == {"substance": 1, "form": 2, "inspiration": 3}
    assert refusal.value.stored.version == 1


@pytest.mark.parametrize("points", [{"form": 11}, {"form": -1}])
def test_a_score_off_the_scale_changes_nothing(database: Database, panel: Panel, points: dict[str, int]) -> None:
    with database.write() as session:
        score(session, panel.jurors[0], panel.numbers[0], 1, 2, 3)
    expected = re.escape("Note attendue entre 0 et 10.")
    with pytest.raises(DomainError, match=expected), database.write() as session:
        write(session, panel.jurors[0], panel.numbers[0], points, version=1)
    with database.read() as session:
        assert session.scalars(select(JurySheet)).one().points["form"] == 2


def test_an_empty_sheet_is_not_made(database: Database, panel: Panel) -> None:
    with pytest.raises(DomainError, match="rien à enregistrer"), database.write() as session:
        write(session, panel.jurors[0], panel.numbers[0], {})


def test_the_secretary_scores_nothing(database: Database, panel: Panel) -> None:
    with pytest.raises(Forbidden), database.write() as session:
        score(session, panel.secretary, panel.numbers[0], 1, 2, 3)


def test_a_work_of_another_session_does_not_exist_here(database: Database, panel: Panel) -> None:
    with database.write() as session:
        other = open_jury(session, works_count=24, rules=SECOND_RULES)
        foreign = next(number for number in other.numbers if number not in panel.numbers)
    with pytest.raises(NotFound), database.write() as session:
        score(session, panel.jurors[0], foreign, 1, 2, 3)


def test_the_database_itself_refuses_a_sheet_across_sessions(database: Database, panel: Panel) -> None:
    with database.write() as session:
        other = open_jury(session, works_count=1, rules=SECOND_RULES)
        theirs = session.get_one(JuryWork, other.works[0].work_id)
    sheet = JurySheet(
        session_id=theirs.session_id, work_id=theirs.id, member_id=panel.jurors[0], remark="", version=1, scored=0
    )
    sheet.created_at = sheet.updated_at = NOW
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(sheet)


def test_closing_tells_what_is_missing_and_ends_all_writing(database: Database, panel: Panel) -> None:
    with database.write() as session:
        score(session, panel.jurors[0], panel.numbers[0], 1, 2, 3)
        operations.close_scoring(session, member_id=panel.secretary, now=NOW + timedelta(days=1))
    with (
        pytest.raises(Conflict, match="L'évaluation est close depuis le mardi 16 mars 2027"),
        database.write() as session,
    ):
        write(session, panel.jurors[0], panel.numbers[0], {"form": 3}, version=1)
    with database.read() as session:
        closing = session.scalars(select(JuryAudit).where(JuryAudit.action == "scoring_closed")).one()
        assert closing.details == {"missing_sheets": 17}


@pytest.mark.parametrize("who", ["president", "juror"])
def test_only_the_secretary_closes(database: Database, panel: Panel, who: str) -> None:
    member = {"president": panel.president, "juror": panel.jurors[0]}[who]
    with pytest.raises(Forbidden), database.write() as session:
        operations.close_scoring(session, member_id=member, now=NOW)


def test_scoring_closes_once_and_not_before_there_are_works(database: Database) -> None:
    with database.write() as session:
        panel = open_jury(session, works_count=0)
    with pytest.raises(Conflict, match="rien à clore"), database.write() as session:
        operations.close_scoring(session, member_id=panel.secretary, now=NOW)
    with database.write() as session:
        api.receive_works(session, edition_key=KEY, works=works(1), now=NOW)
        operations.close_scoring(session, member_id=panel.secretary, now=NOW)
    with pytest.raises(Conflict, match="close depuis"), database.write() as session:
        operations.close_scoring(session, member_id=panel.secretary, now=NOW)


def test_every_act_is_in_the_chain_and_the_chain_holds(database: Database, panel: Panel) -> None:
    with database.write() as session:
        operations.join(session, member_id=panel.president, now=NOW)
        score(session, panel.president, panel.numbers[0], 1, 2, 3)
        operations.close_scoring(session, member_id=panel.secretary, now=NOW)
    with database.read() as session:
        events = _events(session)
        assert broken_at(events) is None
        assert [event.action for event in events if event.action not in {"member_invited", "seat_accepted"}] == [
            "session_opened",
            "works_received",
            "member_joined",
            "rule_frozen",
            "sheet_saved",
            "scoring_closed",
            "sheets_committed",
        ]
        assert all("points" not in event.details for event in events)


def test_an_unknown_edition_has_no_jury(sqlite_database: Database) -> None:
    with sqlite_database.read() as session:
        assert not api.has_session(session, edition_key=KEY)
        with pytest.raises(NotFound):
            api.milestones(session, edition_key=KEY)


def test_three_criteria_are_nowhere_presumed(database: Database) -> None:
    with database.write() as session:
        panel = open_jury(session, rules=SECOND_RULES)
        write(session, panel.president, panel.numbers[0], {"use": 5, "finish": 2})
        jury = queries.find_session(session, SECOND_RULES.edition_key)
        assert tallies.ranking_of(session, jury).places[0].mean == 4
        assert len(THREE) != len(jury.criteria_list)


def _events(session: Session) -> Sequence[JuryAudit]:
    return session.scalars(select(JuryAudit).order_by(JuryAudit.position)).all()
