"""Table of the laureates: where a name and a number meet for the first time."""

from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from concours.honours.rules import to_fraction
from concours.kernel.db import Base, Id, Ref


class Laureate(Base):
    """An entry that the jury honoured. Written once, by the unsealing."""

    __tablename__ = "laureate"
    __table_args__ = (UniqueConstraint("edition_id", "work_number"),)

    id: Mapped[Id]
    edition_id: Mapped[Ref] = mapped_column(ForeignKey("edition.id"))
    entry_id: Mapped[Ref] = mapped_column(ForeignKey("entry.id"), unique=True)
    deposit_id: Mapped[Ref] = mapped_column(ForeignKey("deposit.id"))
    """What was before the jury."""
    work_number: Mapped[int] = mapped_column(Integer)
    rank: Mapped[int] = mapped_column(Integer)
    """Shared by equals: 1, 2, 2, 4."""
    mean: Mapped[str | None] = mapped_column(String(60))
    """Exact, as « 25/3 »; None for a work honoured although nobody scored it."""
    criterion_means: Mapped[dict[str, Any]]
    """By criterion key; each exact, as `mean` is."""
    reason: Mapped[str] = mapped_column(Text)
    """The jury's own words."""
    unsealed_at: Mapped[datetime]

    @property
    def exact_mean(self) -> Fraction | None:
        """The mean, as the jury computed it."""
        return to_fraction(self.mean) if self.mean else None

    @property
    def exact_criterion_means(self) -> dict[str, Fraction]:
        """The mean of each criterion, by its key."""
        return {key: to_fraction(text) for key, text in self.criterion_means.items()}


class HonoursLetter(Base):
    """That somebody was told of the honours: one message of a kind for each person and dossier, whatever it said."""

    __tablename__ = "honours_letter"
    __table_args__ = (UniqueConstraint("entry_id", "account_id", "kind"),)

    id: Mapped[Id]
    entry_id: Mapped[Ref] = mapped_column(ForeignKey("entry.id"))
    account_id: Mapped[Ref] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(String(10))
    """A `LetterKind`."""
    outcome: Mapped[str] = mapped_column(String(12))
    """The `Outcome` that it told."""
    sent_at: Mapped[datetime]
    mail_id: Mapped[str] = mapped_column(String(26))
    """The message in the outbox, which may be gone."""
