"""The mails of the identity side as the secretariat follows them: state, cause, text that is no secret, resending."""

import re
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from concours.accounts import operations as accounts
from concours.accounts.models import Account, Outbox
from concours.entries.models import Entry
from concours.kernel import mail
from concours.kernel.errors import Conflict, DomainError, NotFound
from concours.kernel.ids import checked_id
from concours.kernel.mail import CALLED_OFF, Attachment, Message
from concours.registrations.models import Registration

PER_PAGE = 50
MOST = 500
"""Mails that are sent again at once."""
MAIL_READ = "mail_read"
MESSAGE_TEMPLATE = "organisers/mails/message.txt"

SHOWN = frozenset({
    *(f"entries/mails/{name}.txt" for name in (
        "attempt", "file_refused", "handed_on", "joined", "left", "more_time", "not_deposited", "problem", "receipt",
        "refused", "removed", "withdrawal",
    )),
    *(f"honours/mails/{name}.txt" for name in ("embargo", "laureate", "not_retained")),
    "organisers/mails/extension.txt",
    MESSAGE_TEMPLATE,
    "privacy/mails/erasure_request.txt",
})  # fmt: skip
"""Templates whose text holds no code and no link that acts for somebody; every other text stays hidden."""

CODES = frozenset(f"accounts/mails/{name}.txt" for name in ("address_new", "address_old", "code"))
"""Templates of codes: they are asked for anew, never sent again."""

_CODE = re.compile(r"\b\d{6}$")
_MASKED = "(code masqué)"
_DIGIT = re.compile(r"\d")


class MailState(StrEnum):
    """Where a mail stands."""

    WAITS = "waits"
    TRIED = "tried"
    """A try failed, another comes by itself."""
    SENT = "sent"
    GIVEN_UP = "given_up"
    CALLED_OFF = "called_off"


WAITING = frozenset({MailState.WAITS, MailState.TRIED})
"""States of a mail that may still leave."""

FILTERS: dict[str, tuple[str, frozenset[MailState]]] = {
    "": ("Tous", frozenset(MailState)),
    "attente": ("En attente", frozenset({MailState.WAITS})),
    "envoyes": ("Envoyés", frozenset({MailState.SENT})),
    "echec": ("En échec", frozenset({MailState.TRIED, MailState.GIVEN_UP})),
    "annules": ("Annulés", frozenset({MailState.CALLED_OFF})),
}

_STATE: ColumnElement[str] = case(
    (Outbox.sent_at.is_not(None), MailState.SENT.value),
    (Outbox.error == CALLED_OFF, MailState.CALLED_OFF.value),
    (Outbox.due_at.is_(None), MailState.GIVEN_UP.value),
    (Outbox.error.is_not(None), MailState.TRIED.value),
    else_=MailState.WAITS.value,
)
_Again = aliased(Outbox)
_AGAIN = select(_Again.id).where(_Again.resends_id == Outbox.id).scalar_subquery()

_TELL = " : prévenez la personne qui administre le service."
_CAUSES = {
    "SMTPRecipientsRefused": "Cette adresse est refusée par le serveur de messagerie : inconnue, ou boîte pleine.",
    "SMTPSenderRefused": f"Notre adresse d'expédition est refusée par le serveur de messagerie{_TELL}",
    "SMTPAuthenticationError": f"Nos identifiants sont refusés par le serveur de messagerie{_TELL}",
    "SMTPDataError": "Le serveur de messagerie a refusé le message, souvent à cause d'un filtre antipourriel.",
    "SMTPServerDisconnected": "Le serveur de messagerie a coupé la connexion.",
    "SMTPConnectError": "Le serveur de messagerie ne répond pas.",
    "SMTPNotSupportedError": "Le serveur de messagerie ne sait pas acheminer cette adresse.",
    "ConnectionRefusedError": "Le serveur de messagerie ne répond pas.",
    "TimeoutError": "Le serveur de messagerie n'a pas répondu à temps.",
    "gaierror": f"Le serveur de messagerie est introuvable{_TELL}",
    "SSLCertVerificationError": f"Le certificat du serveur de messagerie n'est pas valable{_TELL}",
    "UnicodeEncodeError": "L'adresse comporte un caractère que le courriel n'admet pas.",
    "ValueError": "L'adresse ne peut pas recevoir de courriel.",
    "NotFound": "Ce que le message devait joindre n'existe plus.",
}


class Line(NamedTuple):
    """A mail in the list."""

    mail_id: str
    recipient: str
    subject: str
    state: MailState
    created_at: datetime
    sent_at: datetime | None
    cause: str
    template: str
    again_id: str | None
    """The message that sent it again."""

    @property
    def coded(self) -> bool:
        """Whether it bears a one-time code; where the template is not known, its subject says so."""
        return self.template in CODES or (not self.shown and self.subject.endswith(_MASKED))

    @property
    def shown(self) -> bool:
        """Whether its text may be read here."""
        return self.template in SHOWN

    @property
    def resendable(self) -> bool:
        """Whether it may be sent again."""
        over = self.state in {MailState.SENT, MailState.GIVEN_UP}
        return over and not self.coded and self.again_id is None


def without_code(subject: str) -> str:
    """Return a subject without the code that signs somebody in."""
    return _CODE.sub(_MASKED, subject)


def cause(error: str | None) -> str:
    """Return in words why a sending failed; empty where none did."""
    if not error or error == CALLED_OFF:
        return ""
    return _CAUSES.get(error, f"L'envoi a échoué ({error}).")


def page(session: Session, *, state: str, words: str, number: int) -> tuple[list[Line], int]:
    """Return a page of the mails that stand so and bear every word, the latest first, and how many there are."""
    wanted = and_(_STATE.in_([each.value for each in FILTERS[state][1]]), *map(_bears, words.split()))
    if state == "echec":
        wanted = and_(wanted, _AGAIN.is_(None))
    total = session.scalar(select(func.count()).select_from(Outbox).where(wanted)) or 0
    at = _lines().where(wanted).order_by(Outbox.created_at.desc(), Outbox.id)
    rows = session.execute(at.offset((number - 1) * PER_PAGE).limit(PER_PAGE))
    return [_line(row) for row in rows], total


def failed(session: Session) -> list[Line]:
    """Return the mails that were given up, may be sent again and were not, the oldest first."""
    wanted = [_STATE.in_([MailState.GIVEN_UP.value]), _AGAIN.is_(None)]
    lines = [_line(row) for row in session.execute(_lines().where(*wanted).order_by(Outbox.created_at, Outbox.id))]
    return [line for line in lines if line.resendable]


def lines_of(session: Session, mail_ids: Select[str]) -> list[Line]:
    """Return these mails, by recipient; those that are gone are left out."""
    rows = session.execute(_lines().where(Outbox.id.in_(mail_ids)).order_by(Outbox.recipient, Outbox.id))
    return [_line(row) for row in rows]


def find(session: Session, mail_id: str) -> tuple[Line, Outbox]:
    """Return a mail. Raises NotFound."""
    row = session.execute(_lines().where(Outbox.id == checked_id(mail_id))).first()
    if row is None:
        raise NotFound
    return _line(row), session.get_one(Outbox, mail_id)


def resend(session: Session, *, mail_id: str, to: str, actor: str, now: datetime) -> str:
    """Send a mail again, as it was, to the same address or to a corrected one; return the new message.

    Twice, it returns the message of the first time. Raises NotFound, Conflict for what is not sent again, DomainError
    for an address of nobody we know.
    """
    locked = select(Outbox.id).where(Outbox.id == checked_id(mail_id)).with_for_update()
    session.scalars(locked).first()
    line, row = find(session, mail_id)
    if line.again_id:
        return line.again_id
    _require_resendable(line)
    address = to.strip().lower() or row.recipient
    if address != row.recipient.lower():
        _require_corrected(session, line, address)
    attachments = tuple(Attachment(**each) for each in row.attachments)
    message = Message(
        address if to.strip() else row.recipient,
        row.subject,
        row.text,
        row.html,
        attachments,
        row.unsubscribe_url,
        template=row.template,
    )
    new_id = mail.enqueue(session, Outbox, message, now=now)
    session.flush()
    session.get_one(Outbox, new_id).resends_id = mail_id
    session.flush()
    details = {"corrected": address != row.recipient.lower()}
    accounts.record(session, actor=actor, action="mail_resent", subject=mail_id, now=now, details=details)
    return new_id


def resend_failed(session: Session, mail_ids: Sequence[str], *, actor: str, now: datetime) -> int:
    """Send again those of these mails that are still given up; return how many."""
    waiting = {line.mail_id for line in failed(session)}
    todo = [mail_id for mail_id in dict.fromkeys(mail_ids) if mail_id in waiting]
    for mail_id in todo:
        resend(session, mail_id=mail_id, to="", actor=actor, now=now)
    return len(todo)


def _require_resendable(line: Line) -> None:
    if line.coded:
        raise Conflict("Un code ne se renvoie pas : la personne en demande un autre en se connectant.")
    if line.state is MailState.CALLED_OFF:
        raise Conflict("Ce message a été annulé : ce qu'il dit n'est plus vrai. Rien n'est parti.")
    if not line.resendable:
        raise Conflict("Ce message attend encore : il part de lui-même. Rien n'est parti deux fois.")


def _require_corrected(session: Session, line: Line, address: str) -> None:
    """Refuse an address that is nobody's here, and any other one for a text that holds a secret."""
    if not line.shown:
        raise DomainError(
            "Ce message contient un lien personnel : il ne part qu'à l'adresse qui l'a demandé. Rien n'est parti."
        )
    if not any(session.scalar(select(exists().where(func.lower(column) == address))) for column in _ADDRESSES):
        raise DomainError(
            "Cette adresse n'est celle d'aucun compte, dossier ni inscription : faites-la d'abord corriger. "
            "Rien n'est parti."
        )


_ADDRESSES = (Account.email, Registration.email, Entry.contact_email)


def _bears(word: str) -> ColumnElement[bool]:
    """Tell whether a mail's address or subject bears a word; no search finds out a code."""
    subject = Outbox.subject.icontains(word, autoescape=True)
    if _DIGIT.search(word):
        subject = and_(subject, Outbox.template.in_(SHOWN))
    return or_(Outbox.recipient.icontains(word, autoescape=True), subject)


def _lines() -> Select[*tuple[Any, ...]]:
    columns = (Outbox.id, Outbox.recipient, Outbox.subject, _STATE, Outbox.created_at, Outbox.sent_at)
    return select(*columns, Outbox.error, Outbox.template, _AGAIN)


def _line(row: Row[Any]) -> Line:
    mail_id, recipient, subject, stands, created_at, sent_at, error, template, again_id = tuple(row)
    said = subject if template in SHOWN else without_code(subject)
    return Line(mail_id, recipient, said, MailState(stands), created_at, sent_at, cause(error), template, again_id)
