"""What a candidate may do to a draft, and what is kept of a dossier beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from concours.accounts.models import Account
from concours.accounts.operations import record
from concours.editions import queries as editions
from concours.entries import queries
from concours.entries.models import Entry, EntryInvitation
from concours.entries.rules import Dossier, require_open
from concours.intake import lifecycle, uploads
from concours.intake.models import Creation
from concours.kernel.errors import Conflict, DomainError
from concours.kernel.storage import Received

_SIGNATURE_LENGTH = 200

LATE_ATTEMPT = "late_attempt"
"""In the audit chain: an act that came too late."""

_STRETCH = timedelta(minutes=10)
"""One person's changes that follow one another this closely are one event: the deposit seals what they made."""


class Stale(Conflict):
    """The same answers were changed meanwhile. `stored` holds those that differ, as they are kept."""

    def __init__(self, stored: Mapping[str, Any], version: int) -> None:
        super().__init__(
            "Ces réponses ont été modifiées entre-temps, depuis une autre fenêtre ou un autre appareil. "
            "Votre saisie n'est pas perdue : comparez, puis enregistrez de nouveau."
        )
        self.stored, self.version = stored, version


@dataclass(frozen=True)
class Given:
    """Answers as somebody gave them, each with what it was when they began."""

    entry_id: str
    account_id: str
    answers: Mapping[str, Any]
    seen: Mapping[str, Any]
    now: datetime


class Kept(NamedTuple):
    """What became of some answers: those that could not be kept are in conflict, by name, with what is stored."""

    entry: Entry
    conflicts: Mapping[str, Any]


def start_entry(session: Session, *, account_id: str, now: datetime) -> Entry:
    """Return a new draft in the current edition, or the one that the candidate began and left untouched."""
    edition_record = editions.current_record(session)
    require_open(editions.to_edition(session, edition_record), now, "Une nouvelle candidature")
    # Two presses of the same button wait for each other here.
    session.get_one(Account, account_id, with_for_update=True)
    untouched = _untouched(session, account_id, edition_record.id)
    if untouched:
        return untouched
    entry = Entry(account_id=account_id, edition_id=edition_record.id, created_at=now, updated_at=now, version=1)
    entry.updated_by = account_id
    session.add(entry)
    session.flush()
    record(session, actor=account_id, action="entry_started", subject=entry.id, now=now)
    return entry


def save_dossier(
    session: Session, *, entry_id: str, account_id: str, answers: Mapping[str, Any], version: int, now: datetime
) -> Entry:
    """Keep some of the answers, complete or not; what is deposited already stays as it was.

    Raises Late, NotFound, and Stale when these answers have changed since `version`.
    """
    entry = queries.own_open_entry(session, entry_id, account_id, now, "La modification du dossier")
    stored = asdict(entry.dossier)
    changed = {name: answers[name] for name in answers if answers[name] != stored[name]}
    if changed and entry.version != version:
        raise Stale({name: stored[name] for name in changed}, entry.version)
    keep(session, entry, changed, account_id, now)
    return entry


def save_answers(session: Session, batch: Sequence[Given]) -> "list[Kept | DomainError]":
    """Keep answers of several people, each by itself unless what is stored is neither it nor what its writer had seen.

    What is refused (late, nobody's dossier) stands in its place in what is returned; nothing of it is changed.
    """
    found = queries.entries_alone(session, {given.entry_id for given in batch})
    return [_save_given(session, given, found.get(given.entry_id)) for given in batch]


def _save_given(session: Session, given: Given, found: queries.Alone | None) -> "Kept | DomainError":
    try:
        entry = queries.require_own(session, found, given.account_id, given.now, "La modification du dossier")
    except DomainError as refusal:
        return refusal
    stored = asdict(entry.dossier)
    changed = {name: answer for name, answer in given.answers.items() if answer != stored[name]}
    conflicts = {name: stored[name] for name in changed if given.seen[name] != stored[name]}
    kept = {name: changed[name] for name in changed if name not in conflicts}
    keep(session, entry, kept, given.account_id, given.now)
    return Kept(entry, conflicts)


def attach_creation(
    session: Session, *, entry_id: str, account_id: str, received: Received, name: str, now: datetime
) -> Creation:
    """Make a received file the draft's; the same bytes again change nothing. The deposit that stands is untouched.

    The creation that is returned has another `quarantine_key` when nothing changed. Raises Late, NotFound.
    """
    entry = queries.own_open_entry(session, entry_id, account_id, now, "L'envoi d'un fichier")
    present = entry.creation
    if present and present.sha256 == received.sha256 and not present.to_send_again:
        return present
    entry.creation = lifecycle.receive(session, received=received, name=name, now=now)
    entry.updated_at, entry.updated_by = now, account_id
    details = {"creation": entry.creation.id, "size": received.size, "sha256": received.sha256}
    record(session, actor=account_id, action="creation_attached", subject=entry.id, now=now, details=details)
    return entry.creation


def record_late(
    session: Session, *, entry_id: str, account_id: str, act: str, now: datetime, size: int | None = None, **kept: str
) -> None:
    """Record an act that came too late. `kept`: what an organiser needs who admits it all the same."""
    details = {"act": act} | ({"size": size} if size is not None else {}) | kept
    record(session, actor=account_id, action=LATE_ATTEMPT, subject=entry_id, now=now, details=details)


def record_late_file(
    session: Session, *, entry_id: str, account_id: str, upload_id: str, received: Received, now: datetime
) -> None:
    """Record a file that came whole but too late, with what an organiser needs to admit it."""
    who = {"entry_id": entry_id, "account_id": account_id}
    record_late(session, **who, act="upload", now=now, size=received.size, upload=upload_id, sha256=received.sha256)


def keep_late_file(
    session: Session, *, entry_id: str, account_id: str, received: Received, name: str, now: datetime
) -> None:
    """Keep a file that came in one piece and too late, on record: the secretariat may admit it."""
    kept = uploads.keep_late(session, subject=entry_id, name=name, received=received, now=now)
    record_late_file(session, entry_id=entry_id, account_id=account_id, upload_id=kept.id, received=received, now=now)


def record_infection(session: Session, *, creation_id: str, signature: str, now: datetime) -> None:
    """Record what the antivirus found, for the secretariat: under the dossier that holds the file, if any."""
    entry_id = session.scalar(select(Entry.id).where(Entry.creation_id == creation_id))
    details = {"signature": signature[:_SIGNATURE_LENGTH], "creation": creation_id}
    record(session, actor="system", action="infected_file", subject=entry_id or creation_id, now=now, details=details)


def link_works(session: Session, *, works: Mapping[str, str]) -> None:
    """Keep, by dossier, which work the jury sees: part of the handing over."""
    for entry in session.scalars(select(Entry).where(Entry.id.in_(works))):
        entry.work_id = works[entry.id]


def keep(session: Session, entry: Entry, changed: Mapping[str, Any], account_id: str, now: datetime) -> None:
    """Change answers of a draft. Whoever calls checked that it may be."""
    if not changed:
        return
    goes_on = entry.version > 1 and entry.updated_by == account_id and now - entry.updated_at < _STRETCH
    for name, answer in changed.items():
        setattr(entry, name, answer)
    entry.version, entry.updated_at, entry.updated_by = entry.version + 1, now, account_id
    if not goes_on:
        details = {"version": entry.version}
        record(session, actor=account_id, action="dossier_saved", subject=entry.id, now=now, details=details)


def _untouched(session: Session, account_id: str, edition_id: str) -> Entry | None:
    query = select(Entry).where(
        Entry.account_id == account_id,
        Entry.edition_id == edition_id,
        Entry.creation_id.is_(None),
        Entry.version == 1,
        ~exists().where(EntryInvitation.entry_id == Entry.id),
    )
    return next((entry for entry in session.scalars(query) if entry.dossier == Dossier()), None)
