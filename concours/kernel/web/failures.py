"""Error pages: a refusal shows its sentence, a fault of ours says so, nothing a visitor sends gives a 500."""

import logging
from http import HTTPStatus

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from concours.kernel.errors import DomainError

_log = logging.getLogger(__name__)

_STALE_FORM = (
    "Ce formulaire est resté ouvert trop longtemps ou votre session a changé. "
    "Revenez en arrière : votre saisie y est encore. Rechargez la page, puis envoyez de nouveau."
)
_PAGES = frozenset({403, 404, 405, 413, 422, 429, 500})


def show_failures(app: Flask) -> None:
    """Register the error pages."""
    app.register_error_handler(DomainError, _refusal)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _fault)


def _refusal(error: DomainError) -> ResponseReturnValue:
    return _page(error.status, error.message)


def _http(error: HTTPException) -> ResponseReturnValue:
    if isinstance(error, CSRFError):
        return _page(HTTPStatus.UNPROCESSABLE_ENTITY, _STALE_FORM)
    if error.code is None or error.response is not None:
        return error
    return _page(HTTPStatus(error.code), None) if error.code >= HTTPStatus.BAD_REQUEST else error


def _fault(error: Exception) -> ResponseReturnValue:
    # The path names no person: identifiers are random and forms travel in the body.
    _log.error("%s %s failed", request.method, request.path, exc_info=error)
    return _page(HTTPStatus.INTERNAL_SERVER_ERROR, None)


def _page(status: HTTPStatus, message: str | None) -> ResponseReturnValue:
    number = status.value if status.value in _PAGES else (500 if status >= HTTPStatus.INTERNAL_SERVER_ERROR else 422)
    return render_template(f"errors/{number}.html", message=message), status
