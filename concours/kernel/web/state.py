"""What a view needs besides the request: settings, database, files, clock, queues, and the act's one instant."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app, g, request

from concours.kernel.clock import Clock
from concours.kernel.db import Database
from concours.kernel.queue import Queues
from concours.kernel.settings import Settings
from concours.kernel.storage import Stores

_EXTENSION = "concours"


@dataclass(frozen=True)
class State:
    """What an application is built from."""

    settings: Settings
    secret: str
    """This application's own key; the other's is not known here."""
    database: Database
    stores: Stores
    queues: Queues
    clock: Clock


def attach(extensions: dict[str, object], state: State) -> None:
    """Keep the state with its application."""
    extensions[_EXTENSION] = state


def state() -> State:
    """Return the present application's state."""
    return cast("State", current_app.extensions[_EXTENSION])


def instant() -> datetime:
    """Return the act's one instant, in UTC: taken once, when the request was read whole, before any lock."""
    if "instant" not in g:
        request.form  # noqa: B018 -- reading it is what takes the request's last byte in
        g.instant = state().clock()
    return cast("datetime", g.instant)
