"""Invitations to work on a dossier: sent by its owner to one address, accepted by whoever signs in with it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from concours.accounts.models import Account
from concours.accounts.operations import record
from concours.editions import queries as editions
from concours.editions.models import EditionRecord
from concours.entries import queries
from concours.entries.models import Entry, EntryInvitation
from concours.entries.people import Circle, owned
from concours.entries.queries import Person
from concours.entries.rules import (
    INVITATION_AGAIN_AFTER,
    INVITATIONS_A_DAY,
    INVITATIONS_TO_ONE_A_DAY,
    MAX_PEOPLE,
    invitation_expiry,
    require_open,
)
from concours.kernel.errors import DomainError, Forbidden, NotFound, TooManyTries
from concours.kernel.ids import new_token
from concours.kernel.sessions import digest_of

_DAY = timedelta(days=1)
_DEAD_LINK = (
    "Cette invitation ne sert plus : elle a été acceptée, retirée ou remplacée par une plus récente, ou son délai est "
    "passé. Demandez une nouvelle invitation à la personne qui vous l'a envoyée."
)


class OtherAccount(Forbidden):
    """The invitation is for another address than the one that is signed in."""


@dataclass(frozen=True)
class Invited:
    """An invitation as it waits, and whether a mail has just been sent for it."""

    invitation: EntryInvitation
    sent: bool


def invite(session: Session, *, entry_id: str, account_id: str, email: str, public_url: str, now: datetime) -> Invited:
    """Write to an address with a link that lets it join; one that waits already is returned as it is.

    Raises NotFound, Forbidden for a member, Late, TooManyTries, DomainError for one's own address and a member's.
    """
    circle, edition = owned(session, entry_id=entry_id, account_id=account_id, now=now)
    require_open(editions.to_edition(session, edition), now, "L'invitation d'une personne")
    email, people = email.lower(), circle.people()
    _require_newcomer(people, email, account_id)
    waiting = queries.invitations_of(session, entry_id, now=now)
    known = next((each for each in waiting if each.email == email), None)
    if known:
        return Invited(known, sent=False)
    if len(people) + len(waiting) >= MAX_PEOPLE:
        raise DomainError(
            f"Un dossier réunit {MAX_PEOPLE} personnes au plus, invitations en attente comprises. "
            "Personne n'a été invité : retirez d'abord une personne ou une invitation."
        )
    return Invited(_send(circle, edition, account_id, email=email, public_url=public_url), sent=True)


def invite_again(
    session: Session, *, entry_id: str, account_id: str, invitation_id: str, public_url: str, now: datetime
) -> Invited:
    """Send an invitation again, under a new link that replaces the former; once an hour at most.

    Raises NotFound, Forbidden for a member, Late, TooManyTries.
    """
    circle, edition = owned(session, entry_id=entry_id, account_id=account_id, now=now)
    require_open(editions.to_edition(session, edition), now, "L'invitation d'une personne")
    former = _invitation(circle, invitation_id)
    if now - former.created_at < INVITATION_AGAIN_AFTER or not former.waits(now):
        return Invited(former, sent=False)
    former.withdrawn_at = now
    return Invited(_send(circle, edition, account_id, email=former.email, public_url=public_url), sent=True)


def withdraw_invitation(
    session: Session, *, entry_id: str, account_id: str, invitation_id: str, now: datetime
) -> EntryInvitation:
    """Take an invitation back: its link opens nothing any more. A second time changes nothing.

    Raises NotFound, Forbidden for a member.
    """
    circle, _ = owned(session, entry_id=entry_id, account_id=account_id, now=now)
    invitation = _invitation(circle, invitation_id)
    if invitation.waits(now):
        invitation.withdrawn_at = now
        circle.record(account_id, "invitation_withdrawn", invitation=invitation.id)
    return invitation


def open_invitation(session: Session, *, token: str, account_id: str | None, now: datetime) -> EntryInvitation:
    """Return what a mailed link invites to; once accepted, to whoever works on the dossier only. Raises NotFound."""
    invitation = queries.invitation_by_token(session, token)
    if invitation is None or not (invitation.waits(now) or _has_joined(session, invitation, account_id)):
        raise NotFound(_DEAD_LINK)
    return invitation


def accept(session: Session, *, token: str, account_id: str, public_url: str, now: datetime) -> Entry:
    """Make the invited person a member, and tell the owner; a second time changes nothing.

    Raises NotFound for a link that is none any more, OtherAccount when somebody else is signed in.
    """
    seen = queries.invitation_by_token(session, token)
    if seen is None:
        raise NotFound(_DEAD_LINK)
    entry = session.get_one(Entry, seen.entry_id, with_for_update=True)
    session.refresh(seen)  # as it is now that nobody else can change it
    if _has_joined(session, seen, account_id):
        return entry
    if not seen.waits(now):
        raise NotFound(_DEAD_LINK)
    _require_invited(session, seen, account_id)
    seen.accepted_at, circle = now, Circle(session, entry, now)
    circle.add(account_id)
    circle.record(account_id, "invitation_accepted", invitation=seen.id)
    circle.write("joined", circle.email(entry.account_id), public_url=public_url, who=seen.email)
    return entry


def record_other_account(session: Session, *, token: str, account_id: str, now: datetime) -> None:
    """Record that somebody else tried to accept, in a transaction of its own: the attempt's was undone."""
    invitation = queries.invitation_by_token(session, token)
    if invitation:
        details = {"invitation": invitation.id}
        subject = invitation.entry_id
        record(session, actor=account_id, action="invitation_misdirected", subject=subject, now=now, details=details)


def _require_newcomer(people: list[Person], email: str, account_id: str) -> None:
    known = next((person for person in people if person.email == email), None)
    if known and known.account_id == account_id:
        raise DomainError("C'est votre propre adresse : vous travaillez déjà sur ce dossier. Indiquez-en une autre.")
    if known:
        raise DomainError(f"{email} travaille déjà sur ce dossier : il n'y a personne à inviter.")


def _require_invited(session: Session, invitation: EntryInvitation, account_id: str) -> None:
    email = session.get_one(Account, account_id).email
    if email != invitation.email:
        raise OtherAccount(
            f"Cette invitation est destinée à {invitation.email}, et vous êtes connecté·e avec {email}. Rien n'a "
            "changé : ouvrez de nouveau le lien du message pour changer de compte, ou faites inviter votre autre "
            "adresse."
        )


def _invitation(circle: Circle, invitation_id: str) -> EntryInvitation:
    found = circle.session.get(EntryInvitation, invitation_id)
    if found is None or found.entry_id != circle.entry.id:
        raise NotFound
    return found


def _has_joined(session: Session, invitation: EntryInvitation, account_id: str | None) -> bool:
    """Tell whether it was accepted by the account that asks, which still works on the dossier."""
    account = session.get(Account, account_id) if account_id else None
    if account is None or invitation.accepted_at is None or account.email != invitation.email:
        return False
    own = select(Entry.id).where(Entry.id == invitation.entry_id, queries.may_act(account.id))
    return session.scalar(own) is not None


def _send(circle: Circle, edition: EditionRecord, account_id: str, *, email: str, public_url: str) -> EntryInvitation:
    session, now, token = circle.session, circle.now, new_token()
    # Somebody who invites from two dossiers at once is counted once, then once more.
    owner = session.get_one(Account, account_id, with_for_update=True)
    _check_rate(session, account_id, email, now)
    invitation = EntryInvitation(
        entry_id=circle.entry.id,
        email=email,
        token_digest=digest_of(token),
        invited_by=account_id,
        created_at=now,
        expires_at=invitation_expiry(editions.to_edition(session, edition), now),
    )
    session.add(invitation)
    session.flush()
    circle.record(account_id, "person_invited", invitation=invitation.id)
    facts = {"who": owner.email, "link": f"{public_url}/invitations/{token}", "until": invitation.expires_at}
    circle.write("invitation", email, public_url=public_url, **facts)
    return invitation


def _check_rate(session: Session, account_id: str, email: str, now: datetime) -> None:
    if _count(session, EntryInvitation.email == email, now) >= INVITATIONS_TO_ONE_A_DAY:
        raise TooManyTries(
            f"L'adresse {email} a déjà reçu plusieurs invitations depuis vingt-quatre heures : aucun autre message "
            "n'est parti. Réessayez demain, ou vérifiez l'adresse avec la personne."
        )
    if _count(session, EntryInvitation.invited_by == account_id, now) >= INVITATIONS_A_DAY:
        raise TooManyTries(
            f"Vous avez envoyé {INVITATIONS_A_DAY} invitations en vingt-quatre heures : celle-ci n'est pas partie. "
            "Réessayez demain ; les précédentes restent valables."
        )


def _count(session: Session, condition: ColumnElement[bool], now: datetime) -> int:
    query = select(func.count()).select_from(EntryInvitation)
    return session.scalar(query.where(condition, EntryInvitation.created_at > now - _DAY)) or 0
