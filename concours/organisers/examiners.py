"""Who has which entry before them: told to the others, for a few minutes, and never in anybody's way."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from concours.accounts.models import Account
from concours.kernel.clock import format_hour
from concours.organisers.models import EntryExaminer

LASTS = timedelta(minutes=5)
"""How long after their page was last heard of somebody is still said to be there."""


class Examiner(NamedTuple):
    """Somebody who has an entry before them."""

    email: str
    since: datetime

    @property
    def sentence(self) -> str:
        """As the others read it."""
        return f"{self.email} examine cette candidature depuis {format_hour(self.since)}."


def arrive(session: Session, *, entry_id: str, account_id: str, now: datetime) -> None:
    """Note that somebody has an entry before them, still or anew; forget those who are there no more."""
    session.get_one(Account, account_id, with_for_update=True)  # two windows of one person wait for each other
    session.execute(delete(EntryExaminer).where(EntryExaminer.seen_at <= now - LASTS))
    mine = EntryExaminer.entry_id == entry_id, EntryExaminer.account_id == account_id
    row = session.scalars(select(EntryExaminer).where(*mine)).first()
    row = row or EntryExaminer(entry_id=entry_id, account_id=account_id, since=now)
    row.seen_at = now
    session.add(row)


def leave(session: Session, *, entry_id: str, account_id: str) -> None:
    """Note that somebody is done with an entry."""
    mine = EntryExaminer.entry_id == entry_id, EntryExaminer.account_id == account_id
    session.execute(delete(EntryExaminer).where(*mine))


def others(session: Session, entry_ids: Collection[str], *, reader: str, now: datetime) -> Mapping[str, list[Examiner]]:
    """Return who else has these entries before them, the first first."""
    there = EntryExaminer.seen_at > now - LASTS, EntryExaminer.account_id != reader
    query = select(EntryExaminer.entry_id, Account.email, EntryExaminer.since).where(*there)
    query = query.where(EntryExaminer.entry_id.in_(entry_ids)).join(Account, Account.id == EntryExaminer.account_id)
    found: dict[str, list[Examiner]] = {}
    for entry_id, email, since in session.execute(query.order_by(EntryExaminer.since)):
        found.setdefault(entry_id, []).append(Examiner(email, since))
    return found
