"""Say in French what a refused file really is, from its first bytes, and what to do with it."""

import re
from pathlib import PurePath

import magic

from concours.intake import families
from concours.intake.doubles import READ_AS_PDF_BYTES, ambiguous
from concours.intake.families import ALIASES, FAMILIES, Family
from concours.intake.rules import Kind, Reason, Refused, spoken_kinds
from concours.intake.sniff import head_boxes

_UNKNOWN = "application/octet-stream"
_HOLDERS = ("application/", "message/")
"""Archives and mails may hold a PDF as they are, and in front of it unknown bytes are no format."""

_CLAIMED = frozenset({"avi", "mp4", "m4v", "pdf"})
"""Extensions that a mistaken file was renamed to; anything else in a name is never repeated."""

_PLAYLIST = re.compile(rb"#EXTM3U|ffconcat version|\[playlist\]|<asx|<smil|<\?xml[^>]*>\s*<playlist", re.IGNORECASE)
_WEB_PAGE = re.compile(
    rb"(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body|script|iframe)", re.IGNORECASE | re.DOTALL
)
_ZIP_NAME = re.compile(rb"PK\x03\x04.{22}(..)..", re.DOTALL)
_OPENDOCUMENT = re.compile(rb"mimetypeapplication/vnd\.oasis\.opendocument\.([a-z-]+)")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS = {
    "EncryptedPackage": families.LOCKED_OFFICE,
    "WordDocument": "application/msword",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
    "Workbook": "application/vnd.ms-excel",
}
_OLD_QUICKTIME = frozenset({b"moov", b"mdat", b"wide", b"pnot"})
_BRANDS = {
    "qt": "video/quicktime",
    "3g": "video/3gpp",
    "kddi": "video/3gpp",
    "hei": "image/heic",
    "hev": "image/heic",
    "mif": "image/heic",
    "msf": "image/heic",
    "avi": "image/avif",
    "M4A": "audio/mp4",
    "M4B": "audio/mp4",
    "M4P": "audio/mp4",
    "F4A": "audio/mp4",
    "F4B": "audio/mp4",
    "crx": "image/x-canon-cr3",
    "jp": "image/jp2",
}
"""Beginnings of major brands, and what they stand for."""


def wrong_format(head: bytes, *, name: str, kinds: frozenset[Kind]) -> Refused:
    """Give the refusal of a file that is none of the three formats, or one of them behind another.

    `name` serves the wording alone.
    """
    mime = real_type(head)
    family = _family(mime)
    if b"%PDF-" in head[:READ_AS_PDF_BYTES] and not mime.startswith(_HOLDERS):
        return ambiguous(Kind.PDF, family.what, mime)
    return Refused(
        Reason.WRONG_FORMAT, f"Ce fichier est {family.what}{_renamed(family, name)}. {_remedy(family, kinds)}", mime
    )


def real_type(head: bytes) -> str:
    """Name what the bytes are: what libmagic confuses first, libmagic for the rest."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:512]
    if _PLAYLIST.match(text):
        return families.PLAYLIST
    if _WEB_PAGE.match(text):
        return "text/html"
    if head.startswith(b"PK\x03\x04"):
        return _zip(head)
    if head.startswith(_OLE):
        return _ole(head)
    return _iso_media(head) or magic.from_buffer(head, mime=True)


def _family(mime: str) -> Family:
    name = ALIASES.get(mime, mime)
    general = families.OPENDOCUMENT if name.startswith(families.OPENDOCUMENT) else f"{name.partition('/')[0]}/"
    return FAMILIES.get(name) or FAMILIES.get(general) or FAMILIES[_UNKNOWN]


def _renamed(family: Family, name: str) -> str:
    extension = PurePath(name).suffix.lower().removeprefix(".")
    if extension not in _CLAIMED or extension in family.extensions:
        return ""
    return f" renommé{'e' if family.what.startswith('une ') else ''} en .{extension}"


def _remedy(family: Family, kinds: frozenset[Kind]) -> str:
    formats = spoken_kinds(kinds)
    if family.becomes and family.becomes not in kinds:
        return f"Cette édition accepte seulement le format {formats} : envoyez votre création au format {formats}."
    return family.remedy.format(formats=formats) + (family.or_film if Kind.MP4 in kinds else "")


def _zip(head: bytes) -> str:
    """Tell documents from plain archives by their members' names, as far as the head shows them."""
    names = [
        head[found.end() : found.end() + int.from_bytes(found[1], "little")].decode("utf-8", "replace")
        for found in _ZIP_NAME.finditer(head)
    ]
    for folder, mime in (("word/", families.WORD), ("ppt/", families.POWERPOINT), ("xl/", families.EXCEL)):
        if any(name.startswith(folder) for name in names):
            return mime
    if found := _OPENDOCUMENT.search(head[:256]):
        return families.OPENDOCUMENT + found[1].decode()
    if b"mimetypeapplication/epub+zip" in head[:256]:
        return "application/epub+zip"
    if "AndroidManifest.xml" in names or "META-INF/MANIFEST.MF" in names:
        return "application/java-archive"
    pictures = [name for name in names if name.lower().endswith((".jpg", ".jpeg", ".png", ".webp"))]
    return families.COMIC_ARCHIVE if pictures and len(pictures) == len(names) else "application/zip"


def _ole(head: bytes) -> str:
    """Tell old Office formats by the names of their streams, which libmagic seeks beyond the head."""
    for stream, mime in _OLE_STREAMS.items():
        if stream.encode("utf-16-le") in head:
            return mime
    return "application/x-ole-storage"


def _iso_media(head: bytes) -> str | None:
    """Tell QuickTime, phone films, photos and sound apart by their brand; None when it is no such file."""
    walk = head_boxes(head, len(head))
    for box in walk:
        if box.kind == b"ftyp":
            major = head[box.body : box.body + 4].decode("latin-1")
            return next((mime for start, mime in _BRANDS.items() if major.startswith(start)), "video/mp4")
    return "video/quicktime" if walk and walk[0].kind in _OLD_QUICKTIME else None
