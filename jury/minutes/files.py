"""The signed copy as it comes: told from its first bytes, never opened, kept under its own SHA-256."""

import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO, NamedTuple

import magic

from concours.kernel.errors import DomainError, TooLarge
from concours.kernel.storage import ReadyStore, human_size
from jury.minutes.rules import SIGNED_COPY_MAX_BYTES

_HEAD, _TAIL = 4096, 2048
_PDF, _END = "application/pdf", b"%%EOF"
_UNTOUCHED = "Rien n'a changé ici."


class KeptFile(NamedTuple):
    """Where a file stands in the ready store, and how long it is."""

    digest: str
    size: int


def keep_signed_copy(stream: BinaryIO, ready: ReadyStore) -> KeptFile:
    """Store a PDF. Raises DomainError for whatever else, TooLarge past the limit; nothing is kept then."""
    size = stream.seek(0, 2)
    if size > SIGNED_COPY_MAX_BYTES:
        limit = human_size(SIGNED_COPY_MAX_BYTES)
        raise TooLarge(
            f"Ce fichier dépasse la limite de {limit}. Numérisez en noir et blanc, à 200 points par pouce, puis "
            f"recommencez. {_UNTOUCHED}"
        )
    _check_pdf(stream, size)
    stream.seek(0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "copy"
        with path.open("wb") as written:
            shutil.copyfileobj(stream, written)
        return KeptFile(ready.add(path), size)


def _check_pdf(stream: BinaryIO, size: int) -> None:
    stream.seek(0)
    head = stream.read(_HEAD)
    if not head:
        raise DomainError(f"Ce fichier est vide : choisissez la copie signée, puis recommencez. {_UNTOUCHED}")
    if magic.from_buffer(head, mime=True) != _PDF:
        raise DomainError(
            "Ce fichier n'est pas un PDF, quel que soit son nom. Numérisez le procès-verbal signé, ou exportez-le, en "
            f"PDF, puis recommencez. {_UNTOUCHED}"
        )
    stream.seek(max(0, size - _TAIL))
    if _END not in stream.read(_TAIL):
        raise DomainError(
            f"Ce PDF est coupé : sa fin manque. Copiez-le de nouveau depuis sa source, puis recommencez. {_UNTOUCHED}"
        )
