"""Tables of what is being erased."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from concours.kernel.db import Base, Id, Ref


class ErasedFile(Base):
    """A stored file whose rows are gone, itself still to be removed: the row goes with the file."""

    __tablename__ = "erased_file"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    """Its store and its name there: `quarantine/…` or `ready/…`."""
    at: Mapped[datetime]


class ErasureRequest(Base):
    """Somebody asks to be erased while something of theirs has to be kept: the organisers answer."""

    __tablename__ = "erasure_request"

    id: Mapped[Id]
    account_id: Mapped[Ref] = mapped_column(ForeignKey("account.id"), unique=True)
    at: Mapped[datetime]
