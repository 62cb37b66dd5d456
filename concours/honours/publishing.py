"""The end of the embargo: the honours become public, at once or at an hour that an organiser chose."""

from datetime import datetime

from sqlalchemy.orm import Session

from concours.accounts.operations import record as audit
from concours.editions.models import EditionRecord
from concours.editions.queries import current_record, to_edition
from concours.editions.rules import is_published
from concours.honours.rules import check_publication
from concours.kernel.errors import Conflict


def publish(session: Session, *, at: datetime | None, actor: str, now: datetime) -> datetime:
    """Have everybody read the honours from an instant on, now without one; an hour still to come may be changed.

    An hour may be set before the unsealing, without which nothing is public. Raises Forbidden for « now » before it,
    Conflict once they are public, DomainError for an hour that is past or before the closing.
    """
    record = lock_current(session)
    check_publication(to_edition(session, record), at, now)
    record.publish_at = at or now
    details = {"at": record.publish_at.isoformat()}
    audit(session, actor=actor, action="honours_published", subject=record.id, now=now, details=details)
    return record.publish_at


def put_back(session: Session, *, actor: str, now: datetime) -> None:
    """Take back an hour at which nothing became public yet. Raises Conflict when there is none."""
    record = lock_current(session)
    if record.publish_at is None or is_published(to_edition(session, record), now):
        raise Conflict("Aucune publication n'est programmée : rien n'a changé.")
    record.publish_at = record.letters_at = None
    audit(session, actor=actor, action="honours_put_back", subject=record.id, now=now)


def lock_current(session: Session) -> EditionRecord:
    """Return the current edition; two presses of the same button wait for each other here."""
    return session.get_one(EditionRecord, current_record(session).id, with_for_update=True, populate_existing=True)
