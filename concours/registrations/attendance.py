"""What is asked of those who come: who is expected, who is there, whom a ticket is for."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from concours.editions import queries as editions
from concours.kernel.errors import NotFound
from concours.kernel.sessions import digest_of
from concours.kernel.text import fold
from concours.registrations import queries
from concours.registrations.models import Arrival, Registration
from concours.registrations.rules import SeatState

_STANDING = Arrival.undone_at.is_(None)
FIRST_ARRIVAL = (
    select(func.min(Arrival.at))
    .where(Arrival.registration_id == Registration.id, _STANDING)
    .correlate(Registration)
    .scalar_subquery()
)
"""When somebody came, the first time that stands; as a column beside their registration."""

_FORGED = (
    "Ce code n'est celui d'aucun de nos billets : il est falsifié, abîmé ou d'un autre évènement. Cherchez la personne "
    "par son nom ; si elle n'est pas attendue, inscrivez-la sur place."
)


@dataclass(frozen=True)
class Expected:
    """Somebody who is expected, by what a device at the door may keep of them and nothing else."""

    id: str
    last_name: str
    first_name: str
    administration: str
    ticket: str
    """The digest of the ticket's code: enough to know a ticket again, not to make one."""


@dataclass(frozen=True)
class Board:
    """How the welcome stands."""

    present: int
    expected: int
    taken: int
    capacity: int | None
    roll: str
    """Changes with the list of those expected."""
    arrivals: Sequence[tuple[str, str, datetime]]
    """Of whom, by which act, at what hour; the first first."""


def expected(session: Session, edition_id: str) -> list[Expected]:
    """Return who is expected, as a person looks them up: Çelik among the C."""
    row = Registration
    asked = select(row.id, row.last_name, row.first_name, row.administration, row.ticket_code).where(
        row.edition_id == edition_id, row.state == SeatState.CONFIRMED
    )
    found = [Expected(*each[:4], digest_of(each[4])) for each in session.execute(asked)]
    return sorted(found, key=lambda each: (fold(each.last_name), fold(each.first_name), each.id))


def roll_of(people: Sequence[Expected]) -> str:
    """Return what changes with the list."""
    told = [[each.id, each.last_name, each.first_name, each.administration] for each in people]
    return sha256(json.dumps(told).encode()).hexdigest()[:16]


def board(session: Session, edition_id: str, now: datetime) -> Board:
    """Return how the welcome stands."""
    edition = editions.current_edition(session)
    people, standing = expected(session, edition_id), arrivals(session, edition_id)
    return Board(
        present=len({each[0] for each in standing}),
        expected=len(people),
        taken=queries.tally(session, edition_id, now).taken,
        capacity=edition.event.capacity if edition.event else None,
        roll=roll_of(people),
        arrivals=standing,
    )


def arrivals(session: Session, edition_id: str) -> list[tuple[str, str, datetime]]:
    """Return each arrival that stands: of whom, by which act, when; the first first."""
    asked = select(Arrival.registration_id, Arrival.id, Arrival.at).join(
        Registration, Registration.id == Arrival.registration_id
    )
    mine = asked.where(Registration.edition_id == edition_id, _STANDING)
    return [(each[0], each[1], each[2]) for each in session.execute(mine.order_by(Arrival.at, Arrival.id))]


def first_hours(session: Session, edition_id: str) -> Mapping[str, datetime]:
    """Return when each person who is there came."""
    return {who: at for who, _, at in reversed(arrivals(session, edition_id))}


def arrivals_of(session: Session, registration_id: str) -> Sequence[Arrival]:
    """Return somebody's arrivals that stand, the first first."""
    mine = select(Arrival).where(Arrival.registration_id == registration_id, _STANDING)
    return session.scalars(mine.order_by(Arrival.at, Arrival.id)).all()


def by_ticket(session: Session, edition_id: str, code: str) -> Registration:
    """Return whom a ticket of this event is for, whatever became of it. Raises NotFound, in words, for a forged one."""
    found = session.scalars(select(Registration).where(Registration.ticket_code == code)).first()
    if found is None or found.edition_id != edition_id:
        raise NotFound(_FORGED)
    return found


def search(session: Session, edition_id: str, words: str) -> list[Registration]:
    """Return whoever has all these words in their name or administration, without capitals or accents."""
    wanted = fold(words).split()
    rows = queries.registrations(session, edition_id)
    return [row for row in rows if all(word in _looked_up(row) for word in wanted)]


def _looked_up(row: Registration) -> str:
    return fold(f"{row.first_name} {row.last_name} {row.first_name} {row.administration}")
