"""What is asked of the receipts: by those who deposited, and by whoever checks one."""

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.entries.models import Deposit
from concours.entries.receipts.models import ReceiptKey, SealedReceipt
from concours.entries.receipts.rules import Receipt, signed_bytes
from concours.kernel.errors import NotFound
from concours.kernel.signing import PublicKey, read_public_keys


def receipt_of(session: Session, deposit_id: str) -> Receipt | None:
    """Return the receipt of a deposit; None for one made before receipts were signed."""
    sealed = session.get(SealedReceipt, deposit_id)
    return Receipt(json.loads(sealed.facts), sealed.signature) if sealed else None


def find_receipt(session: Session, deposit_id: str) -> Receipt:
    """Return the receipt of a deposit. Raises NotFound."""
    found = receipt_of(session, deposit_id)
    if found is None:
        raise NotFound("Ce dépôt n'a pas d'accusé de réception signé.")
    return found


def is_known(session: Session, receipt: Receipt) -> bool:
    """Tell whether this very receipt was given here."""
    facts = signed_bytes(receipt.facts).decode("ascii")
    query = select(SealedReceipt.facts).join(Deposit, SealedReceipt.deposit_id == Deposit.id)
    return session.scalar(query.where(Deposit.receipt_number == receipt.number)) == facts


def find_deposit(session: Session, *, number: str, sha256: str) -> Deposit | None:
    """Return the deposit that has both this number and this file; a number alone tells nothing."""
    return session.scalar(select(Deposit).where(Deposit.receipt_number == number, Deposit.sha256 == sha256))


def former_keys(session: Session) -> Sequence[ReceiptKey]:
    """Return every key that ever signed a receipt, the latest first."""
    return session.scalars(select(ReceiptKey).order_by(ReceiptKey.first_used_at.desc(), ReceiptKey.id)).all()


def public_keys(session: Session) -> Mapping[str, PublicKey]:
    """Return every key that ever signed a receipt, by name."""
    return read_public_keys("\n".join(key.pem for key in former_keys(session)))
