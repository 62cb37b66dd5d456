"""The log of acts, narrowed: by who acted, on what, which act, when."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from concours.accounts.models import Account, AuditEvent
from concours.entries.models import Deposit, Entry
from concours.kernel.clock import PARIS


@dataclass(frozen=True, kw_only=True)
class Narrowing:
    """What a reader looks for; what is empty narrows nothing."""

    person: str = ""
    """Part of the address of whoever acted."""
    subject: str = ""
    """Part of a title or of an address, a receipt's number, or an identifier."""
    actions: Collection[str] = ()
    since: date | None = None
    until: date | None = None
    """Included."""

    @property
    def empty(self) -> bool:
        """Whether nothing is looked for."""
        return not (self.person or self.subject or self.actions or self.since or self.until)


def count(session: Session, narrowing: Narrowing) -> int:
    """Return how many acts are looked for."""
    return session.scalar(select(func.count()).select_from(AuditEvent).where(_wanted(narrowing))) or 0


def page(session: Session, narrowing: Narrowing, *, offset: int, limit: int) -> Sequence[tuple[AuditEvent, str | None]]:
    """Return acts, the latest first, each with the address of the account that acted."""
    query = select(AuditEvent, Account.email).outerjoin(Account, Account.id == AuditEvent.actor)
    query = query.where(_wanted(narrowing)).order_by(AuditEvent.position.desc()).offset(offset).limit(limit)
    return [(event, email) for event, email in session.execute(query)]


def people_acted_on(session: Session, events: Collection[AuditEvent]) -> dict[str, str]:
    """Return the addresses of the accounts that were acted on by somebody else, by identifier."""
    subjects = {event.subject for event in events if event.subject != event.actor}
    rows = session.execute(select(Account.id, Account.email).where(Account.id.in_(subjects)))
    return {row.id: row.email for row in rows}


def _wanted(narrowing: Narrowing) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [AuditEvent.position > 0]
    if narrowing.person:
        conditions.append(AuditEvent.actor.in_(_accounts(narrowing.person)))
    if narrowing.subject:
        conditions.append(_about(narrowing.subject))
    if narrowing.actions:
        conditions.append(AuditEvent.action.in_(narrowing.actions))
    if narrowing.since:
        conditions.append(AuditEvent.at >= _midnight(narrowing.since))
    if narrowing.until and narrowing.until < date.max:
        conditions.append(AuditEvent.at < _midnight(narrowing.until + timedelta(days=1)))
    return and_(*conditions)


def _about(words: str) -> ColumnElement[bool]:
    entries = select(Entry.id).where(Entry.title.icontains(words, autoescape=True))
    receipts = select(Deposit.entry_id).where(Deposit.receipt_number == words.upper())
    subject = AuditEvent.subject
    return or_(subject == words, subject.in_(entries), subject.in_(receipts), subject.in_(_accounts(words)))


def _accounts(words: str) -> Select[str]:
    return select(Account.id).where(Account.email.icontains(words, autoescape=True))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=PARIS)
