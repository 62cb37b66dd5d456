"""Ed25519: the private key that a service signs with, kept in a file, and the public keys that anyone checks with."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from concours.kernel.disk import kept_file
from concours.kernel.settings import Settings, SettingsError

KEY_ID_LENGTH = 16
"""Hexadecimal digits in the name of a key."""

_SETTING = "RECEIPT_KEY"
_PUBLIC_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----", re.DOTALL)


@dataclass(frozen=True)
class PublicKey:
    """What anyone may have: it checks and cannot sign."""

    key: Ed25519PublicKey

    @property
    def id(self) -> str:
        """The key's name: the first digits of the SHA-256 of its DER form."""
        der = self.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(der).hexdigest()[:KEY_ID_LENGTH]

    @property
    def pem(self) -> str:
        """The key as a file holds it."""
        return self.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def has_signed(self, content: bytes, signature: bytes) -> bool:
        """Tell whether the signature is this key's, of these very bytes."""
        try:
            self.key.verify(signature, content)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class SigningKey:
    """The private key; its text is shown nowhere."""

    key: Ed25519PrivateKey

    @property
    def public(self) -> PublicKey:
        """The half that is published."""
        return PublicKey(self.key.public_key())

    def sign(self, content: bytes) -> bytes:
        """Return the signature of the bytes: the same each time."""
        return self.key.sign(content)


def read_signing_key(settings: Settings) -> SigningKey:
    """Return the key in the file of the settings, or the one kept in the data folder, made there on first use.

    Raises SettingsError when the file holds no such key: it is never replaced.
    """
    own = settings.receipt_key
    try:
        text = own.read_text() if own else kept_file(settings.data / "keys" / "receipt.pem", _new_pem)
        key = load_pem_private_key(text.encode(), password=None)
    except OSError as error:
        raise SettingsError(_SETTING, f"la clé des accusés de réception ne peut pas être lue ({error})") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _unusable() from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _unusable()
    return SigningKey(key)


def read_public_keys(text: str) -> Mapping[str, PublicKey]:
    """Return the Ed25519 public keys of a PEM file, by name; whatever else it holds is passed over."""
    found = (_public(block) for block in _PUBLIC_PEM.findall(text))
    return {key.id: key for key in found if key}


def _public(block: str) -> PublicKey | None:
    try:
        key = load_pem_public_key(block.encode())
    except (ValueError, UnsupportedAlgorithm):
        return None
    return PublicKey(key) if isinstance(key, Ed25519PublicKey) else None


def _unusable() -> SettingsError:
    return SettingsError(
        _SETTING,
        "le fichier n'est pas une clé privée Ed25519 au format PEM. Remettez celle d'une sauvegarde ; "
        "à défaut, openssl genpkey -algorithm ed25519 en fait une autre : les accusés déjà donnés restent vérifiables",
    )


def _new_pem() -> str:
    made = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return made.decode()
