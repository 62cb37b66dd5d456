"""The change of edition: only once the present one is over, and undone while nothing stands in the new one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from concours.accounts import operations as accounts
from concours.accounts.models import AuditEvent
from concours.editions import document
from concours.editions.models import EditionRecord, RulesVersion
from concours.editions.operations import start_edition
from concours.editions.queries import current_record, to_edition
from concours.editions.rules import Edition, is_published
from concours.editions.succession import check_follows
from concours.entries.models import Entry
from concours.honours import letters
from concours.honours.rules import LetterKind
from concours.kernel.clock import format_instant
from concours.kernel.errors import Conflict
from concours.kernel.text import clean_text
from concours.registrations.models import Registration
from jury import api as jury

BEGUN = "next_edition_begun"


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether the present edition may make room for the next one."""

    over: bool
    """Its honours are public: no reason is asked for."""
    obstacles: list[str]
    """What has to be done before; none when it may be left now."""
    entries: int
    registrations: int


def standing_of(session: Session, record: EditionRecord, now: datetime) -> Standing:
    """Return how the present edition ends."""
    edition = to_edition(session, record)
    over = is_published(edition, now)
    return Standing(over, _obstacles(session, record, edition, now) if over else [], *_held(session, record))


def begin_next(
    session: Session, *, edition: Edition, reason: str, version: int, actor: str, now: datetime
) -> EditionRecord:
    """Make this edition follow the present one, which is over, or abandoned for a reason that the journal keeps.

    Raises Conflict on a stale version or while the present one is not over, DomainError for what makes no edition.
    """
    edition = document.parse(document.dump(edition))  # nothing is stored that could not be read again
    present = _lock(session)
    if present.version != version:
        raise Conflict("L'édition a été modifiée entre-temps. Rechargez la page : rien n'a changé.")
    standing, reason = standing_of(session, present, now), clean_text(reason)
    if standing.obstacles:
        raise Conflict(" ".join(standing.obstacles))
    if not standing.over and not reason:
        raise Conflict(
            f"Le palmarès de l'édition {present.key} n'est pas public. Publiez-le d'abord ou, si cette édition est "
            "abandonnée, indiquez-en le motif. Rien n'a changé."
        )
    check_follows(to_edition(session, present), edition)
    following = start_edition(session, edition=edition, now=now)
    details = {"previous": present.id} | ({} if standing.over else {"abandoned": reason})
    accounts.record(session, actor=actor, action=BEGUN, subject=following.id, now=now, details=details)
    return following


def take_back(session: Session, *, actor: str, now: datetime) -> EditionRecord:
    """Return to the edition before the present one, which goes. Raises Conflict once anything stands in it."""
    record = _lock(session)
    former = former_of(session, record)
    if former is None:
        raise Conflict("Aucune édition ne précède celle-ci : il n'y a pas de changement à annuler.")
    if found := begun(session, record):
        raise Conflict(
            f"L'édition {record.key} a commencé ({', '.join(found)}) : elle ne s'annule plus. Rien n'a changé."
        )
    session.execute(delete(RulesVersion).where(RulesVersion.edition_id == record.id))
    session.delete(record)
    session.flush()
    former.current = True
    accounts.record(session, actor=actor, action="next_edition_undone", subject=former.id, now=now)
    return former


def former_of(session: Session, record: EditionRecord) -> EditionRecord | None:
    """Return the edition that the present one followed, None where it was the first here."""
    query = select(AuditEvent).where(AuditEvent.action == BEGUN, AuditEvent.subject == record.id)
    event = session.scalars(query.order_by(AuditEvent.position.desc()).limit(1)).first()
    return session.get(EditionRecord, event.details["previous"]) if event else None


def begun(session: Session, record: EditionRecord) -> list[str]:
    """Return what stands in an edition: dossiers, registrations, a panel."""
    entries, registrations = _held(session, record)
    found = {
        f"{entries} dossier{'s' * (entries > 1)}": entries,
        f"{registrations} inscription{'s' * (registrations > 1)}": registrations,
        "un jury": jury.has_session(session, edition_key=record.key),
    }
    return [words for words, there in found.items() if there]


def _obstacles(session: Session, record: EditionRecord, edition: Edition, now: datetime) -> list[str]:
    found = []
    if left := letters.to_tell(letters.addressees(session, record, LetterKind.RESULT)):
        found.append(
            f"Messages de résultat qui ne sont pas partis : {left}. Approuvez-les d'abord, page « Publication et "
            "messages » : ils ne partiraient plus."
        )
    if edition.event and edition.event.ends_at > now:
        found.append(
            f"« {edition.event.name} » n'est pas passé : {format_instant(edition.event.ends_at)}. Les inscriptions et "
            "l'accueil suivent l'édition présente : changez d'édition après."
        )
    return found


def _held(session: Session, record: EditionRecord) -> tuple[int, int]:
    entries, registrations = (
        session.scalar(select(func.count()).select_from(table).where(table.edition_id == record.id)) or 0
        for table in (Entry, Registration)
    )
    return entries, registrations


def _lock(session: Session) -> EditionRecord:
    """Return the present edition, locked: of two changes at once, the second sees the first."""
    record = session.get_one(EditionRecord, current_record(session).id, with_for_update=True, populate_existing=True)
    if not record.current:
        raise Conflict("L'édition a changé entre-temps. Rechargez la page : rien n'a changé.")
    return record
