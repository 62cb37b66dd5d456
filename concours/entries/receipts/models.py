"""Tables of the receipts: what was signed, word for word, and every key that ever signed."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from concours.kernel.db import Base
from concours.kernel.signing import KEY_ID_LENGTH


class ReceiptKey(Base):
    """A public key, kept and published for as long as there are receipts: the private one may be replaced."""

    __tablename__ = "receipt_key"

    id: Mapped[str] = mapped_column(String(KEY_ID_LENGTH), primary_key=True)
    pem: Mapped[str] = mapped_column(String(200))
    first_used_at: Mapped[datetime]


class SealedReceipt(Base):
    """The receipt of one deposit, made once: facts to come do not change it."""

    __tablename__ = "receipt"

    deposit_id: Mapped[str] = mapped_column(ForeignKey("deposit.id"), primary_key=True)
    key_id: Mapped[str] = mapped_column(ForeignKey("receipt_key.id"))
    facts: Mapped[str] = mapped_column(Text)
    """Exactly what is signed."""
    signature: Mapped[str] = mapped_column(String(128))
