"""Checking in: once however often it is sent, undone, at the door without a seat, and what leaves of it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts.models import AuditEvent
from concours.editions.queries import current_record
from concours.exports.rules import Kind
from concours.exports.tables.event import ATTENDANCE
from concours.kernel.db import Database
from concours.kernel.errors import Conflict, DomainError, NotFound
from concours.kernel.ids import new_id
from concours.registrations import arrivals, attendance, operations, queries
from concours.registrations.arrivals import WITHOUT_NETWORK, Act, Full
from concours.registrations.models import Arrival, Registration
from concours.registrations.rules import ticket_in
from concours.registrations.sheet import Whom, attendance_sheet
from tests.registrations_scene import DESK, NOW, ZOE, ask, link, mails, open_hall, somebody, states
from tests.tagged_pdf import read_tagged

ONE, OTHER = "a" * 26, "b" * 26
"""Two people at the door."""
MINUTE = timedelta(minutes=1)


def act(now: datetime = NOW, *, claimed: datetime | None = None, actor: str = ONE, name: str = "") -> Act:
    return Act(id=name or new_id(), actor=actor, now=now, claimed=claimed)


def of(session: Session, name: str) -> Registration:
    return session.scalars(select(Registration).where(Registration.email == f"{name}@mairie.example")).one()


def recorded(session: Session) -> list[tuple[str, str]]:
    rows = session.scalars(select(AuditEvent).order_by(AuditEvent.position))
    return [(row.action, row.actor) for row in rows if row.action.startswith(("arrival", "walk_in"))]


def test_two_devices_check_in_the_same_person_and_the_first_hour_counts(database: Database) -> None:
    with database.write() as session:
        open_hall(session, 10)
        ask(session, "ada")
        ada = of(session, "ada").id
        live = act(NOW + 10 * MINUTE)
        assert "arrivée enregistrée à 10 h 10" in arrivals.check_in(session, act=live, registration_id=ada).said(live)
        late = act(NOW + 20 * MINUTE, claimed=NOW + 3 * MINUTE, actor=OTHER)
        for _ in range(2):  # sent again, since no answer came
            done = arrivals.check_in(session, act=late, registration_id=ada)
        assert "déjà accueilli·e à 10 h 03, et de nouveau à 10 h 10" in done.said(late)
        assert [each.at for each in done.arrivals] == [NOW + 3 * MINUTE, NOW + 10 * MINUTE]
        board = attendance.board(session, current_record(session).id, NOW)
        assert (board.present, board.expected, len(board.arrivals)) == (1, 1, 2)
        assert recorded(session) == [("arrival_recorded", ONE), ("arrival_recorded", OTHER)]
        ask(session, "bob")
        bob = of(session, "bob").id
        with pytest.raises(DomainError, match="autre personne"):
            arrivals.check_in(session, act=late, registration_id=bob)


def test_an_undone_arrival_leaves_what_its_author_had_not_seen(database: Database) -> None:
    with database.write() as session:
        open_hall(session, 10)
        ask(session, "ada")
        ada = of(session, "ada").id
        seen, unseen = act(name="c" * 26), act(NOW + MINUTE, name="d" * 26)
        for each in (seen, unseen):
            arrivals.check_in(session, act=each, registration_id=ada)
        for _ in range(2):
            left = arrivals.undo(session, act=act(actor=OTHER), registration_id=ada, seen=[seen.id]).arrivals
        assert [each.id for each in left] == [unseen.id]
        arrivals.check_in(session, act=seen, registration_id=ada)  # the first sending comes late: it stays undone
        assert attendance.first_hours(session, current_record(session).id) == {ada: NOW + MINUTE}
        assert recorded(session)[-1] == ("arrival_undone", OTHER)
        assert len(recorded(session)) == 3


def test_a_forged_ticket_and_one_that_was_given_back_are_refused_in_words(database: Database) -> None:
    with database.write() as session:
        edition_id = open_hall(session, 10).id
        ask(session, "ada")
        row = of(session, "ada")
        assert ticket_in(f"https://concours.example/billet/{row.ticket_code}") == row.ticket_code
        assert attendance.by_ticket(session, edition_id, row.ticket_code) is row
        with pytest.raises(NotFound, match="falsifié"):
            attendance.by_ticket(session, edition_id, "x" * 26)
        assert [ticket_in(text) for text in ("", "https://x.example/billet/1", "=cmd", "é" * 26)] == [""] * 4
        operations.cancel(session, token=link(session, "ada"), desk=DESK, now=NOW)
        with pytest.raises(Conflict, match=r"inscription annulée.*inscrivez"):
            arrivals.check_in(session, act=act(), registration_id=row.id)
        with pytest.raises(NotFound):
            arrivals.check_in(session, act=act(), registration_id="x" * 26)
        assert recorded(session) == []


def test_whoever_comes_without_a_seat_is_counted_and_beyond_the_last_seat_with_a_reason(database: Database) -> None:
    with database.write() as session:
        edition_id = open_hall(session, 2).id
        ask(session, "ada")
        count = len(mails(session))
        first = act()
        for _ in range(2):
            done = arrivals.walk_in(session, act=first, attendee=somebody("bob"), reason="pas lu")
        assert [each.over_reason for each in done.arrivals] == [""]
        assert queries.tally(session, edition_id, NOW).confirmed == 2
        ask(session, "cem")
        assert states(session)["cem"] == "waiting"
        needs = of(session, "cem").accessibility_needs
        with pytest.raises(Full, match="Les 2 places sont prises"):
            arrivals.walk_in(session, act=act(), attendee=somebody("cem"), reason="")
        newcomer = replace(somebody("cem"), accessibility_needs="")
        arrivals.walk_in(session, act=act(), attendee=newcomer, reason="Des absents")
        late = act(NOW + 5 * MINUTE, claimed=NOW)
        done = arrivals.walk_in(session, act=late, attendee=somebody("dia"), reason="")
        assert [each.over_reason for each in done.arrivals] == [WITHOUT_NETWORK]
        assert of(session, "cem").accessibility_needs == needs
        assert set(states(session).values()) == {"confirmed"}
        assert queries.tally(session, edition_id, NOW).confirmed == 4
        assert len(mails(session)) == count + 1  # of the waiting list: whoever stands at the door is written nothing
        assert len([each for each in recorded(session) if each[0] == "walk_in_seated"]) == 3


def test_names_are_found_without_accents_and_a_device_keeps_the_least(database: Database) -> None:
    with database.write() as session:
        edition_id = open_hall(session, None).id
        for name, last in (("ada", "D'Œuvre, Léo"), ("bob", "=cmd|x"), ("cem", "Çelik")):
            attendee = replace(somebody(name), last_name=last)
            operations.register(session, attendee=attendee, desk=DESK, now=NOW)
        assert [row.last_name for row in attendance.search(session, edition_id, "celik CEM")] == ["Çelik"]
        assert len(attendance.search(session, edition_id, "mairie")) == 3
        people = attendance.expected(session, edition_id)
        assert [each.last_name for each in people] == ["=cmd|x", "Çelik", "D'Œuvre, Léo"]
        told = repr([vars(each) for each in people])
        row = of(session, "ada")
        for secret in (row.email, row.function, row.accessibility_needs, row.meal_needs, row.ticket_code):
            assert secret not in told


@pytest.mark.parametrize("whom", Whom)
def test_the_attendance_sheet_is_tagged_in_order_and_says_who_came(sqlite_database: Database, whom: Whom) -> None:
    with sqlite_database.write() as session:
        edition_id = open_hall(session, None).id
        names = [f"personne{number:02}" for number in range(40)]
        ask(session, *names)
        for name in names[:3]:
            arrivals.check_in(session, act=act(), registration_id=of(session, name).id)
        pdf = attendance_sheet(session, whom=whom, actor=ONE, now=NOW)
        assert attendance_sheet(session, whom=whom, actor=ONE, now=NOW) == pdf
        [*_, event] = session.scalars(select(AuditEvent).order_by(AuditEvent.position))
    tagged = read_tagged(pdf)
    expected = {Whom.EVERYBODY: 40, Whom.THERE: 3, Whom.NOT_YET: 37}[whom]
    assert (tagged.part, tagged.language, tagged.untagged, tagged.headings) == ("1", "fr-FR", (), [1])
    assert "feuille d’émargement" in tagged.title
    assert len(tagged.root.all("TR")) == expected + 1
    assert len(tagged.root.all("TH")) == 4  # told once, repeated on each page
    assert (event.action, event.subject, event.details) == ("attendance_sheet_made", edition_id, {"rows": expected})


def test_the_export_of_attendance_says_when_each_came(database: Database) -> None:
    with database.write() as session:
        record = open_hall(session, None)
        ask(session, "ada", "bob")
        for minutes in (9, 4):
            arrivals.check_in(session, act=act(NOW + minutes * MINUTE), registration_id=of(session, "bob").id)
        rows = [list(row) for row in ATTENDANCE.rows(session, record, Kind.ATTENDANCE)]
        assert [(row[1], row[-1]) for row in rows] == [("Ada", None), ("Bob", NOW + 4 * MINUTE)]
        assert session.scalars(select(Arrival.recorded_by)).all() == [ONE, ONE]
        assert ZOE.accessibility_needs not in str(rows)
