"""Somebody who registers and joins, and the mails that answer."""

import re
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts.models import Outbox
from concours.registrations import operations
from concours.registrations.rules import Attendee

NOW = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
PUBLIC_URL = "https://concours.example"
ZOE = Attendee(
    first_name="Zoé",
    last_name="Noël-Ångström",
    email="Zoe.Noel@Mairie.example",
    administration="Mairie d'Œuilly",
    function="Chargée d'accueil",
    accessibility_needs="Une place pour un fauteuil",
)


def register(session: Session, attendee: Attendee = ZOE, *, now: datetime = NOW) -> None:
    operations.register(session, attendee=attendee, public_url=PUBLIC_URL, now=now)


def join(session: Session, *, email: str = "zoe@mairie.example", now: datetime = NOW) -> None:
    operations.join(session, email=email, name="Zoé", public_url=PUBLIC_URL, now=now)


def mails(session: Session) -> list[Outbox]:
    return list(session.scalars(select(Outbox).order_by(Outbox.created_at)))


def token(mail: Outbox) -> str:
    found = re.search(rf"^{PUBLIC_URL}/\w+/(\S+)$", mail.text, re.MULTILINE)
    assert found, mail.text
    return found[1]
