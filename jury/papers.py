"""What the archive of an edition keeps of its jury: the minutes as sealed, their signed copy, the session's record."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from concours.kernel.errors import Forbidden
from jury.bundle.operations import export_bundle
from jury.minutes.queries import sealed_minutes, signed_copy
from jury.queries import find_session


@dataclass(frozen=True, slots=True)
class SessionPapers:
    """Files of a session that is over."""

    minutes: bytes | None
    """The PDF; None for a session signed before papers were kept."""
    signed_copy: tuple[str, int] | None
    """Where the signed minutes stand in the ready store, and their size."""
    record: bytes
    """The ZIP file that `concours verify` reads."""
    signed_at: datetime


def take_papers(session: Session, *, edition_key: str, actor: str, now: datetime) -> SessionPapers:
    """Record that somebody takes the session's record out, and return its papers.

    Raises NotFound without a session, Forbidden before anonymity is lifted, Conflict where scoring was never closed.
    """
    jury = find_session(session, edition_key)
    if jury.unsealed_at is None or jury.minutes_signed_at is None:
        raise Forbidden("L'anonymat n'est pas levé : les papiers du jury restent au jury.")
    record = export_bundle(session, jury, member_id=actor, now=now)
    sealed, copy = sealed_minutes(session, jury), signed_copy(session, jury)
    return SessionPapers(
        minutes=sealed.paper if sealed else None,
        signed_copy=(copy.digest, copy.size) if copy else None,
        record=record,
        signed_at=jury.minutes_signed_at,
    )
