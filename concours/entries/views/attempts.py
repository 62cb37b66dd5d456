"""What is kept of an act that a fault of ours prevents: on record, or signed when the database itself is down."""

import logging
from datetime import datetime
from typing import cast

from flask import Response, g, request
from sqlalchemy.orm import Session

from concours.accounts.access import current_account_id
from concours.editions import queries as editions
from concours.editions.models import EditionRecord
from concours.editions.rules import accepts_deposits
from concours.entries import attempts, queries
from concours.entries.views import answers
from concours.intake import tus
from concours.intake.models import Upload
from concours.kernel.errors import DomainError
from concours.kernel.queue import QUICK
from concours.kernel.web import failures
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.failures import DATABASE_FAILURES, Proof
from concours.kernel.web.person import login_digest
from concours.kernel.web.state import instant, state

_ACTS = {"deposit": "deposit", "creation": "form", "collection": "upload", "upload": "upload"}
"""What each view lets people attempt."""

_log = logging.getLogger(__name__)


def keep_attempts(pages: ClosedBlueprint) -> None:
    """Have a blueprint's pages give a proof of attempt when a fault of ours prevents an act."""
    pages.register_error_handler(OSError, _storage_failed)
    for failure in DATABASE_FAILURES:
        pages.register_error_handler(failure, _database_failed)


def upload_failed(error: OSError) -> Response:
    """Answer an upload that the storage cannot keep: with the number of its proof."""
    _put_on_record(error)
    return answers.failure(error, failures.kept_proof())


def require_file(entry_id: str) -> None:
    """Make sure that the file about to be deposited is in our keeping: a receipt vouches for it. Raises OSError."""
    with state().database.read() as session:
        entry = queries.own_entry(session, entry_id=entry_id, account_id=current_account_id())
        edition = editions.to_edition(session, session.get_one(EditionRecord, entry.edition_id))
    file, standing = entry.creation, entry.deposit and not entry.changed
    if file and not standing and accepts_deposits(edition, instant()):
        state().stores.quarantine.require(file.quarantine_key, file.size)


def _storage_failed(error: OSError) -> Response:
    _put_on_record(error)
    return failures.storage_failure(error)


def _database_failed(error: Exception) -> Response:
    act, digest = _attempted(), login_digest()
    if act and digest:
        now, entry_id = _instant(), (request.view_args or {}).get("entry_id", "")
        statement = attempts.sign(state().secret, attempts.Statement(now, act, entry_id, digest))
        failures.keep_proof(Proof(at=now, act=attempts.ACTS[act], statement=statement))
    return failures.database_failure(error)


def _put_on_record(error: OSError) -> None:
    act = _attempted()
    if act is None:
        return
    now, cause = _instant(), attempts.FULL if failures.is_full(error) else attempts.DOWN
    try:
        who, entry_id = current_account_id(), (request.view_args or {})["entry_id"]
        with state().database.write() as session:
            size = None if act == "deposit" else _size(session)
            made = attempts.record_failed(
                session, entry_id=entry_id, account_id=who, act=act, size=size, cause=cause, now=now
            )
    except DomainError:
        return  # nobody's dossier, or another's: there is nothing to prove
    except DATABASE_FAILURES as failure:
        _log.error("an attempt could not be recorded: %s", type(failure).__name__)
        return
    state().queues.announce(QUICK, "mail")
    failures.keep_proof(Proof(at=made.at, act=attempts.ACTS[act], number=made.number, who=made.email, size=size))


def _attempted() -> str | None:
    """Return what the request attempts; None when it only looks, or gives something up."""
    if tus.method_of(request.method, request.headers) not in {"POST", "PATCH"}:
        return None
    return _ACTS.get((request.endpoint or "").rpartition(".")[2])


def _size(session: Session) -> int | None:
    """Return how many bytes the file has, as it was announced; those that the request brings where it was not."""
    upload = session.get(Upload, (request.view_args or {}).get("upload_id", ""))
    announced = request.headers.get("Upload-Length", "")
    if upload:
        return upload.size
    return int(announced) if announced.isdecimal() and len(announced) < len(str(1 << 63)) else request.content_length


def _instant() -> datetime:
    """Return the act's instant, without reading what could not be read."""
    return cast("datetime", g.get("instant") or state().clock())
