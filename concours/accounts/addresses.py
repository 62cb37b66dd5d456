"""The change of an account's address: proved by a code on the address it has and by one on the address it will have."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from concours.accounts import queries
from concours.accounts.models import Account, AddressChange, Link, Login, Outbox
from concours.accounts.operations import record
from concours.accounts.rules import Proof, proof
from concours.kernel import mail
from concours.kernel.codes import CODE_LIFETIME, MAX_MISSES, CodeBook, new_code, seal
from concours.kernel.errors import Conflict, DomainError
from concours.kernel.ids import new_id
from concours.kernel.sessions import end_logins


@dataclass(frozen=True, slots=True)
class Desk:
    """What a change is made with: the codes' limits, who asks, whom to write to in doubt."""

    book: CodeBook
    contact: str
    network: str = ""


def ask_change(session: Session, desk: Desk, *, account_id: str, email: str, now: datetime) -> AddressChange:
    """Send a code to each address; a change that waited already is replaced.

    The same is done, told and counted whether or not another account has the new address: there, the message says so
    to whoever reads it, and no code is sent. Raises DomainError for one's own address, TooManyTries.
    """
    account, email = _locked(session, account_id), email.lower()
    _check_allowed(session, account, email)
    for address in (account.email, email):
        desk.book.check_rate(session, email=address, network=desk.network, now=now)
    over = or_(AddressChange.account_id == account_id, AddressChange.expires_at <= now)
    session.execute(delete(AddressChange).where(over))
    old, new, change_id = new_code(), new_code(), new_id()
    change = AddressChange(
        id=change_id,
        account_id=account_id,
        email=email,
        old_digest=_seal(desk, change_id, "old", old),
        new_digest=_seal(desk, change_id, "new", new),
        created_at=now,
        expires_at=now + CODE_LIFETIME,
        misses=0,
    )
    session.add(change)
    _send(session, desk, "address_old", account.email, now, code=old, address=email)
    _send(session, desk, "address_taken" if queries.by_email(session, email) else "address_new", email, now, code=new)
    return change


def confirm_change(
    session: Session, desk: Desk, *, account_id: str, change_id: str, codes: tuple[str, str], token: str, now: datetime
) -> Proof:
    """Change the address if both codes hold, and end every session but that of `token`.

    Returns rather than raises, so that a miss is kept.
    """
    account = _locked(session, account_id)
    change = queries.live_change(session, account_id=account_id, change_id=change_id, now=now)
    if change is None:
        return Proof.SPENT
    old, new = codes
    found = proof(
        old_holds=hmac.compare_digest(change.old_digest, _seal(desk, change_id, "old", old)),
        new_holds=hmac.compare_digest(change.new_digest, _seal(desk, change_id, "new", new)),
    )
    if found is not Proof.DONE:
        change.misses += 1
        return found if change.misses < MAX_MISSES else Proof.SPENT
    former, email = account.email, change.email
    session.delete(change)
    session.flush()
    if not _renamed(session, account, email):
        return Proof.TAKEN
    end_logins(session, Login, person_id=account_id, but_token=token)
    session.execute(delete(Link).where(Link.person_id == account_id))
    for address in (former, email):
        _send(session, desk, "address_changed", address, now, is_new=address == email)
    record(session, actor=account_id, action="address_changed", subject=account_id, now=now)
    return Proof.DONE


def _check_allowed(session: Session, account: Account, email: str) -> None:
    if email == account.email:
        raise DomainError("Cette adresse est déjà celle de votre compte : il n'y a rien à changer.")
    if account.organiser and queries.sits_on_a_panel(session, email):
        raise Conflict(
            "Cette adresse est celle d'un membre du jury, qui ne doit pas connaître les candidats : "
            "elle ne peut pas être celle d'un membre du secrétariat."
        )


def _locked(session: Session, account_id: str) -> Account:
    """Return the account, changed by one act at a time."""
    return session.get_one(Account, account_id, with_for_update=True)


def _renamed(session: Session, account: Account, email: str) -> bool:
    """Give the account its new address; False when another has just taken it."""
    try:
        with session.begin_nested():
            account.email = email
    except IntegrityError:
        return False
    return True


def _seal(desk: Desk, change_id: str, side: str, code: str) -> str:
    return seal(desk.book.key, "address", change_id, side, code)


def _send(session: Session, desk: Desk, template: str, to: str, now: datetime, **facts: Any) -> None:
    minutes = int(CODE_LIFETIME.total_seconds() // 60)
    message = mail.compose(f"accounts/mails/{template}.txt", to=to, minutes=minutes, contact=desk.contact, **facts)
    mail.enqueue(session, Outbox, message, now=now)
