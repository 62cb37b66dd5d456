"""Tables of the dossiers and of their deposits: the identity side of the wall."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from concours.entries.rules import (
    FIELDS,
    NAME_LENGTH,
    PHONE_LENGTH,
    TITLE_LENGTH,
    Dossier,
    EntryState,
    Way,
    rules_label,
    state_words,
)
from concours.intake.models import Creation
from concours.kernel.db import Base, Id, Ref
from concours.kernel.ids import ID_LENGTH


class Entry(Base):
    """A team's dossier as it is being written, and which deposit of it counts."""

    __tablename__ = "entry"
    __table_args__ = (
        Index(None, "account_id", "edition_id"),
        CheckConstraint("deposit_id IS NULL OR withdrawn_at IS NULL", name="one_state"),
    )

    id: Mapped[Id]
    account_id: Mapped[Ref] = mapped_column(ForeignKey("account.id"))
    """Its owner; the other people who work on it are its members."""
    edition_id: Mapped[Ref] = mapped_column(ForeignKey("edition.id"), index=True)
    team: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")
    administration: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")
    contact_name: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")
    contact_email: Mapped[str] = mapped_column(String(254), default="")
    contact_phone: Mapped[str] = mapped_column(String(PHONE_LENGTH), default="")
    public_agent: Mapped[bool] = mapped_column(Boolean, default=False)
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH), default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    category: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")
    rules_accepted: Mapped[bool] = mapped_column(Boolean, default=False)
    rights_granted: Mapped[bool] = mapped_column(Boolean, default=False)
    image_rights: Mapped[bool] = mapped_column(Boolean, default=False)
    transcript: Mapped[str] = mapped_column(Text, default="")
    captions: Mapped[str] = mapped_column(Text, default="")
    text_alternative: Mapped[str] = mapped_column(Text, default="")
    creation_id: Mapped[str | None] = mapped_column(ForeignKey("creation.id"), unique=True)
    """The draft's present file; the deposit that counts may have another."""
    deposit_id: Mapped[str | None] = mapped_column(ForeignKey("deposit.id", use_alter=True))
    """The deposit that counts; None before the first and after a withdrawal."""
    withdrawn_at: Mapped[datetime | None]
    """Set by a withdrawal, cleared by the next deposit."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    """When the answers or the file last changed."""
    open_until: Mapped[datetime | None]
    """This dossier's own closing, where an organiser gave it more time."""
    open_reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was given, as its candidates read it."""
    armed_upload_id: Mapped[Ref | None]
    """The file on its way whose last byte is to deposit the dossier."""
    armed_by: Mapped[Ref | None] = mapped_column(ForeignKey("account.id"))
    updated_by: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    """The account that changed them; it may have left since."""
    version: Mapped[int] = mapped_column(Integer, default=1)
    """Grows with each change of the answers: an edit of a stale version is refused."""
    work_id: Mapped[str | None] = mapped_column(ForeignKey("jury_work.id"), unique=True, deferred=True)
    """The work that the jury sees, set at handing over. Never loaded unless it is asked for by name."""

    creation: Mapped[Creation | None] = relationship(foreign_keys=creation_id)
    deposit: Mapped["Deposit | None"] = relationship(foreign_keys=deposit_id)

    @property
    def dossier(self) -> Dossier:
        """The answers as they stand in the draft."""
        return Dossier(**{name: getattr(self, name) for name in FIELDS})

    @property
    def state(self) -> EntryState:
        """Draft, deposited or withdrawn."""
        if self.deposit_id:
            return EntryState.DEPOSITED
        return EntryState.WITHDRAWN if self.withdrawn_at else EntryState.DRAFT

    @property
    def changed(self) -> bool:
        """The draft differs from the deposit that counts."""
        deposit = self.deposit
        return deposit is not None and (deposit.answers != self.dossier or deposit.creation_id != self.creation_id)

    @property
    def refused(self) -> bool:
        """The deposit that counts is declared inadmissible."""
        decided = self.deposit.admissibility if self.deposit else None
        return decided is not None and decided.decision == "refused"

    @property
    def state_words(self) -> str:
        """The state as people read it."""
        return state_words(self.state, changed=self.changed, file=self.deposit.creation.state if self.deposit else "")


class Deposit(Base):
    """An act of deposit: what was deposited, word for word and byte for byte, and when. Never changed."""

    __tablename__ = "deposit"
    __table_args__ = (
        CheckConstraint("way IN ('self', 'armed', 'late', 'behalf')", name="way"),
        CheckConstraint("way IN ('self', 'armed') OR reason <> ''", name="reason"),
    )

    id: Mapped[Id]
    entry_id: Mapped[Ref] = mapped_column(ForeignKey("entry.id"), index=True)
    at: Mapped[datetime]
    """The instant of the act, on the server's clock."""
    receipt_number: Mapped[str] = mapped_column(String(40), unique=True)
    dossier: Mapped[dict[str, Any]]
    """The answers, by name; read through `answers`."""
    creation_id: Mapped[Ref] = mapped_column(ForeignKey("creation.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the file as it was received."""
    size: Mapped[int] = mapped_column(BigInteger)
    rules_number: Mapped[int]
    rules_digest: Mapped[str] = mapped_column(String(64))
    consents_version: Mapped[int]
    consents_digest: Mapped[str] = mapped_column(String(64))
    deposited_by: Mapped[Ref] = mapped_column(ForeignKey("account.id"))
    """Whose act it was; an organiser's, for a deposit on somebody's behalf."""
    way: Mapped[str] = mapped_column(String(10))
    """A `Way`."""
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why an organiser admitted a late one, or deposited for somebody."""
    came_at: Mapped[datetime | None]
    """When a creation that came by another way was received."""
    replaces_id: Mapped[Ref | None] = mapped_column(ForeignKey("deposit.id"))
    """The deposit that counted until then: it counts again should this one's file be found bad."""

    creation: Mapped[Creation] = relationship()
    replaces: Mapped["Deposit | None"] = relationship(remote_side="Deposit.id")
    admissibility: Mapped["Admissibility | None"] = relationship(viewonly=True)
    """What the secretariat said of this very deposit; never what it said of another."""

    problems: Mapped[list["Problem"]] = relationship(order_by="Problem.at")
    confirmation: Mapped["Confirmation | None"] = relationship()

    @property
    def answers(self) -> Dossier:
        """What was deposited; of a deposit made for somebody, with what they accepted and granted since."""
        return Dossier(**self.dossier | (self.confirmation.consents if self.confirmation else {}))

    @property
    def rules_label(self) -> str:
        """What its règlement is called."""
        return rules_label(self.way)

    @property
    def to_confirm(self) -> bool:
        """An organiser deposited for somebody whose own consents are still to come."""
        return self.way == Way.BEHALF and self.confirmation is None


class Confirmation(Base):
    """What a candidate accepted and granted after an organiser deposited for them: once, never changed."""

    __tablename__ = "confirmation"

    id: Mapped[Id]
    deposit_id: Mapped[Ref] = mapped_column(ForeignKey("deposit.id"), unique=True)
    account_id: Mapped[Ref] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    consents: Mapped[dict[str, Any]]
    """The consents given, by name."""
    rules_digest: Mapped[str] = mapped_column(String(64))
    consents_digest: Mapped[str] = mapped_column(String(64))


class Problem(Base):
    """What an organiser signalled about a deposit while it can still be mended: the deposit stands."""

    __tablename__ = "problem"

    id: Mapped[Id]
    entry_id: Mapped[Ref] = mapped_column(ForeignKey("entry.id"), index=True)
    deposit_id: Mapped[Ref] = mapped_column(ForeignKey("deposit.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    signalled_by: Mapped[Ref] = mapped_column(ForeignKey("account.id"))


class Admissibility(Base):
    """The secretariat's decision on an entry: one at a time, changed or taken back until the works go to the jury."""

    __tablename__ = "admissibility"
    __table_args__ = (
        CheckConstraint("decision IN ('admitted', 'refused')", name="decision"),
        CheckConstraint("decision = 'admitted' OR reason <> ''", name="reason"),
    )

    id: Mapped[Id]
    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.id"), unique=True)
    deposit_id: Mapped[str] = mapped_column(ForeignKey("deposit.id"))
    """The deposit that was examined: after a newer one, the decision is to be looked at again."""
    decision: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str] = mapped_column(ForeignKey("account.id"))
    """For the secretariat alone: candidates are told what was decided, never by whom."""
    decided_at: Mapped[datetime]


class Reminder(Base):
    """A reminder's turn for one person: it comes once, whether a message left or was not wanted."""

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("entry_id", "account_id", "kind", "closes_at"),)

    id: Mapped[Id]
    entry_id: Mapped[Ref] = mapped_column(ForeignKey("entry.id"))
    account_id: Mapped[Ref] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(String(10))
    closes_at: Mapped[datetime]
    """The closing that it is for, as it was then."""
    sent_at: Mapped[datetime]
    mail_id: Mapped[str | None] = mapped_column(String(26))
    """The message in the outbox, which may be gone; None when none was written."""


class ReminderRefusal(Base):
    """Somebody wants no reminder for this dossier, the last one apart."""

    __tablename__ = "reminder_refusal"
    __table_args__ = (UniqueConstraint("entry_id", "account_id"),)

    id: Mapped[Id]
    entry_id: Mapped[Ref] = mapped_column(ForeignKey("entry.id"))
    account_id: Mapped[Ref] = mapped_column(ForeignKey("account.id"))
    refused_at: Mapped[datetime]


class EntryMember(Base):
    """Somebody who works on a dossier beside its owner. The row goes when the person does; the log keeps both."""

    __tablename__ = "entry_member"
    __table_args__ = (UniqueConstraint("entry_id", "account_id"),)

    id: Mapped[Id]
    entry_id: Mapped[Ref] = mapped_column(ForeignKey("entry.id"))
    account_id: Mapped[Ref] = mapped_column(ForeignKey("account.id"), index=True)
    joined_at: Mapped[datetime]


class EntryInvitation(Base):
    """One mail that invites one address to work on a dossier; sending again makes another row, which replaces it."""

    __tablename__ = "entry_invitation"
    __table_args__ = (Index(None, "invited_by", "created_at"), Index(None, "email", "created_at"))

    id: Mapped[Id]
    entry_id: Mapped[Ref] = mapped_column(ForeignKey("entry.id"), index=True)
    email: Mapped[str] = mapped_column(String(254))
    """Lowercase. Whoever signs in with it may accept; nobody else."""
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    """Of the link in the mail."""
    invited_by: Mapped[Ref] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    """Taken back, or replaced by a newer mail."""

    def waits(self, now: datetime) -> bool:
        """Tell whether it may still be accepted."""
        return self.accepted_at is None and self.withdrawn_at is None and now < self.expires_at
