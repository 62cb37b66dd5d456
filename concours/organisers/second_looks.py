"""Entries « à revoir à deux »: the decision is that of two organisers who agree on the deposit that counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import case, delete, func, select
from sqlalchemy.orm import Session

from concours.accounts import operations as accounts
from concours.accounts.models import Account
from concours.accounts.rules import OrganiserRole
from concours.entries.models import Entry
from concours.kernel.errors import Conflict, DomainError
from concours.kernel.text import clean_text
from concours.organisers import deciding, queries
from concours.organisers.models import Opinion, SecondLook
from concours.organisers.rules import LOOK_WORDS_MAX_LENGTH, Decision, Standing, agreement, check_decision, check_note
from concours.organisers.standing import STANDING, waits_for_others, with_decisions


class Said(NamedTuple):
    """One organiser's opinion, as the page tells it."""

    who: str
    account_id: str
    decision: str
    reason: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """Where a second look stands."""

    asked_by: str
    asked_at: datetime
    words: str
    opinions: Sequence[Said]
    """Of the deposit that counts, the first first."""
    may_withdraw: bool

    @property
    def divided(self) -> bool:
        """Whether organisers differ."""
        return len({each.decision for each in self.opinions}) > 1


def ask(session: Session, *, entry_id: str, words: str, actor: str, now: datetime, seen: str | None = None) -> None:
    """Have an entry decided by two. Raises Conflict once it is decided or asked, DomainError without a word of why."""
    entry = deciding.examinable(session, entry_id, seen=seen)
    words = clean_text(words)
    if not words:
        raise DomainError("Dites en un mot pourquoi cette candidature est à revoir à deux.")
    if len(words) > LOOK_WORDS_MAX_LENGTH:
        raise DomainError(f"Ce mot dépasse {LOOK_WORDS_MAX_LENGTH} caractères : raccourcissez-le.")
    if queries.look_of(session, entry_id):
        raise Conflict("Cette candidature est déjà à revoir à deux : relisez ce qui en est dit.")
    held = queries.admissibility_of(session, entry_id)
    if held and held.deposit_id == entry.deposit_id:
        raise Conflict("Cette candidature a déjà une décision : annulez-la d'abord pour la revoir à deux.")
    session.add(SecondLook(entry_id=entry_id, asked_by=actor, asked_at=now, words=words))
    accounts.record(session, actor=actor, action="second_look_asked", subject=entry_id, now=now)


def withdraw(session: Session, *, entry_id: str, actor: str, now: datetime) -> None:
    """Take the second look back, by whoever asked for it, or by anybody once that person no longer decides.

    Raises Conflict once it is settled, and for somebody else.
    """
    deciding.examinable(session, entry_id)
    look = _open_look(session, entry_id)
    if not _may_withdraw(session, look, actor):
        raise Conflict("Seule la personne qui l'a demandée peut annuler une revue à deux : parlez-en avec elle.")
    _forget_opinions(session, entry_id)
    session.delete(look)
    accounts.record(session, actor=actor, action="second_look_withdrawn", subject=entry_id, now=now)


def say(
    session: Session,
    *,
    entry_id: str,
    deposit_id: str,
    decision: Decision,
    reason: str,
    note: str,
    actor: str,
    now: datetime,
    seen: str | None = None,
) -> bool:
    """Say what one thinks of an entry that two look at; return whether two agree, which decides.

    Raises Conflict on a stale page, DomainError for a refusal or a disagreement without its reason.
    """
    entry = deciding.examinable(session, entry_id, deposit_id=deposit_id, seen=seen)
    _open_look(session, entry_id)
    reason, note = clean_text(reason), clean_text(note)
    check_decision(decision, reason)
    said = {each.account_id: each for each in queries.opinions_of(session, entry_id)}
    others = {
        who: Decision(each.decision) for who, each in said.items() if who != actor and each.deposit_id == deposit_id
    }
    check_note(decision, note, others.values())
    row = said.get(actor) or Opinion(entry_id=entry_id, account_id=actor)
    row.deposit_id, row.decision, row.reason, row.note, row.said_at = deposit_id, decision.value, reason, note, now
    session.add(row)
    details = {"opinion": decision.value, "deposit": deposit_id}
    accounts.record(session, actor=actor, action="second_look_opinion", subject=entry_id, now=now, details=details)
    agreed = agreement(decision, others)
    if agreed:
        deciding.keep_decision(session, entry, decision=decision, reason=reason, actor=actor, now=now, agreed=agreed)
    return bool(agreed)


def unsay(session: Session, *, entry_id: str, actor: str, now: datetime) -> None:
    """Take one's own opinion back. Raises Conflict without one, and once it is settled."""
    deciding.examinable(session, entry_id)
    _open_look(session, entry_id)
    mine = [each for each in queries.opinions_of(session, entry_id) if each.account_id == actor]
    if not mine:
        raise Conflict("Vous n'avez pas d'avis sur cette candidature : il n'y a rien à retirer.")
    session.delete(mine[0])
    accounts.record(session, actor=actor, action="second_look_unsaid", subject=entry_id, now=now)


def reopen(session: Session, entry_id: str) -> None:
    """Forget what was said of an entry whose decision is taken back: two have to agree anew."""
    _forget_opinions(session, entry_id)


def find(session: Session, entry: Entry, reader: str) -> Look | None:
    """Return where an entry's second look stands, for an organiser; None where nobody asked for one."""
    look = queries.look_of(session, entry.id)
    if look is None:
        return None
    rows = [each for each in queries.opinions_of(session, entry.id) if each.deposit_id == entry.deposit_id]
    known = deciding.emails(session, {look.asked_by, *(each.account_id for each in rows)})
    said = [
        Said(known.get(each.account_id, ""), each.account_id, each.decision, each.reason, each.note, each.said_at)
        for each in rows
    ]
    return Look(known.get(look.asked_by, ""), look.asked_at, look.words, said, _may_withdraw(session, look, reader))


def counts(session: Session, edition_id: str, account_id: str) -> tuple[int, int]:
    """Return how many second looks wait for this organiser, and how many for somebody else."""
    others = func.coalesce(func.sum(case((waits_for_others(account_id), 1), else_=0)), 0)
    query = with_decisions(select(func.count(), others), edition_id).where(STANDING.in_([Standing.TOGETHER.value]))
    total, theirs = session.execute(query.join(SecondLook, SecondLook.entry_id == Entry.id)).one()
    return total - theirs, theirs


def _open_look(session: Session, entry_id: str) -> SecondLook:
    look = queries.look_of(session, entry_id)
    if look is None:
        raise Conflict("Cette candidature n'est plus à revoir à deux : relisez-la. Rien n'a changé.")
    entry, held = session.get_one(Entry, entry_id), queries.admissibility_of(session, entry_id)
    if held and held.deposit_id == entry.deposit_id:
        raise Conflict("Deux personnes sont déjà d'accord : annulez leur décision pour y revenir.")
    return look


def _may_withdraw(session: Session, look: SecondLook, account_id: str) -> bool:
    asked = session.get(Account, look.asked_by)
    return look.asked_by == account_id or asked is None or asked.role != OrganiserRole.SECRETARIAT


def _forget_opinions(session: Session, entry_id: str) -> None:
    session.execute(delete(Opinion).where(Opinion.entry_id == entry_id))
