"""What may be done to an account."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from concours.accounts import queries
from concours.accounts.models import Account, AuditEvent, Link, Login
from concours.accounts.rules import OrganiserRole
from concours.kernel import audit
from concours.kernel.codes import issue_link
from concours.kernel.errors import NotFound
from concours.kernel.sessions import end_logins


def ensure_account(session: Session, *, email: str, now: datetime) -> Account:
    """Return the account of this address, made if it is the first time."""
    account = queries.by_email(session, email)
    if account is None:
        account = Account(email=email.lower(), role="", created_at=now)
        session.add(account)
        session.flush()
    return account


def make_organiser(
    session: Session, *, email: str, actor: str, now: datetime, role: OrganiserRole = OrganiserRole.SECRETARIAT
) -> Account:
    """Give this address an organiser's role; nothing happens when it has one.

    Sessions opened without it end: one that was opened as a candidate's asked for no second factor.
    """
    account = ensure_account(session, email=email, now=now)
    if not account.organiser:
        account.role = role
        end_logins(session, Login, person_id=account.id)
        record(session, actor=actor, action="organiser_added", subject=account.id, now=now, details={"role": role})
    return account


def make_sign_in_link(
    session: Session,
    *,
    email: str,
    now: datetime,
    lifetime: timedelta = timedelta(hours=24),
    reusable: bool = False,
    full: bool = False,
) -> str:
    """Return the token of a link that signs this address in; `reusable` is for the demonstration only.

    `full`: it asks no second factor, for whoever runs the service.
    """
    account = ensure_account(session, email=email, now=now)
    person = account.id
    return issue_link(session, Link, person_id=person, now=now, lifetime=lifetime, reusable=reusable, full=full)


def end_session(session: Session, *, account_id: str, login_id: str, now: datetime) -> None:
    """End one session of this account. Raises NotFound for another's as for none."""
    if not end_logins(session, Login, person_id=account_id, only=login_id):
        raise NotFound
    record(session, actor=account_id, action="session_ended", subject=login_id, now=now)


def end_sessions(session: Session, *, account_id: str, now: datetime) -> int:
    """End every session of this account, the one that asks included; return how many."""
    ended = end_logins(session, Login, person_id=account_id)
    details = {"sessions": len(ended)}
    record(session, actor=account_id, action="sessions_ended", subject=account_id, now=now, details=details)
    return len(ended)


def record(
    session: Session,
    *,
    actor: str,
    action: str,
    subject: str,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Append an event to this side's audit chain: identifiers only, no name, no address."""
    audit.record(session, AuditEvent, actor=actor, action=action, subject=subject, now=now, details=details)
