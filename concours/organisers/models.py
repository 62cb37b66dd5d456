"""Tables of the secretariat's decisions."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from concours.kernel.db import Base, Id


class Admissibility(Base):
    """The decision on an entry: one at a time, changed or taken back until the works go to the jury."""

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
    decided_at: Mapped[datetime]
