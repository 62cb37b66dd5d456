"""One act on several entries: what it would do, the act in one transaction, and its undoing."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from concours.accounts import operations as accounts
from concours.editions.models import EditionRecord
from concours.editions.queries import current_record
from concours.entries.models import Admissibility, Deposit, Entry
from concours.intake.models import Creation, CreationState
from concours.kernel.errors import Conflict, DomainError, NotFound
from concours.organisers import deciding, operations, queries
from concours.organisers.listing import UNTITLED
from concours.organisers.models import BulkAct, BulkLine, SecondLook
from concours.organisers.rules import TO_EXAMINE, Decision, Standing
from concours.organisers.standing import STANDING, answer, with_decisions

MOST = 500
"""Entries of one act: beyond, the transaction would keep candidates waiting."""

CHANGED = "Elle a changé depuis la page de confirmation : relisez-la."
_HANDED_OVER = "Les œuvres ont été transmises au jury : les décisions ne changent plus."
_MOVED = "Une autre décision a été prise depuis : elle reste."
_BY_TWO = "Elle est à revoir à deux : c'est dans sa page que l'on s'accorde."
_NEWER = "L'équipe a déposé de nouveau depuis : la décision est à revoir dans sa page."


class Act(StrEnum):
    """What may be done to several entries at once."""

    ADMIT = "admit"
    REFUSE = "refuse"
    CLEAR = "clear"
    RETRY = "retry"


ACT_LABELS: Mapping[str, str] = {
    Act.ADMIT: "Déclarer recevables",
    Act.REFUSE: "Déclarer irrecevables, pour un même motif",
    Act.CLEAR: "Reprendre la décision",
    Act.RETRY: "Relancer la copie pour le jury",
    "write": "Écrire aux équipes",
}
_DECISIONS = {Act.ADMIT: Decision.ADMITTED, Act.REFUSE: Decision.REFUSED}
_UNEXAMINABLE = {
    Standing.DRAFT: "Elle n'est pas déposée.",
    Standing.WITHDRAWN: "Elle est retirée.",
    Standing.ADMITTED: "Elle est déjà déclarée recevable.",
    Standing.REFUSED: "Elle est déjà déclarée irrecevable.",
}
_COPIES = {
    CreationState.RECEIVED: "Son fichier n'est pas encore vérifié.",
    CreationState.REFUSED: "Son fichier est refusé.",
    CreationState.FAILED: "Sa copie pour le jury est en échec : relancez-la, ou décidez dans sa page.",
}


class Seen(NamedTuple):
    """An entry as the page of confirmation showed it."""

    entry_id: str
    stamp: str


@dataclass(frozen=True, slots=True)
class Case:
    """An entry before an act: where it stands, and why it would be left."""

    entry_id: str
    title: str
    standing: Standing
    deposit_id: str | None
    stamp: str
    obstacle: str
    """Empty when the act would be done."""


def plan(session: Session, ids: Sequence[str], act: Act) -> list[Case]:
    """Return what an act would do to these entries of the edition, in this order; the others are not there."""
    record = current_record(session)
    decided = (Admissibility.decision, Admissibility.deposit_id, Admissibility.decided_at)
    by_two = exists().where(SecondLook.entry_id == Entry.id)
    columns = select(Entry.id, answer(Entry.title), STANDING, Entry.deposit_id, by_two, Creation.state, *decided)
    query = with_decisions(columns, record.id).outerjoin(Creation, Creation.id == Deposit.creation_id)
    rows = {row[0]: row for row in session.execute(query.where(Entry.id.in_(ids)))}
    found = []
    for row in (rows[entry_id] for entry_id in dict.fromkeys(ids) if entry_id in rows):
        entry_id, title, stands, deposit_id, two, copy, *decision = row
        standing = Standing(stands)
        why = _obstacle(act, standing, copy, by_two=bool(two), handed_over=record.handed_over_at is not None)
        stamp = _stamp(stands, deposit_id, two, *decision)
        found.append(Case(entry_id, title or UNTITLED, standing, deposit_id, stamp, why))
    return found


def carry_out(
    session: Session, *, act_id: str, act: Act, seen: Sequence[Seen], reason: str, actor: str, now: datetime
) -> list[str]:
    """Do an act to entries as they were seen, once; return the files whose copy is to be made again.

    An entry that changed meanwhile, or that the act refuses, is left with its reason. Raises DomainError for too many.
    """
    record = session.get_one(EditionRecord, current_record(session).id, with_for_update=True)
    if session.get(BulkAct, act_id):
        return []
    check_count(len(seen))
    stamps = dict(seen)
    session.add(BulkAct(id=act_id, edition_id=record.id, act=act.value, done_by=actor, done_at=now))
    session.flush()
    again = list[str]()
    lines = [
        _one(session, case, act, stamps[case.entry_id], again, reason=reason, actor=actor, now=now)
        for case in plan(session, list(stamps), act)
    ]
    for line in lines:
        line.bulk_act_id = act_id
    session.add_all(lines)
    left = sum(bool(line.left) for line in lines)
    details = {"bulk": act.value, "done": len(lines) - left, "left": left}
    accounts.record(session, actor=actor, action="bulk_done", subject=act_id, now=now, details=details)
    return again


def undo(session: Session, *, act_id: str, actor: str, now: datetime) -> None:
    """Give each entry back the decision that it had, unless it changed since; a second time changes nothing.

    Raises NotFound for no such act, Conflict for one that cannot be undone.
    """
    row = session.get(BulkAct, act_id, with_for_update=True)
    if row is None or row.edition_id != current_record(session).id:
        raise NotFound
    if row.act == Act.RETRY:
        raise Conflict("Une copie relancée ne s'annule pas : elle est refaite, sans rien changer d'autre.")
    if row.undone_at:
        return
    lines = [line for line in lines_of(session, act_id) if not line.left]
    for line in lines:
        _restore(session, line, actor=actor, now=now)
    row.undone_at = now
    kept = sum(bool(line.kept) for line in lines)
    details = {"bulk": row.act, "done": len(lines) - kept, "left": kept}
    accounts.record(session, actor=actor, action="bulk_undone", subject=act_id, now=now, details=details)


def lines_of(session: Session, act_id: str) -> Sequence[BulkLine]:
    """Return what an act did, entry by entry."""
    return session.scalars(select(BulkLine).where(BulkLine.bulk_act_id == act_id).order_by(BulkLine.id)).all()


def check_count(count: int) -> None:
    """Refuse an act on nothing, or on too many at once. Raises DomainError."""
    if not count:
        raise DomainError("Aucune candidature n'est choisie : cochez-en au moins une. Rien n'a changé.")
    if count > MOST:
        raise DomainError(
            f"{count} candidatures sont choisies, pour {MOST} au plus à la fois : resserrez le filtre. Rien n'a changé."
        )


def _obstacle(act: Act, standing: Standing, copy: str | None, *, by_two: bool, handed_over: bool) -> str:
    """Return why an entry would be left; empty when the act would be done."""
    if act is Act.RETRY:
        return "" if copy == CreationState.FAILED else "Sa copie pour le jury n'est pas en échec."
    if handed_over:
        return _HANDED_OVER
    if by_two:
        return _BY_TWO
    if act is Act.CLEAR:
        decided = standing in {Standing.ADMITTED, Standing.REFUSED, Standing.STALE}
        return "" if decided else "Elle n'a pas de décision."
    if standing not in TO_EXAMINE:
        return _UNEXAMINABLE[standing]
    return _COPIES.get(CreationState(copy), "") if copy and act is Act.ADMIT else ""


def _stamp(*facts: object) -> str:
    return hashlib.sha256("|".join(map(str, facts)).encode()).hexdigest()[:16]


def _one(
    session: Session, case: Case, act: Act, stamp: str, again: list[str], *, reason: str, actor: str, now: datetime
) -> BulkLine:
    line = BulkLine(entry_id=case.entry_id, deposit_id=case.deposit_id, before=_kept(session, case.entry_id))
    line.left = CHANGED if stamp != case.stamp else case.obstacle
    if not line.left:
        try:
            _act(session, case, act, again, reason=reason, actor=actor, now=now)
        except DomainError as refusal:
            line.left = refusal.message
        session.flush()
    line.after = _kept(session, case.entry_id)
    return line


def _act(session: Session, case: Case, act: Act, again: list[str], *, reason: str, actor: str, now: datetime) -> None:
    if act is Act.CLEAR:
        operations.clear_admissibility(session, entry_id=case.entry_id, actor=actor, now=now)
    elif act is Act.RETRY:
        again.append(operations.retry_jury_copy(session, entry_id=case.entry_id, actor=actor, now=now))
    else:
        operations.decide_admissibility(
            session,
            entry_id=case.entry_id,
            deposit_id=case.deposit_id or "",
            decision=_DECISIONS[act],
            reason=reason,
            actor=actor,
            now=now,
        )


def _kept(session: Session, entry_id: str) -> dict[str, Any] | None:
    """Return a decision as it can be given back."""
    row = queries.admissibility_of(session, entry_id)
    if row is None:
        return None
    words = {name: getattr(row, name) for name in ("deposit_id", "decision", "reason", "decided_by")}
    return {**words, "decided_at": row.decided_at.isoformat()}


def _restore(session: Session, line: BulkLine, *, actor: str, now: datetime) -> None:
    try:
        entry = deciding.examinable(session, line.entry_id)
    except DomainError as refusal:
        line.kept = refusal.message
        return
    if entry.deposit_id != line.deposit_id or _kept(session, line.entry_id) != line.after:
        line.kept = _NEWER if entry.deposit_id != line.deposit_id else _MOVED
        return
    row, before = queries.admissibility_of(session, line.entry_id), line.before
    if before is not None and queries.look_of(session, line.entry_id):
        line.kept = _BY_TWO
        return
    if row and before is None:
        session.delete(row)
    elif before is not None:
        row = row or Admissibility(entry_id=line.entry_id)
        for name, value in before.items():
            setattr(row, name, datetime.fromisoformat(value) if name == "decided_at" else value)
        session.add(row)
    details = {"decision": before["decision"]} if before else {}
    accounts.record(
        session, actor=actor, action="admissibility_restored", subject=line.entry_id, now=now, details=details
    )
    session.flush()
