"""Somebody wants to be erased: at once where nothing has to be kept, else by the organisers, who are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.orm import Session

from concours.accounts.models import Account, Outbox
from concours.accounts.operations import record as audit
from concours.editions.models import EditionRecord
from concours.editions.queries import to_edition
from concours.entries.models import Entry, EntryInvitation
from concours.entries.queries import entries_of, people_of
from concours.honours.models import Laureate
from concours.kernel.errors import Conflict
from concours.kernel.mail import compose, enqueue
from concours.privacy import queries
from concours.privacy.models import ErasureRequest
from concours.privacy.operations import erase_accounts, erase_entries, erase_registrations
from concours.privacy.rules import entries_until
from concours.registrations import seats
from concours.registrations.hall import Desk
from concours.registrations.models import CommunityMember, Registration
from concours.registrations.queries import by_token
from concours.registrations.rules import GONE, is_open


class Cause(StrEnum):
    """Why something has to be kept."""

    RUNNING = "running"
    LAUREATE = "laureate"
    SHARED = "shared"
    ORGANISER = "organiser"
    ACTS = "acts"


@dataclass(frozen=True)
class Kept:
    """What has to be kept, why, and until when where that is known."""

    cause: Cause
    title: str = ""
    until: str = ""


_MOVED = (
    "Entre-temps, quelque chose doit être gardé : rien n'est effacé. Rechargez la page, elle dit quoi et jusqu'à quand."
)


def kept_of(session: Session, account_id: str) -> Sequence[Kept]:
    """Return what keeps an account from being erased at once; nothing: it may be."""
    account = session.get_one(Account, account_id)
    found = [Kept(Cause.ORGANISER)] if account.organiser else []
    entries = entries_of(session, account_id)
    found += [kept for entry in entries if (kept := _kept(session, entry, account_id))]
    if not found and _acted_elsewhere(session, account_id, entries):
        found.append(Kept(Cause.ACTS))
    return found


def erase_account(session: Session, *, account_id: str, desk: Desk, now: datetime) -> None:
    """Erase an account with all that is its own, its seat at the event given back first. Raises Conflict."""
    own = session.scalars(select(Entry.id).where(Entry.account_id == account_id).with_for_update()).all()
    if kept_of(session, account_id):
        raise Conflict(_MOVED)
    email = session.get_one(Account, account_id).email
    for row in session.scalars(select(Registration).where(Registration.email == email)).all():
        _erase_registration(session, row, desk, now)
    session.execute(delete(CommunityMember).where(CommunityMember.email == email))
    session.execute(delete(EntryInvitation).where(EntryInvitation.email == email))
    # What was written to others of their team names them too; what waits to leave is of use to its reader yet.
    names_them = Outbox.due_at.is_(None) & Outbox.text.contains(email, autoescape=True)
    session.execute(delete(Outbox).where(or_(Outbox.recipient == email, names_them)))
    erase_entries(session, own, now)
    audit(session, actor=account_id, action="account_erased", subject=account_id, now=now)
    erase_accounts(session, [account_id])


def ask(session: Session, *, account_id: str, desk: Desk, now: datetime) -> None:
    """Hand a request on to the organisers; a second one changes nothing."""
    if queries.asked(session, account_id):
        return
    account = session.get_one(Account, account_id)
    session.add(ErasureRequest(account_id=account_id, at=now))
    message = compose(
        "privacy/mails/erasure_request.txt",
        to=desk.contact_email,
        email=account.email,
        at=now,
        link=f"{desk.public_url}/organisation/conservation",
    )
    enqueue(session, Outbox, message, now=now)
    audit(session, actor=account_id, action="erasure_asked", subject=account_id, now=now)


def erase_registration(session: Session, *, token: str, desk: Desk, now: datetime) -> None:
    """Erase the registration that a mailed link belongs to, its seat given back first. Raises NotFound."""
    row = by_token(session, token)
    email = row.email
    _erase_registration(session, row, desk, now)
    # Its last letters would attach what is no longer there; the others are the account's, where there is one.
    letters = [Outbox.created_at == now, ~exists().where(Account.email == email)]
    session.execute(delete(Outbox).where(Outbox.recipient == email, or_(*letters)))


def _erase_registration(session: Session, row: Registration, desk: Desk, now: datetime) -> None:
    edition = to_edition(session, session.get_one(EditionRecord, row.edition_id))
    if is_open(edition, now):
        hall = seats.enter(session, edition_id=row.edition_id, desk=desk, now=now)
        session.refresh(row)
        if row.state not in GONE:
            seats.give_back(session, hall, row)
    session.flush()
    audit(session, actor=seats.VISITOR, action="registration_erased", subject=row.id, now=now)
    erase_registrations(session, [row.id], now)


def _kept(session: Session, entry: Entry, account_id: str) -> Kept | None:
    edition = to_edition(session, session.get_one(EditionRecord, entry.edition_id))
    if session.scalars(select(Laureate.id).where(Laureate.entry_id == entry.id)).first():
        return Kept(Cause.LAUREATE, entry.title)
    if entry.deposit_id and edition.milestones.unsealed_at is None:
        return Kept(Cause.RUNNING, entry.title, entries_until(edition))
    if entry.account_id == account_id and len(people_of(session, [entry])[entry.id]) > 1:
        return Kept(Cause.SHARED, entry.title)
    return None


def _acted_elsewhere(session: Session, account_id: str, entries: Sequence[Entry]) -> bool:
    """Tell whether an act of theirs stands in a dossier that is not theirs to erase."""
    own = {entry.id for entry in entries if entry.account_id == account_id}
    return bool(queries.dossiers_naming(session, account_id) - own)
