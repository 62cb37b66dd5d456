"""The moment when a file that came by pieces is all there: durable first, then the dossier's, at one instant.

And what becomes of those that never are.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from concours.entries import deposits, operations, queries
from concours.entries.models import Entry
from concours.entries.rules import Late, LateFile
from concours.intake import uploads
from concours.intake.models import Creation, Upload
from concours.intake.receiving import Receiver
from concours.kernel.clock import Clock
from concours.kernel.db import Database
from concours.kernel.errors import DomainError
from concours.kernel.queue import QUICK, Queues
from concours.kernel.signing import SigningKey
from concours.kernel.storage import Received
from concours.kernel.together import Together

_PAUSE = timedelta(minutes=1)
"""An upload younger than this is most likely being settled by whoever received it."""
_FORGOTTEN = timedelta(hours=1)
"""Between the first byte's place and its record there are milliseconds, unless a stop came between."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Arrival:
    """A file that is whole and durable since `now`."""

    upload: Upload
    received: Received
    account_id: str
    fresh: bool
    now: datetime


@dataclass(frozen=True)
class Giving:
    """What the receipt of a deposit that the last byte makes needs."""

    read_key: Callable[[], SigningKey]
    public_url: str


class Arrivals:
    """Where the files that a process receives become dossiers' creations."""

    def __init__(self, database: Database, receiver: Receiver, queues: Queues, clock: Clock, giving: Giving) -> None:
        self.receiver, self._queues, self._giving = receiver, queues, giving
        self._database, self._clock = database, clock
        self._together = Together(self._record)

    def settle(self, upload: Upload, *, account_id: str, fresh: bool = False) -> Creation | None:
        """Give a whole upload to its owner's dossier, and have it examined; None when that is done already.

        A `fresh` one is put on record with it. The instant that counts is the one at which the file is assembled and
        durable. Raises LateFile: the bytes are then kept until the upload expires, and the attempt is on record;
        NotFound, OSError.
        """
        slot = uploads.slot_of(upload)
        received = uploads.received_of(upload, self.receiver.finish(slot))
        made = self._together.do(_Arrival(upload, received, account_id, fresh, self._clock()))
        if made:
            self.receiver.digests.forget(slot.key)
            if made.quarantine_key != slot.key:
                self.receiver.discard(slot)  # the dossier had these very bytes already
        return made

    def settle_stalled(self) -> None:
        """Settle the uploads that were all there when a server fell."""
        with self._database.read() as session:
            waiting = uploads.pending(session, before=self._clock() - _PAUSE, now=self._clock())
        for upload in waiting:
            try:
                if self.receiver.offset(uploads.slot_of(upload)) == upload.size:
                    self.settle(upload, account_id=self._owner(upload))
            except (DomainError, OSError) as failure:
                _log.warning("upload %s waits: %s", upload.id, type(failure).__name__)

    def sweep(self) -> None:
        """Remove the uploads whose time is over, and pieces that nobody knows. A creation keeps its bytes."""
        now = self._clock()
        with self._database.read() as session:
            over, known = uploads.expired(session, now=now), uploads.known_keys(session)
        for upload in over:
            if upload.creation_id is None:
                self.receiver.discard(uploads.slot_of(upload))
            with self._database.write() as session:
                uploads.drop(session, upload_id=upload.id)
        self.receiver.partials.sweep(known, now - _FORGOTTEN)

    def _record(self, arrivals: Sequence[_Arrival]) -> "Sequence[Creation | Exception | None]":
        """Record files that came at the same moment, in one transaction that is flushed once."""
        with self._database.write() as session, session.no_autoflush:
            outcomes = [_attach(session, arrival, self._giving) for arrival in arrivals]
        for outcome in outcomes:
            if isinstance(outcome, Creation):
                self._queues.announce(QUICK, "examine", outcome.id)
        return outcomes

    def _owner(self, upload: Upload) -> str:
        with self._database.read() as session:
            return queries.owner_of(session, upload.subject)


def _attach(session: Session, arrival: _Arrival, giving: Giving) -> Creation | DomainError | None:
    """Give a file to its dossier, or say why not: what is refused is refused before anything of it is changed."""
    upload, who = arrival.upload, {"entry_id": arrival.upload.subject, "account_id": arrival.account_id}
    try:
        if not arrival.fresh and uploads.is_complete(session, upload_id=upload.id):
            return None
        made = operations.attach_creation(session, **who, received=arrival.received, name=upload.name, now=arrival.now)
    except Late as late:
        _complete(session, arrival, None)
        operations.record_late_file(session, **who, upload_id=upload.id, received=arrival.received, now=arrival.now)
        entry = session.get_one(Entry, upload.subject)
        deposits.missed(session, entry=entry, upload_id=upload.id, public_url=giving.public_url, now=arrival.now)
        return LateFile(late.message)
    except DomainError as refusal:
        return refusal
    _complete(session, arrival, made)
    entry = session.get_one(Entry, upload.subject)
    deposits.deposit_armed(
        session,
        entry=entry,
        upload_id=upload.id,
        read_key=giving.read_key,
        public_url=giving.public_url,
        now=arrival.now,
    )
    return made


def _complete(session: Session, arrival: _Arrival, made: Creation | None) -> None:
    """Record that the last byte has come, and what the file became."""
    upload = arrival.upload
    if arrival.fresh:
        upload.completed_at, upload.creation = arrival.now, made
        uploads.announce(session, upload=upload)
    else:
        uploads.complete(session, upload_id=upload.id, creation=made, now=arrival.now)
