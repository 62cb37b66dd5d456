"""Secrets that must be read again: encrypted with a key derived from an application's own, one for each use."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY_BYTES = 32


class Unreadable(Exception):
    """What was kept cannot be read: the application's key is another one, or the text was tampered with."""


class Vault:
    """Encrypts short texts for one purpose."""

    def __init__(self, secret: str, purpose: str) -> None:
        derived = HKDF(SHA256(), _KEY_BYTES, salt=None, info=purpose.encode()).derive(secret.encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))

    def lock(self, text: str) -> str:
        """Return what may be stored of a text."""
        return self._fernet.encrypt(text.encode()).decode()

    def unlock(self, stored: str) -> str:
        """Return the text. Raises Unreadable."""
        try:
            return self._fernet.decrypt(stored.encode()).decode()
        except InvalidToken as error:
            raise Unreadable from error
