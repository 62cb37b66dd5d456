"""Seats and the waiting list: who is given what, in which order, until when, and who is told."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts.models import AuditEvent
from concours.editions.queries import current_edition, current_record
from concours.kernel.db import Database
from concours.kernel.errors import Conflict, DomainError, NotFound
from concours.registrations import desk, operations, queries, teams, turn
from concours.registrations.models import HeldSeat, Registration
from concours.registrations.rules import offer_limit, reminder_at
from tests.registrations_scene import (
    DESK,
    NOW,
    ask,
    change_event,
    link,
    mails,
    open_hall,
    register,
    somebody,
    states,
    subjects,
    team,
    token,
)

DAY = timedelta(days=1)


def starts_of(session: Session) -> datetime:
    event = current_edition(session).event
    assert event
    return event.starts_at


def test_a_freed_seat_is_offered_in_order_and_an_unanswered_offer_goes_to_the_next(database: Database) -> None:
    with database.write() as session:
        open_hall(session, 1)
        ask(session, "ada", "bob", "cem", "dia")
        assert list(states(session).values()) == ["confirmed", "waiting", "waiting", "waiting"]
        assert "Vous êtes 2e sur la liste d'attente" in mails(session)[2].text
        operations.cancel(session, token=link(session, "ada"), desk=DESK, now=NOW + DAY)
        assert states(session)["bob"] == "offered"
        until = queries.by_token(session, link(session, "bob")).offered_until
        assert until == NOW + 2 * DAY
        turn.keep(session, desk=DESK, now=until - timedelta(microseconds=1))
        assert states(session)["bob"] == "offered"
        turn.keep(session, desk=DESK, now=until)
        assert [states(session)[name] for name in ("bob", "cem", "dia")] == ["expired", "offered", "waiting"]
        operations.accept(session, token=link(session, "bob"), desk=DESK, now=until)  # too late: the seat is another's
        assert states(session)["bob"] == "expired"
        operations.ask_again(session, token=link(session, "bob"), desk=DESK, now=until)
        assert [row.first_name for row in queries.waiting(session, current_record(session).id)] == ["Dia", "Bob"]
        for _ in range(2):
            operations.accept(session, token=link(session, "cem"), desk=DESK, now=until)
        assert states(session)["cem"] == "confirmed"
        lapsed, offered = "La place proposée n'est plus gardée", "Une place pour vous"
        assert subjects(session, "bob") == [lapsed, "Liste d'attente", "Liste d'attente", offered]
        assert subjects(session, "cem") == ["Inscription confirmée", "Liste d'attente", offered]


def test_giving_back_is_undone_while_a_seat_is_free_else_at_the_end_of_the_list(database: Database) -> None:
    with database.write() as session:
        open_hall(session, 2)
        ask(session, "ada", "bob")
        operations.cancel(session, token=link(session, "ada"), desk=DESK, now=NOW)
        operations.ask_again(session, token=link(session, "ada"), desk=DESK, now=NOW)
        assert set(states(session).values()) == {"confirmed"}
        ask(session, "cem")
        operations.cancel(session, token=link(session, "ada"), desk=DESK, now=NOW)
        operations.ask_again(session, token=link(session, "ada"), desk=DESK, now=NOW)
        assert states(session) == {"bob": "confirmed", "cem": "offered", "ada": "waiting"}


def test_more_seats_are_offered_and_fewer_take_nobody_s(database: Database) -> None:
    with database.write() as session:
        open_hall(session, 1)
        ask(session, "ada", "bob", "cem")
        change_event(session, capacity=2)
        turn.keep(session, desk=DESK, now=NOW)
        assert list(states(session).values()) == ["confirmed", "offered", "waiting"]
        change_event(session, capacity=1)
        operations.accept(session, token=link(session, "bob"), desk=DESK, now=NOW)
        operations.cancel(session, token=link(session, "ada"), desk=DESK, now=NOW)
        assert [states(session)[name] for name in ("bob", "cem")] == ["confirmed", "waiting"]
        ask(session, "dia")
        assert states(session)["dia"] == "waiting"


def test_nothing_is_offered_once_there_is_no_time_to_answer_and_nobody_jumps_the_queue(database: Database) -> None:
    with database.write() as session:
        open_hall(session, 1)
        ask(session, "ada", "bob")
        late = starts_of(session) - timedelta(minutes=90)
        assert offer_limit(starts_of(session), late) is None
        operations.cancel(session, token=link(session, "ada"), desk=DESK, now=late)
        ask(session, "cem", now=late)
        assert [states(session)[name] for name in ("bob", "cem")] == ["waiting", "waiting"]


def test_who_comes_is_reminded_once_and_told_of_a_moved_event(database: Database) -> None:
    with database.write() as session:
        open_hall(session, 2)
        ask(session, "ada", "bob", "cem")
        starts = starts_of(session)
        for late in (timedelta(seconds=-1), timedelta(), timedelta(minutes=1)):
            turn.keep(session, desk=DESK, now=reminder_at(starts) + late)
        assert subjects(session, "ada") == ["C'est demain", "Inscription confirmée"]
        assert subjects(session, "cem") == ["Liste d'attente"]
        later = starts + 8 * DAY  # the last Sunday of March: the hour changes that night
        change_event(session, starts_at=later, ends_at=later + timedelta(hours=6), place="Ailleurs")
        for _ in range(2):
            turn.keep(session, desk=DESK, now=reminder_at(starts) + DAY / 2)
        assert subjects(session, "ada") == ["C'est demain", "Changement", "Inscription confirmée"]
        turn.keep(session, desk=DESK, now=reminder_at(later))
        assert subjects(session, "ada").count("C'est demain") == 2


def test_every_team_that_deposited_is_offered_a_seat_that_counts_until_it_is_taken_or_released(
    database: Database,
) -> None:
    with database.write() as session:
        team(session, "un")
        team(session, "deux")
        team(session, "trois", deposits_it=False)
        open_hall(session, 1)
        with pytest.raises(DomainError, match="2 places pour les équipes et il en reste 1"):
            teams.hold(session, until=NOW + DAY, actor="secretariat", desk=DESK, now=NOW)
        change_event(session, capacity=3)
        assert teams.hold(session, until=NOW + DAY, actor="secretariat", desk=DESK, now=NOW) == 2
        assert teams.hold(session, until=NOW + DAY, actor="secretariat", desk=DESK, now=NOW) == 0
        assert not subjects(session, "trois")
        ask(session, "ada", "bob")
        assert list(states(session).values()) == ["confirmed", "waiting"]
        key = link(session, "un")
        teams.take(session, token=key, attendee=somebody("bob"), desk=DESK, now=NOW)  # from the list to the team's seat
        assert states(session)["bob"] == "confirmed"
        with pytest.raises(Conflict, match="n'est plus gardée"):
            teams.take(session, token=key, attendee=somebody("cem"), desk=DESK, now=NOW)
        with pytest.raises(DomainError, match="a déjà une place"):
            teams.take(session, token=link(session, "deux"), attendee=somebody("bob"), desk=DESK, now=NOW)
        ask(session, "cem")
        for _ in range(2):
            teams.let_go(session, token=link(session, "deux"), desk=DESK, now=NOW)
        assert states(session)["cem"] == "offered"
        assert session.scalars(select(HeldSeat.released_at).where(HeldSeat.released_at.is_not(None))).all() == [NOW]


def test_a_held_seat_goes_to_the_list_at_its_date(database: Database) -> None:
    with database.write() as session:
        team(session, "un")
        open_hall(session, 1)
        teams.hold(session, until=NOW + DAY, actor="secretariat", desk=DESK, now=NOW)
        ask(session, "ada")
        turn.keep(session, desk=DESK, now=NOW + DAY - timedelta(seconds=1))
        assert states(session) == {"ada": "waiting"}
        turn.keep(session, desk=DESK, now=NOW + DAY)
        assert states(session) == {"ada": "offered"}
        with pytest.raises(Conflict):
            teams.take(session, token=link(session, "un"), attendee=somebody("bob"), desk=DESK, now=NOW + DAY)
        with pytest.raises(NotFound):
            teams.let_go(session, token="faux", desk=DESK, now=NOW)


def test_organisers_register_and_cancel_for_somebody_each_act_on_record(database: Database) -> None:
    with database.write() as session:
        open_hall(session, 1)
        ada = desk.register(session, attendee=somebody("ada"), actor="secretariat", desk=DESK, now=NOW)
        with pytest.raises(DomainError, match=r"déjà inscrite \(confirmée\)"):
            desk.register(session, attendee=somebody("ada"), actor="secretariat", desk=DESK, now=NOW)
        ask(session, "bob")
        desk.cancel(session, registration_id=ada.id, reason="En double.", actor="secretariat", desk=DESK, now=NOW)
        with pytest.raises(Conflict, match="déjà annulée"):
            desk.cancel(session, registration_id=ada.id, reason="Encore.", actor="secretariat", desk=DESK, now=NOW)
        assert states(session) == {"ada": "cancelled", "bob": "offered"}
        assert "Motif : En double." in [mail.text for mail in mails(session) if mail.recipient == ada.email][-1]
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.position)).all()
        told = [(event.actor, event.action) for event in events if event.action.startswith("seat")]
        assert told == [
            ("secretariat", "seat_asked"),
            ("visitor", "seat_asked"),
            ("system", "seat_offered"),
            ("secretariat", "seat_cancelled"),
        ]
        assert "mairie" not in str([event.details for event in events])


def test_an_address_in_other_letters_is_the_same_and_the_same_link_twice_acts_once(database: Database) -> None:
    with database.write() as session:
        open_hall(session, 2)
        register(session)
        register(session, somebody("ada"))
        operations.cancel(session, token=token(mails(session)[0]), desk=DESK, now=NOW)
        operations.cancel(session, token=token(mails(session)[0]), desk=DESK, now=NOW + DAY)
        assert len(session.scalars(select(Registration)).all()) == 2
        assert [mail.subject.partition(" :")[0] for mail in mails(session)].count("Inscription annulée") == 1
