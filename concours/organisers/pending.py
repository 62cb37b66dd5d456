"""What waits to be done, as the database counts it: each fact in one question, whatever the number of entries."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from concours.editions.models import EditionRecord
from concours.editions.queries import to_edition
from concours.editions.rules import Phase, phase
from concours.entries.models import Deposit, Entry
from concours.intake.models import Creation, CreationState
from concours.kernel.mail import CALLED_OFF, OutboxMixin
from concours.organisers import bodies, leeway, listing, mails, operations, queries, reports, second_looks
from concours.organisers.rules import Standing, lacking_roles
from concours.organisers.todo import Situation
from concours.registrations.models import Registration
from concours.registrations.rules import SeatState
from jury import api as jury

_MOST = 500
"""Failed copies that are looked at: beyond them, something else is wrong."""

_EXAMINED = frozenset({Phase.OPEN, Phase.EXAMINATION})


def situation(
    session: Session, record: EditionRecord, counts: Mapping[Standing, int], *, reader: str, now: datetime
) -> Situation:
    """Return what decides what is to be done now, for this organiser."""
    current = phase(to_edition(session, record), now)
    hindered = operations.hand_over_obstacles(session, now=now) if current is Phase.EXAMINATION else []
    signed = bool(record.handed_over_at and jury.milestones(session, edition_key=record.key).minutes_signed_at)
    to_examine = counts[Standing.PENDING] + counts[Standing.STALE]
    return Situation(
        phase=current,
        now=now,
        to_examine=to_examine,
        oldest=listing.oldest(session, record.id) if to_examine else None,
        to_admit=len(leeway.to_admit(session, record.id)) if current in _EXAMINED else 0,
        obstacles=len(hindered),
        minutes_signed=signed,
        bodies=len(bodies.suggestions(session)),
        reports=len(reports.waiting(session)),
        **_looks(session, record, counts, reader),
        **_panel(session, record, current),
        **_mails(session),
        **_copies(session, record),
        **_offers(session, record),
    )


def _looks(session: Session, record: EditionRecord, counts: Mapping[Standing, int], reader: str) -> dict[str, Any]:
    if not counts[Standing.TOGETHER]:
        return {}
    mine, theirs = second_looks.counts(session, record.id, reader)
    return {"together": mine, "theirs": theirs}


def _panel(session: Session, record: EditionRecord, current: Phase) -> dict[str, Any]:
    members = queries.panel(session, record.key)
    return {
        "lacking": lacking_roles([member.role for member in members]),
        "late": sum(member.late for member in members) if current is Phase.JURY else 0,
        "unanswered": sum(each.standing is jury.Standing.INVITED and not each.in_reserve for each in members),
    }


def _mails(session: Session) -> dict[str, Any]:
    """Count ours that may still be sent again: what was, and a code, which nobody sends twice, leave nothing to do."""
    theirs = _given_up(session, jury.Outbox)
    return {"mails_failed": len(mails.failed(session)) + theirs, "jury_mails_failed": theirs}


def _given_up(session: Session, table: type[OutboxMixin]) -> int:
    over = table.due_at.is_(None), table.error.is_not(None), table.error != CALLED_OFF, table.sent_at.is_(None)
    return session.scalar(select(func.count()).select_from(table).where(*over)) or 0


def _copies(session: Session, record: EditionRecord) -> dict[str, Any]:
    # Few fail: they are found by their index first, and entries are asked of them alone.
    failed = session.scalars(select(Creation.id).where(Creation.state == CreationState.FAILED).limit(_MOST)).all()
    if not failed:
        return {}
    query = select(func.count(), func.min(Entry.id)).join(Deposit, Entry.deposit_id == Deposit.id)
    query = query.where(Deposit.creation_id.in_(failed), Entry.edition_id == record.id)
    count, first = session.execute(query).one()
    return {"copies_failed": count, "copy_failed": first or ""}


def _offers(session: Session, record: EditionRecord) -> dict[str, Any]:
    offered = Registration.edition_id == record.id, Registration.state == SeatState.OFFERED
    count, until = session.execute(select(func.count(), func.min(Registration.offered_until)).where(*offered)).one()
    return {"offers": count, "offers_until": until}
