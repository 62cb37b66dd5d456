"""Tables of the dossiers and of their deposits: the identity side of the wall."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from concours.entries.rules import (
    FIELDS,
    NAME_LENGTH,
    PHONE_LENGTH,
    TITLE_LENGTH,
    Dossier,
    EntryState,
    state_words,
)
from concours.intake.models import Creation
from concours.kernel.db import Base, Id, Ref


class Entry(Base):
    """A candidate's dossier as it is being written, and which deposit of it counts."""

    __tablename__ = "entry"
    __table_args__ = (
        Index(None, "account_id", "edition_id"),
        CheckConstraint("deposit_id IS NULL OR withdrawn_at IS NULL", name="one_state"),
    )

    id: Mapped[Id]
    account_id: Mapped[Ref] = mapped_column(ForeignKey("account.id"))
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
        return state_words(self.state, changed=self.changed)


class Deposit(Base):
    """An act of deposit: what was deposited, word for word and byte for byte, and when. Never changed."""

    __tablename__ = "deposit"

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

    creation: Mapped[Creation] = relationship()
    admissibility: Mapped["Admissibility | None"] = relationship(viewonly=True)
    """What the secretariat said of this very deposit; never what it said of another."""

    @property
    def answers(self) -> Dossier:
        """What was deposited; a question that was not asked yet has no answer."""
        return Dossier(**self.dossier)


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
