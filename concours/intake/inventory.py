"""Go through every object of a PDF: what is active or private in it, and what would exhaust a reader. Sandbox only."""

import re
import zlib
from collections.abc import Iterator
from typing import Any, cast

import pikepdf

from concours.intake.findings import Finding
from concours.intake.rules import MAX_IMAGE_PIXELS, TOO_HEAVY, Kind, Reason, Refused

_MAX_OBJECTS = 500_000
"""The richest drawings have some tens of thousands."""

_MAX_DRAWING_BYTES = 64 * 1024**2
"""Of drawing instructions in one stream, unpacked: a map with every street of a city has some ten megabytes."""

_PIECE = 1024**2
_DEEPEST = 100
_DEFLATED = frozenset({"/FlateDecode", "/Fl"})
_MAX_FILTERS = 4
_ACTIONS = {
    "/JavaScript": Finding.JAVASCRIPT,
    "/URI": Finding.LINKS,
    "/Rendition": Finding.MULTIMEDIA,
    "/Movie": Finding.MULTIMEDIA,
    "/Sound": Finding.MULTIMEDIA,
    "/GoTo3DView": Finding.MULTIMEDIA,
    "/RichMediaExecute": Finding.MULTIMEDIA,
    **dict.fromkeys(
        (
            *("/Launch", "/GoToR", "/GoToE", "/GoToDp", "/SubmitForm", "/ImportData", "/ResetForm", "/Hide"),
            *("/Named", "/Thread", "/SetOCGState", "/Trans"),
        ),
        Finding.ACTIONS,
    ),
}
"""Sorts of actions (ISO 32000-2, table 201); going to a page of the same document is none to speak of."""

_ANNOTATIONS = {
    "/FileAttachment": Finding.ATTACHMENTS,
    "/Widget": Finding.FORMS,
    **dict.fromkeys(("/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"), Finding.MULTIMEDIA),
    **dict.fromkeys(
        (
            *("/Text", "/FreeText", "/Highlight", "/Underline", "/Squiggly", "/StrikeOut", "/Ink", "/Stamp", "/Line"),
            *("/Square", "/Circle", "/Polygon", "/PolyLine", "/Caret", "/Popup", "/Redact"),
        ),
        Finding.COMMENTS,
    ),
}
_KEYS = {
    "/JS": Finding.JAVASCRIPT,
    "/AA": Finding.ACTIONS,
    "/EmbeddedFiles": Finding.ATTACHMENTS,
    "/EF": Finding.ATTACHMENTS,
    "/XFA": Finding.FORMS,
    "/RichMediaContent": Finding.MULTIMEDIA,
}
_WORTH_A_LOOK = re.compile("|".join(rf"{re.escape(name)}\b" for name in (*_ACTIONS, *_ANNOTATIONS, *_KEYS)).encode())
"""In an object as it is written down: those without any of these names are passed over."""


def find(document: pikepdf.Pdf) -> list[Finding]:
    """List what was found, in one order. Raises Refused for what would exhaust a reader."""
    objects = document.objects
    if len(objects) > _MAX_OBJECTS:
        raise _heavy()
    drawings = {stream.objgen for page in document.pages for stream in _streams(page.obj.get("/Contents"))}
    found: set[Finding] = set()
    for each in objects:
        if isinstance(each, pikepdf.Stream):
            _check_stream(each, drawn=each.objgen in drawings)
            if "/F" in each:
                found.add(Finding.EXTERNAL_CONTENT)
        found |= _found_in(each)
    return [finding for finding in Finding if finding in found]


def _streams(contents: Any) -> list[pikepdf.Stream]:
    parts = contents if isinstance(contents, pikepdf.Array) else [contents]
    return [part for part in cast("list[Any]", parts) if isinstance(part, pikepdf.Stream)]


def _found_in(each: pikepdf.Object) -> set[Finding]:
    """Read one object, its direct parts included; what it only refers to has its own turn."""
    written = each.stream_dict if isinstance(each, pikepdf.Stream) else each
    if not isinstance(written, pikepdf.Dictionary | pikepdf.Array) or not _WORTH_A_LOOK.search(
        written.unparse(resolved=True)
    ):
        return set()
    return {finding for dictionary in _dictionaries(written) for finding in _named(dictionary)}


def _named(dictionary: pikepdf.Dictionary) -> Iterator[Finding]:
    for key, finding in _KEYS.items():
        if key in dictionary:
            yield finding
    action = _ACTIONS.get(_name(dictionary, "/S"))
    if action:
        yield action
    annotation = _ANNOTATIONS.get(_name(dictionary, "/Subtype"))
    if annotation and "/Rect" in dictionary:
        yield annotation


def _name(dictionary: pikepdf.Dictionary, key: str) -> str:
    return _written(dictionary.get(key))


def _written(value: Any) -> str:
    """Give a name as it is written down, whatever its bytes; what is no name gives nothing."""
    return value.unparse().decode("latin-1") if isinstance(value, pikepdf.Name) else ""


def _dictionaries(top: Any) -> Iterator[pikepdf.Dictionary]:
    waiting = [(top, 0)]
    while waiting:
        each, depth = waiting.pop()
        if isinstance(each, pikepdf.Dictionary):
            yield each
            parts: list[Any] = [each[key] for key in each.keys()]  # noqa: SIM118 -- iterating one gives its keys too, untyped
        elif isinstance(each, pikepdf.Array):
            parts = [each[at] for at in range(len(each))]
        else:
            continue
        if depth < _DEEPEST:
            waiting += [
                (part, depth + 1) for part in parts if isinstance(part, pikepdf.Object) and not part.is_indirect
            ]


def _check_stream(stream: pikepdf.Stream, *, drawn: bool) -> None:
    subtype = _name(stream.stream_dict, "/Subtype")
    if subtype == "/Image":
        _check_image(stream)
    elif drawn or subtype == "/Form":
        _check_drawing(stream)


def _check_image(stream: pikepdf.Stream) -> None:
    width, height = (_number(stream.get(key)) for key in ("/Width", "/Height"))
    if width * height > MAX_IMAGE_PIXELS:
        raise Refused(
            Reason.DIMENSIONS,
            f"Une image de ce PDF mesure {width} × {height} pixels : c'est plus que ce que nous pouvons afficher. "
            "Réduisez cette image (une affiche A0 à 300 points par pouce suffit largement), exportez à nouveau le "
            "PDF, puis envoyez-le.",
            Kind.PDF.mime,
        )


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def _check_drawing(stream: pikepdf.Stream) -> None:
    """Unpack drawing instructions piece by piece, and stop where no honest drawing goes."""
    filters = stream.get("/Filter")
    parts = cast("list[Any]", filters) if isinstance(filters, pikepdf.Array) else [filters]
    names = [_written(part) for part in parts]
    if not _DEFLATED.issuperset(names):  # other packings are rare: the cell's own limits hold there
        return
    if len(names) > _MAX_FILTERS:
        raise _heavy()
    unpacked = 0
    try:
        for piece in _unpacked(stream.read_raw_bytes(), len(names)):
            unpacked += len(piece)
            if unpacked > _MAX_DRAWING_BYTES:
                raise _heavy()
    except zlib.error:
        return


def _unpacked(data: bytes, times: int) -> Iterator[bytes]:
    pieces: Iterator[bytes] = iter([data])
    for _ in range(times):
        pieces = _inflated(pieces)
    return pieces


def _inflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj()
    for piece in pieces:
        packed = piece
        while packed:
            yield unpacker.decompress(packed, _PIECE)
            packed = unpacker.unconsumed_tail


def _heavy() -> Refused:
    return Refused(Reason.TOO_HEAVY, TOO_HEAVY, Kind.PDF.mime)
