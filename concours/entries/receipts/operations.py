"""A receipt is sealed in the transaction of the deposit."""

from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from concours.editions.rules import Edition
from concours.entries.models import Deposit, Entry
from concours.entries.receipts.attachments import JSON_FILE, PDF_FILE
from concours.entries.receipts.models import ReceiptKey, SealedReceipt
from concours.entries.receipts.rules import FORMAT, Receipt, file_name, iso, signed_bytes
from concours.kernel.clock import to_paris
from concours.kernel.mail import Attachment
from concours.kernel.signing import PublicKey, SigningKey


def seal(
    session: Session,
    *,
    deposit: Deposit,
    entry: Entry,
    edition: Edition,
    key: SigningKey,
    public_url: str,
    now: datetime,
) -> Receipt:
    """Sign the facts of a deposit and keep them with the signature; the key's public half is kept for ever."""
    public = key.public
    facts = facts_of(deposit=deposit, entry=entry, edition=edition, key_id=public.id, public_url=public_url)
    content = signed_bytes(facts)
    receipt = Receipt(facts, key.sign(content).hex())
    _keep(session, public, now)
    session.add(
        SealedReceipt(
            deposit_id=deposit.id, key_id=public.id, facts=content.decode("ascii"), signature=receipt.signature
        )
    )
    session.flush()
    return receipt


def facts_of(*, deposit: Deposit, entry: Entry, edition: Edition, key_id: str, public_url: str) -> dict[str, Any]:
    """Return all that a receipt says, without a name or an address: whoever is shown it learns nothing of its authors.

    A new fact is a new line here; receipts already given keep what they said.
    """
    return {
        "format": FORMAT,
        "key": key_id,
        "check": f"{public_url}/recepisse",
        "contest": edition.contest,
        "edition": edition.key,
        "number": deposit.receipt_number,
        "entry": entry.id,
        "at": {"utc": iso(deposit.at), "paris": to_paris(deposit.at).isoformat(timespec="microseconds")},
        "file": {"sha256": deposit.sha256, "size": deposit.size},
        "rules": {"version": deposit.rules_number, "digest": deposit.rules_digest},
        "way": deposit.way,
        "consents": {"version": deposit.consents_version, "digest": deposit.consents_digest},
    }


def attachments_of(deposit: Deposit) -> tuple[Attachment, ...]:
    """Return the files that the mail of a receipt brings, made as it leaves."""
    name = file_name(deposit.receipt_number)
    return (
        Attachment(f"{name}.pdf", "application/pdf", PDF_FILE, deposit.id),
        Attachment(f"{name}.json", "application/json", JSON_FILE, deposit.id),
    )


def _keep(session: Session, public: PublicKey, now: datetime) -> None:
    if session.get(ReceiptKey, public.id):
        return
    try:
        with session.begin_nested():
            session.add(ReceiptKey(id=public.id, pem=public.pem, first_used_at=now))
    except IntegrityError:
        return  # another deposit, at the same moment, was the first with this key
