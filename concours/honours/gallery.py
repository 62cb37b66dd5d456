"""The honours as everybody reads them: each laureate with its creation, where its team agreed to show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, selectinload

from concours.editions.models import EditionRecord
from concours.entries import captions
from concours.entries.models import Deposit
from concours.entries.rules import PUBLICATION, Dossier
from concours.honours.models import Laureate
from concours.intake.models import Creation, JuryFile
from concours.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class ShownWork:
    """A laureate as it may be shown to a public."""

    laureate: Laureate
    dossier: Dossier
    files: Sequence[JuryFile]
    """Of the copy that the jury saw; none where the team did not agree to a publication."""
    tied: bool

    @property
    def number(self) -> int:
        """The number that the jury knew it by."""
        return self.laureate.work_number

    @property
    def consented(self) -> bool:
        """Whether the creation, and what says it in words, may be published."""
        return may_publish(self.dossier)

    @property
    def captions(self) -> str:
        """What a player shows of its captions; empty without any, and where nothing may be shown."""
        return captions.shown(self.dossier.captions) if self.consented and self.film else ""

    @property
    def film(self) -> bool:
        """Whether it plays."""
        return any(file.role == "video" for file in self.files)

    @property
    def poster(self) -> JuryFile | None:
        """The picture that stands for it."""
        pictures = {file.role: file for file in reversed(self.files) if file.role in {"poster", "page"}}
        return pictures.get("poster") or pictures.get("page")


def may_publish(dossier: Dossier) -> bool:
    """Tell whether a team agreed to everything that a publication needs."""
    return all(getattr(dossier, name) for name in PUBLICATION)


def works_of(session: Session, record: EditionRecord) -> list[ShownWork]:
    """Return the laureates of an edition, best first, equals by number: for organisers, whatever is public."""
    files = selectinload(Deposit.creation).selectinload(Creation.jury_files)
    query = (
        select(Laureate, Deposit)
        .join(Deposit, Deposit.id == Laureate.deposit_id)
        .where(Laureate.edition_id == record.id)
        .options(files, selectinload(Deposit.confirmation))
        .order_by(Laureate.rank, Laureate.work_number)
    )
    rows = [(laureate, deposit, deposit.answers) for laureate, deposit in session.execute(query)]
    ranks = [laureate.rank for laureate, *_ in rows]
    return [
        ShownWork(
            laureate,
            answers,
            deposit.creation.jury_files if may_publish(answers) else (),
            ranks.count(laureate.rank) > 1,
        )
        for laureate, deposit, answers in rows
    ]


def published(session: Session, now: datetime) -> Sequence[EditionRecord]:
    """Return the editions whose honours are public, the latest first."""
    query = select(EditionRecord).where(*_public(now))
    return session.scalars(query.order_by(EditionRecord.publish_at.desc(), EditionRecord.key.desc())).all()


def any_published(session: Session, now: datetime) -> bool:
    """Tell whether there are honours that everybody may read, of the present edition or of one before it."""
    return bool(session.scalar(select(exists().where(*_public(now)))))


def published_edition(session: Session, key: str, now: datetime) -> EditionRecord:
    """Return an edition whose honours are public. Raises NotFound for one under embargo as for none."""
    record = session.scalars(select(EditionRecord).where(EditionRecord.key == key, *_public(now))).first()
    if record is None:
        raise NotFound
    return record


def work_numbered(session: Session, record: EditionRecord, number: int) -> ShownWork:
    """Return one laureate. Raises NotFound."""
    found = next((work for work in works_of(session, record) if work.number == number), None)
    if found is None:
        raise NotFound
    return found


def file_of(work: ShownWork, role: str, position: int) -> JuryFile:
    """Return one file of a creation that may be shown. Raises NotFound."""
    found = next((file for file in work.files if (file.role, file.position) == (role, position)), None)
    if found is None:
        raise NotFound
    return found


def _public(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return what makes honours public: their hour, and an unsealing, without which there are none."""
    return EditionRecord.publish_at <= now, EditionRecord.unsealed_at.is_not(None)
