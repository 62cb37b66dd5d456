"""Somebody who registers and joins, and the mails that answer."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts.models import Outbox
from concours.editions.models import EditionRecord
from concours.editions.operations import ensure_edition, update_edition
from concours.editions.queries import current_edition, current_record
from concours.entries import deposits
from concours.registrations import operations
from concours.registrations.hall import Desk
from concours.registrations.models import Registration
from concours.registrations.rules import Attendee
from tests.entries_scene import KEY, OPEN, attach, candidate, draft

NOW = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
PUBLIC_URL = "https://concours.example"
DESK = Desk(PUBLIC_URL, "contact@concours.example")
ZOE = Attendee(
    first_name="Zoé",
    last_name="Noël-Ångström",
    email="Zoe.Noel@Mairie.example",
    administration="Mairie d'Œuilly",
    function="Chargée d'accueil",
    accessibility_needs="Une place pour un fauteuil",
    member=True,
    meal_needs="Sans arachide",
)


def open_hall(session: Session, capacity: int | None, *, now: datetime = NOW, **facts: Any) -> EditionRecord:
    """Make the edition, with this many seats at its event; `facts` change the event."""
    ensure_edition(session, now=now)
    change_event(session, capacity=capacity, now=now, **facts)
    return current_record(session)


def change_event(session: Session, *, now: datetime = NOW, **facts: Any) -> None:
    """Change the event as its organisers do."""
    edition, version = current_edition(session), current_record(session).version
    assert edition.event
    update_edition(session, edition=replace(edition, event=replace(edition.event, **facts)), version=version, now=now)


def somebody(name: str) -> Attendee:
    """Return somebody whose address begins with this name."""
    return replace(ZOE, first_name=name.capitalize(), email=f"{name}@mairie.example")


def ask(session: Session, *names: str, now: datetime = NOW) -> None:
    """Have people register, one after the other, at the same instant."""
    for name in names:
        register(session, somebody(name), now=now)


def states(session: Session) -> dict[str, str]:
    """Return where each registration stands, by first name, in the order of the acts."""
    rows = session.scalars(select(Registration).order_by(Registration.number))
    return {row.first_name.lower(): row.state for row in rows}


def link(session: Session, name: str) -> str:
    """Return the secret end of the link in the last message to this person."""
    session.flush()
    to = f"{name}@mairie.example"
    return token([mail for mail in mails(session) if mail.recipient == to][-1])


def subjects(session: Session, name: str) -> list[str]:
    """Return the subjects of the messages to this person, up to their colon, in alphabetical order."""
    to = f"{name}@mairie.example"
    return sorted(mail.subject.partition(" :")[0] for mail in mails(session) if mail.recipient == to)


def team(session: Session, name: str, *, deposits_it: bool = True) -> None:
    """Have a team write a dossier, and deposit it."""
    entry = draft(session, candidate(session, f"{name}@equipe.example"), contact_email=f"{name}@mairie.example")
    attach(session, entry)
    if deposits_it:
        who = {"entry_id": entry.id, "account_id": entry.account_id}
        deposits.deposit(session, **who, key=KEY, public_url=PUBLIC_URL, now=OPEN)


def register(session: Session, attendee: Attendee = ZOE, *, now: datetime = NOW) -> None:
    operations.register(session, attendee=attendee, desk=DESK, now=now)


def join(session: Session, *, email: str = "zoe@mairie.example", now: datetime = NOW) -> None:
    operations.join(session, email=email, name="Zoé", public_url=PUBLIC_URL, now=now)


def mails(session: Session) -> list[Outbox]:
    return list(session.scalars(select(Outbox).order_by(Outbox.created_at)))


def token(mail: Outbox) -> str:
    found = re.search(r"^https?://[^/\s]+/(?:inscription|rejoindre|place-equipe)/(\S+)$", mail.text, re.MULTILINE)
    assert found, mail.text
    return found[1]
