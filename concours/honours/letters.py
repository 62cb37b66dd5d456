"""What teams are told of the honours: laureates under embargo, then everybody, each person once for each dossier."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts.models import Outbox
from concours.accounts.operations import record as audit
from concours.editions.models import EditionRecord
from concours.editions.queries import to_edition
from concours.editions.rules import Edition, is_published
from concours.entries.models import Admissibility, Deposit, Entry
from concours.entries.queries import deposited_entries, people_of
from concours.honours.models import HonoursLetter, Laureate
from concours.honours.publishing import lock_current
from concours.honours.rules import LetterKind, Outcome, check_embargo, outcome_of
from concours.kernel.errors import Conflict, Forbidden
from concours.kernel.mail import Message, compose, enqueue

SYSTEM = "system"
_TEMPLATES = {
    (LetterKind.EMBARGO, Outcome.LAUREATE): "embargo",
    (LetterKind.RESULT, Outcome.LAUREATE): "laureate",
    (LetterKind.RESULT, Outcome.NOT_RETAINED): "not_retained",
}
"""Which message tells what; whoever was refused was told before, and is told nothing twice."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody to be told, or told already, of one dossier."""

    entry: Entry
    deposit: Deposit
    account_id: str
    email: str
    outcome: Outcome
    reason: str
    """The jury's own words on a laureate."""
    told_at: datetime | None


def addressees(session: Session, record: EditionRecord, kind: LetterKind) -> list[Addressee]:
    """Return whom this kind of message concerns, told or not, in the order of the deposits."""
    honoured = {
        each.entry_id: each for each in session.scalars(select(Laureate).where(Laureate.edition_id == record.id))
    }
    told = _told(session, record, kind)
    entries = deposited_entries(session, record.id)
    judged, refused = _judged(session, record), _refused(session, record)
    people = people_of(session, entries)
    found = []
    for entry in entries:
        deposit = entry.deposit
        laureate = honoured.get(entry.id)
        outcome = outcome_of(honoured=bool(laureate), judged=entry.id in judged, refused=entry.deposit_id in refused)
        if deposit is None or outcome is None or (kind, outcome) not in _TEMPLATES:
            continue
        reason = laureate.reason if laureate else ""
        found += [
            Addressee(entry, deposit, who.account_id, who.email, outcome, reason, told.get((entry.id, who.account_id)))
            for who in people[entry.id]
        ]
    return found


def message_to(whom: Addressee, kind: LetterKind, edition: Edition, public_url: str) -> Message:
    """Return the message as it leaves: what is previewed is what is sent."""
    return compose(
        f"honours/mails/{_TEMPLATES[kind, whom.outcome]}.txt",
        to=whom.email,
        edition=edition,
        event=edition.event,
        publish_at=edition.milestones.publish_at,
        deposit=whom.deposit,
        reason=whom.reason,
        palmares=f"{public_url}/palmares/{edition.key}",
    )


def tell_laureates(session: Session, *, public_url: str, actor: str, now: datetime) -> int:
    """Tell the laureates before everybody else; return how many messages leave, none the second time.

    Raises Forbidden before the unsealing, Conflict once the honours are public.
    """
    record = lock_current(session)
    check_embargo(to_edition(session, record), now)
    return _tell(session, record, LetterKind.EMBARGO, public_url=public_url, actor=actor, now=now)


def approve(session: Session, *, public_url: str, actor: str, now: datetime) -> int:
    """Have every candidate told from the publication on; return how many messages leave at once.

    Raises Conflict while no publication is decided, Forbidden before the unsealing.
    """
    record = lock_current(session)
    if record.publish_at is None:
        raise Conflict("La publication n'est pas décidée : décidez-la d'abord. Aucun message n'est parti.")
    if record.unsealed_at is None:
        raise Forbidden("L'anonymat n'est pas levé : il n'y a pas encore de résultat à annoncer. Rien n'est parti.")
    if record.letters_at is None:
        record.letters_at = now
        audit(session, actor=actor, action="honours_letters_approved", subject=record.id, now=now)
    return tell_candidates(session, record, public_url=public_url, actor=actor, now=now)


def tell_candidates(session: Session, record: EditionRecord, *, public_url: str, actor: str, now: datetime) -> int:
    """Tell whoever was not told yet, once the honours are public and an organiser approved it; return how many."""
    if record.letters_at is None or not is_published(to_edition(session, record), now):
        return 0
    return _tell(session, record, LetterKind.RESULT, public_url=public_url, actor=actor, now=now)


def _tell(
    session: Session, record: EditionRecord, kind: LetterKind, *, public_url: str, actor: str, now: datetime
) -> int:
    edition, counts = to_edition(session, record), Counter[str]()
    for whom in addressees(session, record, kind):
        if whom.told_at is None:
            mail_id = enqueue(session, Outbox, message_to(whom, kind, edition, public_url), now=now)
            facts = {"entry_id": whom.entry.id, "account_id": whom.account_id, "outcome": whom.outcome.value}
            session.add(HonoursLetter(**facts, kind=kind.value, sent_at=now, mail_id=mail_id))
            counts[whom.outcome.value] += 1
    if counts:
        action = "laureates_told" if kind is LetterKind.EMBARGO else "candidates_told"
        details = {"messages": counts.total()}
        audit(session, actor=actor, action=action, subject=record.id, now=now, details=details)
    return counts.total()


def to_tell(found: Sequence[Addressee]) -> int:
    """Return how many of them wait to be told."""
    return sum(each.told_at is None for each in found)


def _told(session: Session, record: EditionRecord, kind: LetterKind) -> dict[tuple[str, str], datetime]:
    query = select(HonoursLetter).join(Entry, Entry.id == HonoursLetter.entry_id)
    rows = session.scalars(query.where(Entry.edition_id == record.id, HonoursLetter.kind == kind.value))
    return {(row.entry_id, row.account_id): row.sent_at for row in rows}


def _judged(session: Session, record: EditionRecord) -> frozenset[str]:
    """Return the entries whose work was before the jury."""
    query = select(Entry.id).where(Entry.edition_id == record.id, Entry.work_id.is_not(None))
    return frozenset(session.scalars(query))


def _refused(session: Session, record: EditionRecord) -> frozenset[str]:
    """Return the deposits that were declared inadmissible."""
    query = select(Admissibility.deposit_id).join(Entry, Entry.id == Admissibility.entry_id)
    return frozenset(session.scalars(query.where(Entry.edition_id == record.id, Admissibility.decision == "refused")))
