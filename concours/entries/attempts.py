"""Proofs of attempt: on record while the database answers, signed where nothing can be recorded."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts.models import Account, AuditEvent, Login, Outbox
from concours.accounts.operations import record
from concours.editions.queries import current_record
from concours.entries import queries
from concours.kernel.errors import DomainError, NotFound
from concours.kernel.ids import new_reference
from concours.kernel.mail import compose, enqueue

ACTION = "attempt_failed"
"""In the audit chain: an act that a fault of ours prevented. Details: act, bytes, cause, number."""

ACTS: Mapping[str, str] = {
    "deposit": "Dépôt de la candidature",
    "upload": "Envoi d'un fichier",
    "form": "Envoi d'un fichier par le formulaire",
}
"""What may be attempted, in words."""

DOWN, FULL = "down", "full"
"""Causes: the storage does not work, or has no room left."""

_SAME = timedelta(minutes=15)
"""A browser tries again by itself: within this time, the same act of the same person keeps its number."""
_SALT = "attempt that could not be recorded"
_DIGEST_LENGTH = 32


class Attempt(NamedTuple):
    """An attempt that is on record."""

    number: str
    at: datetime
    email: str


class Statement(NamedTuple):
    """What we sign of an attempt while nothing can be recorded."""

    at: datetime
    act: str
    entry_id: str
    login: str
    """Beginning of the digest of the session that attempted: the database tells whose it was, once it is back."""


def record_failed(
    session: Session, *, entry_id: str, account_id: str, act: str, size: int | None, cause: str, now: datetime
) -> Attempt:
    """Record an act that a fault of ours prevented, and enqueue its proof; the same again keeps its number.

    Raises NotFound for another's dossier as for none.
    """
    entry = queries.own_entry(session, entry_id=entry_id, account_id=account_id)
    email = session.get_one(Account, account_id).email
    before = _recent(session, entry_id, account_id, act, now)
    if before:
        return Attempt(before.details["number"], before.at, email)
    edition = current_record(session)
    number = new_reference(f"T-{edition.key.upper()}")
    details = {"act": act, "bytes": size, "cause": cause, "number": number}
    record(session, actor=account_id, action=ACTION, subject=entry_id, now=now, details=details)
    title = entry.title or "Candidature sans titre"
    message = compose(
        "entries/mails/attempt.txt",
        to=email,
        number=number,
        at=now,
        act=ACTS[act],
        title=title,
        state=entry.state_words,
    )
    enqueue(session, Outbox, message, now=now)
    return Attempt(number, now, email)


def sign(secret: str, statement: Statement) -> str:
    """Return the statement as its bearer keeps it."""
    short = statement.login[:_DIGEST_LENGTH]
    return str(_signer(secret).dumps([int(statement.at.timestamp()), statement.act, statement.entry_id, short]))


def read_statement(secret: str, text: str) -> Statement:
    """Return what we signed. Raises DomainError for anything else."""
    try:
        at, act, entry_id, login = _signer(secret).loads("".join(text.split()))
        return Statement(datetime.fromtimestamp(at, UTC), act, entry_id, login)
    except (BadSignature, ValueError, TypeError) as error:
        raise DomainError("Cette déclaration n'est pas de nous, ou elle n'est pas entière.") from error


def who_attempted(session: Session, statement: Statement) -> str | None:
    """Return the address behind a statement; None once the session that attempted is forgotten."""
    query = select(Account.email).join(Login, Login.person_id == Account.id)
    return session.scalar(query.where(Login.token_digest.startswith(statement.login, autoescape=True)))


def find_attempt(session: Session, number: str) -> AuditEvent:
    """Return the record of a proof's number. Raises NotFound."""
    events = session.scalars(select(AuditEvent).where(AuditEvent.action == ACTION))
    found = next((event for event in events if event.details["number"] == number), None)
    if found is None:
        raise NotFound("Aucune tentative n'est consignée sous ce numéro.")
    return found


def _recent(session: Session, entry_id: str, account_id: str, act: str, now: datetime) -> AuditEvent | None:
    query = select(AuditEvent).where(
        AuditEvent.action == ACTION,
        AuditEvent.subject == entry_id,
        AuditEvent.actor == account_id,
        AuditEvent.at > now - _SAME,
    )
    found = session.scalars(query.order_by(AuditEvent.position.desc()))
    return next((event for event in found if event.details["act"] == act), None)


def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt=_SALT)
