"""What is asked of the dossiers: by their candidates, by the secretariat, and by what follows the jury."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from concours.accounts.models import Account
from concours.editions.models import EditionRecord
from concours.editions.rules import Edition
from concours.entries.models import Deposit, Entry
from concours.entries.rules import Missing, Part, missing_answers
from concours.intake.models import Creation, CreationState, JuryFile
from concours.kernel.errors import NotFound

_UNKNOWN = "Cette candidature n'existe pas, ou elle n'est pas la vôtre."
_WITH_FILES = (
    selectinload(Entry.creation).selectinload(Creation.jury_files),
    selectinload(Entry.deposit).selectinload(Deposit.creation).selectinload(Creation.jury_files),
)

_WITH_DECISION = selectinload(Entry.deposit).selectinload(Deposit.admissibility)


def entries_of(session: Session, account_id: str) -> Sequence[Entry]:
    """Return a candidate's own dossiers, the newest first."""
    mine = _entries().options(_WITH_DECISION).where(Entry.account_id == account_id)
    return session.scalars(mine.order_by(Entry.created_at.desc(), Entry.id)).all()


def own_entry(session: Session, *, entry_id: str, account_id: str, lock: bool = False) -> Entry:
    """Return a candidate's own dossier. Raises NotFound for another's as for none: the two look the same."""
    query = _entries().options(_WITH_DECISION).where(Entry.id == entry_id, Entry.account_id == account_id)
    entry = session.scalars(query.with_for_update(of=Entry) if lock else query).first()
    if entry is None:
        raise NotFound(_UNKNOWN)
    return entry


def locked_entry(session: Session, *, entry_id: str, account_id: str) -> tuple[Entry, EditionRecord]:
    """Return a candidate's own dossier for an act that changes it, without its files. Raises NotFound alike."""
    query = select(Entry, EditionRecord).join(EditionRecord, Entry.edition_id == EditionRecord.id)
    found = session.execute(
        query.where(Entry.id == entry_id, Entry.account_id == account_id).with_for_update(of=Entry)
    ).first()
    if found is None:
        raise NotFound(_UNKNOWN)
    entry, edition = found
    return entry, edition


def own_edition(session: Session, *, entry_id: str, account_id: str) -> EditionRecord:
    """Return the edition of a candidate's own dossier, in one question. Raises NotFound as `own_entry` does."""
    query = select(EditionRecord).join(Entry, Entry.edition_id == EditionRecord.id)
    record = session.scalars(query.where(Entry.id == entry_id, Entry.account_id == account_id)).first()
    if record is None:
        raise NotFound(_UNKNOWN)
    return record


def owner_of(session: Session, entry_id: str) -> str:
    """Return the account of a dossier. Raises NotFound."""
    account_id = session.scalar(select(Entry.account_id).where(Entry.id == entry_id))
    if account_id is None:
        raise NotFound(_UNKNOWN)
    return account_id


def readers_of(session: Session, entry: Entry) -> Sequence[Account]:
    """Return whom messages about a dossier are written to."""
    return [session.get_one(Account, entry.account_id)]


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
    query = select(Deposit).where(Deposit.entry_id == entry_id).options(selectinload(Deposit.creation))
    return session.scalars(query.order_by(Deposit.at.desc(), Deposit.id)).all()


def deposits_by_work(session: Session, work_ids: Collection[str]) -> Mapping[str, Deposit]:
    """Return, by work, the deposit behind it. Whoever asks knows both sides: only after the unsealing."""
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
    """Say what the file still needs. One that we failed to prepare for the jury may be deposited all the same."""
    if creation is None:
        return "Ajoutez le fichier de la création."
    if creation.state == CreationState.RECEIVED:
        return "Attendez la fin de la vérification du fichier : elle prend quelques secondes."
    if creation.state == CreationState.REFUSED:
        return "Remplacez le fichier de la création : celui que vous avez envoyé est refusé."
    if creation.kind is None:
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
