"""Signed-in sessions, kept on the server: the cookie holds a random token, the table its digest."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, String, bindparam, delete, inspect, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from concours.kernel.db import Id
from concours.kernel.devices import UNKNOWN
from concours.kernel.ids import ID_LENGTH, new_token
from concours.kernel.questions import Question, Reader

LIFETIME = timedelta(days=7)
"""A session ends a week after its last use."""

_SEEN_EVERY = timedelta(hours=1)


class LoginMixin:
    """Columns of a signed-in session; each side has its own table. No network address is kept."""

    id: Mapped[Id]
    person_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    device: Mapped[str] = mapped_column(String(60))
    """In words of ours: « Firefox sur Windows »."""

    @property
    def seen_at(self) -> datetime:
        """When it was last used, to the hour: each use pushes the end one lifetime away, once an hour at most."""
        return self.expires_at - LIFETIME


def digest_of(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_login(
    session: Session, table: type[LoginMixin], *, person_id: str, now: datetime, device: str = UNKNOWN
) -> str:
    """Open a session for this person and return its token, known to the cookie alone. What had ended is forgotten."""
    session.execute(delete(table).where(table.person_id == person_id, table.expires_at <= now))
    token = new_token()
    login = table()
    login.person_id, login.token_digest, login.device = person_id, digest_of(token), device
    login.created_at, login.expires_at = now, now + LIFETIME
    session.add(login)
    return token


@dataclass(frozen=True)
class Meeting:
    """What is read of whoever is signed in, by the question that finds them."""

    columns: tuple[ColumnElement[Any], ...] = ()
    joined: Callable[[FromClause], FromClause] = lambda logins: logins
    """Joins what has these columns to the logins, from the outside: a login that meets nothing is one still."""
    keep: Callable[[tuple[Any, ...]], None] = lambda _row: None
    """Told the columns' values, once a request."""


class Seen(NamedTuple):
    """Whose a session is, until when, and whether it was used long enough after its last renewal to be renewed."""

    person_id: str | None
    stale: bool
    ends_at: datetime | None = None
    met: tuple[Any, ...] = ()
    """The columns of a meeting."""


_NOBODY = Meeting()


def look_up(reader: Reader, table: type[LoginMixin], *, token: str, now: datetime, meeting: Meeting = _NOBODY) -> Seen:
    """Return whose the session of this token is: nobody's once it has ended."""
    asked = _by_token(table, meeting)  # type: ignore[arg-type]  # mypy reads the hash of a class as that of its instances
    row = reader.row(asked, digest=digest_of(token))
    if row is None or now >= row[1]:
        return Seen(None, stale=False)
    person, ends_at, *met = row
    return Seen(person, ends_at - now < LIFETIME - _SEEN_EVERY, ends_at, tuple(met))


@cache
def _by_token(table: type[LoginMixin], meeting: Meeting) -> Question:
    """Return the question that each request asks, made once; of the table's columns, which cost less than a class's."""
    logins = inspect(table).local_table
    asked = select(logins.c.person_id, logins.c.expires_at, *meeting.columns).select_from(meeting.joined(logins))
    return Question(asked.where(logins.c.token_digest == bindparam("digest")))


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


def logins_of(session: Session, table: type[LoginMixin], *, person_id: str, now: datetime) -> Sequence[LoginMixin]:
    """Return the sessions of this person that have not ended, the last used first."""
    query = select(table).where(table.person_id == person_id, table.expires_at > now)
    return session.scalars(query.order_by(table.expires_at.desc(), table.created_at.desc(), table.id)).all()


def end_logins(
    session: Session,
    table: type[LoginMixin],
    *,
    person_id: str,
    only: str | None = None,
    but_token: str | None = None,
) -> list[str]:
    """End sessions of this person and return which: all, `only` one, or all but that of a token."""
    query = select(table).where(table.person_id == person_id)
    if only is not None:
        query = query.where(table.id == only)
    if but_token is not None:
        query = query.where(table.token_digest != digest_of(but_token))
    ended = session.scalars(query.with_for_update()).all()
    for login in ended:
        session.delete(login)
    return [login.id for login in ended]
