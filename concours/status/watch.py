"""Looks at each service, seldom enough that visitors cannot load any; answers whatever is down."""

import logging
import shutil
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from concours.intake.models import Upload
from concours.kernel.clock import Clock
from concours.kernel.db import Database
from concours.kernel.errors import NotFound
from concours.kernel.settings import Settings
from concours.kernel.storage import Stores, human_size
from concours.status import queries, rules
from concours.status.probe import Probe
from concours.status.rules import DiskFacts, Health, Service

PATIENCE_S = 3.0
"""How long a visitor of the page waits for the answer of the storage, and for that of the database."""

_FRESH, _STORAGE_FRESH = timedelta(seconds=15), timedelta(seconds=30)
_DUTIES = {"files": "examen et copies des fichiers", "mail": "envoi des courriels"}
_TOLD = {"mail": "Courriels", "worker": "Tâches de fond", "examination": "Examen des fichiers"}
"""The services that only the database tells of."""

_log = logging.getLogger(__name__)


class Watch:
    """What an application looks at to say how the service is."""

    def __init__(self, database: Database, stores: Stores, settings: Settings, clock: Clock) -> None:
        self._database, self._stores, self._settings, self._clock = database, stores, settings, clock
        self._storage, self._facts = Probe(self._try, _STORAGE_FRESH), Probe(self._look, _FRESH)
        self._lock = threading.Lock()
        self._since: dict[str, tuple[Health, datetime]] = {}

    def services(self, *, patience: float = PATIENCE_S) -> list[Service]:
        """Return every service; waits so many seconds at most for the storage's answer."""
        now = self._clock()
        failures = self._storage.look(now, patience=patience)
        storage = rules.storage_service(failures or (), answered=failures is not None or not patience)
        database, *others = self._facts.look(now, patience=PATIENCE_S) or self._untold()
        with self._lock:
            return [self._dated(service, now) for service in (database, storage, *others)]

    @property
    def database_answers(self) -> bool:
        """The database answered when it was last asked, and in time."""
        database, *_ = self._facts.look(self._clock(), patience=PATIENCE_S) or self._untold()
        return database.health is Health.OK

    def _try(self, _now: datetime) -> tuple[str, ...]:
        """Return the places of the storage, in words, where a small write, read and deletion fail."""
        places = {"la réception": self._stores.quarantine.probe, "les copies": self._stores.ready.probe}
        failures = []
        for words, probe in places.items():
            try:
                probe()
            except Exception as failure:  # noqa: BLE001 -- whatever the storage raises, it does not work
                _log.warning("the storage fails a trial: %s: %s", type(failure).__name__, failure)
                failures.append(words)
        return tuple(failures)

    def _look(self, now: datetime) -> list[Service]:
        """Return the database and what it tells of the others, then the disk."""
        try:
            with self._database.read() as session:
                mail, beats = queries.mail_facts(session), queries.beats(session)
                examination, coming = queries.examination_facts(session), queries.uploads_coming(session, now=now)
        except Exception as failure:  # noqa: BLE001 -- whatever the database raises, it does not answer
            _log.warning("the database does not answer: %s", type(failure).__name__)
            return self._untold()
        return [
            rules.database_service(answers=True),
            rules.mail_service(mail, now),
            rules.worker_service(beats, _DUTIES, now),
            rules.examination_service(examination, now),
            self._disk(coming),
        ]

    def _untold(self) -> list[Service]:
        """Return what is known while the database tells nothing."""
        told = [rules.unknown_service(key, name) for key, name in _TOLD.items()]
        return [rules.database_service(answers=False), *told, self._disk(())]

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
