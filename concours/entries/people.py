"""Who works on a dossier: its owner removes and hands on; members do all that deposits need, and may leave."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts.models import Account, Outbox
from concours.accounts.operations import record
from concours.editions import queries as editions
from concours.editions.models import EditionRecord
from concours.entries import queries
from concours.entries.models import Entry, EntryMember
from concours.entries.queries import Person
from concours.kernel.errors import DomainError, Forbidden, NotFound
from concours.kernel.mail import compose, enqueue

OWNERS_ACT = (
    "Seule la personne responsable de ce dossier peut inviter ou retirer quelqu'un, ou confier le dossier. "
    "Rien n'a changé : adressez-lui votre demande."
)
NO_MEMBER = "Cette personne ne travaille pas, ou plus, sur ce dossier. Rien n'a changé."
_OWNER_STAYS = (
    "Vous êtes responsable de ce dossier : confiez-le d'abord à un membre de l'équipe. "
    "Ensuite, vous pourrez le quitter."
)


@dataclass(frozen=True)
class Circle:
    """A dossier, held for an act on the people who work on it."""

    session: Session
    entry: Entry
    now: datetime

    def people(self) -> list[Person]:
        """Return them, the owner first."""
        return list(queries.people_of(self.session, [self.entry])[self.entry.id])

    def drop(self, account_id: str) -> bool:
        """End a membership, if there is one."""
        query = select(EntryMember).where(EntryMember.entry_id == self.entry.id, EntryMember.account_id == account_id)
        member = self.session.scalars(query).first()
        if member is None:
            return False
        self.session.delete(member)
        self.session.flush()
        return True

    def add(self, account_id: str) -> None:
        """Make somebody a member."""
        self.session.add(EntryMember(entry_id=self.entry.id, account_id=account_id, joined_at=self.now))

    def email(self, account_id: str) -> str:
        """Return somebody's address."""
        return self.session.get_one(Account, account_id).email

    def record(self, actor: str, action: str, **details: str) -> None:
        """Put the act on record."""
        record(self.session, actor=actor, action=action, subject=self.entry.id, now=self.now, details=details)

    def write(self, template: str, to: str, *, public_url: str, **facts: Any) -> None:
        """Write to one person."""
        edition = editions.to_edition(self.session, self.session.get_one(EditionRecord, self.entry.edition_id))
        page = f"{public_url}/candidatures/{self.entry.id}/personnes"
        message = compose(
            f"entries/mails/{template}.txt", to=to, edition=edition, title=self.entry.title, page=page, **facts
        )
        enqueue(self.session, Outbox, message, now=self.now)


def owned(session: Session, *, entry_id: str, account_id: str, now: datetime) -> tuple[Circle, EditionRecord]:
    """Return a dossier for an act of its owner. Raises NotFound for strangers, Forbidden for members."""
    entry, edition = queries.entry_alone(session, entry_id=entry_id, account_id=account_id, lock=True)
    if entry.account_id != account_id:
        raise Forbidden(OWNERS_ACT)
    return Circle(session, entry, now), edition


def remove(session: Session, *, entry_id: str, account_id: str, person_id: str, public_url: str, now: datetime) -> bool:
    """Take a member off the dossier, and tell them; False when they were none any more.

    Raises NotFound, Forbidden for a member, DomainError for the owner.
    """
    circle, _ = owned(session, entry_id=entry_id, account_id=account_id, now=now)
    if person_id == account_id:
        raise DomainError(_OWNER_STAYS)
    if not circle.drop(person_id):
        return False
    circle.record(account_id, "person_removed", person=person_id)
    circle.write("removed", circle.email(person_id), public_url=public_url, who=circle.email(account_id))
    return True


def leave(session: Session, *, entry_id: str, account_id: str, public_url: str, now: datetime) -> bool:
    """Have a member leave, and tell the owner; False for whoever is no member. Raises DomainError for the owner."""
    entry = session.get(Entry, entry_id, with_for_update=True)
    if entry is None:
        return False
    if entry.account_id == account_id:
        raise DomainError(_OWNER_STAYS)
    circle = Circle(session, entry, now)
    if not circle.drop(account_id):
        return False
    circle.record(account_id, "person_left")
    circle.write("left", circle.email(entry.account_id), public_url=public_url, who=circle.email(account_id))
    return True


def hand_on(
    session: Session, *, entry_id: str, account_id: str, person_id: str, public_url: str, now: datetime
) -> Person:
    """Make a member the owner, and tell them; whoever was it stays as a member. A second time changes nothing.

    Raises NotFound for whoever is no member, Forbidden for whoever does not own the dossier.
    """
    entry, _ = queries.entry_alone(session, entry_id=entry_id, account_id=account_id, lock=True)
    if entry.account_id != person_id:
        circle, _ = owned(session, entry_id=entry_id, account_id=account_id, now=now)
        if not circle.drop(person_id):
            raise NotFound(NO_MEMBER)
        entry.account_id = person_id
        circle.add(account_id)
        circle.record(account_id, "entry_handed_on", person=person_id)
        circle.write("handed_on", circle.email(person_id), public_url=public_url, who=circle.email(account_id))
        session.flush()
    return Circle(session, entry, now).people()[0]
