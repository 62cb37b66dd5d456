"""What people may do about a seat at the event, and about a membership."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from concours.accounts.models import Outbox
from concours.editions import queries as editions
from concours.editions.rules import Edition
from concours.kernel.errors import NotFound
from concours.kernel.ids import new_id, new_token
from concours.kernel.mail import Message, compose, enqueue
from concours.kernel.sessions import digest_of
from concours.registrations import letters, queries, seats
from concours.registrations.hall import Desk, Hall
from concours.registrations.models import CommunityMember, Registration
from concours.registrations.rules import GONE, Attendee, SeatState, may_write_again


def register(session: Session, *, attendee: Attendee, desk: Desk, now: datetime) -> None:
    """Take the registration and write to its address; what was registered already stays as it was, the mail says so.

    Raises NotFound when there is no event to come to.
    """
    hall = seats.enter(session, desk=desk, now=now)
    row = queries.by_email(session, hall.edition_id, attendee.email.lower())
    if row is None or row.state in GONE:
        ask_for(session, hall, row, attendee, actor=seats.VISITOR)
    elif may_write_again(row.mailed_at, now):
        letters.tell_state(session, row, hall)


def ask_for(session: Session, hall: Hall, row: Registration | None, attendee: Attendee, *, actor: str) -> Registration:
    """Ask for a seat for somebody who has none, known here already (`row`) or not."""
    row = row or new_row(hall.edition_id, hall.now)
    fill(row, attendee)
    seats.ask(session, hall, row)
    seats.audit(session, row, "seat_asked", hall, actor)
    return row


def new_row(edition_id: str, now: datetime) -> Registration:
    """Return a registration of nobody yet."""
    return Registration(
        id=new_id(),
        edition_id=edition_id,
        created_at=now,
        mailed_at=now,
        ticket_code=new_id(),
        calendar_sequence=0,
        cancel_reason="",
    )


def fill(row: Registration, attendee: Attendee) -> None:
    """Take over what a form says."""
    for name, value in asdict(attendee).items():
        setattr(row, name, value)
    row.email = attendee.email.lower()


def cancel(session: Session, *, token: str, desk: Desk, now: datetime) -> None:
    """Give the seat, the offer or the place in the list back; a second time changes nothing.

    Raises NotFound for a link that is none.
    """
    hall, row = _enter_by_link(session, token, desk, now)
    if row.state != SeatState.CANCELLED:
        seats.give_back(session, hall, row)
        seats.audit(session, row, "seat_given_back", hall, seats.VISITOR)


def accept(session: Session, *, token: str, desk: Desk, now: datetime) -> None:
    """Take the seat that is offered; a second time changes nothing.

    Once the offer is over, it does nothing else than any turn at the seats: the page says where things stand.
    """
    hall, row = _enter_by_link(session, token, desk, now)
    if row.state == SeatState.OFFERED:
        seats.seat(session, hall, row)
        seats.audit(session, row, "seat_accepted", hall, seats.VISITOR)


def ask_again(session: Session, *, token: str, desk: Desk, now: datetime) -> None:
    """Ask for a seat anew after a cancellation or a lapsed offer: at once if one is free, else at the end."""
    hall, row = _enter_by_link(session, token, desk, now)
    if row.state in GONE:
        seats.ask(session, hall, row)
        seats.audit(session, row, "seat_asked", hall, seats.VISITOR)


def _enter_by_link(session: Session, token: str, desk: Desk, now: datetime) -> tuple[Hall, Registration]:
    """Wait for one's turn, then look: the row as it is by now. Raises NotFound for a link that is none."""
    hall = seats.enter(session, edition_id=queries.edition_of_link(session, token), desk=desk, now=now)
    return hall, queries.by_token(session, token)


def join(session: Session, *, email: str, name: str, public_url: str, now: datetime) -> None:
    """Write to the address, which joins the community only by the button behind the mailed link.

    Raises NotFound when the edition has no community.
    """
    edition, token = editions.current_edition(session), new_token()
    if not edition.community:
        raise NotFound
    row = _add_member(session, email.lower(), name, token, now)
    fresh = row.token_digest == digest_of(token)
    if not fresh and not may_write_again(row.mailed_at, now):
        return
    row.token_digest, row.mailed_at = digest_of(token), now
    template = "already_member" if row.is_member else "join"
    message = _message(template, row.email, edition, f"{public_url}/rejoindre/{token}")
    enqueue(session, Outbox, message, now=now)


def confirm_membership(session: Session, *, token: str, now: datetime) -> None:
    """Make the address a member, again if it had left."""
    row = queries.member_by_token(session, token)
    if not row.is_member:
        row.confirmed_at, row.left_at = now, None


def leave(session: Session, *, token: str, now: datetime) -> None:
    """End the membership; a second time changes nothing."""
    row = queries.member_by_token(session, token)
    row.left_at = row.left_at or now


def _add_member(session: Session, email: str, name: str, token: str, now: datetime) -> CommunityMember:
    found = queries.member_by_email(session, email)
    if found:
        return found
    row = CommunityMember(email=email, name=name, created_at=now, mailed_at=now, token_digest=digest_of(token))
    return row if _insert(session, row) else _add_member(session, email, name, token, now)


def _insert(session: Session, row: CommunityMember) -> bool:
    """Add the row unless the same form, sent twice at once, has added it first."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    return True


def _message(template: str, to: str, edition: Edition, link: str) -> Message:
    # Nothing typed in the form is repeated: the address is not proved, and others' mailboxes are no notice board.
    return compose(f"registrations/mails/{template}.txt", to=to, edition=edition, event=edition.event, link=link)
