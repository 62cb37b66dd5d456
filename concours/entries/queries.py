"""What is asked of the dossiers: by their candidates, by the secretariat, and by what follows the jury."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Select, String, bindparam, exists, or_, select
from sqlalchemy.orm import Session, selectinload

from concours.accounts.models import Account
from concours.editions import queries as editions
from concours.editions.models import EditionRecord
from concours.editions.rules import Edition
from concours.entries.models import Deposit, Entry, EntryInvitation, EntryMember
from concours.entries.rules import Missing, Part, edition_for, missing_answers, require_open
from concours.intake.models import Creation, CreationState, JuryFile
from concours.kernel.errors import NotFound
from concours.kernel.sessions import digest_of

_UNKNOWN = "Cette candidature n'existe pas, ou elle n'est pas la vôtre."
_WITH_FILES = (
    selectinload(Entry.creation).selectinload(Creation.jury_files),
    selectinload(Entry.deposit).selectinload(Deposit.creation).selectinload(Creation.jury_files),
    selectinload(Entry.deposit).options(selectinload(Deposit.confirmation), selectinload(Deposit.problems)),
)

_WITH_DECISION = selectinload(Entry.deposit).selectinload(Deposit.admissibility)


class Person(NamedTuple):
    """Somebody who works on a dossier."""

    account_id: str
    email: str
    since: datetime
    owner: bool


class Alone(NamedTuple):
    """A dossier without its files, and its edition."""

    entry: Entry
    record: EditionRecord
    may_act: set[str]
    """The accounts of those who work on it."""


def may_act(account_id: str | BindParameter[str]) -> ColumnElement[bool]:
    """Return the one condition on `Entry` that says whose a dossier is: its owner's and its members'."""
    member = exists().where(EntryMember.entry_id == Entry.id, EntryMember.account_id == account_id)
    return or_(Entry.account_id == account_id, member)


# What each request of a candidate asks, made once: building a question costs as much as asking it.
_MINE = (Entry.id == bindparam("entry_id", type_=String), may_act(bindparam("account_id", type_=String)))
_OWN = select(Entry).options(*_WITH_FILES, _WITH_DECISION).where(*_MINE)
_ALONE = select(Entry, EditionRecord).join(EditionRecord, Entry.edition_id == EditionRecord.id).where(*_MINE)
_LOCKED = _ALONE.with_for_update(of=Entry)
_TOGETHER = (
    select(Entry, EditionRecord, EntryMember.account_id)
    .join(EditionRecord, Entry.edition_id == EditionRecord.id)
    .outerjoin(EntryMember, EntryMember.entry_id == Entry.id)
    .where(Entry.id.in_(bindparam("entry_ids", expanding=True)))
    .order_by(Entry.id)
    .with_for_update(of=Entry)
)
_EDITION = select(EditionRecord, Entry.open_until).join(Entry, Entry.edition_id == EditionRecord.id).where(*_MINE)


def entries_of(session: Session, account_id: str) -> Sequence[Entry]:
    """Return the dossiers that somebody works on, the newest first."""
    mine = _entries().options(_WITH_DECISION).where(may_act(account_id))
    return session.scalars(mine.order_by(Entry.created_at.desc(), Entry.id)).all()


def own_entry(session: Session, *, entry_id: str, account_id: str, lock: bool = False) -> Entry:
    """Return a candidate's own dossier. Raises NotFound for another's as for none: the two look the same."""
    query = _OWN.with_for_update(of=Entry) if lock else _OWN
    entry = session.scalars(query, {"entry_id": entry_id, "account_id": account_id}).first()
    if entry is None:
        raise NotFound(_UNKNOWN)
    return entry


def entry_alone(session: Session, *, entry_id: str, account_id: str, lock: bool = False) -> tuple[Entry, EditionRecord]:
    """Return a candidate's own dossier without its files, and its edition, in one question.

    `lock`: for an act that changes it. Raises NotFound for another's as for none.
    """
    found = session.execute(_LOCKED if lock else _ALONE, {"entry_id": entry_id, "account_id": account_id}).first()
    if found is None:
        raise NotFound(_UNKNOWN)
    entry, edition = found
    return entry, edition


def own_open_entry(session: Session, entry_id: str, account_id: str, now: datetime, act: str) -> Entry:
    """Return one's own dossier for an act that ends with its closing.

    Raises NotFound, Late, DomainError before opening.
    """
    entry, record = entry_alone(session, entry_id=entry_id, account_id=account_id, lock=True)
    require_open(edition_for(editions.to_edition(session, record), entry.open_until), now, act)
    return entry


def entries_alone(session: Session, entry_ids: Collection[str]) -> Mapping[str, Alone]:
    """Return dossiers for acts of several people that change them, in one question; those that are none are missing."""
    rows = session.execute(_TOGETHER, {"entry_ids": sorted(entry_ids)})
    found: dict[str, Alone] = {}
    for entry, record, member_id in rows:
        found.setdefault(entry.id, Alone(entry, record, {entry.account_id})).may_act.add(member_id)
    return found


def require_own(session: Session, found: Alone | None, account_id: str, now: datetime, act: str) -> Entry:
    """Return a dossier that was found, as `own_open_entry` does, or raises."""
    if found is None or account_id not in found.may_act:
        raise NotFound(_UNKNOWN)
    require_open(edition_for(editions.to_edition(session, found.record), found.entry.open_until), now, act)
    return found.entry


def edition_of(session: Session, entry: Entry) -> Edition:
    """Return the edition as it is for this dossier, with its own closing."""
    edition = editions.to_edition(session, session.get_one(EditionRecord, entry.edition_id))
    return edition_for(edition, entry.open_until)


def editions_of(session: Session, entries: Sequence[Entry]) -> Mapping[str, Edition]:
    """Return, by dossier, its own edition as it is for it: the present one, or one that is past."""
    return {entry.id: edition_of(session, entry) for entry in entries}


def own_edition(session: Session, *, entry_id: str, account_id: str) -> tuple[EditionRecord, datetime | None]:
    """Return the edition of a candidate's own dossier and the dossier's own closing, in one question.

    Raises NotFound as `own_entry` does.
    """
    found = session.execute(_EDITION, {"entry_id": entry_id, "account_id": account_id}).first()
    if found is None:
        raise NotFound(_UNKNOWN)
    record, open_until = found
    return record, open_until


def owner_of(session: Session, entry_id: str) -> str:
    """Return the account that owns a dossier. Raises NotFound."""
    account_id = session.scalar(select(Entry.account_id).where(Entry.id == entry_id))
    if account_id is None:
        raise NotFound(_UNKNOWN)
    return account_id


def people_of(session: Session, entries: Sequence[Entry]) -> Mapping[str, Sequence[Person]]:
    """Return, by dossier, the people who work on it: the owner first, then members as they joined."""
    wanted = [entry.id for entry in entries]
    owners = select(Entry.id, Account.id, Account.email, Entry.created_at).join(Account, Entry.account_id == Account.id)
    members = select(EntryMember.entry_id, Account.id, Account.email, EntryMember.joined_at).join(
        Account, EntryMember.account_id == Account.id
    )
    ordered = members.where(EntryMember.entry_id.in_(wanted)).order_by(EntryMember.joined_at, EntryMember.id)
    found: dict[str, list[Person]] = {}
    for entry_id, account_id, email, since in session.execute(owners.where(Entry.id.in_(wanted))):
        found[entry_id] = [Person(account_id, email, since, owner=True)]
    for entry_id, account_id, email, since in session.execute(ordered):
        found[entry_id].append(Person(account_id, email, since, owner=False))
    return found


def addresses(session: Session, account_ids: Collection[str | None]) -> Mapping[str, str]:
    """Return the addresses of these accounts; None among them is nobody's."""
    known = [account_id for account_id in account_ids if account_id]
    rows = session.execute(select(Account.id, Account.email).where(Account.id.in_(known)))
    return dict(rows.all())


def invitations_of(session: Session, entry_id: str, *, now: datetime) -> Sequence[EntryInvitation]:
    """Return the invitations to a dossier that wait for an answer, the oldest first."""
    query = select(EntryInvitation).where(EntryInvitation.entry_id == entry_id).order_by(EntryInvitation.created_at)
    return [invitation for invitation in session.scalars(query) if invitation.waits(now)]


def invitation_by_token(session: Session, token: str) -> EntryInvitation | None:
    """Return the invitation that a mailed link belongs to, whatever became of it."""
    query = select(EntryInvitation).where(EntryInvitation.token_digest == digest_of(token))
    return session.scalars(query).first()


def readers_of(session: Session, entry: Entry) -> Sequence[Account]:
    """Return whom messages about a dossier are written to."""
    people = people_of(session, [entry])[entry.id]
    return [session.get_one(Account, person.account_id) for person in people]


def find_entry(session: Session, entry_id: str) -> Entry:
    """Return a dossier, whoever's it is: for the secretariat. Raises NotFound."""
    entry = session.scalars(_entries().where(Entry.id == entry_id)).first()
    if entry is None:
        raise NotFound("Cette candidature n'existe pas.")
    return entry


def entries_of_edition(session: Session, edition_id: str) -> Sequence[Entry]:
    """Return every dossier of an edition, drafts and withdrawn ones included, in the order of their making."""
    query = _entries().where(Entry.edition_id == edition_id)
    return session.scalars(query.order_by(Entry.created_at, Entry.id)).all()


def deposited_entries(session: Session, edition_id: str) -> Sequence[Entry]:
    """Return the dossiers whose deposit stands, in the order of these deposits."""
    query = _entries().join(Entry.deposit).where(Entry.edition_id == edition_id)
    return session.scalars(query.order_by(Deposit.at, Deposit.id)).all()


def deposits_of(session: Session, entry_id: str) -> Sequence[Deposit]:
    """Return every deposit of a dossier, the newest first."""
    query = (
        select(Deposit)
        .where(Deposit.entry_id == entry_id)
        .options(selectinload(Deposit.creation), selectinload(Deposit.confirmation))
    )
    return session.scalars(query.order_by(Deposit.at.desc(), Deposit.id)).all()


def deposits_by_work(session: Session, work_ids: Collection[str]) -> Mapping[str, Deposit]:
    """Return, by work, the deposit behind it. Whoever asks knows both sides: for unsealing and reports alone."""
    query = select(Entry.work_id, Deposit).join(Deposit, Entry.deposit_id == Deposit.id)
    rows = session.execute(query.where(Entry.work_id.in_(work_ids)))
    return {work_id: deposit for work_id, deposit in rows if work_id is not None}


def missing(entry: Entry, edition: Edition) -> list[Missing]:
    """Return all that the dossier lacks before it may be deposited, file included, in the order of the pages."""
    lacks = missing_answers(entry.dossier, edition.categories)
    sentence = _file_lack(entry.creation)
    if sentence:
        before = sum(each.part in {Part.TEAM, Part.INNOVATION} for each in lacks)
        lacks.insert(before, Missing(Part.CREATION, "file", sentence))
    return lacks


def _file_lack(creation: Creation | None) -> str | None:
    """Say what the file still needs. One that we have not examined or prepared yet may be deposited all the same."""
    if creation is None:
        return "Ajoutez le fichier de la création."
    if creation.state == CreationState.REFUSED:
        return "Remplacez le fichier de la création : celui que vous avez envoyé est refusé."
    if creation.kind is None and creation.state != CreationState.RECEIVED:
        return "Envoyez de nouveau le fichier de la création : nous n'avons pas pu le vérifier, et c'est de notre fait."
    return None


def find_jury_file(entry: Entry, file_id: str) -> JuryFile:
    """Return a file of the jury copy of the dossier, as drafted or as deposited. Raises NotFound."""
    creations = [entry.creation, entry.deposit.creation if entry.deposit else None]
    files = (file for creation in creations if creation for file in creation.jury_files)
    found = next((file for file in files if file.id == file_id), None)
    if found is None:
        raise NotFound
    return found


def _entries() -> Select[Entry]:
    return select(Entry).options(*_WITH_FILES)
