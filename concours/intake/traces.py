"""Name what a file says beside its pictures, its sound and its pages: what no jury copy has. Sandbox only."""

import re
from collections.abc import Callable, Mapping
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

from av.container import InputContainer
from av.stream import Disposition
from pikepdf import Dictionary, Pdf

from concours.intake import films
from concours.intake.rules import Kind

_ALWAYS_THERE = frozenset(
    ("major_brand", "minor_version", "compatible_brands", "handler_name", "vendor_id", "language")
)
"""What the format itself asks for, which tells a tool but nobody."""


def in_film(source: Path, kind: Kind) -> list[str]:
    """Give the codes of what was found in a film, in alphabetical order."""
    with films.open_film(source, kind, whole=False) as film:
        return sorted(name for name, found in _FILM.items() if found(film))


def _tagged(film: InputContainer) -> bool:
    tags = [film.metadata, *(stream.metadata for stream in film.streams)]
    return any(set(each) - _ALWAYS_THERE for each in tags)


_FILM: Mapping[str, Callable[[InputContainer], Any]] = {
    "tags": _tagged,
    "chapters": lambda film: film.chapters(),
    "subtitles": lambda film: film.streams.subtitles,
    "data": lambda film: film.streams.data,
    "attachments": lambda film: film.streams.attachments,
    "cover": lambda film: any(stream.disposition & Disposition.attached_pic for stream in film.streams.video),
    "other_tracks": lambda film: len(film.streams.video) > 1 or len(film.streams.audio) > 1,
}


def in_document(document: Pdf, source: Path) -> tuple[str, ...]:
    """Give the codes of what was found in a PDF, in alphabetical order."""
    found = {name for name, key in _ROOT.items() if key in document.Root}
    names = document.Root.get("/Names")
    if isinstance(names, Dictionary):
        found |= {name for name, key in _NAMES.items() if key in names}
    for page in document.pages:
        found |= {name for name, key in _PAGE.items() if key in page.obj}
    if "/Info" in document.trailer:
        found.add("info")
    if _versions(source) > 1:
        found.add("history")
    return tuple(sorted(found))


def _versions(source: Path) -> int:
    """Count the versions that a file keeps, each with its end; one laid out for slow networks has an end more."""
    with source.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        ends = sum(1 for _ in re.finditer(rb"%%EOF", data))
        return ends - (data.find(b"/Linearized", 0, _HEAD_BYTES) >= 0)


_HEAD_BYTES = 1024

_ROOT = {
    "xmp": "/Metadata",
    "actions": "/OpenAction",
    "more_actions": "/AA",
    "forms": "/AcroForm",
    "outlines": "/Outlines",
    "page_labels": "/PageLabels",
    "destinations": "/Dests",
    "threads": "/Threads",
    "output_intents": "/OutputIntents",
    "private_data": "/PieceInfo",
    "viewer_preferences": "/ViewerPreferences",
    "layers": "/OCProperties",
    "collection": "/Collection",
    "associated_files": "/AF",
}
_NAMES = {"javascript": "/JavaScript", "attachments": "/EmbeddedFiles", "named_destinations": "/Dests"}
_PAGE = {"annotations": "/Annots", "thumbnails": "/Thumb", "page_actions": "/AA", "page_private_data": "/PieceInfo"}
