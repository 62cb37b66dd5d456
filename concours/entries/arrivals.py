"""The moment when a file that came by pieces is all there: durable first, then the dossier's, at one instant.

And what becomes of those that never are.
"""

import logging
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from concours.entries import operations, queries
from concours.entries.rules import Late
from concours.intake import uploads
from concours.intake.models import Creation, Upload
from concours.intake.receiving import Receiver
from concours.kernel.clock import Clock
from concours.kernel.db import Database
from concours.kernel.errors import DomainError

_PAUSE = timedelta(minutes=1)
"""An upload younger than this is most likely being settled by whoever received it."""
_FORGOTTEN = timedelta(hours=1)
"""Between the first byte's place and its record there are milliseconds, unless a stop came between."""

_log = logging.getLogger(__name__)


def settle(
    database: Database, receiver: Receiver, clock: Clock, upload: Upload, *, fresh: bool = False
) -> Creation | None:
    """Give a whole upload to its dossier; None when that is done already. A `fresh` one is put on record with it.

    The instant that counts is the one at which the file is assembled and durable. Raises Late: the bytes are then kept
    until the upload expires, and the attempt is on record; NotFound, OSError.
    """
    slot = uploads.slot_of(upload)
    with database.read() as session:
        account_id = queries.owner_of(session, upload.subject)
    received = uploads.received_of(upload, receiver.finish(slot))
    now = clock()
    try:
        with database.write() as session:
            if not fresh and uploads.is_complete(session, upload_id=upload.id):
                return None
            made = operations.attach_creation(
                session, entry_id=upload.subject, account_id=account_id, received=received, name=upload.name, now=now
            )
            _complete(session, upload, made, fresh=fresh, now=now)
    except Late:
        with database.write() as session:
            _complete(session, upload, None, fresh=fresh, now=now)
            operations.record_late(
                session, entry_id=upload.subject, account_id=account_id, act="upload", now=now, size=upload.size
            )
        raise
    receiver.digests.forget(slot.key)
    if made.quarantine_key != slot.key:
        receiver.discard(slot)  # the dossier had these very bytes already
    return made


def _complete(session: Session, upload: Upload, made: Creation | None, *, fresh: bool, now: datetime) -> None:
    """Record that the last byte has come, and what the file became."""
    creation_id = made.id if made else None
    if fresh:
        upload.completed_at, upload.creation_id = now, creation_id
        uploads.announce(session, upload=upload)
    else:
        uploads.complete(session, upload_id=upload.id, creation_id=creation_id, now=now)


def settle_stalled(database: Database, receiver: Receiver, clock: Clock) -> list[str]:
    """Settle the uploads that were all there when a server fell; return the creations that they became."""
    with database.read() as session:
        waiting = uploads.pending(session, before=clock() - _PAUSE, now=clock())
    made = []
    for upload in waiting:
        try:
            if receiver.offset(uploads.slot_of(upload)) == upload.size:
                made.append(settle(database, receiver, clock, upload))
        except (DomainError, OSError) as failure:
            _log.warning("upload %s waits: %s", upload.id, type(failure).__name__)
    return [creation.id for creation in made if creation]


def sweep(database: Database, receiver: Receiver, clock: Clock) -> None:
    """Remove the uploads whose time is over, and pieces that nobody knows. A creation keeps its bytes."""
    now = clock()
    with database.read() as session:
        over, known = uploads.expired(session, now=now), uploads.known_keys(session)
    for upload in over:
        if upload.creation_id is None:
            receiver.discard(uploads.slot_of(upload))
        with database.write() as session:
            uploads.drop(session, upload_id=upload.id)
    receiver.partials.sweep(known, now - _FORGOTTEN)
