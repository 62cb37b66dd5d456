"""What the secretariat decided of people and entries: the identity side."""

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from concours.kernel.db import Base, Id, Ref


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
