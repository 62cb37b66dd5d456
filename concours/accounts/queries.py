"""What is asked of the accounts."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts.models import Account


def by_email(session: Session, email: str) -> Account | None:
    """Return the account of this address."""
    return session.scalars(select(Account).where(Account.email == email.lower())).first()


def organisers(session: Session) -> Sequence[Account]:
    """Return the organisers, by address."""
    return session.scalars(select(Account).where(Account.organiser).order_by(Account.email)).all()
