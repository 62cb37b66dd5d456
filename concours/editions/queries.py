"""What is asked of the editions."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.editions.document import parse
from concours.editions.models import EditionRecord, RulesVersion
from concours.editions.rules import Edition, Milestones
from concours.kernel.errors import NotFound
from jury import api as jury


def current_record(session: Session) -> EditionRecord:
    """Return the edition that is under way. Raises NotFound before the first start."""
    record = session.scalars(select(EditionRecord).where(EditionRecord.current)).first()
    if record is None:
        raise NotFound("Aucune édition n'est ouverte pour le moment.")
    return record


def current_edition(session: Session) -> Edition:
    """Return the edition that is under way, with its milestones."""
    return to_edition(session, current_record(session))


def to_edition(session: Session, record: EditionRecord) -> Edition:
    """Return what the record describes, with its milestones on both sides of the wall."""
    scoring_closed_at = None
    if record.handed_over_at:
        scoring_closed_at = jury.milestones(session, edition_key=record.key).scoring_closed_at
    milestones = Milestones(
        handed_over_at=record.handed_over_at,
        scoring_closed_at=scoring_closed_at,
        unsealed_at=record.unsealed_at,
    )
    return replace(parse(record.document), milestones=milestones)


def current_rules(session: Session, edition_id: str) -> RulesVersion:
    """Return the règlement in force. Raises NotFound when none was published."""
    query = select(RulesVersion).where(RulesVersion.edition_id == edition_id).order_by(RulesVersion.number.desc())
    version = session.scalars(query.limit(1)).first()
    if version is None:
        raise NotFound
    return version
