"""The tus protocol, version 1.0 (tus.io): what requests ask in their headers, what answers say. No framework, no disk.

Extensions: creation, creation-with-upload, termination, expiration, checksum.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Protocol

from concours.kernel.errors import DomainError

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,expiration,checksum"
CHECKSUMS = ("sha1", "sha256")
CHUNK_TYPE = "application/offset+octet-stream"
CHECKSUM_MISMATCH = 460
"""The protocol's own status."""

_DIGITS = 18
"""Of the largest number that a header may give: more than any disk."""
_METADATA_LENGTH = 8_192


class Digest(Protocol):
    """A running digest of `hashlib`."""

    def update(self, data: bytes, /) -> None:
        """Take more bytes in."""

    def digest(self) -> bytes:
        """Return the digest so far."""


class Headers(Protocol):
    """A request's headers: names in any case."""

    def get(self, key: str, /) -> str | None:
        """Return the value of a header, None where it is not there."""


class Malformed(DomainError):
    """A request that no client of this protocol sends."""

    status = HTTPStatus.BAD_REQUEST


class OtherVersion(DomainError):
    """A client of another version of the protocol."""

    status = HTTPStatus.PRECONDITION_FAILED

    def __init__(self) -> None:
        super().__init__(f"Ce service parle la version {VERSION} du protocole tus (en-tête Tus-Resumable).")


class OtherOffset(DomainError):
    """A chunk that does not begin where the file ends so far."""

    status = HTTPStatus.CONFLICT

    def __init__(self, expected: int) -> None:
        super().__init__(f"L'envoi en est à l'octet {expected} : reprenez de là. Rien n'est perdu.")


class OtherType(DomainError):
    """A chunk under another type than the protocol's."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE

    def __init__(self) -> None:
        super().__init__(f"Un morceau de fichier s'envoie sous le type {CHUNK_TYPE}.")


class Mismatch(DomainError):
    """A chunk that was altered on its way. Its status is the protocol's own, 460, which HTTP does not know."""

    def __init__(self) -> None:
        super().__init__("Ce morceau est arrivé altéré : il n'est pas gardé. Envoyez-le de nouveau.")


@dataclass(frozen=True)
class Announced:
    """What a client says of a file before it sends it: its size in bytes and its name, if it says one."""

    size: int
    name: str


@dataclass(frozen=True)
class Checksum:
    """What a chunk must amount to."""

    algorithm: str
    expected: bytes

    def start(self) -> Digest:
        """Return a digest to feed."""
        return hashlib.new(self.algorithm)

    def check(self, digest: Digest) -> None:
        """Raise Mismatch unless the digest is the one announced."""
        if digest.digest() != self.expected:
            raise Mismatch


def method_of(method: str, headers: Headers) -> str:
    """Return what is asked: some proxies let POST alone through, and the header says what is meant."""
    meant = headers.get("X-HTTP-Method-Override") if method == "POST" else None
    return (meant or method).upper()


def check_version(headers: Headers) -> None:
    """Raise OtherVersion unless the client speaks ours."""
    if headers.get("Tus-Resumable") != VERSION:
        raise OtherVersion


def announced(headers: Headers) -> Announced:
    """Read what a creation says of its file. Raises Malformed."""
    if headers.get("Upload-Defer-Length") is not None:
        raise Malformed("La taille du fichier doit être annoncée dès le début (en-tête Upload-Length).")
    metadata = _metadata(headers.get("Upload-Metadata") or "")
    return Announced(_number(headers, "Upload-Length"), metadata.get("filename", ""))


def offset_of(headers: Headers) -> int:
    """Read where a chunk begins. Raises OtherType, Malformed."""
    if headers.get("Content-Type") != CHUNK_TYPE:
        raise OtherType
    return _number(headers, "Upload-Offset")


def checksum_of(headers: Headers) -> Checksum | None:
    """Read what the chunk must amount to; None when the client does not say. Raises Malformed."""
    text = headers.get("Upload-Checksum")
    if text is None:
        return None
    algorithm, _, encoded = text.partition(" ")
    expected = _decoded(encoded)
    if algorithm not in CHECKSUMS or len(expected) != hashlib.new(algorithm).digest_size:
        raise Malformed(f"L'en-tête Upload-Checksum attend {' ou '.join(CHECKSUMS)}, puis l'empreinte en base64.")
    return Checksum(algorithm, expected)


def capabilities(max_size: int) -> dict[str, str]:
    """Return the headers that tell what this server can do; sizes in bytes."""
    return {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(max_size),
        "Tus-Checksum-Algorithm": ",".join(CHECKSUMS),
    }


def standing(*, offset: int, expires_at: datetime) -> dict[str, str]:
    """Return the headers that tell how far an upload has come and until when it may go on."""
    return {"Upload-Offset": str(offset), "Upload-Expires": format_datetime(expires_at, usegmt=True)}


def _number(headers: Headers, name: str) -> int:
    text = headers.get(name) or ""
    if not (text.isascii() and text.isdecimal()) or len(text) > _DIGITS:
        raise Malformed(f"L'en-tête {name} attend un nombre entier d'octets.")
    return int(text)


def _metadata(text: str) -> dict[str, str]:
    """Read « name base64, name base64 »; raises Malformed."""
    if len(text) > _METADATA_LENGTH:
        raise Malformed("L'en-tête Upload-Metadata est trop long.")
    pairs = [pair.strip().partition(" ") for pair in text.split(",") if pair.strip()]
    return {name: _decoded(value.strip()).decode("utf-8", "replace") for name, _, value in pairs}


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("Une valeur en base64 est attendue.") from error
