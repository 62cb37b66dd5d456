"""Refusals: exceptions that carry the French sentence people read."""

from http import HTTPStatus
from typing import ClassVar


class DomainError(Exception):
    """A rule says no. The message is shown as it is: cause, remedy, nothing lost."""

    status: ClassVar[HTTPStatus] = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(DomainError):
    """Nothing there, or nothing that this visitor may know of: the two look the same."""

    status = HTTPStatus.NOT_FOUND

    def __init__(self, message: str = "Cette page n'existe pas, ou vous n'y avez pas accès.") -> None:
        super().__init__(message)


class Forbidden(DomainError):
    """The visitor is known and may not do this, now or ever."""

    status = HTTPStatus.FORBIDDEN


class Conflict(DomainError):
    """Somebody else, or another tab, has changed the same thing meanwhile."""

    status = HTTPStatus.CONFLICT


class TooLarge(DomainError):
    """More bytes than the limit."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class TooManyTries(DomainError):
    """A limit on tries or on mails is reached."""

    status = HTTPStatus.TOO_MANY_REQUESTS
