"""Members of the jury who come from the same administration as an entry: suggested, decided by a person."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts import operations as accounts
from concours.editions.queries import current_record
from concours.entries.models import Entry
from concours.kernel.errors import Conflict, DomainError, NotFound
from concours.organisers import listing, queries
from concours.organisers.matching import first_match
from concours.organisers.models import BodyMatch
from jury import api as jury


@dataclass(frozen=True, slots=True)
class Pair:
    """A member and an entry, with what makes one think of the other."""

    member_id: str
    member: str
    entry_id: str
    title: str
    administration: str
    body: str = ""
    """The declared body that resembles; empty for a pair that an organiser made."""
    confirmed: bool | None = None
    """None while nobody has decided."""
    decided_at: datetime | None = None


def suggestions(session: Session) -> list[Pair]:
    """Return the pairs that resemble each other and that nobody has looked at."""
    decided = {(row.member_id, row.entry_id) for row in _rows(session)}
    return [pair for pair in _resembling(session) if (pair.member_id, pair.entry_id) not in decided]


def decisions(session: Session) -> list[Pair]:
    """Return what was decided, the latest first; a member who has left is no longer listed."""
    members = {member.member_id: member.name for member in members_of(session)}
    entries = {each.entry_id: each for each in admitted(session)}
    resembling = {(pair.member_id, pair.entry_id): pair.body for pair in _resembling(session)}
    return [
        Pair(
            member_id=row.member_id,
            member=members[row.member_id],
            entry_id=row.entry_id,
            title=entries[row.entry_id].title,
            administration=entries[row.entry_id].administration,
            body=resembling.get((row.member_id, row.entry_id), ""),
            confirmed=row.confirmed,
            decided_at=row.decided_at,
        )
        for row in _rows(session)
        if row.member_id in members and row.entry_id in entries
    ]


def confirmed_pairs(session: Session) -> list[tuple[str, str]]:
    """Return the pairs of member and entry that do not meet; nobody who has left the panel."""
    return [(pair.member_id, pair.entry_id) for pair in decisions(session) if pair.confirmed]


def obstacles(session: Session) -> list[str]:
    """Return why works cannot go to the jury yet, a sentence each."""
    count = len(suggestions(session))
    return [f"Appartenances à vérifier entre jury et candidatures : {count}."] if count else []


def members_of(session: Session) -> Sequence[jury.MemberProgress]:
    """Return the members whom works may be kept from: those who score, or may be called to."""
    panel = queries.panel(session, current_record(session).key)
    return [member for member in panel if member.role is not jury.Role.SECRETARY]


def admitted(session: Session) -> list[listing.Body]:
    """Return the entries that go, or went, to the jury."""
    return listing.admitted(session, current_record(session).id)


def decide(session: Session, *, member_id: str, entry_id: str, confirmed: bool, actor: str, now: datetime) -> None:
    """Say whether a member and an entry come from one administration.

    The jury gets a confirmed pair at once, where it has the work; from then on, it stays. Raises NotFound, Conflict.
    """
    _check(session, member_id, entry_id)
    record = current_record(session)
    row = session.scalars(
        select(BodyMatch).where(BodyMatch.member_id == member_id, BodyMatch.entry_id == entry_id)
    ).first() or BodyMatch(member_id=member_id, entry_id=entry_id, confirmed=False)
    if row.confirmed and not confirmed and record.handed_over_at:
        raise Conflict("Le jury a déjà reçu cette décision : le membre n'a pas vu l'œuvre, et elle ne revient pas.")
    row.confirmed, row.decided_by, row.decided_at = confirmed, actor, now
    session.add(row)
    if confirmed and record.handed_over_at:
        work_id = session.scalar(select(Entry.work_id).where(Entry.id == entry_id))
        if work_id is None:
            raise NotFound
        jury.exclude_pairs(session, edition_key=record.key, pairs=[(member_id, work_id)], now=now)
    details = {"member": member_id, "confirmed": confirmed}
    accounts.record(session, actor=actor, action="body_match_decided", subject=entry_id, now=now, details=details)


def _check(session: Session, member_id: str, entry_id: str) -> None:
    if member_id not in {member.member_id for member in members_of(session)}:
        raise NotFound
    if entry_id not in {each.entry_id for each in admitted(session)}:
        raise DomainError("Cette candidature n'est pas recevable : elle ne va pas au jury.")


def _resembling(session: Session) -> list[Pair]:
    key = current_record(session).key
    if not jury.has_session(session, edition_key=key):
        return []
    declared = jury.declared_bodies(session, edition_key=key)
    scoring = {member.member_id for member in members_of(session)} if declared else set()
    return _pairs([each for each in declared if each.member_id in scoring], admitted(session) if scoring else [])


def _pairs(declared: Collection[jury.DeclaredBodies], entries: Collection[listing.Body]) -> list[Pair]:
    return [
        Pair(member.member_id, member.name, each.entry_id, each.title, each.administration, body)
        for member in declared
        for each in entries
        if (body := first_match(member.bodies, each.administration)) is not None
    ]


def _rows(session: Session) -> Sequence[BodyMatch]:
    return session.scalars(select(BodyMatch).order_by(BodyMatch.decided_at.desc(), BodyMatch.id)).all()
