"""Traces of a second format in a film or a document: what another program would open the same bytes as. Pure."""

import re

from concours.intake.rules import Kind, Reason, Refused

READ_AS_PDF_BYTES = 1024
"""Readers accept a PDF header anywhere so far (ISO 32000-1, annex H, note 13)."""

ARCHIVE_SEARCH_BYTES = 8 * 1024**2
"""How far archive programs look for the start of a RAR or 7z archive, behind a program that unpacks it."""

MARKUP = re.compile(rb"<(?:!doctype\s+html|html|head|body|script|hta:application|\?php)\b", re.IGNORECASE)
"""What makes a browser or a web server treat bytes as a page."""

_FIRST_OBJECT = re.compile(rb"\d\s+obj\b")
_ARCHIVE_STARTS = {b"Rar!\x1a\x07": "une archive RAR", b"7z\xbc\xaf\x27\x1c": "une archive 7-Zip"}
_TAR = (257, b"ustar")
_DISK = (32769, b"CD001")
_STARTS = {
    b"%PDF-": "un document PDF",
    b"PK\x03\x04": "une archive ZIP",
    b"PK\x05\x06": "une archive ZIP",
    b"\x7fELF": "un programme",
    b"#!": "un programme",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "un document Office",
    b"\xff\xd8\xff": "une image JPEG",
    b"\x89PNG\r\n": "une image PNG",
    b"GIF8": "une image GIF",
    b"#EXTM3U": "une liste de lecture",
    b"ffconcat ": "une liste de lecture",
}
_PROGRAM = b"MZ"
_PROGRAM_HEADER_AT = 60
_BLANKS = b"\0\t\n\x0b\x0c\r \xff"


def ambiguous(kind: Kind, second: str, detected: str = "") -> Refused:
    """Say that the file is two things at once."""
    return Refused(
        Reason.AMBIGUOUS,
        f"Ce fichier est à la fois un {kind.name} et {second} : nous ne pouvons pas savoir ce que chacun y verrait. "
        "Exportez à nouveau votre création depuis votre logiciel, puis envoyez-la.",
        detected or kind.mime,
    )


def in_head(head: bytes, kind: Kind) -> str | None:
    """Name the second format that stands within or before the first structures of a file of `kind`."""
    for at, mark, name in ((*_TAR, "une archive TAR"), (*_DISK, "une image de disque")):
        if head.startswith(mark, at):
            return name
    if kind is Kind.PDF:
        first = _FIRST_OBJECT.search(head)
        return "une page web" if MARKUP.search(head, 0, first.start() if first else len(head)) else None
    return "un document PDF" if b"%PDF-" in head[:READ_AS_PDF_BYTES] else None


def archive_start(head: bytes) -> str | None:
    """Name the RAR or 7z archive that starts in the first ARCHIVE_SEARCH_BYTES."""
    return next((name for mark, name in _ARCHIVE_STARTS.items() if mark in head), None)


def at_start(data: bytes) -> str | None:
    """Name the format that these bytes begin as; blanks before it do not hide it."""
    data = data.lstrip(_BLANKS)
    if data.startswith(_PROGRAM) and data.startswith(b"PE\0\0", _word(data, _PROGRAM_HEADER_AT)):
        return "un programme"
    found = next((name for mark, name in _STARTS.items() if data.startswith(mark)), None)
    return found or _film(data)


def behind(data: bytes) -> str | None:
    """Name the format of what follows the end of a film or a document: padding and makers' notes are none."""
    if data.startswith(_PROGRAM):
        return "un programme"
    if MARKUP.search(data):
        return "une page web"
    if b"%PDF-" in data:
        return "un document PDF"
    return at_start(data) or archive_start(data) or ("un fichier de texte" if _is_text(data) else None)


def _film(data: bytes) -> str | None:
    if data.startswith(b"RIFF") and data[8:12] in {b"AVI ", b"WAVE", b"WEBP"}:
        return "un fichier RIFF"
    return "un fichier MP4" if b"ftyp" in data[:8] else None  # its length may have passed for blanks


def _word(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")


def _is_text(data: bytes) -> bool:
    """Tell readable text (a script has no other mark) from binary notes, and from a document's own remarks."""
    if data.lstrip(_BLANKS).startswith(b"%"):
        return False
    try:
        text = data.rstrip(_BLANKS).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return bool(text) and all(letter.isprintable() or letter in "\t\n\r\x0c" for letter in text)
