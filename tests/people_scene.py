"""A team on one dossier: what its tests share, through the operations."""

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts.models import Account, AuditEvent, Outbox
from concours.accounts.operations import ensure_account
from concours.entries import invitations
from concours.entries.invitations import Invited
from concours.entries.models import Entry
from tests.entries_scene import OPEN, PUBLIC_URL, Scene

OWNER = "candidate@agents.example"
MEMBER = "odile.o'brien+concours@agents.example"
"""Unusual, and valid."""
STRANGER = "autre@agents.example"


def invite(session: Session, entry: Entry, email: str = MEMBER, now: datetime = OPEN) -> Invited:
    """Invite somebody, as the dossier's owner does."""
    return invitations.invite(
        session, entry_id=entry.id, account_id=entry.account_id, email=email, public_url=PUBLIC_URL, now=now
    )


def token_for(session: Session, email: str) -> str:
    """Return the secret end of the link in the newest invitation to this address: it is kept nowhere else."""
    query = select(Outbox.text).where(Outbox.recipient == email, Outbox.text.contains("/invitations/"))
    text = session.scalars(query.order_by(Outbox.created_at.desc())).first()
    found = re.search(r"/invitations/(\S+)", text or "")
    assert found is not None
    return found[1]


def join(session: Session, entry: Entry, email: str = MEMBER, now: datetime = OPEN) -> str:
    """Invite somebody who accepts; return the member's account."""
    invite(session, entry, email, now)
    account_id = ensure_account(session, email=email, now=now).id
    accept(session, token_for(session, email), account_id, now)
    return account_id


def accept(session: Session, token: str, account_id: str, now: datetime = OPEN) -> Entry:
    """Press the button behind the link."""
    return invitations.accept(session, token=token, account_id=account_id, public_url=PUBLIC_URL, now=now)


def shared(scene: Scene) -> str:
    """Make a complete dossier of OWNER on which MEMBER works too; return its identifier."""
    entry_id = scene.complete(OWNER)
    with scene.database.write() as session:
        join(session, session.get_one(Entry, entry_id), now=scene.clock())
    return entry_id


def recipients(session: Session, subject: str) -> list[str]:
    """Return to whom the messages went whose subject begins so, in the order of addresses."""
    query = select(Outbox.recipient).where(Outbox.subject.startswith(subject))
    return sorted(session.scalars(query))


def acts(session: Session, entry_id: str) -> list[tuple[str, str]]:
    """Return what was done to a dossier, and by whom."""
    query = select(AuditEvent.action, Account.email).join(Account, Account.id == AuditEvent.actor)
    rows = session.execute(query.where(AuditEvent.subject == entry_id).order_by(AuditEvent.position))
    return [(action, email) for action, email in rows]
