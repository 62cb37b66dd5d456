"""Seats held for every team that deposited an entry, laureate or not: offered, taken, let go."""

from datetime import datetime

from sqlalchemy.orm import Session

from concours.accounts.models import Outbox
from concours.accounts.operations import record
from concours.entries.models import Entry
from concours.entries.queries import deposited_entries
from concours.kernel.errors import Conflict, DomainError
from concours.kernel.ids import new_token
from concours.kernel.mail import compose, enqueue
from concours.kernel.sessions import digest_of
from concours.registrations import queries, seats
from concours.registrations.hall import Desk, Hall
from concours.registrations.models import HeldSeat
from concours.registrations.operations import fill, new_row
from concours.registrations.rules import Attendee, SeatState, check_held_until, free_seats

_GONE = (
    "Cette place n'est plus gardée : sa date est passée, ou votre équipe l'a rendue. Inscrivez-vous par le formulaire "
    ": s'il ne reste pas de place, la liste d'attente en attribue à chaque désistement."
)


def without_seat(session: Session, edition_id: str) -> list[Entry]:
    """Return the deposited entries whose team was not offered a seat yet."""
    offered = queries.held_entries(session, edition_id)
    return [entry for entry in deposited_entries(session, edition_id) if entry.id not in offered]


def hold(session: Session, *, until: datetime, actor: str, desk: Desk, now: datetime) -> int:
    """Hold a seat for each team that was offered none yet, and write to its contact; return how many.

    Raises DomainError when there are not enough free seats for all of them, or the date does not do.
    """
    hall = seats.enter(session, desk=desk, now=now)
    check_held_until(hall.event, until, now)
    entries, tally = without_seat(session, hall.edition_id), queries.tally(session, hall.edition_id, now)
    left = free_seats(hall.event.capacity, tally.taken)
    if len(entries) > left:
        raise DomainError(
            f"Il faudrait {len(entries)} places pour les équipes et il en reste {left} : aucune n'est gardée, aucun "
            "message n'est parti. Augmentez le nombre de places de l'évènement, puis recommencez."
        )
    for entry in entries:
        _hold(session, hall, entry, until)
    if entries:
        details = {"seats": len(entries), "until": until.isoformat()}
        record(session, actor=actor, action="seats_held", subject=hall.edition_id, now=now, details=details)
    return len(entries)


def take(session: Session, *, token: str, attendee: Attendee, desk: Desk, now: datetime) -> None:
    """Seat somebody of the team on its held seat.

    Raises Conflict once it is no longer held, DomainError when this person has a seat already.
    """
    hall = seats.enter(session, desk=desk, now=now)
    held = queries.held_by_token(session, token)
    if not held.holds(now) or held.edition_id != hall.edition_id:
        raise Conflict(_GONE)
    row = queries.by_email(session, hall.edition_id, attendee.email.lower())
    if row and row.state == SeatState.CONFIRMED:
        raise DomainError(
            "Cette adresse a déjà une place. Inscrivez une autre personne de l'équipe, ou rendez la place gardée."
        )
    row = row or new_row(hall.edition_id, hall.now)
    fill(row, attendee)
    row.asked_at, row.number = now, queries.tally(session, hall.edition_id, now).last_number + 1
    seats.seat(session, hall, row)
    held.registration_id = row.id
    seats.audit(session, row, "held_seat_taken", hall, seats.VISITOR)
    seats.settle(session, hall)


def let_go(session: Session, *, token: str, desk: Desk, now: datetime) -> None:
    """Give a team's held seat to everybody; a second time changes nothing."""
    hall = seats.enter(session, desk=desk, now=now)
    held = queries.held_by_token(session, token)
    if held.holds(now):
        held.released_at = now
        record(session, actor=seats.VISITOR, action="held_seat_released", subject=held.entry_id, now=now)
        seats.settle(session, hall)


def _hold(session: Session, hall: Hall, entry: Entry, until: datetime) -> None:
    token = new_token()
    held = {"held_at": hall.now, "held_until": until, "token_digest": digest_of(token)}
    session.add(HeldSeat(edition_id=hall.edition_id, entry_id=entry.id, **held))
    if entry.deposit is None:
        return
    message = compose(
        "registrations/mails/held.txt",
        to=entry.deposit.answers.contact_email,
        edition=hall.edition,
        event=hall.event,
        title=entry.deposit.answers.title,
        until=until,
        link=f"{hall.desk.public_url}/place-equipe/{token}",
    )
    enqueue(session, Outbox, message, now=hall.now)
