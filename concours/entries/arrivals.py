"""The moment when a file that came by pieces is all there: durable first, then the dossier's, at one instant.

And what becomes of those that never are.
"""

import logging
from datetime import timedelta

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
    sha256 = receiver.finish(slot)
    now = clock()
    received = uploads.received_of(upload, sha256)
    try:
        with database.write() as session:
            if fresh:
                uploads.announce(session, upload=upload)
            if uploads.find(session, upload_id=upload.id, subject=upload.subject, now=now, lock=True).completed_at:
                return None
            entry = queries.find_entry(session, upload.subject)
            made = operations.attach_creation(
                session, entry_id=entry.id, account_id=entry.account_id, received=received, name=upload.name, now=now
            )
            uploads.complete(session, upload_id=upload.id, creation_id=made.id, now=now)
    except Late:
        with database.write() as session:
            if fresh:
                uploads.announce(session, upload=upload)
            uploads.complete(session, upload_id=upload.id, creation_id=None, now=now)
            account_id = queries.find_entry(session, upload.subject).account_id
            operations.record_late(
                session, entry_id=upload.subject, account_id=account_id, act="upload", now=now, size=upload.size
            )
        raise
    receiver.digests.forget(slot.key)
    if made.quarantine_key != slot.key:
        receiver.discard(slot)  # the dossier had these very bytes already
    return made


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
