"""What is asked of registrations and of the community."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.kernel.errors import NotFound
from concours.kernel.sessions import digest_of
from concours.kernel.text import fold
from concours.registrations.models import CommunityMember, Registration

_DEAD_LINK = (
    "Ce lien n'est plus valable. Ouvrez celui du dernier message que nous vous avons envoyé : il remplace les autres."
)


def by_email(session: Session, edition_id: str, email: str) -> Registration | None:
    """Return the registration of this address, cancelled or not."""
    query = select(Registration).where(Registration.edition_id == edition_id, Registration.email == email)
    return session.scalars(query).first()


def by_token(session: Session, token: str) -> Registration:
    """Return the registration that a mailed link belongs to. Raises NotFound."""
    found = session.scalars(select(Registration).where(Registration.token_digest == digest_of(token))).first()
    if found is None:
        raise NotFound(_DEAD_LINK)
    return found


def registrations(session: Session, edition_id: str) -> Sequence[Registration]:
    """Return an edition's registrations, cancelled ones included, as a person looks them up: Çelik among the C."""
    rows = session.scalars(select(Registration).where(Registration.edition_id == edition_id))
    return sorted(rows, key=lambda row: (fold(row.last_name), fold(row.first_name), row.email))


def member_by_email(session: Session, email: str) -> CommunityMember | None:
    """Return what is known of this address in the community."""
    return session.scalars(select(CommunityMember).where(CommunityMember.email == email)).first()


def member_by_token(session: Session, token: str) -> CommunityMember:
    """Return whom a mailed link belongs to. Raises NotFound."""
    found = session.scalars(select(CommunityMember).where(CommunityMember.token_digest == digest_of(token))).first()
    if found is None:
        raise NotFound(_DEAD_LINK)
    return found


def members(session: Session) -> Sequence[CommunityMember]:
    """Return the members: confirmed, and not gone, by address."""
    confirmed = CommunityMember.confirmed_at.is_not(None), CommunityMember.left_at.is_(None)
    return session.scalars(select(CommunityMember).where(*confirmed).order_by(CommunityMember.email)).all()
