"""Closing binds the jury to its sheets: a digest that everybody holds before anybody sees a ranking.

Nothing here commits.
"""

import secrets
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from concours.kernel.audit import record
from concours.kernel.canonical import canonical_json
from concours.kernel.mail import compose, enqueue
from jury.commitment.models import JuryCommitment
from jury.commitment.rules import NONCE_BYTES, commitment_digest, sheet_facts
from jury.models import JuryAudit, JuryMember, JuryOutbox, JurySession
from jury.tallies import jurors_of, sheets_of


def commit_to_sheets(session: Session, jury: JurySession, *, actor: str, now: datetime) -> None:
    """Keep the sheets as they stand, and send their digest to each juror; the session is locked by the caller."""
    facts = sheet_facts(sheets_of(session, jury))
    text, nonce = canonical_json(facts), secrets.token_bytes(NONCE_BYTES)
    jury.commitment = commitment_digest(text, nonce)
    session.add(JuryCommitment(session_id=jury.id, sheets=text, nonce=nonce.hex()))
    for member_id in jurors_of(session, jury):
        _tell(session, jury, session.get_one(JuryMember, member_id), count=len(facts["sheets"]), now=now)
    details = {"digest": jury.commitment, "sheets": len(facts["sheets"]), "nonce": sha256(nonce).hexdigest()}
    record(session, JuryAudit, actor=actor, action="sheets_committed", subject=jury.id, now=now, details=details)


def _tell(session: Session, jury: JurySession, member: JuryMember, *, count: int, now: datetime) -> None:
    message = compose(
        "jury/mails/commitment.txt",
        to=member.email,
        name=member.name,
        title=jury.title,
        count=count,
        digest=jury.commitment,
        identifier=member.id,
        at=now,
    )
    enqueue(session, JuryOutbox, message, now=now)
