"""What an archive is made from: the edition whose honours are public, its règlement, what may be shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from concours.accounts.models import AuditEvent
from concours.editions.models import EditionRecord, RulesVersion
from concours.editions.queries import to_edition
from concours.editions.retention import months_after
from concours.editions.rules import Edition, is_published
from concours.entries.consents import RIGHTS_YEARS
from concours.entries.models import Deposit
from concours.honours.gallery import ShownWork, works_of
from concours.kernel.audit import head
from concours.kernel.clock import format_instant
from concours.kernel.errors import Forbidden, NotFound
from jury import api as jury


@dataclass(frozen=True)
class Contents:
    """What is read of the database at once."""

    edition: Edition
    works: Sequence[ShownWork]
    rules: Sequence[RulesVersion]
    shown_until: datetime | None
    chains: dict[str, tuple[int, str]]


def archivable(session: Session, key: str, now: datetime) -> EditionRecord:
    """Return an edition that may be archived. Raises NotFound for one that is not there, Forbidden under embargo."""
    record = session.scalars(select(EditionRecord).where(EditionRecord.key == key)).first()
    if record is None:
        known = ", ".join(session.scalars(select(EditionRecord.key).order_by(EditionRecord.key)))
        raise NotFound(f"Il n'y a pas d'édition « {key} ». Éditions connues : {known or 'aucune'}.")
    edition = to_edition(session, record)
    if not is_published(edition, now):
        planned = edition.milestones.publish_at
        when = (
            f"il le sera le {format_instant(planned)}"
            if planned and planned > now
            else "décidez d'abord de sa publication"
        )
        raise Forbidden(f"Le palmarès de l'édition {key} n'est pas encore public : {when}. Rien n'est écrit.")
    return record


def contents_of(session: Session, record: EditionRecord) -> Contents:
    """Return what the archive of an edition says."""
    works = works_of(session, record)
    rules = select(RulesVersion).where(RulesVersion.edition_id == record.id).order_by(RulesVersion.number)
    return Contents(
        edition=to_edition(session, record),
        works=works,
        rules=session.scalars(rules).all(),
        shown_until=_shown_until(session, works),
        chains={"concours": head(session, AuditEvent), "jury": head(session, jury.AuditEvent)},
    )


def _shown_until(session: Session, works: Sequence[ShownWork]) -> datetime | None:
    """Return when the first of the rights that teams granted ends; None where nothing is shown."""
    shown = [work.laureate.deposit_id for work in works if work.files]
    first = session.scalar(select(func.min(Deposit.at)).where(Deposit.id.in_(shown))) if shown else None
    return months_after(first, 12 * RIGHTS_YEARS) if first else None
