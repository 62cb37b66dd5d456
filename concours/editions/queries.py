"""What is asked of the editions."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.editions.document import parse
from concours.editions.models import EditionRecord, RulesVersion
from concours.editions.rules import Edition, Extension, Milestones
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


def find_record(session: Session, key: str) -> EditionRecord:
    """Return an edition by its short name. Raises NotFound."""
    record = session.scalars(select(EditionRecord).where(EditionRecord.key == key)).first()
    if record is None:
        raise NotFound("Cette édition n'existe pas.")
    return record


def records(session: Session) -> Sequence[EditionRecord]:
    """Return every edition, the present one first, then by short name, the last first."""
    return session.scalars(select(EditionRecord).order_by(EditionRecord.current.desc(), EditionRecord.key.desc())).all()


def to_edition(session: Session, record: EditionRecord) -> Edition:
    """Return what the record describes, with its milestones on both sides of the wall."""
    scoring_closed_at = None
    if record.handed_over_at:
        scoring_closed_at = jury.milestones(session, edition_key=record.key).scoring_closed_at
    milestones = Milestones(
        handed_over_at=record.handed_over_at,
        scoring_closed_at=scoring_closed_at,
        unsealed_at=record.unsealed_at,
        publish_at=record.publish_at,
    )
    return replace(extended(parse(record.document), record), milestones=milestones)


def extended(edition: Edition, record: EditionRecord) -> Edition:
    """Return the edition with the closing that holds for everybody, if it was put off."""
    if record.extended_until is None or record.extended_at is None:
        return edition
    put_off = Extension(closed_at=edition.closes_at, reason=record.extension_reason or "", at=record.extended_at)
    return replace(edition, closes_at=record.extended_until, extension=put_off)


def current_rules(session: Session, edition_id: str) -> RulesVersion:
    """Return the règlement in force. Raises NotFound when none was published."""
    query = select(RulesVersion).where(RulesVersion.edition_id == edition_id).order_by(RulesVersion.number.desc())
    version = session.scalars(query.limit(1)).first()
    if version is None:
        raise NotFound
    return version
