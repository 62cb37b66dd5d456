"""What may be done to a place at the event, and to a membership."""

from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from concours.accounts.models import Outbox
from concours.editions import queries as editions
from concours.editions.rules import Edition
from concours.kernel.errors import NotFound
from concours.kernel.ids import new_token
from concours.kernel.mail import Message, compose, enqueue
from concours.kernel.sessions import digest_of
from concours.registrations import queries
from concours.registrations.models import CommunityMember, Registration
from concours.registrations.rules import Attendee, may_write_again, open_event


def register(session: Session, *, attendee: Attendee, public_url: str, now: datetime) -> None:
    """Take the registration and write to its address; what was registered already stays as it was, the mail says so.

    Raises NotFound when there is no event to come to.
    """
    record = editions.current_record(session)
    edition = editions.to_edition(session, record)
    open_event(edition, now)
    attendee, token = replace(attendee, email=attendee.email.lower()), new_token()
    row = _add_registration(session, record.id, attendee, token, now)
    fresh = row.token_digest == digest_of(token) or row.cancelled_at is not None
    if not fresh and not may_write_again(row.mailed_at, now):
        return
    if row.cancelled_at is not None:
        _restore(row, attendee)
    row.token_digest, row.mailed_at = digest_of(token), now
    template = "confirmation" if fresh else "already_registered"
    message = _message(template, row.email, edition, f"{public_url}/inscription/{token}")
    enqueue(session, Outbox, message, now=now)


def cancel(session: Session, *, token: str, now: datetime) -> None:
    """Give the place back; a second time changes nothing. Raises NotFound for a link that is none."""
    row = queries.by_token(session, token)
    row.cancelled_at = row.cancelled_at or now


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


def _add_registration(session: Session, edition_id: str, attendee: Attendee, token: str, now: datetime) -> Registration:
    found = queries.by_email(session, edition_id, attendee.email)
    if found:
        return found
    row = Registration(edition_id=edition_id, created_at=now, mailed_at=now, token_digest=digest_of(token))
    _fill(row, attendee)
    if _insert(session, row):
        return row
    return _add_registration(session, edition_id, attendee, token, now)


def _add_member(session: Session, email: str, name: str, token: str, now: datetime) -> CommunityMember:
    found = queries.member_by_email(session, email)
    if found:
        return found
    row = CommunityMember(email=email, name=name, created_at=now, mailed_at=now, token_digest=digest_of(token))
    return row if _insert(session, row) else _add_member(session, email, name, token, now)


def _insert(session: Session, row: Registration | CommunityMember) -> bool:
    """Add the row unless the same form, sent twice at once, has added it first."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    return True


def _restore(row: Registration, attendee: Attendee) -> None:
    """Give a cancelled place back to the same address, with what the form says now."""
    row.cancelled_at = None
    _fill(row, attendee)


def _fill(row: Registration, attendee: Attendee) -> None:
    for name, value in asdict(attendee).items():
        setattr(row, name, value)


def _message(template: str, to: str, edition: Edition, link: str) -> Message:
    # Nothing typed in the form is repeated: the address is not proved, and others' mailboxes are no notice board.
    return compose(f"registrations/mails/{template}.txt", to=to, edition=edition, event=edition.event, link=link)
