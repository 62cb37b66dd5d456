"""What the secretariat sees: names and decisions, never a work or its number."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts.models import Account, AuditEvent
from concours.entries.identity import Named, own_names
from concours.entries.models import Admissibility, Deposit, Entry
from concours.entries.queries import entries_of_edition, find_entry
from concours.entries.rules import Dossier
from concours.intake.models import Creation, CreationState
from concours.kernel.audit import broken_at
from concours.organisers.listing import UNTITLED
from concours.organisers.models import Opinion, SecondLook
from concours.organisers.rules import Standing, standing
from jury import api as jury


@dataclass(frozen=True, slots=True)
class ExaminedEntry:
    """An entry with its decision, if there is one."""

    entry: Entry
    admissibility: Admissibility | None
    standing: Standing

    @property
    def dossier(self) -> Dossier:
        """What counts: the deposited answers, or else the draft's."""
        return self.entry.deposit.answers if self.entry.deposit else self.entry.dossier

    @property
    def creation(self) -> Creation | None:
        """The file that counts: the deposited one, or else the draft's."""
        return self.entry.deposit.creation if self.entry.deposit else self.entry.creation

    @property
    def names(self) -> list[Named]:
        """The candidate's own names in what the jury would read."""
        return own_names(self.dossier)

    @property
    def title(self) -> str:
        """The title, or words that say there is none yet."""
        return self.dossier.title or UNTITLED

    @property
    def deposited_at(self) -> datetime | None:
        """When the deposit that counts was made."""
        return self.entry.deposit.at if self.entry.deposit else None

    @property
    def outdated(self) -> bool:
        """The decision was made on an earlier deposit than the one that counts."""
        return self.admissibility is not None and self.admissibility.deposit_id != self.entry.deposit_id

    @property
    def copy_ready(self) -> bool:
        """The jury's copy of the deposited file is made."""
        return self.creation is not None and self.creation.state == CreationState.READY


def admissibility_of(session: Session, entry_id: str) -> Admissibility | None:
    """Return the decision on an entry."""
    return session.scalars(select(Admissibility).where(Admissibility.entry_id == entry_id)).first()


def look_of(session: Session, entry_id: str) -> SecondLook | None:
    """Return the second look that was asked for an entry."""
    return session.scalars(select(SecondLook).where(SecondLook.entry_id == entry_id)).first()


def opinions_of(session: Session, entry_id: str) -> list[Opinion]:
    """Return what organisers said of an entry that two look at, the first first; of whichever deposit."""
    query = select(Opinion).where(Opinion.entry_id == entry_id).order_by(Opinion.said_at, Opinion.id)
    return list(session.scalars(query))


def examined_entries(session: Session, edition_id: str) -> list[ExaminedEntry]:
    """Return every entry of the edition with all that is known of it, in the order of their making."""
    decisions = {row.entry_id: row for row in session.scalars(select(Admissibility))}
    together = set(session.scalars(select(SecondLook.entry_id)))
    return [
        _examined(entry, decisions.get(entry.id), together=entry.id in together)
        for entry in entries_of_edition(session, edition_id)
    ]


def find_examined(session: Session, entry_id: str) -> ExaminedEntry:
    """Return one entry with its files. Raises NotFound."""
    look, decision = look_of(session, entry_id), admissibility_of(session, entry_id)
    return _examined(find_entry(session, entry_id), decision, together=look is not None)


def panel(session: Session, edition_key: str) -> list[jury.MemberProgress]:
    """Return the members of the jury; none before the first invitation."""
    return (
        jury.list_members(session, edition_key=edition_key)
        if jury.has_session(session, edition_key=edition_key)
        else []
    )


def begun_at(session: Session, edition_key: str) -> datetime | None:
    """Return when the jury began to score; None before."""
    if not jury.has_session(session, edition_key=edition_key):
        return None
    return jury.milestones(session, edition_key=edition_key).first_score_at


def register(
    session: Session, actions: Collection[str], *, entry_id: str | None, offset: int, limit: int
) -> list[tuple[AuditEvent, str | None]]:
    """Return the acts of these names, of one dossier or of all, the latest first, each with its account's address."""
    query = select(AuditEvent, Account.email).outerjoin(Account, Account.id == AuditEvent.actor)
    query = query.where(AuditEvent.action.in_(actions))
    if entry_id:
        query = query.where(AuditEvent.subject == entry_id)
    page = query.order_by(AuditEvent.position.desc()).offset(offset).limit(limit)
    return [(event, email) for event, email in session.execute(page)]


def titles(session: Session, events: Collection[AuditEvent]) -> dict[int, str]:
    """Return, by position, the titles of the entries acted on: as deposited for an act on a deposit, else as today."""
    entries = select(Entry.id, Entry.title).where(Entry.id.in_({event.subject for event in events}))
    present = dict(session.execute(entries).all())
    deposits = select(Deposit).where(Deposit.id.in_({event.details.get("deposit", "") for event in events}))
    deposited = {deposit.id: deposit.answers.title for deposit in session.scalars(deposits)}
    return {
        event.position: deposited.get(event.details.get("deposit", ""), present[event.subject]) or UNTITLED
        for event in events
        if event.subject in present
    }


def chain_breaks(session: Session) -> dict[str, int | None]:
    """Return, for each side's chain, the position of the first act that does not hold, or None."""
    ours = session.scalars(select(AuditEvent).order_by(AuditEvent.position))
    theirs = session.scalars(select(jury.AuditEvent).order_by(jury.AuditEvent.position))
    return {"concours": broken_at(ours), "jury": broken_at(theirs)}


def _examined(entry: Entry, decision: Admissibility | None, *, together: bool) -> ExaminedEntry:
    stands = standing(
        entry.state.value,
        deposit_id=entry.deposit_id,
        decided_on=decision.deposit_id if decision else None,
        decision=decision.decision if decision else None,
        together=together,
    )
    return ExaminedEntry(entry, decision, stands)
