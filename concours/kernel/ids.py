"""Identifiers that nobody can guess and that say nothing of order or author."""

import base64
import secrets

from concours.kernel.errors import NotFound

ID_LENGTH = 26
"""Characters in an identifier: 128 random bits in base32."""

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz234567")


def new_id() -> str:
    """Return 128 random bits as 26 lowercase letters and digits."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()


def checked_id(text: str) -> str:
    """Return the text. Raises NotFound unless it is an identifier that we could have made."""
    if not is_id(text):
        raise NotFound
    return text


def is_id(text: str) -> bool:
    """Tell whether this could be an identifier of ours."""
    return len(text) == ID_LENGTH and set(text) <= _LETTERS


def new_token() -> str:
    """Return 256 random bits, safe in a URL: for links and session cookies."""
    return secrets.token_urlsafe(32)


_UNAMBIGUOUS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_reference(prefix: str) -> str:
    """Return a number people can read over the phone, such as 2027-K7QF-3MPT (no 0/O, 1/I/L, U)."""
    letters = "".join(secrets.choice(_UNAMBIGUOUS) for _ in range(8))
    return f"{prefix}-{letters[:4]}-{letters[4:]}"
