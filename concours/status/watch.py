"""Looks at each service, seldom enough that visitors cannot load any; answers whatever is down."""

import logging
import shutil
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from concours.intake.models import Upload
from concours.kernel.clock import Clock
from concours.kernel.db import Database
from concours.kernel.errors import NotFound
from concours.kernel.settings import Settings
from concours.kernel.storage import Stores, human_size
from concours.status import queries, rules
from concours.status.probe import StorageProbe
from concours.status.rules import DiskFacts, Health, Service

PATIENCE_S = 3.0
"""How long a visitor of the page waits for the storage's answer."""

_FRESH = timedelta(seconds=15)
_DUTIES = {"files": "examen et copies des fichiers", "mail": "envoi des courriels"}
_TOLD = {"mail": "Courriels", "worker": "Tâches de fond", "examination": "Examen des fichiers"}
"""The services that only the database tells of."""

_log = logging.getLogger(__name__)


class Watch:
    """What an application looks at to say how the service is."""

    def __init__(self, database: Database, stores: Stores, settings: Settings, clock: Clock) -> None:
        self._database, self._stores, self._settings, self._clock = database, stores, settings, clock
        self._storage = StorageProbe(stores)
        self._lock = threading.Lock()
        self._read_at: datetime | None = None
        self._read: list[Service] = []
        self._since: dict[str, tuple[Health, datetime]] = {}

    def services(self, *, patience: float = PATIENCE_S) -> list[Service]:
        """Return every service; waits so many seconds at most for the storage's answer."""
        now = self._clock()
        answer = self._storage.look(now, patience=patience)
        storage = rules.storage_service(answer.failures, answered=answer.answered)
        with self._lock:
            if self._read_at is None or now - self._read_at >= _FRESH:
                self._read, self._read_at = self._look(now), now
            database, mail, *others = self._read
            return [self._dated(service, now) for service in (database, storage, mail, *others)]

    def _look(self, now: datetime) -> list[Service]:
        try:
            with self._database.read() as session:
                mail, beats = queries.mail_facts(session), queries.beats(session)
                examination, coming = queries.examination_facts(session), queries.uploads_coming(session, now=now)
        except (SQLAlchemyError, OSError) as failure:
            _log.warning("the database does not answer: %s", type(failure).__name__)
            told = [rules.unknown_service(key, name) for key, name in _TOLD.items()]
            return [rules.database_service(answers=False), *told, self._disk(())]
        return [
            rules.database_service(answers=True),
            rules.mail_service(mail, now),
            rules.worker_service(beats, _DUTIES, now),
            rules.examination_service(examination, now),
            self._disk(coming),
        ]

    def _disk(self, coming: Iterable[Upload]) -> Service:
        local = self._settings.s3 is None
        places = [self._settings.data, *([self._settings.uploads] if local else [])]
        free, needed = min(map(_free, places)), sum(map(self._missing, coming)) if local else 0
        words = (
            f"les envois en cours en demandent encore {human_size(needed)}" if needed else "aucun envoi n'en demande"
        )
        sentence = f"{human_size(free)} libres ; {words if local else 'les fichiers reçus sont gardés ailleurs'}."
        return rules.disk_service(DiskFacts(free, needed), sentence)

    def _missing(self, upload: Upload) -> int:
        """Return how many bytes of a file are still to come."""
        with suppress(NotFound, OSError):
            return max(upload.size - self._stores.partials.size(upload.key, upload.place), 0)
        return upload.size

    def _dated(self, service: Service, now: datetime) -> Service:
        """Return the service with the instant since when it is known to be so: by this process, unless told."""
        health, since = self._since.get(service.key, (None, now))
        if health is not service.health:
            since = now
            self._since[service.key] = service.health, now
        return replace(service, since=service.since or since)


def _free(place: Path) -> int:
    """Return how many bytes are free where this folder is, or will be."""
    for folder in (place, *place.parents):
        with suppress(OSError):
            return shutil.disk_usage(folder).free
    return 0
