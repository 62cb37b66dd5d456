"""Lifting anonymity: once, after the signed minutes."""

from datetime import datetime

from sqlalchemy.orm import Session

from concours.accounts.operations import record as audit
from concours.editions.models import EditionRecord
from concours.entries.models import Deposit
from concours.entries.queries import deposits_by_work
from concours.honours.models import Laureate
from concours.honours.publishing import lock_current
from concours.honours.rules import to_text
from concours.kernel.errors import Conflict, Forbidden
from jury import api as jury


def unseal(session: Session, *, actor: str, now: datetime) -> int:
    """Write down who made the honoured works, and return how many they are.

    Raises Forbidden before the minutes are signed, Conflict the second time.
    """
    edition = lock_current(session)
    if edition.unsealed_at is not None:
        raise Conflict("L'anonymat est déjà levé : le palmarès est ci-dessous.")
    if edition.handed_over_at is None:
        raise Forbidden("Les œuvres n'ont pas été transmises au jury : il n'y a pas d'anonymat à lever.")
    honoured = jury.honours(session, edition_key=edition.key)
    deposits = deposits_by_work(session, [work.work_id for work in honoured])
    for work in honoured:
        session.add(_laureate(edition, work, deposits[work.work_id], now))
    edition.unsealed_at = now
    if edition.publish_at is not None and edition.publish_at <= now:
        edition.publish_at = None  # set in advance, and past: nobody meant the honours to be public at once
    jury.note_unsealing(session, edition_key=edition.key, now=now)
    session.flush()
    details = {"laureates": len(honoured)}
    audit(session, actor=actor, action="anonymity_lifted", subject=edition.id, now=now, details=details)
    return len(honoured)


def _laureate(edition: EditionRecord, work: jury.HonouredWork, deposit: Deposit, now: datetime) -> Laureate:
    return Laureate(
        edition_id=edition.id,
        entry_id=deposit.entry_id,
        deposit_id=deposit.id,
        work_number=work.number,
        rank=work.rank,
        mean=to_text(work.mean) if work.mean is not None else None,
        criterion_means={key: to_text(mean) for key, mean in work.criterion_means.items()},
        reason=work.reason,
        unsealed_at=now,
    )
