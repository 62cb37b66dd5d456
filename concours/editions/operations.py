"""What may be done to an edition."""

from dataclasses import fields
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.editions import queries, reglement
from concours.editions.document import dump, parse
from concours.editions.models import EditionRecord, RulesVersion
from concours.editions.rules import Edition, check_extension, next_season
from concours.kernel.errors import Conflict, DomainError

EMBEDDED = Path(__file__).with_name("edition.toml")

_FROZEN_ONCE_HANDED_OVER = (
    "key",
    "closes_at",
    "criteria",
    "scale_low",
    "scale_high",
    "laureates_max",
    "method",
    "formats",
    "recusal",
)
"""What the jury has begun to use."""


def ensure_edition(session: Session, *, now: datetime, document: str | None = None) -> EditionRecord:
    """Return the current edition; on an empty database, make it.

    Without a document of the organisers' own, the embedded edition is moved to the next season and opens at once.
    """
    record = session.scalars(select(EditionRecord).where(EditionRecord.current)).first()
    if record:
        return record
    edition = parse(document) if document else next_season(parse(EMBEDDED.read_text()), now)
    return start_edition(session, edition=edition, now=now)


def start_edition(session: Session, *, edition: Edition, now: datetime) -> EditionRecord:
    """Make this edition the current one. Raises Conflict when its key is taken."""
    if session.scalars(select(EditionRecord).where(EditionRecord.key == edition.key)).first():
        raise Conflict(f"L'édition « {edition.key} » existe déjà.")
    for other in session.scalars(select(EditionRecord).where(EditionRecord.current)):
        other.current = False
    record = EditionRecord(key=edition.key, document=dump(edition), current=True, version=1, updated_at=now)
    session.add(record)
    session.flush()
    _publish_rules(session, record, edition, now)
    return record


def update_edition(session: Session, *, edition: Edition, version: int, now: datetime) -> tuple[str, ...]:
    """Replace the current edition's description and return the names of what changed.

    Raises Conflict on a stale version, DomainError on a change of what the jury uses.
    """
    # Read again under a lock: of two edits at once, the second sees the first.
    current = queries.current_record(session).id
    record = session.get_one(EditionRecord, current, with_for_update=True, populate_existing=True)
    if record.version != version:
        raise Conflict("L'édition a été modifiée entre-temps. Rechargez la page et reportez vos changements.")
    changed = changes(parse(record.document), edition)
    frozen = [name for name in changed if name in _FROZEN_ONCE_HANDED_OVER]
    if record.handed_over_at and frozen:
        raise DomainError(
            "Les œuvres sont transmises au jury : la clôture, les formats, les critères, le barème, la règle du "
            "classement et le nombre de lauréats ne changent plus."
        )
    if record.extended_until and "closes_at" in changed:
        raise DomainError("La clôture a été repoussée pour tout le monde : elle ne change plus que de cette façon.")
    if "key" in changed:
        raise DomainError("Le nom court de l'édition figure sur les accusés de réception : il ne change plus.")
    record.document, record.version, record.updated_at = dump(edition), version + 1, now
    _publish_rules(session, record, queries.extended(edition, record), now)
    return changed


def extend_closing(session: Session, *, until: datetime, reason: str, version: int, now: datetime) -> Edition:
    """Put the closing off for everybody, and publish the règlement that says so; return the edition as it then is.

    Raises Conflict on a stale version, DomainError for anything but a later instant, with a reason, before the works
    go to the jury.
    """
    current = queries.current_record(session).id
    record = session.get_one(EditionRecord, current, with_for_update=True, populate_existing=True)
    if record.handed_over_at:
        raise Conflict("Les œuvres sont transmises au jury : la clôture ne change plus.")
    if record.version != version:
        raise Conflict("L'édition a été modifiée entre-temps. Rechargez la page : rien n'est enregistré.")
    check_extension(queries.to_edition(session, record), until, reason, now)
    record.extended_until, record.extension_reason, record.extended_at = until, reason, now
    record.version, record.updated_at = version + 1, now
    edition = queries.to_edition(session, record)
    _publish_rules(session, record, edition, now)
    return edition


def changes(before: Edition, after: Edition) -> tuple[str, ...]:
    """Return the names of the facts that differ, acts on record apart."""
    names = (field.name for field in fields(Edition) if field.name not in {"milestones", "extension"})
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))


def _publish_rules(session: Session, record: EditionRecord, edition: Edition, now: datetime) -> None:
    """Publish the règlement anew when its text has changed."""
    text = reglement.compose(edition)
    digest = reglement.digest(text)
    query = select(RulesVersion).where(RulesVersion.edition_id == record.id).order_by(RulesVersion.number.desc())
    last = session.scalars(query.limit(1)).first()
    if last is None or last.digest != digest:
        number = last.number + 1 if last else 1
        session.add(RulesVersion(edition_id=record.id, number=number, text=text, digest=digest, published_at=now))
