"""Who is signed in: the cookie holds a token, the database says whose it is."""

from typing import cast

from flask import current_app, g, session

from concours.kernel.sessions import LoginMixin, close_login, digest_of, look_up, open_login, renew_login
from concours.kernel.web.state import state

_TOKEN = "token"  # noqa: S105 -- the name of a cookie's entry
_EXTENSION = "concours_logins"


def use_logins(extensions: dict[str, object], table: type[LoginMixin]) -> None:
    """Say in which table this application keeps its signed-in sessions."""
    extensions[_EXTENSION] = table


def person_id() -> str | None:
    """Return the identifier of the person signed in, or None; asked of the database once a request."""
    if "person_id" not in g:
        token = session.get(_TOKEN)
        g.person_id = _find(token) if token else None
    return cast("str | None", g.person_id)


def login_digest() -> str | None:
    """Return what names the session of whoever is signed in, without asking the database; None without a session."""
    token = session.get(_TOKEN)
    return digest_of(token) if token else None


def sign_in(person: str) -> None:
    """Open a session for this person; the former one ends, and the cookie's content is dropped."""
    now, former = state().clock(), session.get(_TOKEN)
    with state().database.write() as database:
        if former:
            close_login(database, _table(), token=former)
        token = open_login(database, _table(), person_id=person, now=now)
    session.clear()
    session.permanent = True
    session[_TOKEN] = token
    g.person_id = person


def sign_out() -> None:
    """End the session on the server, and forget the cookie."""
    token = session.get(_TOKEN)
    if token:
        with state().database.write() as database:
            close_login(database, _table(), token=token)
    session.clear()
    g.person_id = None


def _find(token: str) -> str | None:
    now = state().clock()
    with state().database.read() as database:
        person, stale = look_up(database, _table(), token=token, now=now)
    if person and stale:
        with state().database.write() as database:
            renew_login(database, _table(), token=token, now=now)
        session.modified = True
    return person


def _table() -> type[LoginMixin]:
    return cast("type[LoginMixin]", current_app.extensions[_EXTENSION])
