"""What the secretariat may grant, its reason written: more time, a late deposit, one for somebody; a problem told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts import operations as accounts
from concours.accounts.models import AuditEvent
from concours.editions.models import EditionRecord
from concours.editions.queries import current_record, to_edition
from concours.editions.rules import Edition, accepts_deposits
from concours.entries import deposits, queries
from concours.entries.models import Deposit, Entry, Problem
from concours.entries.operations import LATE_ATTEMPT
from concours.entries.rules import CONFIRMED, EntryState, Incomplete, Missing, Way
from concours.intake import lifecycle
from concours.intake.models import Creation, Upload
from concours.kernel.clock import format_instant
from concours.kernel.errors import Conflict, DomainError, NotFound
from concours.kernel.signing import SigningKey
from concours.kernel.storage import Received
from concours.kernel.text import clean_line, clean_text, grouped

REASON_MAX_LENGTH = 2000

_LAST_POSITION = 2**31 - 1
"""Beyond it PostgreSQL has no number for it."""

ADMISSIBLE_ACTS = frozenset({"upload", "entries.deposit"})
"""Late acts that left enough behind to be made good: a whole file, or a dossier that was to be deposited."""


@dataclass(frozen=True)
class Act:
    """Who acts for the secretariat, why and when, where mail should lead, and what seals a receipt."""

    actor: str
    reason: str
    now: datetime
    public_url: str
    key: SigningKey


def give_more_time(session: Session, *, entry_id: str, until: datetime, act: Act) -> None:
    """Let one dossier be changed and deposited until an instant of its own; its candidates are told.

    Raises NotFound, Conflict once the works are handed over, DomainError for an instant that gives no more time.
    """
    entry = _entry(session, entry_id)
    closes_at = queries.edition_of(session, entry).closes_at
    if until <= act.now or until <= closes_at:
        raise DomainError(
            f"Ce délai n'ajoute rien : choisissez un instant à venir, après le {format_instant(closes_at)}."
        )
    entry.open_until, entry.open_reason = until, _reason(act)
    details = {"until": until.isoformat()}
    _record(session, act, "more_time", entry.id, details)
    page = deposits.page_of(entry, act.public_url)
    deposits.write(session, "more_time", entry.deposit, entry=entry, now=act.now, page=page)


def admit_late(session: Session, *, position: int, act: Act) -> Deposit:
    """Make the deposit that a late attempt asked for; it bears the attempt's instant, and the reason.

    `position`: the attempt's, in the register. Raises NotFound, Conflict when it was admitted already or its file is
    gone, DomainError when the dossier lacks something: giving more time is then the way.
    """
    attempt = find_admissible(session, position)
    entry = _entry(session, attempt.subject)
    if position in admitted(session):
        raise Conflict("Cette tentative est déjà admise : rien n'a changé.")
    _require_untouched_since(entry, attempt.at)
    reason = _reason(act)
    if attempt.details["act"] == "upload":
        _take_late_file(session, entry, attempt)
    edition = queries.edition_of(session, entry)
    try:
        deposits.require_complete(entry, queries.missing(entry, edition))
    except Incomplete as refusal:
        raise DomainError(f"{_lacking(refusal.missing)} Vous pouvez accorder un délai à l'équipe.") from refusal
    made = deposits.make(
        session,
        entry,
        by=attempt.actor,
        way=Way.LATE,
        at=attempt.at,
        key=act.key,
        public_url=act.public_url,
        now=act.now,
        reason=reason,
    )
    _record(session, act, "late_admitted", entry.id, {"attempt": position, "deposit": made.id})
    return made


def deposit_for(
    session: Session,
    *,
    email: str,
    answers: Mapping[str, Any],
    received: Received,
    name: str,
    came_at: datetime,
    act: Act,
) -> Deposit:
    """Deposit for somebody what came by another way, `came_at` its reception; they confirm their consents afterwards.

    Raises Conflict once the works are handed over, DomainError for what came after closing or lacks something.
    """
    record = _open_record(session)
    edition = to_edition(session, record)
    _require_came_in_time(edition, came_at, act.now)
    account = accounts.ensure_account(session, email=email, now=act.now)
    entry = Entry(account_id=account.id, edition_id=record.id, created_at=act.now, updated_at=act.now, version=2)
    _fill_in(
        session,
        entry,
        {**answers, "contact_email": account.email},
        lifecycle.receive(session, received=received, name=name, now=act.now),
    )
    lacks = [each for each in queries.missing(entry, edition) if each.field not in CONFIRMED]
    if lacks:
        raise DomainError(_lacking(lacks))
    return deposits.make(
        session,
        entry,
        by=act.actor,
        way=Way.BEHALF,
        at=act.now,
        key=act.key,
        public_url=act.public_url,
        now=act.now,
        reason=_reason(act),
        came_at=came_at,
    )


def signal_problem(session: Session, *, entry_id: str, deposit_id: str, act: Act) -> None:
    """Tell candidates what is wrong with their deposit while they can mend it; it stands meanwhile.

    Raises NotFound, Conflict when another deposit counts or none, DomainError once the dossier is closed.
    """
    entry = _entry(session, entry_id)
    edition = queries.edition_of(session, entry)
    if entry.state is not EntryState.DEPOSITED or entry.deposit is None or entry.deposit.id != deposit_id:
        raise Conflict("Le dépôt a changé entre-temps : relisez la candidature. Rien n'est envoyé.")
    if not accepts_deposits(edition, act.now):
        raise DomainError("Les dépôts sont clos pour cette candidature : accordez d'abord un délai.")
    text = _reason(act)
    session.add(Problem(entry_id=entry.id, deposit_id=deposit_id, text=text, at=act.now, signalled_by=act.actor))
    _record(session, act, "problem_signalled", entry.id, {"deposit": deposit_id})
    page = deposits.page_of(entry, act.public_url)
    deposits.write(session, "problem", entry.deposit, entry=entry, now=act.now, page=page, problem=text)


def find_admissible(session: Session, position: int) -> AuditEvent:
    """Return the late attempt at this position. Raises NotFound for whatever else, and one that left nothing."""
    attempt = session.get(AuditEvent, position) if position <= _LAST_POSITION else None
    if attempt is None or attempt.action != LATE_ATTEMPT or attempt.details["act"] not in ADMISSIBLE_ACTS:
        raise NotFound
    return attempt


def to_admit(session: Session, edition_id: str) -> set[str]:
    """Return which of an edition's dossiers have a late attempt that may still be admitted."""
    attempts = session.scalars(select(AuditEvent).where(AuditEvent.action == LATE_ATTEMPT)).all()
    late = select(Entry).where(Entry.edition_id == edition_id, Entry.id.in_({each.subject for each in attempts}))
    known, done = {entry.id: entry for entry in session.scalars(late)}, admitted(session)
    return {
        attempt.subject
        for attempt in attempts
        if attempt.position not in done and attempt.subject in known and _adds(known[attempt.subject], attempt)
    }


def admitted(session: Session) -> frozenset[int]:
    """Return the positions of the late attempts that were admitted."""
    events = session.scalars(select(AuditEvent.details).where(AuditEvent.action == "late_admitted"))
    return frozenset(details["attempt"] for details in events)


def _require_came_in_time(edition: Edition, came_at: datetime, now: datetime) -> None:
    if came_at > now or not accepts_deposits(edition, came_at):
        raise DomainError(
            f"La réception doit se situer entre l'ouverture et la clôture des dépôts, le "
            f"{format_instant(edition.closes_at)}, et ne pas être à venir."
        )


def _fill_in(session: Session, entry: Entry, answers: Mapping[str, Any], creation: Creation) -> None:
    for field, answer in answers.items():
        setattr(entry, field, answer)
    entry.creation = creation
    session.add(entry)
    session.flush()


def _require_untouched_since(entry: Entry, attempted_at: datetime) -> None:
    """Let a deposit bear an attempt's instant only if it holds nothing newer. Raises Conflict."""
    if not _untouched_since(entry, attempted_at):
        raise Conflict(
            "Le dossier a été modifié ou déposé depuis cette tentative : l'admettre daterait d'avant ce qui est venu "
            "après. Rien n'a changé ; l'équipe peut déposer elle-même, au besoin avec un délai."
        )


def _adds(entry: Entry, attempt: AuditEvent) -> bool:
    """Tell whether admitting an attempt would deposit what is not deposited yet."""
    act = attempt.details["act"]
    new = act == "upload" or entry.deposit is None or entry.changed
    return act in ADMISSIBLE_ACTS and new and _untouched_since(entry, attempt.at)


def _untouched_since(entry: Entry, attempted_at: datetime) -> bool:
    return entry.updated_at <= attempted_at and (entry.deposit is None or entry.deposit.at <= attempted_at)


def _take_late_file(session: Session, entry: Entry, attempt: AuditEvent) -> None:
    upload = session.get(Upload, attempt.details["upload"], with_for_update=True)
    if upload is None:
        raise Conflict("Le fichier de cette tentative n'est plus conservé. Accordez plutôt un délai.")
    received = Received(upload.key, upload.size, attempt.details["sha256"])
    entry.creation = lifecycle.receive(session, received=received, name=upload.name, now=attempt.at)
    upload.creation = entry.creation


def _entry(session: Session, entry_id: str) -> Entry:
    """Return a dossier of the current edition under a lock, while the works are not handed over."""
    record = _open_record(session)
    entry = session.get(Entry, entry_id, with_for_update=True)
    if entry is None or entry.edition_id != record.id:
        raise NotFound
    return entry


def _open_record(session: Session) -> EditionRecord:
    record = session.get_one(EditionRecord, current_record(session).id, with_for_update=True)
    if record.handed_over_at:
        raise Conflict("Les œuvres sont transmises au jury : les dépôts ne changent plus.")
    return record


def _reason(act: Act) -> str:
    reason = clean_text(act.reason)
    if not clean_line(reason):
        raise DomainError("Écrivez le motif : les candidats le lisent, et la décision doit pouvoir être expliquée.")
    if len(reason) > REASON_MAX_LENGTH:
        raise DomainError(
            f"Le motif compte {grouped(len(reason))} caractères, pour {grouped(REASON_MAX_LENGTH)} au plus. "
            "Raccourcissez."
        )
    return reason


def _lacking(lacks: "tuple[Missing, ...] | list[Missing]") -> str:
    return f"Le dossier n'est pas complet : {' '.join(each.message for each in lacks)} Rien n'est déposé."


def _record(session: Session, act: Act, action: str, subject: str, details: dict[str, Any]) -> None:
    accounts.record(session, actor=act.actor, action=action, subject=subject, now=act.now, details=details)
