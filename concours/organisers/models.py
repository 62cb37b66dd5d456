"""What the secretariat decided of people and entries: the identity side."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, UniqueConstraint
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
