"""Files that come by pieces: the tus protocol, mounted on the dossier of whoever sends."""

import errno
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from typing import Any, NamedTuple, cast

from flask import Response, current_app, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from concours.entries.arrivals import settle
from concours.entries.rules import limits_of, require_open
from concours.entries.views.base import edition_of, late_on_record
from concours.intake import tus, uploads
from concours.intake.models import Upload
from concours.intake.operations import check_announced, sniff_head
from concours.intake.receiving import Glance, Receiver
from concours.intake.rules import Limits, Refused
from concours.intake.sniff import HEAD_BYTES
from concours.kernel.errors import DomainError, Forbidden, NotFound
from concours.kernel.ids import new_id
from concours.kernel.queue import QUICK
from concours.kernel.text import clean_line
from concours.kernel.turns import Busy, Superseded
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.body import RequestBody
from concours.kernel.web.person import person_id
from concours.kernel.web.security import accepts_files
from concours.kernel.web.state import state

RECEIVER = "concours_receiver"
"""Where the application keeps its `Receiver`."""

_FULL = "Le serveur n'a plus de place pour le moment, et le secrétariat en est averti. Ce qui est arrivé est gardé."
_DOWN = "Le serveur ne peut pas garder votre fichier pour le moment. Ce qui est arrivé l'est : l'envoi reprendra de là."
_STALE = "Votre session a changé depuis que cette page est ouverte. Rechargez la page : l'envoi reprendra où il en est."
_RETRY_S = "15"
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def _known_only() -> None:
    """Let people in who are signed in. Raises Forbidden, in words: a script follows no redirection to a page."""
    if person_id() is None:
        raise Forbidden(
            "Votre session est terminée. Connectez-vous de nouveau : ce qui est arrivé est gardé, et l'envoi reprendra "
            "de là."
        )


blueprint = ClosedBlueprint(
    "uploads", __name__, access=_known_only, url_prefix="/candidatures/<string:entry_id>/envois"
)


class Coming(NamedTuple):
    """A file on its way, and how many of its bytes have come."""

    upload: Upload
    offset: int

    @property
    def percent(self) -> int:
        """How much has come, rounded down: 100 is said of nothing but a whole file."""
        return 100 * self.offset // self.upload.size


def coming(entry_id: str) -> list[Coming]:
    """Return the files on their way to a dossier, the newest first; one whose pieces are out of reach is left out."""
    with state().database.read() as session:
        found = uploads.unfinished(session, subject=entry_id, now=state().clock())
    return [Coming(upload, offset) for upload in found if (offset := _reached(upload)) is not None]


def _reached(upload: Upload) -> int | None:
    try:
        return _receiver().offset(uploads.slot_of(upload))
    except (NotFound, OSError):
        return None


def give_up(entry_id: str, upload_id: str) -> str:
    """Drop a file that is on its way to a dossier; return its name. Raises NotFound."""
    with state().database.read() as session:
        upload = uploads.find(session, upload_id=upload_id, subject=entry_id, now=state().clock())
    _drop(upload)
    return upload.name


def mount(target: ClosedBlueprint) -> None:
    """Give a blueprint the protocol's two addresses and its way of answering."""
    options: dict[str, Any] = {"provide_automatic_options": False}
    target.add_url_rule("/", "collection", collection, methods=["OPTIONS", "POST"], **options)
    target.add_url_rule(
        "/<string:upload_id>", "upload", single, methods=["OPTIONS", "HEAD", "PATCH", "DELETE", "POST"], **options
    )
    target.register_error_handler(DomainError, _refusal)
    target.register_error_handler(OSError, _failure)
    target.register_error_handler(HTTPException, _http)


def _byte_limit() -> int:
    """Return how many bytes a request may bring: its view counts those of a chunk; nothing else may bring many."""
    return request.content_length or 0 if request.headers.get("Content-Type") == tus.CHUNK_TYPE else 0


@accepts_files(_byte_limit)
def collection(entry_id: str) -> Response:
    """Tell what this server can do, or announce a file, its first bytes included if they come with it."""
    edition = edition_of(entry_id)
    if request.method == "OPTIONS":
        return _answer(HTTPStatus.NO_CONTENT, **tus.capabilities(edition.max_bytes))
    tus.check_version(request.headers)
    now, limits = state().clock(), limits_of(edition)
    with late_on_record(entry_id):
        require_open(edition, now, "L'envoi d'un fichier")
    wanted = tus.announced(request.headers)
    check_announced(wanted.size, limits)
    upload = _begin(entry_id, wanted, uploads.expiry(begun=now, closes_at=edition.closes_at))
    offset = 0
    if request.headers.get("Content-Type") == tus.CHUNK_TYPE:
        offset = _take(upload, 0, limits)
    address = url_for(".upload", entry_id=entry_id, upload_id=upload.id)
    return _answer(HTTPStatus.CREATED, Location=address, **tus.standing(offset=offset, expires_at=upload.expires_at))


@accepts_files(_byte_limit)
def single(entry_id: str, upload_id: str) -> Response:
    """Tell how far a file has come, take more of it, or give it up."""
    method = tus.method_of(request.method, request.headers)
    edition = edition_of(entry_id)
    if method == "OPTIONS":
        return _answer(HTTPStatus.NO_CONTENT, **tus.capabilities(edition.max_bytes))
    tus.check_version(request.headers)
    with state().database.read() as session:
        upload = uploads.find(session, upload_id=upload_id, subject=entry_id, now=state().clock())
    if method == "DELETE":
        _drop(upload)
        return _answer(HTTPStatus.NO_CONTENT)
    if method == "HEAD":
        return _tell(upload)
    if method != "PATCH":
        raise tus.Malformed("Cette adresse attend HEAD, PATCH ou DELETE.")
    offset = _take(upload, tus.offset_of(request.headers), limits_of(edition))
    return _answer(HTTPStatus.NO_CONTENT, **tus.standing(offset=offset, expires_at=upload.expires_at))


def _receiver() -> Receiver:
    return cast("Receiver", current_app.extensions[RECEIVER])


def _begin(entry_id: str, wanted: tus.Announced, expires_at: datetime) -> Upload:
    """Record the file that is announced; the oldest of those on their way makes room for it."""
    key, now = new_id(), state().clock()
    place = _receiver().create(key)
    with state().database.write() as session:
        surplus = uploads.surplus(session, subject=entry_id, now=now)
        for former in surplus:
            uploads.drop(session, upload_id=former.id)
        upload = uploads.announce(
            session,
            subject=entry_id,
            name=clean_line(wanted.name) or "sans nom",
            size=wanted.size,
            key=key,
            place=place,
            expires_at=expires_at,
            now=now,
        )
    for former in surplus:
        _receiver().discard(uploads.slot_of(former))
    return upload


def _take(upload: Upload, offset: int, limits: Limits) -> int:
    """Keep the chunk that the request brings; return how far the file has come. A wrong one is refused and dropped."""
    checksum, slot, seen = tus.checksum_of(request.headers), uploads.slot_of(upload), bytearray()

    def look(head: bytes) -> None:
        sniff_head(head, upload.size, name=upload.name, limits=limits)
        seen[:] = head

    glance = None if upload.head_sha256 else Glance(min(HEAD_BYTES, upload.size), look)
    body = RequestBody()
    try:
        with _draining(body):
            _receiver().append(slot, body, offset=offset, glance=glance, checksum=checksum)
    except Refused:
        _drop(upload)
        raise
    except Exception:
        _remember(upload.id, bytes(seen))
        raise
    reached = _receiver().offset(slot)
    if reached == upload.size:
        _settle(upload)
    else:
        _remember(upload.id, bytes(seen))
    return reached


def _remember(upload_id: str, head: bytes) -> None:
    """Keep the digest of the first bytes, if this chunk brought the last of them."""
    if not head:
        return
    with state().database.write() as session:
        uploads.look_taken(session, upload_id=upload_id, head_sha256=hashlib.sha256(head).hexdigest())


def _settle(upload: Upload) -> None:
    made = settle(state().database, _receiver(), state().clock, upload)
    if made:
        state().queues.announce(QUICK, "examine", made.id)


def _tell(upload: Upload) -> Response:
    """Answer how far it has come; a file that is all there and not settled was cut off by a stop: it is settled now."""
    offset = _receiver().offset(uploads.slot_of(upload))
    if offset == upload.size and upload.completed_at is None:
        _settle(upload)
    standing = tus.standing(offset=offset, expires_at=upload.expires_at)
    return _answer(HTTPStatus.OK, **{"Upload-Length": str(upload.size), "Cache-Control": "no-store"}, **standing)


def _drop(upload: Upload) -> None:
    """Give a file up. One that is whole already is its dossier's: only its address goes."""
    with state().database.write() as session:
        uploads.drop(session, upload_id=upload.id)
    if upload.creation_id is None:
        _receiver().discard(uploads.slot_of(upload))


@contextmanager
def _draining(body: RequestBody) -> Iterator[None]:
    try:
        yield
    except (DomainError, OSError):
        body.drain()
        raise
    except Superseded as error:
        raise Busy from error


def _answer(status: int, body: str = "", **headers: str) -> Response:
    response = Response(body, status, headers, mimetype="text/plain")
    response.headers["Tus-Resumable"] = tus.VERSION
    return response


def _refusal(error: DomainError) -> Response:
    """Answer in one French sentence, which the page shows as it is."""
    status = tus.CHECKSUM_MISMATCH if isinstance(error, tus.Mismatch) else error.status
    extra = {"Tus-Version": tus.VERSION} if isinstance(error, tus.OtherVersion) else {}
    return _answer(status, error.message, **extra)


def _failure(error: OSError) -> Response:
    current_app.logger.error("an upload waits: %s: %s", type(error).__name__, error)
    if error.errno in _NO_ROOM:
        return _answer(HTTPStatus.INSUFFICIENT_STORAGE, _FULL, **{"Retry-After": _RETRY_S})
    return _answer(HTTPStatus.SERVICE_UNAVAILABLE, _DOWN, **{"Retry-After": _RETRY_S})


def _http(error: HTTPException) -> Response:
    if isinstance(error, CSRFError):
        return _answer(HTTPStatus.FORBIDDEN, _STALE)
    answer = _answer(error.code or HTTPStatus.BAD_REQUEST, "Cette demande n'est pas comprise.")
    answer.headers.extend((name, value) for name, value in error.get_headers() if name == "Allow")
    return answer


mount(blueprint)
