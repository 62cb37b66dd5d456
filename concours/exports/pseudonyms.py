"""Pseudonyms: the same for one person all through an export, another one in the next."""

import base64
import hashlib
import hmac
from secrets import token_bytes

_LENGTH = 10
"""Characters of 5 bits: a hundred thousand people meet with one chance in two hundred thousand."""


class Pseudonyms:
    """Names of one export, from a key that nobody keeps."""

    def __init__(self) -> None:
        self._key = token_bytes(32)

    def of(self, identifier: str) -> str:
        """Return what stands for an identifier."""
        digest = hmac.digest(self._key, identifier.encode(), hashlib.sha256)
        return base64.b32encode(digest).decode()[:_LENGTH]
