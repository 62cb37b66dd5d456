"""Scores saved one by one, the end of a juror's work and reminders, on both database systems."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from concours.kernel.db import Database
from concours.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from concours.kernel.questions import writer_of
from jury import finishing, queries, reminders
from jury.models import JuryAudit, JuryOutbox, JurySheet
from jury.progress import progress_of
from jury.sheets import REMARK, Act, Closed, Outcome, record_act
from tests.fakes.clock import FrozenClock
from tests.jury_room import JuryRoom, work_page
from tests.jury_session import KEY, NOW, RULES, SECOND_RULES, Panel, open_jury, score
from tests.page import page

PHONE, LAPTOP = "rh6jtww4gowdvtauwdryempks4", "qs2njh2ltca7ueyml522eezyiq"
URL = "https://jury.example/jury"
CLOSES_AT = RULES.scoring_closes_at or NOW


@pytest.fixture
def panel(database: Database) -> Panel:
    with database.write() as session:
        return open_jury(session)


class Device:
    """What one juror does on the first work."""

    def __init__(self, database: Database, panel: Panel) -> None:
        self.database, self.panel = database, panel

    def give(
        self,
        value: int | str | None,
        *seen: int | str | None,
        counter: int,
        field: str = "form",
        device: str = PHONE,
    ) -> Outcome:
        act = Act(field, value, seen, device, counter)
        member, number = self.panel.jurors[0], self.panel.numbers[0]
        with self.database.hold() as held, held.change() as writer:
            return record_act(writer, member_id=member, number=number, act=act, now=NOW)[0]

    @property
    def sheet(self) -> JurySheet:
        with self.database.read() as session:
            return session.scalars(select(JurySheet)).one()


@pytest.fixture
def device(database: Database, panel: Panel) -> Device:
    return Device(database, panel)


def test_each_answer_is_saved_by_itself_and_half_a_sheet_is_kept(device: Device) -> None:
    assert device.give(7, None, counter=1) is Outcome.SAVED
    assert device.give("À revoir", "", counter=2, field=REMARK) is Outcome.SAVED
    assert device.give(None, 7, counter=3) is Outcome.SAVED
    assert (device.sheet.points, device.sheet.remark, device.sheet.version) == ({}, "À revoir", 3)


def test_an_act_sent_twice_changes_nothing_whatever_stands_by_then(device: Device) -> None:
    device.give(5, None, counter=1)
    device.give(7, 5, counter=2)
    device.give(5, 7, counter=3)
    assert device.give(7, 5, counter=2) is Outcome.KNOWN
    assert (device.sheet.points, device.sheet.version) == ({"form": 5}, 3)


def test_an_act_that_a_newer_one_has_outrun_changes_nothing(device: Device) -> None:
    assert device.give(8, None, 6, counter=2) is Outcome.SAVED
    assert device.give(6, None, counter=1) is Outcome.KNOWN
    assert device.sheet.points == {"form": 8}


def test_another_device_s_change_is_a_conflict_and_nothing_is_overwritten(device: Device) -> None:
    device.give(5, None, counter=1)
    assert device.give(9, None, counter=1, device=LAPTOP) is Outcome.CONFLICT
    assert device.give(4, None, counter=2, device=LAPTOP, field="substance") is Outcome.SAVED
    assert device.give(9, 5, counter=3, device=LAPTOP) is Outcome.SAVED
    assert device.sheet.points == {"form": 9, "substance": 4}


def test_a_late_act_of_one_device_does_not_pass_for_the_answer_of_the_other(device: Device) -> None:
    device.give(5, None, counter=1)
    device.give(6, 5, counter=2)
    device.give(5, 6, counter=1, device=LAPTOP)
    assert device.give(6, 5, counter=2) is Outcome.KNOWN
    assert device.sheet.points == {"form": 5}


@pytest.mark.parametrize(
    ("field", "value", "counter", "who"),
    [
        ("form", 11, 1, PHONE),
        ("form", -1, 1, PHONE),
        ("beauty", 5, 1, PHONE),
        ("form", 5, 0, PHONE),
        ("form", 5, 2**31, PHONE),
        ("form", 5, 1, "?"),
        (REMARK, "x" * 4001, 1, PHONE),
    ],
)
def test_what_no_sheet_holds_is_refused(device: Device, field: str, value: int | str, counter: int, who: str) -> None:
    with pytest.raises(DomainError):
        device.give(value, counter=counter, field=field, device=who)
    with device.database.read() as session:
        assert session.scalars(select(JurySheet)).all() == []


def test_a_sheet_says_how_many_its_juror_had_begun(database: Database, panel: Panel) -> None:
    for number in panel.numbers[:3]:
        with database.write() as session:
            score(session, panel.jurors[0], number, 1, 2, 3)
            score(session, panel.jurors[1], panel.numbers[-1 - panel.numbers.index(number)], 1, 2, 3)
    with database.read() as session:
        query = select(JurySheet.member_id, JurySheet.position).order_by(JurySheet.position)
        found = session.execute(query).all()
    assert [place for member, place in found if member == panel.jurors[0]] == [1, 2, 3]


def test_an_act_on_another_session_s_work_finds_nothing(database: Database, panel: Panel) -> None:
    with database.write() as session:
        others = open_jury(session, works_count=24, rules=SECOND_RULES).numbers
    foreign = next(number for number in others if number not in panel.numbers)
    with pytest.raises(NotFound), database.hold() as held, held.change() as writer:
        record_act(writer, member_id=panel.jurors[0], number=foreign, act=Act("form", 5, (), PHONE, 1), now=NOW)


def test_whoever_has_finished_writes_no_more_until_the_president_opens(database: Database, device: Device) -> None:
    panel, juror = device.panel, device.panel.jurors[0]
    device.give(7, None, counter=1)
    with database.write() as session:
        finishing.finish(session, member_id=juror, now=NOW)
    with pytest.raises(Closed, match="demandez à la présidence"):
        device.give(8, 7, counter=2)
    with pytest.raises(Closed), database.write() as session:
        score(session, juror, panel.numbers[1], 1, 2, 3)
    for other in (panel.jurors[1], panel.secretary):
        with pytest.raises(Forbidden), database.write() as session:
            finishing.reopen(session, member_id=other, juror_id=juror, now=NOW)
    with database.write() as session:
        finishing.reopen(session, member_id=panel.president, juror_id=juror, now=NOW)
    assert device.give(8, 7, counter=2) is Outcome.SAVED
    with database.read() as session:
        acts = session.scalars(select(JuryAudit).where(JuryAudit.action.startswith("juror_"))).all()
    assert [(act.action, act.actor) for act in acts] == [("juror_finished", juror), ("juror_reopened", panel.president)]
    assert acts[0].details == {"missing_sheets": 6}


def test_reopening_stays_within_the_session_and_ends_with_it(database: Database, panel: Panel) -> None:
    with database.write() as session:
        elsewhere = open_jury(session, rules=SECOND_RULES)
    with pytest.raises(NotFound), database.write() as session:
        finishing.reopen(session, member_id=panel.president, juror_id=elsewhere.jurors[0], now=NOW)
    with pytest.raises(Conflict, match="déjà ouvertes"), database.write() as session:
        finishing.reopen(session, member_id=panel.president, juror_id=panel.jurors[0], now=NOW)


def mails(database: Database) -> list[JuryOutbox]:
    with database.read() as session:
        return list(session.scalars(select(JuryOutbox).where(JuryOutbox.subject.startswith("Il vous reste"))))


def remind(database: Database, before_end: timedelta) -> int:
    with database.write() as session:
        return reminders.remind_due(session, jury_url=URL, now=CLOSES_AT - before_end)


def test_jurors_who_are_late_are_reminded_once_with_counts_alone(database: Database, panel: Panel) -> None:
    with database.write() as session:
        for number in panel.numbers:
            score(session, panel.jurors[0], number, 1, 2, 3)
        score(session, panel.jurors[1], panel.numbers[0], 1, 2, 3)
        finishing.finish(session, member_id=panel.president, now=NOW)
    assert [remind(database, timedelta(hours=left)) for left in (30, 13, 11, 10, 0)] == [0, 0, 1, 0, 0]
    (mail,) = mails(database)
    assert mail.recipient == "jure2@jury.example"
    assert "Vous avez noté 1 œuvre sur 6 : il vous en reste 5." in mail.text
    told = mail.subject + mail.text
    assert not any(word in told for word in ("Titre", "n° ", *(f"œuvre {number:03d}" for number in panel.numbers)))


@pytest.mark.parametrize(
    ("came", "left", "turn"),
    [
        (96, 49, None),
        (96, 48, "first"),
        (96, 12, "last"),
        (40, 30, None),
        (40, 11, "last"),
        (10, 9, None),
        (96, 0, None),
    ],
)
def test_a_reminder_has_its_time(came: int, left: int, turn: str | None) -> None:
    times = {"handed_over_at": CLOSES_AT - timedelta(hours=came), "now": CLOSES_AT - timedelta(hours=left)}
    assert reminders.due_turn(closes_at=CLOSES_AT, **times) == turn


def test_the_secretary_reminds_once_an_hour(database: Database, panel: Panel) -> None:
    def ask(minutes: int, who: str = panel.secretary) -> int:
        with database.write() as session:
            at = NOW + timedelta(minutes=minutes)
            return reminders.remind_asked(session, member_id=who, jury_url=URL, now=at)

    assert ask(0) == 3
    with pytest.raises(Conflict, match="déjà parti"):
        ask(59)
    assert ask(60) == 3
    with pytest.raises(Forbidden):
        ask(200, panel.president)
    assert len(mails(database)) == 6


def test_counts_are_those_of_the_sheets(database: Database, panel: Panel) -> None:
    with database.write() as session:
        score(session, panel.jurors[0], panel.numbers[0], 1, 2, 3)
        act = Act("form", 5, (None,), PHONE, 1)
        record_act(writer_of(session), member_id=panel.jurors[0], number=panel.numbers[1], act=act, now=NOW)
    with database.read() as session:
        jury = queries.find_session(session, KEY)
        (line,) = (each for each in progress_of(session, jury) if each.member_id == panel.jurors[0])
        assert queries.points_of(session, jury, member_id=panel.jurors[1]) == {}
        assert session.scalar(select(func.count()).select_from(JurySheet)) == 2
    assert (line.done, line.incomplete, line.expected) == (1, 1, 6)


# --- pages -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def room(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> JuryRoom:
    return JuryRoom(tmp_path, sqlite_url, clock)


def test_a_juror_finishes_knowing_what_is_missing_and_the_president_opens_again(room: JuryRoom) -> None:
    number = room.panel.numbers[0]
    with room.database.write() as session:
        score(session, room.panel.jurors[0], number, 1, 2, 3)
    asked = page(room.juror, "/terminer")
    assert "Il vous manque 5 fiches sur 6" in asked.text
    assert asked.form().submit(status=422).errors == ["Cochez cette case pour terminer."]
    done = asked.form().submit(confirmed="y")
    assert "Vos fiches sont verrouillées" in done.text
    assert not work_page(room.juror, number).all("input", name="note-form")
    told = page(room.president, "/fiches")
    assert "1 sur 6" in told.text
    assert "Les fiches sont rouvertes" in told.form("/ouverture").submit().text
    assert work_page(room.juror, number).all("input", name="note-form")
    for other in (room.juror, room.secretary):
        page(other, "/fiches", status=404)


def test_the_secretary_sends_reminders_from_the_progress_page(room: JuryRoom) -> None:
    shown = page(room.secretary, "/avancement")
    assert "Rappel envoyé à 3 personnes." in shown.form("/rappel").submit().text
    assert "Un rappel est déjà parti" in page(room.secretary, "/avancement").form("/rappel").submit().text
    assert len(mails(room.database)) == 3


def test_the_list_shows_what_a_filter_lets_through_with_one_s_own_scores(room: JuryRoom) -> None:
    with room.database.write() as session:
        score(session, room.panel.jurors[0], room.panel.numbers[0], 4, 2, 9)
    scored = page(room.juror, "/?montrer=notees")
    assert [each for each in scored.links if ", Titre" in each] == [f"n° {room.panel.numbers[0]:03d}, Titre 1"]
    assert "Le fond : 4" in scored.text
    assert "Nombre de fois où vous avez donné chaque note" in scored.text
    assert len([each for each in page(room.juror, "/?montrer=a-noter").links if ", Titre" in each]) == 5
    assert "Le fond : 4" not in page(room.other, "/?montrer=n-importe-quoi").text


def test_examples_are_kept_nowhere(room: JuryRoom) -> None:
    shown = page(room.juror, "/exemples/1")
    answered = shown.form("/exemples/1").send({"note-form": "7"})
    assert "Rien n'a été gardé" in answered.text
    assert "Exemple" in page(room.juror, "/exemples/2").title
    for number in (0, 3):
        page(room.juror, f"/exemples/{number}", status=404)
    page(room.secretary, "/exemples/1", status=404)
    with room.database.read() as session:
        assert session.scalars(select(JurySheet)).all() == []


def test_a_script_is_told_why_in_words_and_never_by_a_500(room: JuryRoom) -> None:
    number, token = room.panel.numbers[0], room.juror.get("/jeton").get_json()["token"]
    sent = {"csrf_token": token, "field": "form", "value": "7", "seen": "", "device": PHONE, "counter": "1"}
    address = f"/oeuvres/{number}/notes"
    assert room.juror.post(address, data=sent).get_json()["outcome"] == "saved"
    again = room.juror.post(address, data=sent).get_json()
    assert (again["outcome"], again["points"], again["done"]) == ("known", {"form": 7}, 0)
    for wrong in (
        {"value": "sept"},
        {"value": "9" * 40},
        {"counter": "²"},
        {"device": ""},
        {"field": ""},
        {"seen": "é"},
    ):
        answer = room.juror.post(address, data={**sent, "counter": "2", **wrong})
        assert answer.status_code in {404, 422}
        assert answer.get_json()["message"]
    assert room.juror.post(address, data={**sent, "csrf_token": "x"}).status_code == 403
    assert room.app.test_client().get("/jeton").status_code == 403
    room.close()
    closed = room.juror.post(address, data={**sent, "value": "8", "seen": "7", "counter": "3"})
    assert (closed.status_code, closed.get_json()["closed"]) == (409, True)


def test_what_is_taken_along_is_light_and_only_what_is_left_to_score(room: JuryRoom) -> None:
    with room.database.write() as session:
        score(session, room.panel.jurors[0], room.panel.numbers[0], 1, 2, 3)
    taken = room.juror.get("/emporter").get_json()["works"]
    assert {work["number"] for work in taken} == set(room.panel.numbers[1:])
    files = [file["url"] for work in taken for file in work["files"]]
    assert not [url for url in files if "/video-" in url or "/document-" in url]
    assert all(room.juror.get(f"{url}?emporter=1").status_code == 200 for url in files)
    assert room.secretary.get("/emporter").get_json()["works"] == []
    room.close()
    assert room.juror.get("/emporter").get_json()["works"] == []
