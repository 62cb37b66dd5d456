"""Sessions of an account and its change of address, on both database systems."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from concours.accounts import addresses, operations
from concours.accounts.models import Account, AddressChange, AuditEvent, Code, CodeRequest, Link, Login, Outbox
from concours.accounts.operations import ensure_account, make_organiser, make_sign_in_link
from concours.accounts.rules import Proof
from concours.kernel.audit import broken_at
from concours.kernel.codes import MAX_MISSES, MAX_PER_ADDRESS, CodeBook
from concours.kernel.db import Database
from concours.kernel.errors import Conflict, DomainError, NotFound, TooManyTries
from concours.kernel.questions import reader_of
from concours.kernel.sessions import LIFETIME, logins_of, look_up, open_login, renew_login
from jury import api as jury
from tests.fakes.clock import FrozenClock
from tests.jury_session import RULES, invite

OLD, NEW = "claire@exemple.fr", "claire.morel@exemple.fr"
DESK = addresses.Desk(CodeBook(Code, CodeRequest, "k" * 32), "secretariat@exemple.fr", "192.0.2.7")


@dataclass
class Bench:
    """An account with one open session, and what may be done to it."""

    database: Database
    clock: FrozenClock
    account_id: str
    token: str

    def ask(self, email: str = NEW, *, account_id: str | None = None) -> str:
        with self.database.write() as session:
            asked = addresses.ask_change(
                session, DESK, account_id=account_id or self.account_id, email=email, now=self.clock()
            )
            return asked.id

    def code(self, to: str) -> str:
        """The newest code that this address received."""
        with self.database.read() as session:
            query = select(Outbox.text).where(Outbox.recipient == to).order_by(Outbox.created_at.desc())
            found = re.search(r"\b\d{6}\b", session.scalars(query).first() or "")
        return found[0] if found else ""

    def confirm(self, change_id: str, old: str, new: str, *, account_id: str | None = None) -> Proof:
        with self.database.write() as session:
            return addresses.confirm_change(
                session,
                DESK,
                account_id=account_id or self.account_id,
                change_id=change_id,
                codes=(old, new),
                token=self.token,
                now=self.clock(),
            )

    @property
    def email(self) -> str:
        with self.database.read() as session:
            return session.get_one(Account, self.account_id).email

    def mails(self) -> list[tuple[str, str]]:
        with self.database.read() as session:
            rows = session.scalars(select(Outbox).order_by(Outbox.created_at, Outbox.recipient))
            return [(row.recipient, row.subject) for row in rows]

    def audited(self) -> list[tuple[str, str, str]]:
        with self.database.read() as session:
            events = session.scalars(select(AuditEvent).order_by(AuditEvent.position)).all()
            assert broken_at(events) is None
            assert "exemple.fr" not in repr([(event.subject, event.details) for event in events])
            return [(event.action, event.actor, event.subject) for event in events]


@pytest.fixture
def bench(database: Database, clock: FrozenClock) -> Bench:
    with database.write() as session:
        account = ensure_account(session, email=OLD, now=clock())
        token = open_login(session, Login, person_id=account.id, now=clock(), device="Firefox sur Windows")
    return Bench(database, clock, account.id, token)


# --- sessions --------------------------------------------------------------------------------------------------------


def test_a_session_keeps_its_device_its_beginning_and_its_last_use_to_the_hour(bench: Bench) -> None:
    begun = bench.clock()
    bench.clock.advance(timedelta(hours=5))
    with bench.database.write() as session:
        renew_login(session, Login, token=bench.token, now=bench.clock())
        open_login(session, Login, person_id=bench.account_id, now=bench.clock())
    with bench.database.read() as session:
        newer, older = logins_of(session, Login, person_id=bench.account_id, now=bench.clock())
    if newer.device != "Appareil inconnu":
        newer, older = older, newer
    assert (older.device, older.created_at, older.seen_at) == ("Firefox sur Windows", begun, bench.clock())
    assert (newer.device, newer.created_at) == ("Appareil inconnu", bench.clock())


def test_sessions_that_ended_are_neither_listed_nor_kept(bench: Bench) -> None:
    bench.clock.advance(LIFETIME)
    with bench.database.read() as session:
        assert logins_of(session, Login, person_id=bench.account_id, now=bench.clock()) == []
    with bench.database.write() as session:
        open_login(session, Login, person_id=bench.account_id, now=bench.clock())
        assert len(session.scalars(select(Login)).all()) == 1


def test_one_session_ends_and_it_is_put_on_record(bench: Bench) -> None:
    with bench.database.write() as session:
        open_login(session, Login, person_id=bench.account_id, now=bench.clock())
        first = session.scalars(select(Login).where(Login.device == "Firefox sur Windows")).one()
        operations.end_session(session, account_id=bench.account_id, login_id=first.id, now=bench.clock())
    with bench.database.read() as session:
        assert session.scalars(select(Login.device)).all() == ["Appareil inconnu"]
        assert look_up(reader_of(session), Login, token=bench.token, now=bench.clock()).person_id is None
    assert bench.audited() == [("session_ended", bench.account_id, first.id)]


def test_nobody_ends_the_session_of_another(bench: Bench) -> None:
    with bench.database.write() as session:
        stranger = ensure_account(session, email="malik@exemple.fr", now=bench.clock())
        login_id = session.scalars(select(Login.id)).one()
    with bench.database.write() as session, pytest.raises(NotFound):
        operations.end_session(session, account_id=stranger.id, login_id=login_id, now=bench.clock())
    with bench.database.read() as session:
        assert look_up(reader_of(session), Login, token=bench.token, now=bench.clock()).person_id == bench.account_id


def test_every_session_of_one_account_ends_at_once_and_no_other_s(bench: Bench) -> None:
    with bench.database.write() as session:
        stranger = ensure_account(session, email="malik@exemple.fr", now=bench.clock())
        kept = open_login(session, Login, person_id=stranger.id, now=bench.clock())
        open_login(session, Login, person_id=bench.account_id, now=bench.clock())
        assert operations.end_sessions(session, account_id=bench.account_id, now=bench.clock()) == 2
    with bench.database.read() as session:
        assert session.scalars(select(Login.person_id)).all() == [stranger.id]
        assert look_up(reader_of(session), Login, token=kept, now=bench.clock()).person_id == stranger.id
    assert bench.audited() == [("sessions_ended", bench.account_id, bench.account_id)]


# --- change of address -----------------------------------------------------------------------------------------------


def test_two_codes_change_the_address_end_other_sessions_and_tell_both_mailboxes(bench: Bench) -> None:
    with bench.database.write() as session:
        other = open_login(session, Login, person_id=bench.account_id, now=bench.clock())
        make_sign_in_link(session, email=OLD, now=bench.clock())
    change_id = bench.ask(NEW.upper())
    old, new = bench.code(OLD), bench.code(NEW)
    assert bench.email == OLD
    bench.clock.advance(timedelta(minutes=1))
    assert bench.confirm(change_id, old, new) is Proof.DONE
    assert bench.email == NEW
    with bench.database.read() as session:
        assert look_up(reader_of(session), Login, token=bench.token, now=bench.clock()).person_id == bench.account_id
        assert look_up(reader_of(session), Login, token=other, now=bench.clock()).person_id is None
        assert session.scalars(select(Link)).all() == []
        assert session.scalars(select(AddressChange)).all() == []
    changed = "L'adresse de votre compte du concours a changé"
    assert bench.mails() == [
        (NEW, f"Changement d'adresse, code de la nouvelle adresse : {new}"),
        (OLD, f"Changement d'adresse, code de l'adresse actuelle : {old}"),
        (NEW, changed),
        (OLD, changed),
    ]
    assert bench.audited() == [("address_changed", bench.account_id, bench.account_id)]


def test_codes_serve_once(bench: Bench) -> None:
    change_id = bench.ask()
    old, new = bench.code(OLD), bench.code(NEW)
    assert bench.confirm(change_id, old, new) is Proof.DONE
    assert bench.confirm(change_id, old, new) is Proof.SPENT


def test_one_code_does_not_do(bench: Bench) -> None:
    change_id = bench.ask()
    old, new = bench.code(OLD), bench.code(NEW)
    assert bench.confirm(change_id, old, "x") is Proof.WRONG_NEW
    assert bench.confirm(change_id, "x", new) is Proof.WRONG_OLD
    assert bench.confirm(change_id, new, old) is Proof.WRONG_BOTH
    assert bench.email == OLD
    assert bench.confirm(change_id, old, new) is Proof.DONE


def test_after_five_misses_even_the_right_codes_are_spent(bench: Bench) -> None:
    change_id = bench.ask()
    old, new = bench.code(OLD), bench.code(NEW)
    found = [bench.confirm(change_id, old, "x") for _ in range(MAX_MISSES)]
    assert found == [Proof.WRONG_NEW] * (MAX_MISSES - 1) + [Proof.SPENT]
    assert bench.confirm(change_id, old, new) is Proof.SPENT
    assert bench.email == OLD


def test_codes_live_thirty_minutes(bench: Bench) -> None:
    change_id = bench.ask()
    old, new = bench.code(OLD), bench.code(NEW)
    bench.clock.advance(timedelta(minutes=30))
    assert bench.confirm(change_id, old, new) is Proof.SPENT
    assert bench.email == OLD


def test_a_newer_change_takes_the_place_of_the_one_that_waits(bench: Bench) -> None:
    first = bench.ask("premiere@exemple.fr")
    codes = bench.code(OLD), bench.code("premiere@exemple.fr")
    bench.clock.advance(timedelta(seconds=1))
    second = bench.ask()
    assert bench.confirm(first, *codes) is Proof.SPENT
    assert bench.confirm(second, *codes) is Proof.WRONG_BOTH
    assert bench.confirm(second, bench.code(OLD), bench.code(NEW)) is Proof.DONE
    assert bench.email == NEW


def test_nobody_gives_the_codes_of_another_s_change(bench: Bench) -> None:
    change_id = bench.ask()
    with bench.database.write() as session:
        stranger = ensure_account(session, email="malik@exemple.fr", now=bench.clock())
    assert bench.confirm(change_id, bench.code(OLD), bench.code(NEW), account_id=stranger.id) is Proof.SPENT


def test_a_sign_in_code_proves_no_change(bench: Bench) -> None:
    change_id = bench.ask()
    new = bench.code(NEW)
    with bench.database.write() as session:
        code = DESK.book.issue(session, email=OLD, now=bench.clock())
    assert bench.confirm(change_id, code, new) is Proof.WRONG_OLD


def test_asking_too_often_is_refused_for_either_address(bench: Bench) -> None:
    for _ in range(MAX_PER_ADDRESS):
        bench.ask()
    with pytest.raises(TooManyTries):
        bench.ask("ailleurs@exemple.fr")


def test_ones_own_address_is_no_change(bench: Bench) -> None:
    with pytest.raises(DomainError, match="rien à changer"):
        bench.ask(OLD.upper())
    assert bench.mails() == []


def test_an_address_that_has_an_account_is_told_so_in_its_own_mailbox_only(bench: Bench) -> None:
    with bench.database.write() as session:
        ensure_account(session, email=NEW, now=bench.clock())
    change_id = bench.ask()
    assert [to for to, _ in bench.mails()] == [NEW, OLD]
    assert bench.mails()[0][1] == "Changement d'adresse : cette adresse a déjà un compte"
    assert bench.code(NEW) == ""
    assert bench.confirm(change_id, bench.code(OLD), "000000") is Proof.WRONG_NEW


def test_an_account_opened_at_the_new_address_meanwhile_keeps_it(bench: Bench) -> None:
    change_id = bench.ask()
    with bench.database.write() as session:
        ensure_account(session, email=NEW, now=bench.clock())
    old, new = bench.code(OLD), bench.code(NEW)
    assert bench.confirm(change_id, old, new) is Proof.TAKEN
    assert bench.confirm(change_id, old, new) is Proof.SPENT
    assert bench.email == OLD
    assert bench.audited() == []


def test_a_member_of_the_secretariat_does_not_take_the_address_of_a_juror(bench: Bench) -> None:
    with bench.database.write() as session:
        jury.open_session(session, rules=RULES, now=bench.clock())
        invite(session, "jure1")
        make_organiser(session, email=OLD, actor="command", now=bench.clock())
    with pytest.raises(Conflict, match="membre du jury"):
        bench.ask("jure1@jury.example")


def test_the_same_codes_given_twice_at_once_change_the_address_once(bench: Bench) -> None:
    change_id = bench.ask()
    old, new = bench.code(OLD), bench.code(NEW)
    with ThreadPoolExecutor(4) as crowd:
        found = list(crowd.map(lambda _: bench.confirm(change_id, old, new), range(4)))
    assert sorted(each.name for each in found) == ["DONE", "SPENT", "SPENT", "SPENT"]
    assert len(bench.audited()) == 1


def test_two_changes_asked_at_once_leave_one(bench: Bench) -> None:
    with ThreadPoolExecutor(4) as crowd:
        asked = list(crowd.map(lambda number: bench.ask(f"claire{number}@exemple.fr"), range(4)))
    with bench.database.read() as session:
        (left,) = session.scalars(select(AddressChange.id)).all()
    assert left in asked


def test_two_accounts_that_prove_the_same_address_at_once_do_not_both_get_it(bench: Bench) -> None:
    with bench.database.write() as session:
        other = ensure_account(session, email="malik@exemple.fr", now=bench.clock())
    first = bench.ask()
    mine = bench.code(OLD), bench.code(NEW)
    bench.clock.advance(timedelta(seconds=1))
    second = bench.ask(account_id=other.id)
    theirs = bench.code("malik@exemple.fr"), bench.code(NEW)
    with ThreadPoolExecutor(2) as crowd:
        one = crowd.submit(bench.confirm, first, *mine)
        two = crowd.submit(bench.confirm, second, *theirs, account_id=other.id)
        assert {one.result(), two.result()} == {Proof.DONE, Proof.TAKEN}
    with bench.database.read() as session:
        assert len(session.scalars(select(Account).where(Account.email == NEW)).all()) == 1
