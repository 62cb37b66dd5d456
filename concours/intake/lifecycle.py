"""How a file moves on: received, examined, rendered. Each step is claimed, so that a second worker leaves it alone."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from concours.intake.models import Creation, CreationState, JuryFile
from concours.intake.rules import Artefact, Verdict, plain_name
from concours.kernel.errors import Conflict
from concours.kernel.ids import new_id
from concours.kernel.storage import Received

MAX_ATTEMPTS = 3
"""A step is tried again twice after a failure of ours."""

CLAIM = timedelta(seconds=60)
"""How long a worker has a file without a sign of life; it renews its claim while it works."""

_FAILED = {
    CreationState.RECEIVED: (
        "Votre fichier est bien reçu et conservé, mais il n'a pas pu être examiné, pour une raison qui tient à nous. "
        "Le secrétariat du concours en est averti."
    ),
    CreationState.ACCEPTED: (
        "La copie destinée au jury n'a pas pu être fabriquée. Le secrétariat du concours en est averti."
    ),
}


def receive(session: Session, *, received: Received, name: str, now: datetime) -> Creation:
    """Record a file that is whole and durable in the quarantine."""
    creation = Creation(
        id=new_id(),
        name=plain_name(name),
        quarantine_key=received.key,
        size=received.size,
        sha256=received.sha256,
        received_at=now,
        state=CreationState.RECEIVED,
        attempts=0,
    )
    session.add(creation)
    return creation


def stalled(session: Session, *, state: CreationState, now: datetime) -> Sequence[str]:
    """Return which files wait at this step with no worker on them, the oldest first."""
    free = or_(Creation.claimed_until.is_(None), Creation.claimed_until <= now)
    query = select(Creation.id).where(Creation.state == state, free).order_by(Creation.received_at)
    return session.scalars(query).all()


def claim(session: Session, *, creation_id: str, state: CreationState, now: datetime) -> Creation | None:
    """Take the file for this step; None when it has moved on or another worker has it."""
    creation = session.get(Creation, creation_id, with_for_update=True)
    if creation is None or creation.state != state or (creation.claimed_until and creation.claimed_until > now):
        return None
    creation.claimed_until, creation.progress = now + CLAIM, None
    creation.attempts += 1
    return creation


def renew_claim(session: Session, *, creation_id: str, now: datetime) -> None:
    """Say that the worker is alive and still at it."""
    session.get_one(Creation, creation_id).claimed_until = now + CLAIM


def record_progress(session: Session, *, creation_id: str, progress: float) -> None:
    """Record how much of the jury copy is made, from 0 to 1, while it is being made."""
    creation = session.get(Creation, creation_id)
    if creation and creation.state == CreationState.ACCEPTED:
        creation.progress = progress


def record_verdict(session: Session, *, creation_id: str, verdict: Verdict, now: datetime) -> None:
    """Record what the examination found; nothing happens when another worker has recorded it."""
    creation = session.get_one(Creation, creation_id, with_for_update=True)
    if creation.state != CreationState.RECEIVED:
        return
    creation.state = CreationState.ACCEPTED if verdict.accepted else CreationState.REFUSED
    creation.kind, creation.reason, creation.message = verdict.kind, verdict.reason, verdict.message
    creation.detected, creation.duration_s, creation.pages = verdict.detected, verdict.duration_s, verdict.pages
    creation.width, creation.height = verdict.width, verdict.height
    creation.findings, creation.examined_at = list(verdict.findings), now
    creation.attempts, creation.claimed_until = 0, None


def record_jury_copy(session: Session, *, creation_id: str, files: Sequence[tuple[Artefact, str, int]]) -> None:
    """Record the files made for the jury: each with its digest and its size in bytes; once, whoever comes second."""
    creation = session.get_one(Creation, creation_id, with_for_update=True)
    if creation.state != CreationState.ACCEPTED:
        return
    creation.jury_files = [
        JuryFile(
            role=made.role,
            position=made.position,
            digest=digest,
            mime=made.mime,
            size=size,
            width=made.width,
            height=made.height,
            text=made.text,
        )
        for made, digest, size in files
    ]
    creation.state, creation.attempts, creation.claimed_until = CreationState.READY, 0, None
    creation.reason, creation.progress = None, None


def record_failure(session: Session, *, creation_id: str, reason: str, now: datetime, hopeless: bool = False) -> None:
    """Record a failure of ours: tried again a little later, then (at once when hopeless) given up in words."""
    creation = session.get_one(Creation, creation_id, with_for_update=True)
    step = CreationState(creation.state)
    if step not in _FAILED:
        return
    creation.reason, creation.progress = reason, None
    if hopeless or creation.attempts >= MAX_ATTEMPTS:
        creation.state, creation.message, creation.claimed_until = CreationState.FAILED, _FAILED[step], None
    else:
        creation.claimed_until = now + timedelta(seconds=10 * creation.attempts)


def retry(session: Session, *, creation_id: str) -> None:
    """Take up the jury copy of an accepted file again, after we failed to make it. Raises Conflict otherwise."""
    creation = session.get_one(Creation, creation_id, with_for_update=True)
    if creation.state != CreationState.FAILED or creation.kind is None:
        raise Conflict("La copie destinée au jury n'est pas en échec : il n'y a rien à relancer.")
    creation.state, creation.message = CreationState.ACCEPTED, "Fichier accepté."
    creation.attempts, creation.claimed_until = 0, None
