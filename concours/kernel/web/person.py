"""Who is signed in: the cookie holds a token, the database says whose it is."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import cast

from flask import current_app, g, request, session
from sqlalchemy.orm import Session

from concours.kernel.devices import describe_device
from concours.kernel.sessions import (
    LIFETIME,
    LoginMixin,
    Meeting,
    close_login,
    digest_of,
    look_up,
    open_login,
    renew_login,
)
from concours.kernel.web.state import state

KEPT = "kept"
"""Where the cookie holds the token of a form that came too late: the one thing that outlives a session."""

_BY_ITSELF = frozenset({"X-By-Itself", "Hx-Request"})
"""Headers of what an open page asks without anybody being there: it keeps no session alive."""
_TOKEN = "token"  # noqa: S105 -- the name of a cookie's entry
_EXTENSION = "concours_logins"
_MEETING = "concours_meeting"

Arrival = Callable[[Session, str, datetime], None]
"""Keeps what is to be kept of a sign-in, in the transaction that opens the session."""


def nothing_more(_session: Session, _who: str, _now: datetime) -> None:
    """Keep of a sign-in nothing but the session."""


def use_logins(extensions: dict[str, object], table: type[LoginMixin], meeting: Meeting | None = None) -> None:
    """Say in which table this application keeps its signed-in sessions, and what it reads of whoever has one."""
    extensions[_EXTENSION], extensions[_MEETING] = table, meeting or Meeting()


def logins() -> type[LoginMixin]:
    """Return the table of this application's signed-in sessions."""
    return cast("type[LoginMixin]", current_app.extensions[_EXTENSION])


def person_id() -> str | None:
    """Return the identifier of the person signed in, or None; asked of the database once a request."""
    if "person_id" not in g:
        token = session.get(_TOKEN)
        g.person_id = _find(token) if token else None
    return cast("str | None", g.person_id)


def go_without_database() -> None:
    """Answer the present request as nobody's: its database does not answer, and the page must not wait for it."""
    g.person_id, g.without_database = None, True


def goes_without_database() -> bool:
    """Tell whether the present request may ask the database nothing."""
    return bool(g.get("without_database"))


def session_token() -> str | None:
    """Return the token that the cookie holds, whether or not it still opens anything."""
    return cast("str | None", session.get(_TOKEN))


def session_ends_at() -> datetime | None:
    """Return when the session of whoever is signed in ends, if nothing is asked any more."""
    return cast("datetime | None", g.get("session_ends_at")) if person_id() else None


def session_end() -> datetime | None:
    """Return when the session ends without its being renewed by the question; None once it has."""
    token = session.get(_TOKEN)
    if token is None:
        return None
    with state().database.hold() as database:
        return look_up(database, logins(), token=token, now=state().clock()).ends_at


def renew() -> datetime | None:
    """Push the session's end one lifetime away and return it; None once it has ended."""
    token = session.get(_TOKEN)
    if token:
        with state().database.write() as database:
            renew_login(database, logins(), token=token, now=state().clock())
        session.modified = True
    return session_end()


def mark_of(person: str) -> str:
    """Return what the forms drawn for this person bear: it names nobody, and only this application can make it."""
    return hmac.new(state().secret.encode(), f"form-owner\n{person}".encode(), hashlib.sha256).hexdigest()


def login_digest() -> str | None:
    """Return what names the session of whoever is signed in, without asking the database; None without a session."""
    token = session.get(_TOKEN)
    return digest_of(token) if token else None


def sign_in(person: str, arrived: Arrival = nothing_more) -> None:
    """Open a session for this person; the former one ends, and the cookie's content is dropped."""
    now, former, kept = state().clock(), session.get(_TOKEN), session.get(KEPT)
    device = describe_device(request.user_agent.string)
    with state().database.write() as database:
        if former:
            close_login(database, logins(), token=former)
        token = open_login(database, logins(), person_id=person, now=now, device=device)
        arrived(database, person, now)
    session.clear()
    session.permanent = True
    session[_TOKEN] = token
    if kept:
        session[KEPT] = kept
    # The token of each form then says, signed, whom the form was drawn for, even once the session has ended.
    session[current_app.config["WTF_CSRF_FIELD_NAME"]] = f"{secrets.token_hex(20)}.{mark_of(person)}"
    g.person_id = person


def sign_out() -> None:
    """End the session on the server, and forget the cookie."""
    token = session.get(_TOKEN)
    if token:
        with state().database.write() as database:
            close_login(database, logins(), token=token)
    session.clear()
    g.person_id = None


def _find(token: str) -> str | None:
    now, meeting = state().clock(), cast("Meeting", current_app.extensions[_MEETING])
    with state().database.hold() as database:
        person, stale, g.session_ends_at, met = look_up(database, logins(), token=token, now=now, meeting=meeting)
    if person:
        meeting.keep(met)
    if person and stale and not _BY_ITSELF.intersection(request.headers.keys()):
        with state().database.write() as database:
            renew_login(database, logins(), token=token, now=now)
        g.session_ends_at = now + LIFETIME
        session.modified = True
    return person
