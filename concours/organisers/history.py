"""Everything that happened to one entry, oldest first: the log of acts, and what the tables know besides."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from concours.accounts.models import Account, AuditEvent, Outbox
from concours.editions.models import EditionRecord
from concours.entries.models import Admissibility, Deposit, Entry, EntryInvitation, Problem
from concours.entries.queries import people_of
from concours.honours.models import Laureate
from concours.intake.models import Creation, CreationState
from concours.kernel.clock import format_instant
from concours.kernel.mail import CALLED_OFF
from concours.organisers import queries
from concours.organisers.journal_words import ACTORS, GONE, SENTENCES, describe
from concours.organisers.rules import Decision
from concours.registrations.models import HeldSeat

_SERVICE = ACTORS["system"]


class Fact(NamedTuple):
    """Something that happened, as a sentence: « Claire a déposé une candidature (accusé n° 2027-…). »."""

    at: datetime
    who: str
    what: str
    details: str = ""


def history(session: Session, record: EditionRecord, entry: Entry) -> list[Fact]:
    """Return what happened to an entry; nothing that the jury alone may know before the unsealing."""
    deposits = list(session.scalars(select(Deposit).where(Deposit.entry_id == entry.id)))
    facts = [
        *_acts(session, entry, deposits),
        *_seats(session, entry),
        *_mails(session, entry, deposits),
        *_after_the_decision(session, record, entry),
    ]
    return sorted(facts, key=lambda each: each.at)


def _acts(session: Session, entry: Entry, deposits: Iterable[Deposit]) -> Iterator[Fact]:
    mine = select(AuditEvent).where(AuditEvent.subject == entry.id).order_by(AuditEvent.position)
    events = list(session.scalars(mine))
    files = {event.details["creation"] for event in events if "creation" in event.details}
    files |= {deposit.creation_id for deposit in deposits} | ({entry.creation_id} - {None})
    creations = {each.id: each for each in session.scalars(select(Creation).where(Creation.id.in_(files)))}
    about_files = select(AuditEvent).where(AuditEvent.subject.in_(files)).order_by(AuditEvent.position)
    events += session.scalars(about_files)
    told = _Told(session, entry, deposits, creations)
    actors = {event.actor for event in events}
    known = {
        row.id: row.email for row in session.execute(select(Account.id, Account.email).where(Account.id.in_(actors)))
    }
    for event in events:
        details = [describe(event.action, event.details), told(event)]
        yield Fact(
            event.at,
            known.get(event.actor) or ACTORS.get(event.actor, GONE),
            SENTENCES.get(event.action, f"a fait l'acte « {event.action} »"),
            ", ".join(each for each in details if each),
        )
    yield from _verdicts(creations.values())


class _Told:
    """What the tables add to an act."""

    def __init__(
        self, session: Session, entry: Entry, deposits: Iterable[Deposit], files: Mapping[str, Creation]
    ) -> None:
        self._receipts = {each.id: each.receipt_number for each in deposits}
        self._files = {key: each.name for key, each in files.items()}
        problems = session.scalars(select(Problem).where(Problem.entry_id == entry.id))
        self._problems = {each.at: each.text for each in problems}
        self._held = queries.admissibility_of(session, entry.id)

    def __call__(self, event: AuditEvent) -> str:
        details: Mapping[str, Any] = event.details
        match event.action:
            case "entry_deposited" if number := self._receipts.get(details.get("deposit", "")):
                return f"accusé de réception n° {number}"
            case "creation_attached" if name := self._files.get(details.get("creation", "")):
                return f"« {name} »"
            case "problem_signalled" if text := self._problems.get(event.at):
                return f"« {text} »"
            case "more_time":
                return f"jusqu'au {format_instant(datetime.fromisoformat(details['until']))}"
            case "admissibility_decided" if self._held and self._held.decided_at == event.at and self._held.reason:
                return f"motif : {self._held.reason}"
        return ""


def _verdicts(creations: Iterable[Creation]) -> Iterator[Fact]:
    for each in creations:
        if each.examined_at:
            refused = each.state == CreationState.REFUSED
            what = f"a {'refusé' if refused else 'accepté'} le fichier « {each.name} »"
            copy = {CreationState.READY: "copie destinée au jury faite", CreationState.FAILED: "échec de sa copie"}
            details = (each.message or "") if refused else copy.get(CreationState(each.state), "copie en préparation")
            yield Fact(each.examined_at, _SERVICE, what, details)


def _seats(session: Session, entry: Entry) -> Iterator[Fact]:
    for held in session.scalars(select(HeldSeat).where(HeldSeat.entry_id == entry.id)):
        until = f"jusqu'au {format_instant(held.held_until)}"
        taken = ", place prise" if held.registration_id else ""
        yield Fact(held.held_at, _SERVICE, "a gardé une place à l'évènement pour l'équipe", f"{until}{taken}")


def _mails(session: Session, entry: Entry, deposits: Iterable[Deposit]) -> Iterator[Fact]:
    """Yield the messages that name the dossier or a receipt of it, to those who work on it or were invited to."""
    to = {person.email for person in people_of(session, [entry])[entry.id]}
    to |= set(session.scalars(select(EntryInvitation.email).where(EntryInvitation.entry_id == entry.id)))
    names = [Outbox.text.contains(word) for word in (entry.id, *(each.receipt_number for each in deposits))]
    columns = select(Outbox.created_at, Outbox.recipient, Outbox.subject, Outbox.sent_at, Outbox.due_at, Outbox.error)
    for at, recipient, subject, sent_at, due_at, error in session.execute(
        columns.where(Outbox.recipient.in_(to), or_(*names))
    ):
        details = _became(sent_at=sent_at, due_at=due_at, error=error)
        yield Fact(at, _SERVICE, f"a écrit à {recipient} : « {subject} »", details)


def _became(*, sent_at: datetime | None, due_at: datetime | None, error: str | None) -> str:
    if sent_at:
        return "message envoyé"
    if due_at:
        return "message pas encore parti"
    return "message annulé avant son départ" if error == CALLED_OFF else "message abandonné : il n'est pas arrivé"


def _after_the_decision(session: Session, record: EditionRecord, entry: Entry) -> Iterator[Fact]:
    held = session.scalars(select(Admissibility).where(Admissibility.entry_id == entry.id)).first()
    if record.handed_over_at and held and held.deposit_id == entry.deposit_id:
        if held.decision == Decision.ADMITTED:
            what = "a transmis l'œuvre au jury, sous un numéro tiré au sort"
        else:
            what = "a rendu définitive la décision d'irrecevabilité"
        yield Fact(record.handed_over_at, "Le secrétariat", what)
    if record.unsealed_at and held and held.decision == Decision.ADMITTED:
        won = session.scalars(select(Laureate).where(Laureate.entry_id == entry.id)).first()
        details = f"lauréate : œuvre n° {won.work_number}" if won else ""
        yield Fact(record.unsealed_at, "Le secrétariat", "a levé l'anonymat", details)
