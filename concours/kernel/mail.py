"""Mail: written from a template into an outbox table, sent later by the worker."""

import smtplib
import ssl
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, make_msgid
from functools import lru_cache
from typing import Any, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import Integer, String, Text, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from concours.kernel.clock import format_day, format_hour, format_instant, to_paris
from concours.kernel.db import Id
from concours.kernel.ids import new_id
from concours.kernel.settings import ROOT, Settings, Smtp
from concours.kernel.text import Typographic, grouped, typographic

MAX_ATTEMPTS = 12
"""Sendings tried before a message is given up and shown as failed: about twenty hours."""

CALLED_OFF = "called off"
"""The error of a message that was kept from leaving."""

_SMTP_TIMEOUT_S = 20
_SUBJECT = "Objet : "
_TEMPLATES: dict[str, Any] = {
    "loader": FileSystemLoader(ROOT / "templates"),
    "undefined": StrictUndefined,
    "trim_blocks": True,
    "lstrip_blocks": True,
}


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a message: the outbox keeps what makes it, and of what; it is made on leaving."""

    name: str
    mime: str
    """With parameters where the file needs some: `text/calendar; method=REQUEST`."""
    maker: str
    subject: str


@dataclass(frozen=True)
class File:
    """An attachment that is made."""

    name: str
    mime: str
    content: bytes


Maker = Callable[[Session, str], bytes]
"""Returns the content of an attachment; given its subject."""
_WAY_OUT = "List-Unsubscribe"
_SUBJECT_LINE = "Subject"


@dataclass(frozen=True)
class Message:
    """A message to one person: text, and the same in HTML for whoever prefers it."""

    to: str
    subject: str
    text: str
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()
    unsubscribe_url: str | None = None
    """Where one click of a mail program, or a page, ends messages like this one (RFC 8058)."""
    template: str = ""
    """Which template made it; empty for none."""


class OutboxMixin:
    """Columns of a message to send; each side has its own table."""

    id: Mapped[Id]
    recipient: Mapped[str] = mapped_column(String(254), index=True)
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    """The same in HTML; None: text alone."""
    attachments: Mapped[list[Any]] = mapped_column(default=list)
    """What is made when the message leaves; read as `Attachment`."""
    unsubscribe_url: Mapped[str | None] = mapped_column(String(300))
    template: Mapped[str] = mapped_column(String(80), default="")
    """Which template made it: what says whether its text holds a secret."""
    created_at: Mapped[datetime] = mapped_column(index=True)
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    """When to try next; None once it is sent or given up."""
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    error: Mapped[str | None] = mapped_column(String(300))
    """Why the last sending failed, without any address."""


def compose(template: str, *, to: str, html: str | None = None, **context: Any) -> Message:
    """Return the message that a mail template makes; its first line is « Objet : … ». `html`: the other part's."""
    rendered = _environment().get_template(template).render(**context)
    first, _, body = rendered.partition("\n")
    if not first.startswith(_SUBJECT):
        raise ValueError(f"{template} must begin with « {_SUBJECT} »")
    subject = " ".join(first.removeprefix(_SUBJECT).split())
    marked_up = _html_environment().get_template(html).render({**context, "subject": subject}) if html else None
    return Message(to, subject, body.strip() + "\n", marked_up, template=template)


def enqueue(session: Session, table: type[OutboxMixin], message: Message, *, now: datetime) -> str:
    """Put the message into the outbox, in the transaction of the act that it tells of; return its identifier."""
    row = table()
    row.recipient, row.subject, row.text, row.html = message.to, message.subject, message.text, message.html
    row.attachments = [asdict(each) for each in message.attachments]
    row.id = new_id()
    row.unsubscribe_url, row.template = message.unsubscribe_url, message.template
    row.created_at, row.due_at, row.attempts = now, now, 0
    session.add(row)
    return row.id


def call_off(session: Session, table: type[OutboxMixin], mail_ids: Collection[str]) -> None:
    """Keep messages that wait from leaving: what they say is no longer true."""
    waiting = update(table).where(table.id.in_(mail_ids), table.due_at.is_not(None), table.sent_at.is_(None))
    session.execute(waiting.values(due_at=None, error=CALLED_OFF), execution_options={"synchronize_session": False})


def due_ids(session: Session, table: type[OutboxMixin], *, now: datetime, limit: int = 100) -> Sequence[str]:
    """Return which messages are to be sent now, the oldest first."""
    query = select(table.id).where(table.due_at <= now).order_by(table.due_at).limit(limit)
    return session.scalars(query).all()


def claim(session: Session, table: type[OutboxMixin], mail_id: str, *, now: datetime) -> Message | None:
    """Take a due message for sending, out of other workers' reach until its next try; None when another has it."""
    row = session.get(table, mail_id, with_for_update=True)
    if row is None or row.due_at is None or row.due_at > now:
        return None
    row.attempts += 1
    row.due_at = now + timedelta(minutes=min(2**row.attempts, 240))
    attachments = tuple(Attachment(**each) for each in row.attachments)
    return Message(row.recipient, row.subject, row.text, row.html, attachments, row.unsubscribe_url)


def make_files(session: Session, message: Message, makers: Mapping[str, Maker]) -> tuple[File, ...]:
    """Return the attachments of a message, made."""
    return tuple(File(each.name, each.mime, makers[each.maker](session, each.subject)) for each in message.attachments)


def mark_sent(session: Session, table: type[OutboxMixin], mail_id: str, *, now: datetime) -> None:
    """Record that the mail server took the message."""
    row = session.get_one(table, mail_id)
    row.sent_at, row.due_at, row.error = now, None, None


def mark_failed(session: Session, table: type[OutboxMixin], mail_id: str, *, error: str) -> None:
    """Record why a sending failed; given up after MAX_ATTEMPTS."""
    row = session.get_one(table, mail_id)
    row.error = error
    if row.attempts >= MAX_ATTEMPTS:
        row.due_at = None


class Transport(Protocol):
    """A way out for mail."""

    def send(self, message: Message, *, now: datetime, files: Sequence[File] = ()) -> None:
        """Hand the message over. Raises OSError, smtplib.SMTPException, or ValueError for an impossible address."""


@dataclass(frozen=True)
class SmtpTransport:
    """Through the mail server of the settings."""

    smtp: Smtp
    sender: str
    reply_to: str
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def send(self, message: Message, *, now: datetime, files: Sequence[File] = ()) -> None:
        """Hand the message over. Raises OSError or smtplib.SMTPException."""
        with self._connection() as server:
            if self.smtp.security == "starttls":
                server.starttls(context=self.tls)
            if self.smtp.user:
                server.login(self.smtp.user, self.smtp.password)
            server.send_message(envelope(message, files, self.sender, self.reply_to, now))

    def _connection(self) -> smtplib.SMTP:
        if self.smtp.security == "tls":
            return smtplib.SMTP_SSL(self.smtp.host, self.smtp.port, timeout=_SMTP_TIMEOUT_S, context=self.tls)
        return smtplib.SMTP(self.smtp.host, self.smtp.port, timeout=_SMTP_TIMEOUT_S)


@dataclass(frozen=True)
class TerminalTransport:
    """Without a mail server: into the terminal; /courrier shows the outbox itself."""

    def send(self, message: Message, *, now: datetime, files: Sequence[File] = ()) -> None:
        """Print the message."""
        heading = f"── Courriel pour {message.to} ({format_hour(now)}) : {message.subject}"
        enclosed = "".join(f"Pièce jointe : {file.name}\n" for file in files)
        sys.stdout.write(f"\n{heading}\n{message.text}{enclosed}──\n")
        sys.stdout.flush()


def choose_transport(settings: Settings) -> Transport:
    """Return the mail server's transport, or the terminal's where there is none."""
    if settings.smtp is None:
        return TerminalTransport()
    return SmtpTransport(settings.smtp, settings.mail_from, settings.contact_email)


class _Policy(EmailPolicy):
    """Writes the two header lines that the standard policy folds badly."""

    def fold_binary(self, name: str, value: str) -> bytes:
        """Write a header line."""
        if name == _SUBJECT_LINE:
            # Between two encoded words a space is not read: it stands inside them only if all is encoded in one go.
            return f"{name}: {Header(value, header_name=name).encode(linesep=self.linesep)}{self.linesep}".encode()
        if name == _WAY_OUT:
            # Whole, however long: folded, an address would be encoded, and no mail program would know it again.
            return f"{name}: {value}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


def envelope(message: Message, files: Sequence[File], sender: str, reply_to: str, now: datetime) -> EmailMessage:
    """Return a message as it leaves, headers and parts."""
    mail = EmailMessage(policy=_Policy())
    mail["From"], mail["To"], mail["Reply-To"] = sender, message.to, reply_to
    mail[_SUBJECT_LINE] = message.subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    if message.unsubscribe_url:
        mail[_WAY_OUT] = f"<{message.unsubscribe_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    # Some servers heed only this one: no notice of absence goes to the secretariat for each code.
    mail["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    # Not every server takes eight bits: quoted-printable passes everywhere, and cuts long lines.
    mail.set_content(message.text, cte="quoted-printable")
    mail["Content-Language"] = "fr"
    if message.html:
        mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    for file in files:
        mime, *said = file.mime.split("; ")
        maintype, _, subtype = mime.partition("/")
        params = dict(each.split("=", 1) for each in said)
        mail.add_attachment(file.content, maintype=maintype, subtype=subtype, filename=file.name, params=params)
    return mail


@lru_cache
def _environment() -> Environment:
    environment = Environment(autoescape=False, **_TEMPLATES)  # noqa: S701 -- plain text, never HTML
    environment.filters.update(
        instant=format_instant, hour=format_hour, day=format_day, paris=to_paris, grouped=grouped
    )
    return environment


@lru_cache
def _html_environment() -> Environment:
    environment = Environment(autoescape=True, extensions=[Typographic], **_TEMPLATES)
    environment.filters.update(instant=_unbroken_instant, day=format_day)
    return environment


def _unbroken_instant(instant: datetime, *, seconds: bool = False) -> str:
    return typographic(format_instant(instant, seconds=seconds))
