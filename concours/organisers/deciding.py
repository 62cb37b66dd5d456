"""What every act on an entry's admissibility asks first, and how a decision is kept."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts import operations as accounts
from concours.accounts.models import Account
from concours.editions.models import EditionRecord
from concours.editions.queries import current_record
from concours.entries.models import Admissibility, Entry
from concours.entries.rules import EntryState
from concours.kernel.clock import format_hour
from concours.kernel.errors import Conflict, NotFound
from concours.organisers import queries
from concours.organisers.rules import DECISION_WORDS, Decision

_NOTHING_LOST = "Rien n'est remplacé et votre saisie est toujours là : relisez, puis enregistrez de nouveau."


def not_handed_over(session: Session) -> EditionRecord:
    """Return the edition, locked: decisions and the handing over follow one another. Raises Conflict after it."""
    record = session.get_one(EditionRecord, current_record(session).id, with_for_update=True, populate_existing=True)
    if record.handed_over_at:
        raise Conflict("Les œuvres ont déjà été transmises au jury : les décisions de recevabilité ne changent plus.")
    return record


def examinable(session: Session, entry_id: str, *, deposit_id: str | None = None, seen: str | None = None) -> Entry:
    """Return a deposited entry, locked; of this very deposit and as its page showed it, where that is said.

    Raises NotFound, Conflict with what changed meanwhile.
    """
    record = not_handed_over(session)
    entry = session.get(Entry, entry_id, with_for_update=True)
    if entry is None or entry.edition_id != record.id:
        raise NotFound
    if entry.state is not EntryState.DEPOSITED:
        raise Conflict("Cette candidature n'est pas déposée : sa recevabilité ne se prononce qu'après le dépôt.")
    if deposit_id is not None and entry.deposit_id != deposit_id:
        raise Conflict(
            "Le dépôt a changé entre-temps : relisez la candidature avant de décider. Rien n'est enregistré."
        )
    if seen is not None and seen != mark(session, entry_id):
        raise Conflict(f"{_meanwhile(session, entry_id)} {_NOTHING_LOST}")
    return entry


def mark(session: Session, entry_id: str) -> str:
    """Return a short digest of all that was decided and said of an entry: a form that bears another one is stale."""
    look, held = queries.look_of(session, entry_id), queries.admissibility_of(session, entry_id)
    facts = [(held.decision, held.deposit_id, held.decided_by, held.decided_at)] if held else []
    opinions = queries.opinions_of(session, entry_id)
    said = [(each.account_id, each.decision, each.deposit_id, each.said_at) for each in opinions]
    return hashlib.sha256(repr((facts, look and look.id, said)).encode()).hexdigest()[:16]


def keep_decision(
    session: Session, entry: Entry, *, decision: Decision, reason: str, actor: str, now: datetime, agreed: str = ""
) -> None:
    """Keep the decision on the deposit that counts, in the place of an earlier one; `agreed`: who else agrees."""
    row = queries.admissibility_of(session, entry.id) or Admissibility(entry_id=entry.id)
    row.deposit_id, row.decision, row.reason = entry.deposit_id or "", decision.value, reason
    row.decided_by, row.decided_at = actor, now
    session.add(row)
    details = {"decision": decision.value, "deposit": row.deposit_id} | ({"agreed": agreed} if agreed else {})
    accounts.record(session, actor=actor, action="admissibility_decided", subject=entry.id, now=now, details=details)


def emails(session: Session, account_ids: Iterable[str]) -> dict[str, str]:
    """Return the addresses of organisers, by account."""
    rows = session.execute(select(Account.id, Account.email).where(Account.id.in_(set(account_ids))))
    return {row.id: row.email for row in rows}


def _meanwhile(session: Session, entry_id: str) -> str:
    """Say what happened since the page was opened: the latest that is known."""
    held, look = queries.admissibility_of(session, entry_id), queries.look_of(session, entry_id)
    said = queries.opinions_of(session, entry_id)
    acts = [(look.asked_at, look.asked_by, "a demandé que cette candidature soit revue à deux")] if look else []
    acts += [(each.said_at, each.account_id, f"a proposé : {DECISION_WORDS[each.decision]}") for each in said]
    if held:
        words = f"a déclaré cette candidature {DECISION_WORDS[held.decision]}"
        acts.append((held.decided_at, held.decided_by, words))
    if not acts:
        return "Entre-temps, ce qui était décidé ou proposé de cette candidature a été annulé."
    at, who, words = max(acts)
    return f"Entre-temps, à {format_hour(at)}, {emails(session, [who]).get(who, 'une autre personne')} {words}."
