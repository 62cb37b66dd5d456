"""What is asked of the accounts."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts.models import Account, AddressChange, SecondFactor
from concours.kernel.codes import MAX_MISSES
from jury import api as jury


def by_email(session: Session, email: str) -> Account | None:
    """Return the account of this address."""
    return session.scalars(select(Account).where(Account.email == email.lower())).first()


def organisers(session: Session) -> Sequence[Account]:
    """Return the organisers, by address."""
    return session.scalars(select(Account).where(Account.role != "").order_by(Account.email)).all()


def live_change(session: Session, *, account_id: str, change_id: str, now: datetime) -> AddressChange | None:
    """Return the change of address that waits for its codes: neither too old, nor tried too often, nor replaced."""
    query = select(AddressChange).where(
        AddressChange.id == change_id,
        AddressChange.account_id == account_id,
        AddressChange.expires_at > now,
        AddressChange.misses < MAX_MISSES,
    )
    return session.scalars(query.with_for_update()).first()


def sits_on_a_panel(session: Session, email: str) -> bool:
    """Tell whether this address is that of a member of a jury."""
    return jury.is_member(session, email=email)


def with_second_factor(session: Session) -> frozenset[str]:
    """Return the accounts whose telephone is associated."""
    query = select(SecondFactor.account_id).where(SecondFactor.confirmed_at.is_not(None))
    return frozenset(session.scalars(query))
