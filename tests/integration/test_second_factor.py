"""The second factor of organisers: proved, asked for, used once, lost, reset; on both databases."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts import roles, second_factor
from concours.accounts.models import Account, AuditEvent, Login, Outbox, RecoveryCode, SecondFactor
from concours.accounts.operations import ensure_account, make_organiser
from concours.accounts.rules import OrganiserRole
from concours.accounts.second_factor import Safe
from concours.kernel.codes import MAX_MISSES
from concours.kernel.db import Database
from concours.kernel.errors import Conflict, DomainError, NotFound, TooManyTries
from concours.kernel.sessions import open_login
from concours.kernel.vault import Unreadable, Vault
from tests.fakes.clock import SOME_MORNING as NOW

SAFE = Safe("s" * 48)
HALF_MINUTE = timedelta(seconds=30)


def organiser(session: Session, name: str = "ines", role: OrganiserRole = OrganiserRole.SECRETARIAT) -> str:
    email = f"{name}@concours.example"
    return make_organiser(session, email=email, role=role, actor="command", now=NOW).id


def set_up(session: Session, account_id: str) -> tuple[pyotp.TOTP, list[str]]:
    """Associate a telephone; return what it does and the recovery codes."""
    phone = pyotp.TOTP(second_factor.prepare(session, SAFE, account_id=account_id, now=NOW))
    codes = second_factor.confirm(session, SAFE, account_id=account_id, code=phone.at(NOW), token="mine", now=NOW)
    assert codes is not None
    return phone, codes


def test_a_code_opens_once_and_no_earlier_one_after_it(database: Database) -> None:
    with database.write() as session:
        who = organiser(session)
        phone, _ = set_up(session, who)
        later = NOW + 4 * HALF_MINUTE
        tries = [
            (phone.at(NOW), NOW, False),  # the one that proved the telephone
            (phone.at(later), later, True),
            (phone.at(later), later, False),
            (phone.at(later - HALF_MINUTE), later, False),
            (phone.at(later + HALF_MINUTE), later, True),  # a telephone that is early
        ]
        for code, now, accepted in tries:
            assert second_factor.check(session, SAFE, account_id=who, code=code, now=now) is accepted


def test_wrong_codes_are_limited_even_to_the_right_one(database: Database) -> None:
    with database.write() as session:
        who = organiser(session)
        phone, codes = set_up(session, who)
        for _ in range(MAX_MISSES):
            assert not second_factor.check(session, SAFE, account_id=who, code="000000", now=NOW)
        later = NOW + HALF_MINUTE
        with pytest.raises(TooManyTries):
            second_factor.check(session, SAFE, account_id=who, code=phone.at(later), now=later)
        with pytest.raises(TooManyTries):
            second_factor.recover(session, SAFE, account_id=who, code=codes[0], now=later)
        after = NOW + timedelta(minutes=31)
        assert second_factor.check(session, SAFE, account_id=who, code=phone.at(after), now=after)


def test_a_recovery_code_serves_once_however_it_is_typed_and_is_kept_as_a_digest(database: Database) -> None:
    with database.write() as session:
        who, other = organiser(session), organiser(session, "omar")
        phone, codes = set_up(session, who)
        set_up(session, other)
        assert len(set(codes)) == 10
        kept = session.scalars(select(RecoveryCode.digest)).all()
        assert not set(codes) & set(kept)
        typed = codes[3].upper().replace("-", " ")
        assert not second_factor.recover(session, SAFE, account_id=other, code=typed, now=NOW)
        assert second_factor.recover(session, SAFE, account_id=who, code=typed, now=NOW)
        assert not second_factor.recover(session, SAFE, account_id=who, code=typed, now=NOW)
        assert second_factor.recovery_codes_left(session, who) == 9
        later = NOW + HALF_MINUTE
        renewed = second_factor.renew_codes(session, SAFE, account_id=who, code=phone.at(later), now=later)
        assert renewed is not None
        assert not second_factor.recover(session, SAFE, account_id=who, code=codes[0], now=later)
        assert second_factor.recover(session, SAFE, account_id=who, code=renewed[0], now=later)


def test_the_secret_is_kept_encrypted_with_a_key_of_its_own(database: Database) -> None:
    with database.write() as session:
        who = organiser(session)
        phone, _ = set_up(session, who)
        kept = session.scalars(select(SecondFactor.secret)).one()
        assert phone.secret not in kept
        assert SAFE.vault.unlock(kept) == phone.secret
        for stranger in (Vault("t" * 48, "second factor"), Vault(SAFE.secret, "something else")):
            with pytest.raises(Unreadable):
                stranger.unlock(kept)
        with pytest.raises(DomainError, match="la clé du service a changé"):
            second_factor.check(session, Safe("t" * 48), account_id=who, code="000000", now=NOW)


def test_a_telephone_is_associated_by_organisers_once_and_ends_the_other_sessions(database: Database) -> None:
    with database.write() as session:
        who = organiser(session)
        mine, theirs = (open_login(session, Login, person_id=who, now=NOW) for _ in range(2))
        secret = second_factor.prepare(session, SAFE, account_id=who, now=NOW)
        assert second_factor.prepare(session, SAFE, account_id=who, now=NOW) == secret
        assert not second_factor.is_set(session, who)
        done = second_factor.confirm(session, SAFE, account_id=who, code="000000", token=mine, now=NOW)
        assert done is None
        code = pyotp.TOTP(secret).at(NOW)
        assert second_factor.confirm(session, SAFE, account_id=who, code=code, token=mine, now=NOW)
        assert second_factor.is_set(session, who)
        assert len(session.scalars(select(Login)).all()) == 1
        assert theirs != mine
        with pytest.raises(Conflict):
            second_factor.prepare(session, SAFE, account_id=who, now=NOW)
        candidate = ensure_account(session, email="candidate@agents.example", now=NOW).id
        with pytest.raises(NotFound):
            second_factor.prepare(session, SAFE, account_id=candidate, now=NOW)


def test_somebody_else_resets_a_lost_telephone_and_it_is_told_and_recorded(database: Database) -> None:
    with database.write() as session:
        who, other = organiser(session), organiser(session, "omar")
        set_up(session, who)
        open_login(session, Login, person_id=who, now=NOW)
        with pytest.raises(Conflict, match="une autre personne"):
            second_factor.reset(session, account_id=who, actor=who, contact="c", now=NOW)
        second_factor.reset(session, account_id=who, actor=other, contact="c@concours.example", now=NOW)
        assert not second_factor.is_set(session, who)
        assert not session.scalars(select(RecoveryCode)).all()
        assert not session.scalars(select(Login)).all()
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "second_factor_reset")).one()
        assert (event.actor, event.subject) == (other, who)
        assert session.scalars(select(Outbox.recipient)).all() == ["ines@concours.example"]


def test_the_secretariat_never_empties_itself(database: Database) -> None:
    with database.write() as session:
        who, reader = organiser(session), organiser(session, "omar", OrganiserRole.READER)
        with pytest.raises(Conflict, match="dernière personne"):
            roles.remove(session, account_id=who, actor=who, now=NOW)
        with pytest.raises(Conflict, match="dernière personne"):
            roles.change_role(session, account_id=who, role=OrganiserRole.CHECK_IN, actor=who, now=NOW)
        roles.change_role(session, account_id=reader, role=OrganiserRole.SECRETARIAT, actor=who, now=NOW)
        assert roles.remove(session, account_id=who, actor=who, now=NOW) == "ines@concours.example"
        with pytest.raises(NotFound):
            roles.remove(session, account_id=who, actor=reader, now=NOW)
        acts = session.execute(select(AuditEvent.action, AuditEvent.details).order_by(AuditEvent.position)).all()
        assert [tuple(act) for act in acts[2:]] == [
            ("organiser_role_changed", {"from": "reader", "role": "secretariat"}),
            ("organiser_removed", {"from": "secretariat"}),
        ]


def test_inviting_again_gives_a_removed_organiser_their_place_back(database: Database) -> None:
    with database.write() as session:
        who, other = organiser(session), organiser(session, "omar")
        set_up(session, other)
        roles.remove(session, account_id=other, actor=who, now=NOW)
        assert not second_factor.is_set(session, other)
        invitation = {"public_url": "http://c.example", "contact": "c@c.example", "actor": who, "now": NOW}
        address = "Omar@concours.example"
        roles.invite(session, email=address, role=OrganiserRole.READER, **invitation)  # type: ignore[arg-type]
        assert session.get_one(Account, other).role == "reader"
        with pytest.raises(Conflict, match="Lecture seule"):
            roles.invite(session, email=address, role=OrganiserRole.SECRETARIAT, **invitation)  # type: ignore[arg-type]
        text = session.scalars(select(Outbox.text)).one()
        assert "http://c.example/connexion/lien/" in text
        assert "Lecture seule" in text
