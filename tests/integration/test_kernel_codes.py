"""One-time codes, sign-in links and signed-in sessions: what opens, how often, for how long."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from concours.accounts.models import Code, CodeRequest, Link, Login
from concours.kernel import sessions
from concours.kernel.clock import system_clock
from concours.kernel.codes import MAX_MISSES, MAX_PER_ADDRESS, MAX_PER_NETWORK, CodeBook, Outcome, find_link, issue_link
from concours.kernel.db import Database
from concours.kernel.errors import TooManyTries
from concours.kernel.ids import new_id
from concours.kernel.questions import reader_of
from tests.crowd import run_at_once
from tests.fakes.clock import FrozenClock

EMAIL, OTHER = "claire@exemple.fr", "malik@exemple.fr"
NETWORK = "192.0.2.7"
BOOK = CodeBook(Code, CodeRequest, "une clef de test")
MINUTE = timedelta(minutes=1)

REDEEMER = """
from concours.accounts.models import Code, CodeRequest
from concours.kernel.clock import system_clock
from concours.kernel.codes import CodeBook
from concours.kernel.db import Database

def work(url, code):
    with Database(url).write() as session:
        outcome = CodeBook(Code, CodeRequest, "une clef de test").redeem(
            session, email="claire@exemple.fr", text=code, now=system_clock()
        )
    if outcome.name != "ACCEPTED":
        raise SystemExit(outcome.name)
"""


def issue(database: Database, clock: FrozenClock, email: str = EMAIL) -> str:
    with database.write() as session:
        return BOOK.issue(session, email=email, now=clock())


def redeem(database: Database, clock: FrozenClock, text: str, email: str = EMAIL) -> Outcome:
    with database.write() as session:
        return BOOK.redeem(session, email=email, text=text, now=clock())


def ask(database: Database, clock: FrozenClock, email: str = EMAIL, network: str = NETWORK) -> None:
    with database.write() as session:
        BOOK.check_rate(session, email=email, network=network, now=clock())


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_a_code_is_six_digits_and_opens_once(database: Database, clock: FrozenClock) -> None:
    code = issue(database, clock)
    assert len(code) == 6
    assert code.isdecimal()
    assert redeem(database, clock, code) is Outcome.ACCEPTED
    assert redeem(database, clock, code) is Outcome.SPENT


def test_a_code_lives_thirty_minutes_to_the_second(database: Database, clock: FrozenClock) -> None:
    first, second = issue(database, clock), issue(database, clock)
    clock.advance(30 * MINUTE - timedelta(microseconds=1))
    assert redeem(database, clock, first) is Outcome.ACCEPTED
    clock.advance(timedelta(microseconds=1))
    assert redeem(database, clock, second) is Outcome.SPENT


def test_a_new_code_does_not_void_the_previous(database: Database, clock: FrozenClock) -> None:
    first = issue(database, clock)
    clock.advance(MINUTE)
    second = issue(database, clock)
    assert redeem(database, clock, first) is Outcome.ACCEPTED
    assert redeem(database, clock, second) is Outcome.ACCEPTED


def test_a_code_opens_for_its_own_address_only(database: Database, clock: FrozenClock) -> None:
    code = issue(database, clock)
    issue(database, clock, OTHER)
    assert redeem(database, clock, code, OTHER) is not Outcome.ACCEPTED
    assert redeem(database, clock, code) is Outcome.ACCEPTED


def test_five_wrong_tries_spend_every_live_code(database: Database, clock: FrozenClock) -> None:
    first, second = issue(database, clock), issue(database, clock)
    told = [redeem(database, clock, "abcdef") for _ in range(MAX_MISSES)]
    assert told == [Outcome.WRONG] * (MAX_MISSES - 1) + [Outcome.SPENT]
    assert redeem(database, clock, first) is Outcome.SPENT
    assert redeem(database, clock, second) is Outcome.SPENT
    assert redeem(database, clock, issue(database, clock)) is Outcome.ACCEPTED


def test_wrong_tries_at_one_address_cost_another_nothing(database: Database, clock: FrozenClock) -> None:
    code = issue(database, clock)
    issue(database, clock, OTHER)
    for _ in range(MAX_MISSES):
        redeem(database, clock, wrong(code), OTHER)
    assert redeem(database, clock, code) is Outcome.ACCEPTED


def test_a_right_code_after_four_wrong_ones_opens(database: Database, clock: FrozenClock) -> None:
    code = issue(database, clock)
    for _ in range(MAX_MISSES - 1):
        assert redeem(database, clock, wrong(code)) is Outcome.WRONG
    assert redeem(database, clock, code) is Outcome.ACCEPTED


def test_the_table_holds_no_code_in_clear(database: Database, clock: FrozenClock) -> None:
    code = issue(database, clock)
    with database.read() as session:
        row = session.scalars(select(Code)).one()
    assert code not in row.code_digest
    with database.write() as session:
        forged = CodeBook(Code, CodeRequest, "une autre clef").redeem(session, email=EMAIL, text=code, now=clock())
    assert forged is not Outcome.ACCEPTED


def test_two_who_bring_the_same_code_at_once_do_not_both_enter(database: Database) -> None:
    now = FrozenClock(system_clock())
    code = issue(database, now)
    with pytest.raises(AssertionError, match=r"3 of 4 processes failed[\s\S]*SPENT"):
        run_at_once(REDEEMER, database.url, code, count=4)


def test_an_address_that_asks_too_often_waits(database: Database, clock: FrozenClock) -> None:
    for _ in range(MAX_PER_ADDRESS):
        ask(database, clock)
    with pytest.raises(TooManyTries, match="reste valable"):
        ask(database, clock)
    ask(database, clock, OTHER)
    clock.advance(30 * MINUTE)
    ask(database, clock)


def test_a_refused_request_does_not_prolong_the_wait(database: Database, clock: FrozenClock) -> None:
    for _ in range(MAX_PER_ADDRESS):
        ask(database, clock)
    clock.advance(29 * MINUTE)
    with pytest.raises(TooManyTries):
        ask(database, clock)
    clock.advance(MINUTE)
    ask(database, clock)


def test_a_ministry_behind_one_network_address_is_let_through(database: Database, clock: FrozenClock) -> None:
    with database.write() as session:
        for number in range(MAX_PER_NETWORK):
            BOOK.check_rate(session, email=f"agent{number}@exemple.fr", network=NETWORK, now=clock())
    with pytest.raises(TooManyTries):
        ask(database, clock)
    ask(database, clock, network="192.0.2.8")


def test_counting_requests_keeps_no_address(database: Database, clock: FrozenClock) -> None:
    ask(database, clock)
    with database.read() as session:
        subjects = session.scalars(select(CodeRequest.subject)).all()
    assert len(subjects) == 2
    assert not [subject for subject in subjects if EMAIL in subject or NETWORK in subject]


def link(database: Database, clock: FrozenClock, *, reusable: bool = False) -> tuple[str, str]:
    person = new_id()
    with database.write() as session:
        return person, issue_link(session, Link, person_id=person, now=clock(), reusable=reusable)


def follow(database: Database, clock: FrozenClock, token: str) -> str | None:
    with database.write() as session:
        found = find_link(session, Link, token=token, now=clock())
        if found is None:
            return None
        found.used_at = clock()
        return found.person_id


def test_a_link_opens_once(database: Database, clock: FrozenClock) -> None:
    person, token = link(database, clock)
    assert follow(database, clock, token) == person
    assert follow(database, clock, token) is None


def test_a_link_of_the_demonstration_opens_as_often_as_one_likes(database: Database, clock: FrozenClock) -> None:
    person, token = link(database, clock, reusable=True)
    assert [follow(database, clock, token) for _ in range(3)] == [person] * 3


def test_a_link_ends_with_its_day(database: Database, clock: FrozenClock) -> None:
    _, token = link(database, clock, reusable=True)
    clock.advance(timedelta(hours=24))
    assert follow(database, clock, token) is None


def test_a_forged_or_cut_link_opens_nothing(database: Database, clock: FrozenClock) -> None:
    _, token = link(database, clock)
    with database.read() as session:
        stored = session.scalars(select(Link.token_digest)).one()
    for forged in (token[:-1], token + "=", token.swapcase(), stored, "", "%"):
        assert follow(database, clock, forged) is None


def person_of(database: Database, clock: FrozenClock, token: str) -> str | None:
    with database.read() as session:
        return sessions.look_up(reader_of(session), Login, token=token, now=clock()).person_id


def open_login(database: Database, clock: FrozenClock, person: str) -> str:
    with database.write() as session:
        return sessions.open_login(session, Login, person_id=person, now=clock())


def test_a_session_says_who_is_signed_in_until_a_week_after_its_last_use(
    database: Database, clock: FrozenClock
) -> None:
    person = new_id()
    token = open_login(database, clock, person)
    clock.advance(timedelta(days=6))
    assert person_of(database, clock, token) == person
    with database.write() as session:
        assert sessions.look_up(reader_of(session), Login, token=token, now=clock()).stale
        sessions.renew_login(session, Login, token=token, now=clock())
        assert not sessions.look_up(reader_of(session), Login, token=token, now=clock()).stale
    clock.advance(timedelta(days=7) - timedelta(seconds=1))
    assert person_of(database, clock, token) == person
    clock.advance(timedelta(seconds=1))
    assert person_of(database, clock, token) is None


def test_a_session_that_ended_cannot_be_renewed(database: Database, clock: FrozenClock) -> None:
    token = open_login(database, clock, new_id())
    clock.advance(timedelta(days=7))
    with database.write() as session:
        sessions.renew_login(session, Login, token=token, now=clock())
    assert person_of(database, clock, token) is None


def test_the_end_of_one_session_leaves_the_others(database: Database, clock: FrozenClock) -> None:
    person = new_id()
    first, second = open_login(database, clock, person), open_login(database, clock, person)
    with database.write() as session:
        sessions.close_login(session, Login, token=first)
        sessions.close_login(session, Login, token="unknown")
    assert person_of(database, clock, first) is None
    assert person_of(database, clock, second) == person


def test_the_table_of_sessions_opens_none(database: Database, clock: FrozenClock) -> None:
    token = open_login(database, clock, new_id())
    with database.read() as session:
        stored = session.scalars(select(Login.token_digest)).one()
        assert session.scalar(select(func.count()).where(Login.token_digest == token)) == 0
    assert person_of(database, clock, stored) is None
