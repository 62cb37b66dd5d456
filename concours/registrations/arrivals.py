"""What is done at the door. Each act bears an identifier of its own: sent twice, or late, it counts once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts.operations import record
from concours.editions import queries as editions
from concours.kernel.clock import format_hour
from concours.kernel.errors import Conflict, DomainError, NotFound
from concours.registrations import attendance, queries, seats
from concours.registrations.models import Arrival, Registration
from concours.registrations.operations import fill, new_row
from concours.registrations.rules import LATE_AFTER, STATE_WORDS, Attendee, SeatState, arrival_hour, free_seats

WITHOUT_NETWORK = "Accueil sans réseau : la salle s'est remplie entre-temps."
"""The reason where nobody could be asked for one."""

_ANOTHER = "Cet acte a déjà servi pour une autre personne : rien n'est enregistré. Rechargez la page, puis recommencez."


class Full(Conflict):
    """Every seat is taken: whoever welcomes may let somebody in with a reason."""


@dataclass(frozen=True, kw_only=True)
class Act:
    """What whoever stands at the door did, and when."""

    id: str
    actor: str
    now: datetime
    claimed: datetime | None = None
    """The hour on the device."""

    @property
    def at(self) -> datetime:
        """The hour at the door."""
        return arrival_hour(self.claimed, self.now)

    @property
    def late(self) -> bool:
        """Whether it waited on a device."""
        return self.now - self.at > LATE_AFTER


@dataclass(frozen=True)
class Welcomed:
    """Where somebody stands after an act."""

    row: Registration
    arrivals: Sequence[Arrival]
    """Those that stand: the first one counts."""

    def said(self, act: Act) -> str:
        """Return it in words; of a second arrival, both hours."""
        name = f"{self.row.first_name} {self.row.last_name}"
        if not self.arrivals:
            return f"{name} : arrivée annulée."
        first = self.arrivals[0]
        mine = next((each for each in self.arrivals if each.id == act.id), first)
        if len(self.arrivals) == 1:
            return f"{name} : arrivée enregistrée à {format_hour(first.at)} (heure de Paris)."
        other = self.arrivals[1] if mine is first else mine
        return (
            f"{name} : déjà accueilli·e à {format_hour(first.at)}, et de nouveau à {format_hour(other.at)} (heure de "
            "Paris). La première heure compte ; les deux sont gardées."
        )


def check_in(session: Session, *, act: Act, registration_id: str) -> Welcomed:
    """Record that somebody is there. Raises NotFound for nobody, Conflict for whoever has no seat."""
    row = _person(session, registration_id)
    if not _known(session, act, row):
        if row.state != SeatState.CONFIRMED:
            raise Conflict(no_seat(row))
        _arrive(session, act, row)
    return _welcomed(session, row)


def undo(session: Session, *, act: Act, registration_id: str, seen: Collection[str]) -> Welcomed:
    """Undo the arrivals that were seen, and no other; a second time changes nothing. Raises NotFound for nobody."""
    row = _person(session, registration_id)
    undone = [each for each in attendance.arrivals_of(session, row.id) if each.id in seen]
    for each in undone:
        each.undone_at, each.undone_by = act.now, act.actor
    if undone:
        session.flush()
        record(session, actor=act.actor, action="arrival_undone", subject=row.id, now=act.now)
    return _welcomed(session, row)


def walk_in(session: Session, *, act: Act, attendee: Attendee, reason: str) -> Welcomed:
    """Seat somebody who came without a seat, and check them in; whoever has one is checked in.

    Raises Full when every seat is taken and no reason is given, NotFound where there is no event.
    """
    edition_id = editions.current_record(session).id
    edition = seats.wait_for(session, edition_id)
    if edition.event is None:
        raise NotFound
    if known := session.get(Arrival, act.id):
        return _welcomed(session, session.get_one(Registration, known.registration_id))
    row = queries.by_email(session, edition_id, attendee.email.lower())
    if row is not None and row.state == SeatState.CONFIRMED:
        _arrive(session, act, row)
        return _welcomed(session, row)
    tally = queries.tally(session, edition_id, act.now)
    offered = row is not None and row.state == SeatState.OFFERED  # the seat counted already is theirs
    left = free_seats(edition.event.capacity, tally.taken - offered)
    reason = "" if left else _reason(reason, act, edition.event.capacity or 0)
    row = row or _newcomer(edition_id, attendee, act.now)
    row.asked_at, row.number = act.now, tally.last_number + 1
    seats.admit(session, row, act.now)
    session.flush()
    record(session, actor=act.actor, action="walk_in_seated", subject=row.id, now=act.now, details={"over": not left})
    _arrive(session, act, row, walk_in=True, reason=reason)
    return _welcomed(session, row)


def _reason(reason: str, act: Act, capacity: int) -> str:
    if not reason and not act.late:
        raise Full(
            f"Les {capacity} places sont prises : rien n'est enregistré. Pour accueillir cette personne quand même, "
            "écrivez-en le motif (des absents, par exemple)."
        )
    return reason or WITHOUT_NETWORK


def _newcomer(edition_id: str, attendee: Attendee, now: datetime) -> Registration:
    row = new_row(edition_id, now)
    fill(row, attendee)
    return row


def _person(session: Session, registration_id: str) -> Registration:
    """Return somebody as they are once those who act on them have finished. Raises NotFound."""
    mine = Registration.id == registration_id, Registration.edition_id == editions.current_record(session).id
    asked = select(Registration).where(*mine).with_for_update(key_share=True)
    found = session.scalars(asked, execution_options={"populate_existing": True}).first()
    if found is None:
        raise NotFound("Cette personne n'est pas dans la liste. Cherchez-la par son nom, ou inscrivez-la sur place.")
    return found


def _known(session: Session, act: Act, row: Registration) -> bool:
    """Tell whether this act came already. Raises DomainError when it was about somebody else."""
    found = session.get(Arrival, act.id)
    if found is not None and found.registration_id != row.id:
        raise DomainError(_ANOTHER)
    return found is not None


def _arrive(session: Session, act: Act, row: Registration, *, walk_in: bool = False, reason: str = "") -> None:
    facts = {"recorded_at": act.now, "recorded_by": act.actor, "walk_in": walk_in, "over_reason": reason}
    session.add(Arrival(id=act.id, registration_id=row.id, at=act.at, **facts))
    session.flush()
    details = {"at": act.at.isoformat(), "late": act.late}
    record(session, actor=act.actor, action="arrival_recorded", subject=row.id, now=act.now, details=details)


def _welcomed(session: Session, row: Registration) -> Welcomed:
    return Welcomed(row, attendance.arrivals_of(session, row.id))


def no_seat(row: Registration) -> str:
    """Return why somebody's ticket opens no door, and what to do."""
    return (
        f"{row.first_name} {row.last_name} n'a pas de place (inscription {STATE_WORDS[SeatState(row.state)]}) : "
        "l'arrivée n'est pas enregistrée. Pour l'accueillir quand même, inscrivez cette personne sur place, avec la "
        "même adresse."
    )
