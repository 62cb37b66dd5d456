"""Signed-in sessions, kept on the server: the cookie holds a random token, the table its digest."""

import hashlib
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from concours.kernel.db import Id
from concours.kernel.ids import ID_LENGTH, new_token

LIFETIME = timedelta(days=7)
"""A session ends a week after its last use."""

_SEEN_EVERY = timedelta(hours=1)


class LoginMixin:
    """Columns of a signed-in session; each side has its own table."""

    id: Mapped[Id]
    person_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


def digest_of(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_login(session: Session, table: type[LoginMixin], *, person_id: str, now: datetime) -> str:
    """Open a session for this person and return its token, known to the cookie alone."""
    token = new_token()
    login = table()
    login.person_id, login.token_digest = person_id, digest_of(token)
    login.created_at, login.expires_at = now, now + LIFETIME
    session.add(login)
    return token


class Seen(NamedTuple):
    """Whose a session is, and whether it was used long enough after its last renewal to be renewed."""

    person_id: str | None
    stale: bool


def look_up(session: Session, table: type[LoginMixin], *, token: str, now: datetime) -> Seen:
    """Return whose the session of this token is: nobody's once it has ended."""
    query = select(table.person_id, table.expires_at).where(table.token_digest == digest_of(token))
    row = session.execute(query).first()
    if row is None:
        return Seen(None, stale=False)
    return Seen(row.person_id if now < row.expires_at else None, row.expires_at - now < LIFETIME - _SEEN_EVERY)


def renew_login(session: Session, table: type[LoginMixin], *, token: str, now: datetime) -> None:
    """Push the end of a session in use one lifetime away."""
    login = session.scalars(select(table).where(table.token_digest == digest_of(token))).first()
    if login and now < login.expires_at:
        login.expires_at = now + LIFETIME


def close_login(session: Session, table: type[LoginMixin], *, token: str) -> None:
    """End a session."""
    login = session.scalars(select(table).where(table.token_digest == digest_of(token))).first()
    if login:
        session.delete(login)
