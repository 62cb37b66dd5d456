"""Files on their way in, as the database knows them: announced, whole, swept. How far each has come, its bytes say."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.intake.models import Creation, Upload
from concours.intake.receiving import Slot
from concours.intake.rules import plain_name
from concours.kernel.errors import NotFound
from concours.kernel.ids import new_id
from concours.kernel.storage import Received

LIFETIME = timedelta(hours=72)
"""An upload that is not whole is kept for this long at least."""

AFTER_CLOSING = timedelta(hours=24)
"""And at least until this long after deposits closed: what came too late may be looked at by the secretariat."""

LATE_LIFETIME = timedelta(days=30)
"""A file that came whole but too late is kept for this long: the secretariat may admit it."""

MOST_UNFINISHED = 3
"""Files that may be on their way at once for one subject: a phone, a computer, and one that was given up."""

_GONE = (
    "Cet envoi n'existe plus : il a été remplacé, ou son délai est passé. Rechargez la page, puis choisissez de "
    "nouveau votre fichier."
)


def slot_of(upload: Upload) -> Slot:
    """Return where its bytes are."""
    return Slot(upload.key, upload.place, upload.size)


def received_of(upload: Upload, sha256: str) -> Received:
    """Return the file that a whole upload is."""
    return Received(upload.key, upload.size, sha256)


def expiry(*, begun: datetime, closes_at: datetime) -> datetime:
    """Return when an upload begun at this instant is swept."""
    return max(begun + LIFETIME, closes_at + AFTER_CLOSING)


def prolong(session: Session, *, closes_at: datetime, now: datetime) -> None:
    """Keep the files on their way as long as a closing that was put off asks for."""
    query = select(Upload).where(Upload.completed_at.is_(None), Upload.expires_at > now)
    for upload in session.scalars(query):
        upload.expires_at = max(upload.expires_at, closes_at + AFTER_CLOSING)


def promise(*, subject: str, name: str, size: int, key: str, place: str, expires_at: datetime, now: datetime) -> Upload:
    """Return what is to be recorded of a file that is about to come; sizes in bytes."""
    return Upload(
        id=new_id(),
        subject=subject,
        name=plain_name(name),
        size=size,
        key=key,
        place=place,
        created_at=now,
        expires_at=expires_at,
    )


def keep_late(session: Session, *, subject: str, name: str, received: Received, now: datetime) -> Upload:
    """Keep a file that came in one piece, whole and too late to count: the secretariat may admit it."""
    upload = promise(
        subject=subject,
        name=name,
        size=received.size,
        key=received.key,
        place="",
        expires_at=now + LATE_LIFETIME,
        now=now,
    )
    upload.completed_at = now
    session.add(upload)
    return upload


def announce(session: Session, *, upload: Upload) -> None:
    """Record a promised file."""
    session.add(upload)


def find(session: Session, *, upload_id: str, subject: str, now: datetime) -> Upload:
    """Return an upload for this subject. Raises NotFound for another's as for none, and once it has expired."""
    query = select(Upload).where(Upload.id == upload_id, Upload.subject == subject, Upload.expires_at > now)
    found = session.scalars(query).first()
    if found is None:
        raise NotFound(_GONE)
    return found


def unfinished(session: Session, *, subject: str, now: datetime) -> Sequence[Upload]:
    """Return the files on their way for this subject, the newest first."""
    query = select(Upload).where(Upload.subject == subject, Upload.completed_at.is_(None), Upload.expires_at > now)
    return session.scalars(query.order_by(Upload.created_at.desc(), Upload.id)).all()


def surplus(session: Session, *, subject: str, now: datetime) -> Sequence[Upload]:
    """Return the files on their way that one more would put over the limit, to be dropped."""
    return unfinished(session, subject=subject, now=now)[MOST_UNFINISHED - 1 :]


def look_taken(session: Session, *, upload_id: str, head_sha256: str) -> None:
    """Remember the digest of the first bytes, which were looked at and not refused."""
    session.get_one(Upload, upload_id).head_sha256 = head_sha256


def is_complete(session: Session, *, upload_id: str) -> bool:
    """Tell whether the last byte is on record, and keep others from recording it meanwhile. Raises NotFound."""
    query = select(Upload).where(Upload.id == upload_id).with_for_update()
    found = session.scalars(query).first()
    if found is None:
        raise NotFound(_GONE)
    return found.completed_at is not None


def complete(session: Session, *, upload_id: str, creation: Creation | None, now: datetime) -> None:
    """Record that the last byte has come, and what the file became: nothing when it came too late to count."""
    upload = session.get_one(Upload, upload_id)
    upload.completed_at, upload.creation = now, creation
    if creation is None:
        upload.expires_at = max(upload.expires_at, now + LATE_LIFETIME)


def drop(session: Session, *, upload_id: str) -> None:
    """Forget an upload; nothing happens when it is forgotten already."""
    upload = session.get(Upload, upload_id)
    if upload:
        session.delete(upload)


def pending(session: Session, *, before: datetime, now: datetime) -> Sequence[Upload]:
    """Return the uploads announced before an instant whose last byte is not recorded, and whose time is not over."""
    return session.scalars(
        select(Upload).where(Upload.completed_at.is_(None), Upload.created_at < before, Upload.expires_at > now)
    ).all()


def known_keys(session: Session) -> frozenset[str]:
    """Return where every upload that is on record has its bytes."""
    return frozenset(session.scalars(select(Upload.key)))


def expired(session: Session, *, now: datetime) -> Sequence[Upload]:
    """Return the uploads whose time is over, whole ones included: their creation, if there is one, has the bytes."""
    return session.scalars(select(Upload).where(Upload.expires_at <= now)).all()
