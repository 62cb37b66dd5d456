"""A contest whose palmarès is out, every file with its bytes: what a purge may erase, and what it must not."""

from dataclasses import replace
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from concours.entries.models import Entry
from concours.honours.operations import unseal
from concours.intake.models import Creation, JuryFile
from concours.privacy import turn
from concours.privacy.rules import Report
from jury.models import JuryMedia
from tests.entries_scene import Scene
from tests.fakes.clock import FrozenClock
from tests.honours_scene import SIGNED, judge, sign
from tests.organisers_contest import CLOSED, DOSSIER, OPEN, draft
from tests.registrations_scene import ZOE, register
from tests.safekeeping_scene import make_keys

WON, LOST = "Le guichet", "Le camion"
DRAFT = "Une idée en l'air"
PERSONAL = (DOSSIER.contact_name, DOSSIER.contact_phone, DOSSIER.contact_email, DOSSIER.team)
"""What of a candidate must not outlive its time."""


class Ended(Scene):
    """A laureate, an entry that won nothing, a draft, and somebody who registered with needs."""

    def __init__(self, folder: Path, database_url: str, clock: FrozenClock) -> None:
        clock.move_to(OPEN)
        super().__init__(folder, database_url, clock)
        make_keys(self)
        clock.move_to(SIGNED)
        with self.database.write() as session:
            draft(session, DRAFT)
            register(session, replace(ZOE, email="zoe@mairie.example"), now=CLOSED)
            judged = judge(session, {WON: (9, 9, 9), LOST: (4, 4, 4)})
            self.entries = dict(session.execute(select(Entry.title, Entry.id)).all())
            self.organiser = judged.organiser
            sign(session, judged, {WON: 1})
            self._keep_files(session)

    def unseal(self) -> None:
        """Lift anonymity."""
        with self.database.write() as session:
            unseal(session, actor=self.organiser, now=self.clock())

    def purge(self) -> Report:
        """Erase what is due, as every night."""
        return turn.purge(self.database, self.state.stores, self.settings.data, actor="system", now=self.clock())

    def left(self) -> set[str]:
        """Return the titles of the dossiers that are still there."""
        with self.database.read() as session:
            return set(session.scalars(select(Entry.title)))

    def _keep_files(self, session: Session) -> None:
        """Put bytes of its own behind each file."""
        self.settings.uploads.mkdir(parents=True, exist_ok=True)
        for creation in session.scalars(select(Creation)):
            path = self.settings.uploads / "original"
            path.write_bytes(b"as received " + creation.id.encode())
            with path.open("rb") as stream:
                kept = self.state.stores.quarantine.receive(stream, max_bytes=1000)
            creation.quarantine_key, creation.size, creation.sha256 = kept.key, kept.size, kept.sha256
            for file in creation.jury_files:
                self._keep_copy(session, creation, file, path)
            path.unlink()

    def _keep_copy(self, session: Session, creation: Creation, file: JuryFile, path: Path) -> None:
        path.write_bytes(f"page {file.position} of {creation.id}".encode())
        digest, size = self.state.stores.ready.add(path), path.stat().st_size
        file.digest, file.size = digest, size
        work = select(Entry.work_id).where(Entry.creation_id == creation.id).scalar_subquery()
        mine = (JuryMedia.work_id == work, JuryMedia.role == file.role, JuryMedia.position == file.position)
        session.execute(update(JuryMedia).where(*mine).values(digest=digest, size=size))
