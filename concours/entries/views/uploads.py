"""Files that come by pieces: the tus protocol, mounted on the dossier of whoever sends."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from typing import Any, NamedTuple, cast

from flask import Response, current_app, request, url_for
from werkzeug.exceptions import HTTPException

from concours.accounts.access import current_account_id
from concours.entries.arrivals import Arrivals
from concours.entries.rules import limits_of, require_open, require_under_way
from concours.entries.views import answers
from concours.entries.views.attempts import upload_failed
from concours.entries.views.base import edition_of, late_on_record
from concours.intake import tus, uploads
from concours.intake.models import Upload
from concours.intake.operations import check_announced, sniff_head
from concours.intake.receiving import Glance, Receiver
from concours.intake.rules import Limits, Refused
from concours.intake.sniff import HEAD_BYTES
from concours.kernel.errors import DomainError, Forbidden, NotFound
from concours.kernel.ids import new_id
from concours.kernel.text import clean_line
from concours.kernel.turns import Busy, Superseded
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.body import RequestBody
from concours.kernel.web.failures import DATABASE_FAILURES
from concours.kernel.web.person import person_id
from concours.kernel.web.security import accepts_files
from concours.kernel.web.state import state

ARRIVALS = "concours_arrivals"
"""Where the application keeps its `Arrivals`."""


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
    target.register_error_handler(DomainError, answers.refusal)
    target.register_error_handler(OSError, upload_failed)
    for failure in DATABASE_FAILURES:
        target.register_error_handler(failure, answers.unreachable)
    target.register_error_handler(HTTPException, answers.http)


def _byte_limit() -> int:
    """Return how many bytes a request may bring: its view counts those of a chunk; nothing else may bring many."""
    return request.content_length or 0 if request.headers.get("Content-Type") == tus.CHUNK_TYPE else 0


@accepts_files(_byte_limit)
def collection(entry_id: str) -> Response:
    """Tell what this server can do, or announce a file, its first bytes included if they come with it."""
    edition = edition_of(entry_id)
    if request.method == "OPTIONS":
        return answers.answer(HTTPStatus.NO_CONTENT, **tus.capabilities(edition.max_bytes))
    tus.check_version(request.headers)
    now, limits = state().clock(), limits_of(edition)
    with late_on_record(entry_id):
        require_open(edition, now, "L'envoi d'un fichier")
    wanted = tus.announced(request.headers)
    check_announced(wanted.size, limits)
    upload = _promise(entry_id, wanted, uploads.expiry(begun=now, closes_at=edition.closes_at))
    offset = 0
    if request.headers.get("Content-Type") == tus.CHUNK_TYPE:
        offset = _take_first(upload, limits)
    else:
        _record(upload)
    address = url_for(".upload", entry_id=entry_id, upload_id=upload.id)
    return answers.answer(
        HTTPStatus.CREATED, Location=address, **tus.standing(offset=offset, expires_at=upload.expires_at)
    )


@accepts_files(_byte_limit)
def single(entry_id: str, upload_id: str) -> Response:
    """Tell how far a file has come, take more of it, or give it up."""
    method = tus.method_of(request.method, request.headers)
    edition = edition_of(entry_id)
    if method == "OPTIONS":
        return answers.answer(HTTPStatus.NO_CONTENT, **tus.capabilities(edition.max_bytes))
    tus.check_version(request.headers)
    with state().database.read() as session:
        upload = uploads.find(session, upload_id=upload_id, subject=entry_id, now=state().clock())
    if method == "DELETE":
        _drop(upload)
        return answers.answer(HTTPStatus.NO_CONTENT)
    if method == "HEAD":
        return _tell(upload)
    if method != "PATCH":
        raise tus.Malformed("Cette adresse attend HEAD, PATCH ou DELETE.")
    require_under_way(edition, state().clock())
    offset = _take(upload, tus.offset_of(request.headers), limits_of(edition))
    return answers.answer(HTTPStatus.NO_CONTENT, **tus.standing(offset=offset, expires_at=upload.expires_at))


def _arrivals() -> Arrivals:
    return cast("Arrivals", current_app.extensions[ARRIVALS])


def _receiver() -> Receiver:
    return _arrivals().receiver


def _promise(entry_id: str, wanted: tus.Announced, expires_at: datetime) -> Upload:
    """Make room for the file that is announced; nothing is on record yet."""
    key = new_id()
    return uploads.promise(
        subject=entry_id,
        name=clean_line(wanted.name) or "sans nom",
        size=wanted.size,
        key=key,
        place=_receiver().create(key),
        expires_at=expires_at,
        now=state().clock(),
    )


def _record(upload: Upload) -> None:
    """Put a promised file on record; the oldest of those on their way makes room for it."""
    with state().database.write() as session:
        surplus = uploads.surplus(session, subject=upload.subject, now=upload.created_at)
        for former in surplus:
            uploads.drop(session, upload_id=former.id)
        uploads.announce(session, upload=upload)
    for former in surplus:
        _receiver().discard(uploads.slot_of(former))


def _take_first(upload: Upload, limits: Limits) -> int:
    """Keep the chunk that comes with an announcement, and put both on record at once; return how much has come."""
    try:
        _append(upload, 0, limits)
    except Refused:
        _receiver().discard(uploads.slot_of(upload))
        raise
    except Exception:
        _record(upload)
        raise
    reached = _receiver().offset(uploads.slot_of(upload))
    if reached == upload.size:
        _settle(upload, fresh=True)
    else:
        _record(upload)
    return reached


def _take(upload: Upload, offset: int, limits: Limits) -> int:
    """Keep the chunk that the request brings; return how far the file has come. A wrong one is refused and dropped."""
    known = upload.head_sha256
    try:
        _append(upload, offset, limits)
    except Refused:
        _drop(upload)
        raise
    except Exception:
        _remember(upload, known)
        raise
    reached = _receiver().offset(uploads.slot_of(upload))
    if reached == upload.size:
        _settle(upload)
    else:
        _remember(upload, known)
    return reached


def _append(upload: Upload, offset: int, limits: Limits) -> None:
    """Keep a chunk, the first bytes of the file looked at first if nobody has yet."""

    def look(head: bytes) -> None:
        sniff_head(head, upload.size, name=upload.name, limits=limits)
        upload.head_sha256 = hashlib.sha256(head).hexdigest()

    glance = None if upload.head_sha256 else Glance(min(HEAD_BYTES, upload.size), look)
    body, checksum = RequestBody(), tus.checksum_of(request.headers)
    with _draining(body):
        _receiver().append(
            uploads.slot_of(upload),
            body,
            offset=offset,
            glance=glance,
            checksum=checksum,
            expected=request.content_length,
        )


def _remember(upload: Upload, known: str | None) -> None:
    """Keep the digest of the first bytes, if this chunk brought the last of them."""
    if upload.head_sha256 and upload.head_sha256 != known:
        with state().database.write() as session:
            uploads.look_taken(session, upload_id=upload.id, head_sha256=upload.head_sha256)


def _settle(upload: Upload, *, fresh: bool = False) -> None:
    _arrivals().settle(upload, account_id=current_account_id(), fresh=fresh)


def _tell(upload: Upload) -> Response:
    """Answer how far it has come; a file that is all there and not settled was cut off by a stop: it is settled now."""
    offset = _receiver().offset(uploads.slot_of(upload))
    if offset == upload.size and upload.completed_at is None:
        _settle(upload)
    standing = tus.standing(offset=offset, expires_at=upload.expires_at)
    return answers.answer(HTTPStatus.OK, **{"Upload-Length": str(upload.size), "Cache-Control": "no-store"}, **standing)


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


mount(blueprint)
