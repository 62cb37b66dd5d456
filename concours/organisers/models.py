"""What the secretariat decided of people and entries: the identity side."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from concours.kernel.db import Base, Id, Ref
from concours.kernel.ids import ID_LENGTH


class BodyMatch(Base):
    """Whether a member of the jury and an entry come from one administration: the jury is told of the pair alone."""

    __tablename__ = "body_match"
    __table_args__ = (UniqueConstraint("entry_id", "member_id"),)

    id: Mapped[Id]
    entry_id: Mapped[Ref] = mapped_column(ForeignKey("entry.id"))
    member_id: Mapped[Ref]
    """In the jury's tables; a member may leave while this stays."""
    confirmed: Mapped[bool] = mapped_column(Boolean)
    decided_by: Mapped[Ref] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime]


class BulkAct(Base):
    """One act on several entries, as it was confirmed: its identifier is drawn with the page that asks for it."""

    __tablename__ = "bulk_act"

    id: Mapped[Id]
    edition_id: Mapped[Ref] = mapped_column(ForeignKey("edition.id"), index=True)
    act: Mapped[str] = mapped_column(String(10))
    """An `Act`."""
    done_by: Mapped[Ref]
    done_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class BulkLine(Base):
    """What an act on several entries did to one of them, or why it left it."""

    __tablename__ = "bulk_line"

    id: Mapped[Id]
    bulk_act_id: Mapped[Ref] = mapped_column(ForeignKey("bulk_act.id"), index=True)
    entry_id: Mapped[Ref] = mapped_column(ForeignKey("entry.id"), index=True)
    deposit_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    """The deposit that counted then."""
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    """The decision before and after the act, None for none."""
    left: Mapped[str] = mapped_column(Text, default="")
    """Why nothing was done; empty for what was done."""
    kept: Mapped[str] = mapped_column(Text, default="")
    """Why it could not be undone."""


class MailTemplate(Base):
    """A ready-made message as an edition words it, in the place of the one that comes with the service."""

    __tablename__ = "mail_template"
    __table_args__ = (UniqueConstraint("edition_id", "key"),)

    id: Mapped[Id]
    edition_id: Mapped[Ref] = mapped_column(ForeignKey("edition.id"))
    key: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)


class GroupMessage(Base):
    """A message to several people: a draft until it is sent, once."""

    __tablename__ = "group_message"

    id: Mapped[Id]
    edition_id: Mapped[Ref] = mapped_column(ForeignKey("edition.id"), index=True)
    audience: Mapped[str] = mapped_column(String(20))
    """An `Audience`."""
    chosen: Mapped[list[Any]]
    """The entries that were chosen in the list, for the audience that is a choice."""
    removed: Mapped[list[Any]]
    """Whom it is not sent to: identifiers of accounts and of registrations."""
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    written_by: Mapped[Ref]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    sent_by: Mapped[str | None] = mapped_column(String(ID_LENGTH))


class GroupMail(Base):
    """One mail of a message to several people."""

    __tablename__ = "group_mail"

    id: Mapped[Id]
    message_id: Mapped[Ref] = mapped_column(ForeignKey("group_message.id"), index=True)
    mail_id: Mapped[Ref] = mapped_column(unique=True)
    """The message in the outbox, which may be gone."""


class EntryExaminer(Base):
    """An organiser who has an entry before them, until nothing was heard of them for a few minutes."""

    __tablename__ = "entry_examiner"
    __table_args__ = (UniqueConstraint("entry_id", "account_id"),)

    id: Mapped[Id]
    entry_id: Mapped[Ref] = mapped_column(ForeignKey("entry.id"))
    account_id: Mapped[Ref] = mapped_column(ForeignKey("account.id"))
    since: Mapped[datetime]
    seen_at: Mapped[datetime]
    """When their page was last heard of."""


class SecondLook(Base):
    """An entry « à revoir à deux »: while this stands, its decision is that of two organisers who agree."""

    __tablename__ = "second_look"

    id: Mapped[Id]
    entry_id: Mapped[Ref] = mapped_column(ForeignKey("entry.id"), unique=True)
    asked_by: Mapped[Ref] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime]
    words: Mapped[str] = mapped_column(Text)
    """Why, for the other organisers alone."""


class Opinion(Base):
    """What one organiser says of an entry that two look at; one each, replaced when they change their mind."""

    __tablename__ = "opinion"
    __table_args__ = (
        UniqueConstraint("entry_id", "account_id"),
        CheckConstraint("decision IN ('admitted', 'refused')", name="decision"),
        CheckConstraint("decision = 'admitted' OR reason <> ''", name="reason"),
    )

    id: Mapped[Id]
    entry_id: Mapped[Ref] = mapped_column(ForeignKey("entry.id"))
    account_id: Mapped[Ref] = mapped_column(ForeignKey("account.id"))
    deposit_id: Mapped[Ref] = mapped_column(ForeignKey("deposit.id"))
    """The deposit that was examined: of another one, it says nothing any more."""
    decision: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text)
    """Of a refusal, as the team would read it."""
    note: Mapped[str] = mapped_column(Text)
    """To the other organisers; why, where this differs from what another one said."""
    said_at: Mapped[datetime]
