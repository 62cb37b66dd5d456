"""Who may enter: a blueprint is closed unless it says otherwise, and says it where a reader and a test look."""

from collections.abc import Callable

from flask import Blueprint
from flask.typing import ResponseReturnValue

Entrance = ResponseReturnValue | None
"""None lets the visitor in; an answer sends them elsewhere."""

AccessRule = Callable[[], Entrance]
"""Returns None to let the visitor in, an answer to send them elsewhere, or raises a DomainError."""


class ClosedBlueprint(Blueprint):
    """A blueprint whose every view stands behind one rule."""

    def __init__(self, name: str, import_name: str, *, access: AccessRule, url_prefix: str | None = None) -> None:
        super().__init__(name, import_name, url_prefix=url_prefix)
        self.access = access
        self.before_request(access)


def everyone() -> None:
    """Let anybody in: pages that are public on purpose."""
