"""Files that go with a receipt's mail: made when it leaves, from what was sealed with the deposit."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from concours.entries.models import Deposit
from concours.entries.receipts.paper import receipt_pdf
from concours.entries.receipts.queries import find_receipt
from concours.entries.receipts.rules import file_of
from concours.kernel.mail import Maker

JSON_FILE, PDF_FILE = "receipt-json", "receipt-pdf"
"""What the outbox calls them."""


def json_file(session: Session, deposit_id: str) -> bytes:
    """Return the file that proves a deposit. Raises NotFound."""
    return file_of(find_receipt(session, deposit_id))


def pdf_file(session: Session, deposit_id: str) -> bytes:
    """Return the same on paper. Raises NotFound."""
    receipt = find_receipt(session, deposit_id)
    return receipt_pdf(receipt, session.get_one(Deposit, deposit_id).answers)


MAKERS: Mapping[str, Maker] = {JSON_FILE: json_file, PDF_FILE: pdf_file}
