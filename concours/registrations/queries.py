"""What is asked of registrations and of the community."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, case, func, literal, select, tuple_
from sqlalchemy.orm import Session

from concours.kernel.db import UtcDateTime
from concours.kernel.errors import NotFound
from concours.kernel.sessions import digest_of
from concours.kernel.text import fold
from concours.registrations.models import CommunityMember, HeldSeat, Registration, RegistrationLink
from concours.registrations.rules import SeatState

_DEAD_LINK = (
    "Ce lien n'est plus valable. Ouvrez celui du dernier message que nous vous avons envoyé : il remplace les autres."
)


def by_email(session: Session, edition_id: str, email: str) -> Registration | None:
    """Return the registration of this address, cancelled or not."""
    query = select(Registration).where(Registration.edition_id == edition_id, Registration.email == email)
    return session.scalars(query).first()


def edition_of_link(session: Session, token: str) -> str:
    """Return the edition of the registration that a mailed link belongs to. Raises NotFound."""
    found = session.scalars(_linked(token).with_only_columns(Registration.edition_id)).first()
    if found is None:
        raise NotFound(_DEAD_LINK)
    return found


def by_token(session: Session, token: str) -> Registration:
    """Return the registration that a mailed link belongs to. Raises NotFound."""
    found = session.scalars(_linked(token)).first()
    if found is None:
        raise NotFound(_DEAD_LINK)
    return found


def by_ticket(session: Session, code: str) -> Registration:
    """Return the registration that a ticket is for, whatever became of it. Raises NotFound."""
    found = session.scalars(select(Registration).where(Registration.ticket_code == code)).first()
    if found is None:
        raise NotFound("Ce billet n'est pas l'un des nôtres. Ouvrez celui que contient votre message de confirmation.")
    return found


@dataclass(frozen=True)
class Tally:
    """How an event's seats stand at an instant."""

    confirmed: int
    offered: int
    overdue: int
    """Among the offered: their time is up."""
    waiting: int
    held: int
    last_number: int
    """The last order number that was drawn."""

    @property
    def taken(self) -> int:
        """Seats that somebody has, is offered, or that are held."""
        return self.confirmed + self.offered + self.held


def tally(session: Session, edition_id: str, now: datetime) -> Tally:
    """Count an event's seats, in one question."""
    return Tally(*session.execute(_tally(), {"edition": edition_id, "now": now}).one())


def held_by_token(session: Session, token: str) -> HeldSeat:
    """Return the held seat that a mailed link belongs to. Raises NotFound."""
    found = session.scalars(select(HeldSeat).where(HeldSeat.token_digest == digest_of(token))).first()
    if found is None:
        raise NotFound("Ce lien n'est pas complet. Copiez-le en entier depuis le message que votre équipe a reçu.")
    return found


def held_entries(session: Session, edition_id: str) -> set[str]:
    """Return the dossiers whose team was offered a seat, whatever became of it."""
    return set(session.scalars(select(HeldSeat.entry_id).where(HeldSeat.edition_id == edition_id)))


def waiting(session: Session, edition_id: str, *, most: int | None = None) -> Sequence[Registration]:
    """Return the waiting list, first come first."""
    query = select(Registration).where(Registration.edition_id == edition_id, Registration.state == SeatState.WAITING)
    return session.scalars(query.order_by(Registration.asked_at, Registration.number).limit(most)).all()


def position(session: Session, row: Registration) -> int:
    """Return somebody's place in the waiting list: 1 is the next one who is asked."""
    asked = literal(row.asked_at, UtcDateTime())
    mine = tuple_(Registration.asked_at, Registration.number) <= tuple_(asked, row.number)
    query = select(func.count()).where(
        Registration.edition_id == row.edition_id, Registration.state == SeatState.WAITING, mine
    )
    return session.scalar(query) or 1


def overdue(session: Session, edition_id: str, now: datetime) -> Sequence[Registration]:
    """Return whose offer is over, in the order in which they ended."""
    over = Registration.state == SeatState.OFFERED, Registration.offered_until <= now
    query = select(Registration).where(Registration.edition_id == edition_id, *over)
    return session.scalars(query.order_by(Registration.offered_until, Registration.asked_at, Registration.number)).all()


def confirmed(session: Session, edition_id: str, *conditions: ColumnElement[bool], most: int) -> Sequence[Registration]:
    """Return some of those who come and of whom this is true."""
    coming = Registration.edition_id == edition_id, Registration.state == SeatState.CONFIRMED
    query = select(Registration).where(*coming, *conditions).order_by(Registration.number)
    return session.scalars(query.limit(most)).all()


def find(session: Session, edition_id: str, registration_id: str) -> Registration:
    """Return an edition's registration: for the organisers. Raises NotFound."""
    found = session.get(Registration, registration_id)
    if found is None or found.edition_id != edition_id:
        raise NotFound
    return found


def registrations(session: Session, edition_id: str) -> Sequence[Registration]:
    """Return an edition's registrations, whatever their state, as a person looks them up: Çelik among the C."""
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


def _linked(token: str) -> Select[Registration]:
    mine = RegistrationLink.digest == digest_of(token)
    return select(Registration).join(RegistrationLink, RegistrationLink.registration_id == Registration.id).where(mine)


@cache
def _tally() -> Select[int, int, int, int, int, int]:
    """Return the question that each act at the seats asks, made once."""
    edition, now = bindparam("edition", type_=String), bindparam("now", type_=UtcDateTime())

    def among(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((and_(*conditions), 1), else_=0)), 0)

    offered = Registration.state == SeatState.OFFERED
    alive = HeldSeat.registration_id.is_(None), HeldSeat.released_at.is_(None), HeldSeat.held_until > now
    held = select(func.count()).where(HeldSeat.edition_id == edition, *alive).scalar_subquery()
    return select(
        among(Registration.state == SeatState.CONFIRMED),
        among(offered),
        among(offered, Registration.offered_until <= now),
        among(Registration.state == SeatState.WAITING),
        held,
        func.coalesce(func.max(Registration.number), 0),
    ).where(Registration.edition_id == edition)
