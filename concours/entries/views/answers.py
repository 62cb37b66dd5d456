"""How the upload protocol answers: in headers, and in one French sentence when it refuses."""

from http import HTTPStatus

from flask import Response, current_app
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from concours.entries.rules import LateFile
from concours.intake import tus
from concours.kernel.clock import format_instant
from concours.kernel.errors import DomainError
from concours.kernel.text import typo
from concours.kernel.web.failures import Proof, is_full

_FULL = "Le serveur n'a plus de place pour le moment, et le secrétariat en est averti. Ce qui est arrivé est gardé."
_DOWN = "Le serveur ne peut pas garder votre fichier pour le moment. Ce qui est arrivé l'est : l'envoi reprendra de là."
_STALE = "Votre session a changé depuis que cette page est ouverte. Rechargez la page : l'envoi reprendra où il en est."
_RETRY_S = "15"
_NO_DATABASE = (
    "Notre base de données ne répond pas : l'envoi ne peut pas être enregistré pour le moment. Ce qui est arrivé est "
    "gardé ; l'envoi reprendra de là."
)
_PROVED = " Preuve de tentative n° {}, consignée le {} : gardez ce numéro. Ce n'est pas un dépôt."


def answer(status: int, body: str = "", **headers: str) -> Response:
    """Return an answer of the protocol."""
    response = Response(typo(body), status, headers, mimetype="text/plain")
    response.headers["Tus-Resumable"] = tus.VERSION
    return response


def refusal(error: DomainError) -> Response:
    """Answer in one French sentence, which the page shows as it is."""
    status = tus.CHECKSUM_MISMATCH if isinstance(error, tus.Mismatch) else error.status
    extra = {"Tus-Version": tus.VERSION} if isinstance(error, tus.OtherVersion) else {}
    if isinstance(error, LateFile):
        extra["X-File-Kept"] = "yes"
    return answer(status, error.message, **extra)


def failure(error: OSError, proof: Proof | None = None) -> Response:
    """Answer that the storage is out of order or full, when to come back, and what proves the attempt."""
    current_app.logger.error("an upload waits: %s: %s", type(error).__name__, error)
    proved = _PROVED.format(proof.number, format_instant(proof.at, seconds=True)) if proof else ""
    if is_full(error):
        return answer(HTTPStatus.INSUFFICIENT_STORAGE, _FULL + proved, **{"Retry-After": _RETRY_S})
    return answer(HTTPStatus.SERVICE_UNAVAILABLE, _DOWN + proved, **{"Retry-After": _RETRY_S})


def unreachable(error: Exception) -> Response:
    """Answer that the database does not answer, and when to come back."""
    current_app.logger.error("an upload waits: the database: %s", type(error).__name__)
    return answer(HTTPStatus.SERVICE_UNAVAILABLE, _NO_DATABASE, **{"Retry-After": _RETRY_S})


def http(error: HTTPException) -> Response:
    """Answer a request that is none of the protocol's."""
    if isinstance(error, CSRFError):
        return answer(HTTPStatus.FORBIDDEN, _STALE)
    response = answer(error.code or HTTPStatus.BAD_REQUEST, "Cette demande n'est pas comprise.")
    response.headers.extend((name, value) for name, value in error.get_headers() if name == "Allow")
    return response
