"""Error pages: a refusal shows its sentence, a fault of ours says so, nothing a visitor sends gives a 500."""

import errno
import logging
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from flask import Flask, Response, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from markupsafe import escape
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from concours.kernel.errors import DomainError
from concours.kernel.web.interrupted import answer_late_form

_log = logging.getLogger(__name__)

_STALE_FORM = (
    "Ce formulaire est resté ouvert trop longtemps ou une autre session est ouverte dans ce navigateur. "
    "Revenez en arrière : votre saisie y est encore. Rechargez la page, puis envoyez de nouveau."
)
_FAULT = (
    "Une erreur de notre côté empêche d'afficher cette page. Ce qui était enregistré le reste. "
    "Revenez en arrière, puis réessayez dans quelques minutes."
)
_BARE = (
    "<!doctype html><html lang='fr'><meta charset='utf-8'><title>Erreur</title>"
    "<main><h1>La page ne peut pas s'afficher</h1><p>{message}</p></main></html>"
)
_TELLING = frozenset({"Allow", "Content-Range", "Retry-After"})
_PAGES = frozenset({403, 404, 405, 413, 422, 429, 500, 503, 507})

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""No room: on the disk, in the account's share of it, or in the largest file allowed."""

_RETRY_AFTER_S = 60

DATABASE_FAILURES: tuple[type[Exception], ...] = (OperationalError, InterfaceError, PoolTimeout)
"""What a database that does not answer raises."""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """That somebody tried to act while a fault of ours kept them from it: shown on the page that says so."""

    at: datetime
    act: str
    """What was attempted, in words."""
    number: str = ""
    """Under which it is on record; empty when nothing could be recorded."""
    who: str = ""
    size: int | None = None
    """Bytes that the attempt brought, or announced."""
    statement: str = ""
    """Where nothing could be recorded: what we sign, to be checked later."""


def keep_proof(proof: Proof) -> None:
    """Have the error page of this request show a proof of attempt."""
    g.proof = proof


def kept_proof() -> Proof | None:
    """Return the proof of attempt of this request."""
    found: Proof | None = g.get("proof")
    return found


def is_full(error: OSError) -> bool:
    """Tell whether it is room that lacks."""
    return error.errno in _FULL


def show_failures(app: Flask) -> None:
    """Register the error pages."""
    app.register_error_handler(DomainError, _refusal)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OSError, storage_failure)
    for failure in DATABASE_FAILURES:
        app.register_error_handler(failure, database_failure)
    app.register_error_handler(Exception, _fault)


def _refusal(error: DomainError) -> Response:
    return _page(error.status, error.message)


def _http(error: HTTPException) -> ResponseReturnValue:
    if isinstance(error, CSRFError):
        return answer_late_form() or _page(HTTPStatus.UNPROCESSABLE_ENTITY, _STALE_FORM)
    if error.code is None or error.response is not None:
        return error
    if error.code < HTTPStatus.BAD_REQUEST:
        return error
    response = _page(HTTPStatus(error.code), None)
    # What the protocol asks to be told: Allow with 405, Content-Range with 416, Retry-After with 429.
    response.headers.extend((name, value) for name, value in error.get_headers() if name in _TELLING)
    return response


def storage_failure(error: OSError) -> Response:
    """Answer for a disk that is full, or a disk or storage server that fails: the same request may pass later."""
    _log_failure(error)
    return _later(HTTPStatus.INSUFFICIENT_STORAGE if is_full(error) else HTTPStatus.SERVICE_UNAVAILABLE, "storage")


def database_failure(error: Exception) -> Response:
    """Answer for a database that does not answer: the same request may pass later. A wrong question is a fault."""
    if getattr(getattr(error, "orig", None), "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
        return _fault(error)
    _log_failure(error)
    return _later(HTTPStatus.SERVICE_UNAVAILABLE, "database")


def _later(status: HTTPStatus, cause: str) -> Response:
    response = _page(status, None, cause=cause)
    response.headers["Retry-After"] = str(_RETRY_AFTER_S)
    return response


def _fault(error: Exception) -> Response:
    _log_failure(error)
    return _page(HTTPStatus.INTERNAL_SERVER_ERROR, None)


def _log_failure(error: Exception) -> None:
    # The rule, not the address: an address may hold the token of a sign-in link.
    _log.error("%s %s failed", request.method, request.url_rule or "(no page)", exc_info=error)


def _page(status: HTTPStatus, message: str | None, *, cause: str = "storage") -> Response:
    number = status.value if status.value in _PAGES else (500 if status >= HTTPStatus.INTERNAL_SERVER_ERROR else 422)
    try:
        return make_response(
            render_template(f"errors/{number}.html", message=message, cause=cause, proof=kept_proof()), status
        )
    except Exception:  # noqa: BLE001 -- whatever keeps our own page from being drawn, the visitor is answered in words
        _log.exception("the error page %s failed", number)
        return make_response(_BARE.format(message=escape(message or _FAULT)), status)
