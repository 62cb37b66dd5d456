"""Erasing: rows in one transaction, with what is needed to remove their files afterwards, and the report."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from concours.accounts.models import Account, AddressChange, Code, CodeRequest, KeptForm, Link, Login, Outbox
from concours.accounts.operations import record as audit
from concours.editions.models import EditionRecord
from concours.editions.rules import Edition
from concours.entries.models import Entry
from concours.intake.models import Creation, Upload
from concours.organisers.models import GroupMail, GroupMessage
from concours.privacy import queries
from concours.privacy.cascade import batches, erase
from concours.privacy.models import ErasedFile
from concours.privacy.rules import SETTLED, Kind, Report
from concours.registrations.models import CommunityMember, HeldSeat, Registration
from jury import api as jury

_AT_ONCE = {"synchronize_session": False}


def purge(session: Session, *, actor: str, now: datetime) -> Report:
    """Erase what is due and put the report on record; what a running contest needs is never due."""
    report = Report()
    for record, edition in queries.editions(session):
        _purge_edition(session, report, record, edition, now)
    session.execute(delete(CommunityMember).where(CommunityMember.id.in_(members := queries.due_members(session, now))))
    report.counts[Kind.COMMUNITY] = len(members)
    report.counts[Kind.FILES] += erase_files(session, queries.due_files(session, now), now)
    accounts = queries.due_accounts(session, now)
    erase_accounts(session, accounts)
    report.counts[Kind.ACCOUNTS] = len(accounts)
    report.counts[Kind.MESSAGES] += _erase_messages(session, queries.unheld_messages(session, now))
    report.counts[Kind.SPENT] = _erase_spent(session, now)
    if not report.empty:
        audit(session, actor=actor, action=queries.PURGED, subject="retention", now=now, details=report.facts())
    return report


def erase_entries(session: Session, entry_ids: Sequence[str], now: datetime) -> int:
    """Erase dossiers, their deposits, their files, and what the jury has of them; return how many files."""
    works: set[str] = set()
    files = queries.files_of(session, entry_ids)
    for ids in batches(entry_ids):
        named = select(Entry.work_id).where(Entry.id.in_(ids), Entry.work_id.is_not(None))
        works |= {work_id for work_id in session.scalars(named) if work_id}
        # What is still on its way is swept, with its bytes, as an upload whose time is over.
        session.execute(
            update(Upload).where(Upload.subject.in_(ids)).values(expires_at=now), execution_options=_AT_ONCE
        )
    erase(session, Entry.metadata.tables["entry"], entry_ids)
    for ids in batches(works):
        _doom(session, (f"ready/{digest}" for digest in jury.forget_works(session, work_ids=ids, now=now)), now)
    return erase_files(session, files, now)


def erase_files(session: Session, creation_ids: Collection[str], now: datetime) -> int:
    """Erase what is known of files, and note where they are stored; return how many."""
    for ids in batches(creation_ids):
        _doom(session, queries.keys_of(session, ids), now)
    erase(session, Creation.metadata.tables["creation"], creation_ids)
    return len(creation_ids)


def erase_accounts(session: Session, account_ids: Collection[str]) -> None:
    """Erase accounts that nothing keeps, and what signs them in."""
    for ids in batches(account_ids):
        emails = session.scalars(select(Account.email).where(Account.id.in_(ids))).all()
        session.execute(delete(Login).where(Login.person_id.in_(ids)), execution_options=_AT_ONCE)
        session.execute(delete(Link).where(Link.person_id.in_(ids)), execution_options=_AT_ONCE)
        session.execute(delete(Code).where(Code.email.in_(emails)), execution_options=_AT_ONCE)
    erase(session, Account.metadata.tables["account"], account_ids)


def erase_registrations(session: Session, registration_ids: Collection[str], now: datetime) -> None:
    """Erase registrations; a held seat that one of them took is not held again."""
    for ids in batches(registration_ids):
        taken = (HeldSeat.registration_id.in_(ids), HeldSeat.released_at.is_(None))
        session.execute(update(HeldSeat).where(*taken).values(released_at=now), execution_options=_AT_ONCE)
    erase(session, Registration.metadata.tables["registration"], registration_ids)


def settle_file(session: Session, key: str) -> bool:
    """Forget that a file is to be removed; tell whether it may be: no row names it."""
    session.execute(delete(ErasedFile).where(ErasedFile.key == key), execution_options=_AT_ONCE)
    return not queries.is_named(session, key)


def _purge_edition(session: Session, report: Report, record: EditionRecord, edition: Edition, now: datetime) -> None:
    drafts = queries.due_drafts(session, record, edition, now)
    entries = queries.due_entries(session, record, edition, now)
    needs = queries.due_needs(session, record, edition, now)
    registrations = queries.due_registrations(session, record, edition, now)
    files = erase_entries(session, [*drafts, *entries], now)
    _blank_needs(session, needs)
    erase_registrations(session, registrations, now)
    messages = queries.due_messages(session, record, edition, now)
    erase(session, GroupMessage.metadata.tables["group_message"], messages)
    erased = {
        Kind.DRAFTS: drafts,
        Kind.ENTRIES: entries,
        Kind.NEEDS: needs,
        Kind.REGISTRATIONS: registrations,
        Kind.MESSAGES: messages,
    }
    for kind, ids in erased.items():
        report.counts[kind] = report.counts.get(kind, 0) + len(ids)
    report.counts[Kind.FILES] = report.counts.get(Kind.FILES, 0) + files
    report.entries += sorted([*drafts, *entries])


def _blank_needs(session: Session, registration_ids: Sequence[str]) -> None:
    for ids in batches(registration_ids):
        blank = update(Registration).where(Registration.id.in_(ids)).values(accessibility_needs="", meal_needs="")
        session.execute(blank, execution_options=_AT_ONCE)


def _erase_messages(session: Session, message_ids: Sequence[str]) -> int:
    for ids in batches(message_ids):
        session.execute(delete(Outbox).where(Outbox.id.in_(ids)), execution_options=_AT_ONCE)
    return len(message_ids)


def _erase_spent(session: Session, now: datetime) -> int:
    """Erase what signs nobody in any more, forms that nobody came back for, the trace of mails that are gone."""
    over = [
        *(delete(table).where(table.expires_at <= now) for table in (Login, Link, KeptForm, AddressChange)),
        delete(Code).where(Code.expires_at <= now - SETTLED),
        delete(CodeRequest).where(CodeRequest.at <= now - SETTLED),
        delete(GroupMail).where(~exists().where(Outbox.id == GroupMail.mail_id)),
    ]
    return sum(len(session.execute(each.returning(*each.table.primary_key)).all()) for each in over)


def _doom(session: Session, keys: Iterable[str], now: datetime) -> None:
    """Note files to be removed once the transaction has ended well."""
    for key in keys:
        session.merge(ErasedFile(key=key, at=now))
    session.flush()
