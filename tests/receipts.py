"""A receipt as it is given: its facts, its file, and the key that signed it."""

from typing import Any

from concours.entries.receipts.rules import Receipt, file_of, signed_bytes
from concours.kernel.signing import SigningKey
from tests.entries_scene import KEY

FACTS: dict[str, Any] = {
    "format": "concours-receipt-1",
    "key": KEY.public.id,
    "check": "https://concours.example/recepisse",
    "contest": "Ça se dépose «\u00a0ici\u00a0»",
    "edition": "2027",
    "number": "2027-K7QF-3MPT",
    "entry": "a" * 26,
    "at": {"utc": "2027-02-01T09:00:05.012345Z", "paris": "2027-02-01T10:00:05.012345+01:00"},
    "file": {"sha256": "ab" * 32, "size": 1234},
    "rules": {"version": 3, "digest": "cd" * 32},
    "consents": {"version": 1, "digest": "ef" * 32},
}


def signed(key: SigningKey = KEY, **facts: Any) -> Receipt:
    """Return a receipt that this key signed, with other facts than usual where they are given."""
    said = {**FACTS, "key": key.public.id, **facts}
    return Receipt(said, key.sign(signed_bytes(said)).hex())


FILE = file_of(signed())
"""A receipt's file."""
