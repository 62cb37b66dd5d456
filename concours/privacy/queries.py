"""What is due to be erased."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, Table, exists, literal, or_, select
from sqlalchemy.orm import Session

from concours.accounts.models import Account, AuditEvent, Outbox
from concours.editions.models import EditionRecord
from concours.editions.queries import to_edition
from concours.editions.rules import Edition
from concours.entries.models import Deposit, Entry, EntryInvitation, EntryMember
from concours.entries.operations import LATE_ATTEMPT
from concours.honours.models import Laureate
from concours.intake.models import Creation, JuryFile, Upload
from concours.organisers.models import GroupMessage
from concours.privacy import cascade
from concours.privacy.models import ErasureRequest
from concours.privacy.rules import (
    SETTLED,
    Report,
    drafts_due,
    entries_due,
    needs_due,
    reached,
    read_report,
    registrations_due,
)
from concours.registrations.models import CommunityMember, Registration
from jury import api as jury

PURGED = "purged"
_UNCONFIRMED = timedelta(days=30)
_QUARANTINE = "quarantine/"
_GOES_WITH_ACCOUNT = frozenset(
    {
        "address_change",
        "entry_examiner",
        "entry_member",
        "honours_letter",
        "recovery_code",
        "reminder",
        "reminder_refusal",
        "second_factor",
        ErasureRequest.__tablename__,
    }
)
"""Tables that keep nobody from being erased: what they say is of use to the account's owner alone."""


def editions(session: Session) -> list[tuple[EditionRecord, Edition]]:
    """Return every edition."""
    records = session.scalars(select(EditionRecord).order_by(EditionRecord.key)).all()
    return [(record, to_edition(session, record)) for record in records]


def due_drafts(session: Session, record: EditionRecord, edition: Edition, now: datetime) -> list[str]:
    """Return the drafts whose time is over; not those that the secretariat may still admit."""
    if not reached(drafts_due(edition), now):
        return []
    attempted = exists().where(AuditEvent.action == LATE_ATTEMPT, AuditEvent.subject == Entry.id)
    wanted = [
        Entry.edition_id == record.id,
        ~exists().where(Deposit.entry_id == Entry.id),
        ~exists().where(Upload.subject == Entry.id),
        *([] if record.handed_over_at else [~attempted]),
    ]
    rows = session.execute(select(Entry.id, Entry.open_until).where(*wanted))
    return [entry_id for entry_id, open_until in rows if reached(drafts_due(edition, open_until), now)]


def due_entries(session: Session, record: EditionRecord, edition: Edition, now: datetime) -> Sequence[str]:
    """Return the entries that were deposited, won nothing, and whose time is over."""
    if not reached(entries_due(edition), now):
        return []
    won = exists().where(Laureate.entry_id == Entry.id)
    deposited = exists().where(Deposit.entry_id == Entry.id)
    return session.scalars(select(Entry.id).where(Entry.edition_id == record.id, deposited, ~won)).all()


def due_messages(session: Session, record: EditionRecord, edition: Edition, now: datetime) -> Sequence[str]:
    """Return the messages that organisers wrote to several people: they go with the entries that won nothing."""
    if not reached(entries_due(edition), now):
        return []
    return session.scalars(select(GroupMessage.id).where(GroupMessage.edition_id == record.id)).all()


def due_registrations(session: Session, record: EditionRecord, edition: Edition, now: datetime) -> Sequence[str]:
    """Return the registrations whose time is over."""
    if not reached(registrations_due(edition), now):
        return []
    return session.scalars(select(Registration.id).where(Registration.edition_id == record.id)).all()


def due_needs(session: Session, record: EditionRecord, edition: Edition, now: datetime) -> Sequence[str]:
    """Return the registrations that tell needs whose time is over."""
    if not reached(needs_due(edition), now):
        return []
    told = or_(Registration.accessibility_needs != "", Registration.meal_needs != "")
    return session.scalars(select(Registration.id).where(Registration.edition_id == record.id, told)).all()


def due_members(session: Session, now: datetime) -> Sequence[str]:
    """Return who has left the community, and addresses that never confirmed."""
    left = CommunityMember.left_at <= now - SETTLED
    never = CommunityMember.confirmed_at.is_(None) & (CommunityMember.created_at <= now - _UNCONFIRMED)
    return session.scalars(select(CommunityMember.id).where(or_(left, never))).all()


def due_files(session: Session, now: datetime) -> Sequence[str]:
    """Return files that were replaced before the last closing: no dossier, deposit or upload has them."""
    last = _last_due(session, now)
    if last is None:
        return []
    users = (Entry.creation_id, Deposit.creation_id, Upload.creation_id)
    free = [~exists().where(column == Creation.id) for column in users]
    return session.scalars(select(Creation.id).where(Creation.received_at < last.closes_at, *free)).all()


def files_of(session: Session, entry_ids: Sequence[str]) -> set[str]:
    """Return the creations of these dossiers: of their drafts, of each of their deposits, of what was on its way."""
    found: set[str | None] = set()
    for ids in cascade.batches(entry_ids):
        found |= set(session.scalars(select(Entry.creation_id).where(Entry.id.in_(ids))))
        found |= set(session.scalars(select(Deposit.creation_id).where(Deposit.entry_id.in_(ids))))
        found |= set(session.scalars(select(Upload.creation_id).where(Upload.subject.in_(ids))))
    return {creation_id for creation_id in found if creation_id}


def keys_of(session: Session, creation_ids: Sequence[str]) -> Iterator[str]:
    """Yield where the files of these creations are stored: as received, and as we made them."""
    yield from (
        f"{_QUARANTINE}{key}"
        for key in session.scalars(select(Creation.quarantine_key).where(Creation.id.in_(creation_ids)))
    )
    made = select(JuryFile.digest).where(JuryFile.creation_id.in_(creation_ids)).distinct()
    yield from (f"ready/{digest}" for digest in session.scalars(made))


def is_named(session: Session, key: str) -> bool:
    """Tell whether a row names this stored file."""
    name = key.partition("/")[2]
    if key.startswith(_QUARANTINE):
        return bool(session.scalar(select(exists().where(Creation.quarantine_key == name))))
    return bool(session.scalar(select(exists().where(JuryFile.digest == name)))) or jury.names_file(
        session, digest=name
    )


def due_accounts(session: Session, now: datetime) -> Sequence[str]:
    """Return the accounts that hold nothing any more and were made before the last closing's drafts went."""
    last = _last_due(session, now)
    if last is None:
        return []
    member = EntryMember.metadata.tables[EntryMember.__tablename__].c.account_id
    free = [Account.role == "", Account.created_at < drafts_due(last), *map(_unused, [*keeping(), member])]
    return session.scalars(select(Account.id).where(*free)).all()


def keeping() -> list[cascade.Reference]:
    """Return the columns that keep an account: acts and dossiers that stay."""
    table = Account.metadata.tables[Account.__tablename__]
    return [each for each in cascade.references_to(table) if _name(each) not in _GOES_WITH_ACCOUNT]


def dossiers_naming(session: Session, account_id: str) -> set[str]:
    """Return the dossiers in which an act of this account stands; an empty name for an act that is in none."""
    found: set[str] = set()
    for column in keeping():
        if not column.nullable:
            found |= set(session.scalars(_dossiers(column).where(column == account_id)))
    return found


def asked(session: Session, account_id: str) -> bool:
    """Tell whether this account already asks to be erased."""
    return bool(session.scalar(select(exists().where(ErasureRequest.account_id == account_id))))


def unheld_messages(session: Session, now: datetime) -> Sequence[str]:
    """Return the messages that have left, or never will, to somebody of whom nothing else is held."""
    held = [exists().where(column == Outbox.recipient) for column in _ADDRESSES]
    over = [Outbox.due_at.is_(None), Outbox.created_at <= now - SETTLED]
    return session.scalars(select(Outbox.id).where(*over, *(~each for each in held))).all()


def reports(session: Session) -> list[tuple[AuditEvent, Report]]:
    """Return what purges erased, the latest first."""
    query = select(AuditEvent).where(AuditEvent.action == PURGED).order_by(AuditEvent.position.desc())
    return [(event, read_report(event.details)) for event in session.scalars(query)]


def requests(session: Session) -> Sequence[tuple[ErasureRequest, str]]:
    """Return who asks to be erased, the oldest request first, with their address."""
    query = select(ErasureRequest, Account.email).join(Account, Account.id == ErasureRequest.account_id)
    return [(row, email) for row, email in session.execute(query.order_by(ErasureRequest.at))]


def _last_due(session: Session, now: datetime) -> Edition | None:
    """Return the edition whose drafts went last: the present one, or the one before it once a new one is open."""
    due = [edition for _, edition in editions(session) if reached(drafts_due(edition), now)]
    return max(due, key=drafts_due, default=None)


def _dossiers(column: cascade.Reference) -> Select[str]:
    table = column.table
    if _name(column) == Entry.__tablename__:
        return select(table.c.id)
    if "entry_id" in table.c:
        return select(table.c.entry_id)
    if "deposit_id" in table.c:
        return select(Deposit.entry_id).join(table, table.c.deposit_id == Deposit.id)
    return select(literal(""))


def _unused(column: cascade.Reference) -> ColumnElement[bool]:
    return ~exists().where(column == Account.id)


def _name(column: cascade.Reference) -> str:
    assert isinstance(column.table, Table)  # noqa: S101 -- a column of the metadata has no other parent
    return column.table.name


_ADDRESSES = (Account.email, Registration.email, CommunityMember.email, EntryInvitation.email, Entry.contact_email)
"""Where an address stands for somebody of whom something is held."""
