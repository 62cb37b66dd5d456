"""The record of a session as one ZIP file, the same bytes for the same facts; how it is read back."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from concours.kernel.canonical import canonical_json

MAX_BYTES = 64 << 20
"""Of a record and of each of its files once unpacked: a thousand times what a session of sixty works takes."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
_SHEETS, _NONCE, _RULE, _RESULTS, _CHAIN, _README = (
    *("fiches.json", "nombre-secret.txt", "regle.json", "resultats.json", "journal.json"),
    "LISEZMOI.txt",
)
_WORDS = """Relevé d'une session du jury.

fiches.json        toutes les fiches qui comptent, telles qu'elles étaient à la clôture
nombre-secret.txt  le nombre tiré au sort à la clôture, avant l'empreinte
regle.json         la règle du classement, figée avant la première note
resultats.json     l'empreinte de la clôture, le classement, le départage et le palmarès, par numéro ; les empreintes du
                   procès-verbal et de sa copie signée
journal.json       le journal du jury, chaque évènement scellé avec le précédent

L'empreinte est le SHA-256 des 32 octets du nombre secret suivis de fiches.json. Chaque membre qui évalue l'a reçue à la
clôture. « concours verify » contrôle le tout, sans réseau ni base de données, et dit ce qu'il prouve et ne prouve pas.
"""


class Unreadable(Exception):
    """The file is no record of a session; `message` says why, in French."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Bundle:
    """What a record holds."""

    sheets: str
    """The canonical text that was digested."""
    nonce: str
    """In hexadecimal."""
    rule: Mapping[str, Any]
    results: Mapping[str, Any]
    chain: Sequence[Mapping[str, Any]]


def write_bundle(bundle: Bundle) -> bytes:
    """Return the record as a ZIP file."""
    files = {
        _README: _WORDS,
        _SHEETS: bundle.sheets,
        _NONCE: bundle.nonce,
        _RULE: canonical_json(bundle.rule),
        _RESULTS: canonical_json(bundle.results),
        _CHAIN: canonical_json(list(bundle.chain)),
    }
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            archive.writestr(entry, text.encode())
    return written.getvalue()


def read_bundle(content: bytes) -> Bundle:
    """Return what a ZIP file records. Raises Unreadable for whatever else."""
    if len(content) > MAX_BYTES:
        raise Unreadable("Ce fichier est trop grand pour être le relevé d'une session.")
    texts = _texts(content)
    try:
        rule, results, chain = (json.loads(texts[name]) for name in (_RULE, _RESULTS, _CHAIN))
    except ValueError as error:
        raise Unreadable("Un des fichiers du relevé n'est pas du JSON : il a été abîmé ou refait.") from error
    except RecursionError as error:
        raise Unreadable("Un des fichiers du relevé n'a pas la forme attendue.") from error
    if not (isinstance(rule, dict) and isinstance(results, dict) and isinstance(chain, list)):
        raise Unreadable("Un des fichiers du relevé n'a pas la forme attendue.")
    return Bundle(texts[_SHEETS], texts[_NONCE].strip(), rule, results, chain)


def _texts(content: bytes) -> dict[str, str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if sorted(entry.filename for entry in entries) != sorted(
                (_README, _SHEETS, _NONCE, _RULE, _RESULTS, _CHAIN)
            ):
                raise Unreadable("Ce fichier n'est pas le relevé d'une session : il n'en a pas les six fichiers.")
            return {entry.filename: _text(archive, entry) for entry in entries}
    # RuntimeError: a password, or a compression that zipfile does not know.
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, RuntimeError) as error:
        raise Unreadable("Ce fichier n'est pas une archive ZIP entière : téléchargez-le de nouveau.") from error


def _text(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> str:
    with archive.open(entry) as stream:
        content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise Unreadable("Un des fichiers du relevé est trop grand une fois déballé : ce n'en est pas un.")
    return content.decode()
