"""Messages to several people: drafted, each mail made as it leaves, sent once, stopped while mails wait."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.accounts import operations as accounts
from concours.accounts.models import Outbox
from concours.editions.queries import current_edition, current_record
from concours.editions.rules import Edition
from concours.kernel.clock import format_instant
from concours.kernel.errors import Conflict, DomainError, NotFound
from concours.kernel.ids import checked_id, is_id
from concours.kernel.mail import Message, call_off, compose, enqueue
from concours.organisers import mails
from concours.organisers.audiences import Recipient, recipients
from concours.organisers.messaging import READY, Audience, Wording, allowed, check, check_complete, fill
from concours.organisers.models import GroupMail, GroupMessage, MailTemplate

_CONTEST = "{concours}"
"""Filled in when a message begins: its subject is then what lists show."""
MOST_CHOSEN = 5000
"""Entries that a message may be for."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail of a message, as it would leave."""

    recipient: Recipient
    message: Message


def find(session: Session, message_id: str, *, lock: bool = False) -> GroupMessage:
    """Return a message of the edition that is under way. Raises NotFound."""
    row = session.get(GroupMessage, checked_id(message_id), with_for_update=lock or None)
    if row is None or row.edition_id != current_record(session).id:
        raise NotFound
    return row


def listed(session: Session) -> Sequence[GroupMessage]:
    """Return the messages of the edition, drafts first, then the latest sent."""
    query = select(GroupMessage).where(GroupMessage.edition_id == current_record(session).id)
    order = (GroupMessage.sent_at.is_not(None), GroupMessage.sent_at.desc(), GroupMessage.created_at.desc())
    return session.scalars(query.order_by(*order, GroupMessage.id)).all()


def wording_of(session: Session, key: str) -> Wording:
    """Return a ready-made message as the edition words it, else as it comes. Raises NotFound."""
    if key not in READY:
        raise NotFound
    row = _template(session, key)
    return Wording(row.subject, row.body) if row else READY[key].wording


def save_template(session: Session, *, key: str, wording: Wording, actor: str, now: datetime) -> None:
    """Word a ready-made message for this edition. Raises NotFound, DomainError for a field that is not there."""
    if key not in READY:
        raise NotFound
    check(wording, allowed(Audience.DEPOSITED))
    record = current_record(session)
    row = _template(session, key) or MailTemplate(edition_id=record.id, key=key)
    row.subject, row.body = wording.subject, wording.body
    session.add(row)
    accounts.record(session, actor=actor, action="mail_template_saved", subject=record.id, now=now)


def start(
    session: Session, *, audience: Audience, chosen: Sequence[str], template: str, actor: str, now: datetime
) -> str:
    """Begin a message from a ready-made one; return its identifier."""
    if audience is Audience.CHOICE and not chosen:
        raise DomainError("Aucune candidature n'est choisie : cochez-les d'abord dans la liste des candidatures.")
    wording, contest = wording_of(session, template), current_edition(session).contest
    row = GroupMessage(
        edition_id=current_record(session).id,
        audience=audience.value,
        chosen=[each for each in dict.fromkeys(chosen) if is_id(each)][:MOST_CHOSEN],
        removed=[],
        subject=wording.subject.replace(_CONTEST, contest),
        body=wording.body.replace(_CONTEST, contest),
        written_by=actor,
        created_at=now,
    )
    session.add(row)
    session.flush()
    accounts.record(session, actor=actor, action="message_written", subject=row.id, now=now)
    return row.id


def save(session: Session, *, message_id: str, wording: Wording, actor: str, now: datetime) -> None:
    """Change the words of a draft. Raises Conflict once it is sent, DomainError for a field that is not there."""
    row = _draft(session, message_id)
    check(wording, allowed(Audience(row.audience)))
    row.subject, row.body = wording.subject, wording.body
    accounts.record(session, actor=actor, action="message_written", subject=row.id, now=now)


def choose(session: Session, *, message_id: str, person: str, wanted: bool) -> None:
    """Take somebody off a draft's recipients, or put them back. Raises Conflict once it is sent."""
    row = _draft(session, message_id)
    others = [each for each in row.removed if each != person]
    known = {each.key for each in everybody(session, row)}
    row.removed = others if wanted or person not in known else [*others, person]


def delete(session: Session, *, message_id: str, actor: str, now: datetime) -> None:
    """Remove a draft. Raises Conflict once it is sent."""
    row = _draft(session, message_id)
    accounts.record(session, actor=actor, action="message_deleted", subject=row.id, now=now)
    session.delete(row)


def everybody(session: Session, row: GroupMessage) -> list[Recipient]:
    """Return all whom a message is for, those taken off included, each address once."""
    return recipients(session, Audience(row.audience), row.chosen, edition_id=row.edition_id)


def letters(session: Session, row: GroupMessage) -> list[Letter]:
    """Return each mail of a draft, exactly as it would leave."""
    edition, wording = current_edition(session), Wording(row.subject, row.body)
    check(wording, allowed(Audience(row.audience)))
    removed = set(row.removed)
    return [_letter(each, wording, edition) for each in everybody(session, row) if each.key not in removed]


def digest_of(found: Sequence[Letter]) -> str:
    """Return what names these very mails: those that were read are those that leave."""
    whole = hashlib.sha256()
    for letter in found:
        message = letter.message
        whole.update(f"{message.to}\0{message.subject}\0{message.text}\0".encode())
    return whole.hexdigest()


def send(session: Session, *, message_id: str, digest: str, actor: str, now: datetime) -> int:
    """Send a draft, once; return how many mails leave, none the second time.

    Raises Conflict when the mails are no longer those that were read, DomainError when nobody is left.
    """
    row = find(session, message_id, lock=True)
    if row.sent_at:
        return 0
    found = letters(session, row)
    if not found:
        raise DomainError("Ce message n'a aucun destinataire : rien n'est parti.")
    check_complete(Wording(row.subject, row.body))
    if digest_of(found) != digest:
        raise Conflict(
            "Les destinataires ou les textes ont changé depuis votre relecture. Relisez-les : rien n'est parti."
        )
    for letter in found:
        mail_id = enqueue(session, Outbox, letter.message, now=now)
        session.add(GroupMail(message_id=row.id, mail_id=mail_id))
    row.sent_at, row.sent_by = now, actor
    details = {"messages": len(found), "audience": row.audience}
    accounts.record(session, actor=actor, action="message_sent", subject=row.id, now=now, details=details)
    return len(found)


def stop(session: Session, *, message_id: str, actor: str, now: datetime) -> int:
    """Keep the mails of a message that still wait from leaving; return how many."""
    row = find(session, message_id, lock=True)
    waiting = [each.mail_id for each in sent(session, row.id) if each.state in mails.WAITING]
    if waiting:
        call_off(session, Outbox, waiting)
        details = {"messages": len(waiting)}
        accounts.record(session, actor=actor, action="message_stopped", subject=row.id, now=now, details=details)
    return len(waiting)


def sent(session: Session, message_id: str) -> list[mails.Line]:
    """Return the mails of a message, by recipient; those that were erased are left out."""
    return mails.lines_of(session, select(GroupMail.mail_id).where(GroupMail.message_id == message_id))


def _draft(session: Session, message_id: str) -> GroupMessage:
    row = find(session, message_id, lock=True)
    if row.sent_at:
        raise Conflict(f"Ce message est parti le {format_instant(row.sent_at)} : il ne change plus.")
    return row


def _letter(to: Recipient, wording: Wording, edition: Edition) -> Letter:
    words = fill(wording, {**_common(edition), **to.values})
    return Letter(to, compose(mails.MESSAGE_TEMPLATE, to=to.email, subject=words.subject, body=words.body))


def _common(edition: Edition) -> Mapping[str, str]:
    return {
        "concours": edition.contest,
        "cloture": format_instant(edition.closes_at),
        "evenement": edition.event.name if edition.event else "l'évènement",
    }


def _template(session: Session, key: str) -> MailTemplate | None:
    record = current_record(session)
    query = select(MailTemplate).where(MailTemplate.edition_id == record.id, MailTemplate.key == key)
    return session.scalars(query).first()
