"""Write a PDF anew: what draws its pages and what a screen reader says of them, copied by known keys. Sandbox only.

docs/decisions/0009-pdf-written-anew.md says why.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name, Object, ObjectStreamMode, Pdf, Stream, String

from concours.intake import traces
from concours.intake.copier import Copier
from concours.intake.plain import MISSHAPEN, plain
from concours.intake.rules import UNREADABLE, Kind, Reason, Refused
from concours.intake.tags import TagCopier, language_of

_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_HIGHEST = 50
"""Levels above a page: more is a file made to exhaust its reader."""

_SAVING: dict[str, Any] = {
    "deterministic_id": True,
    "linearize": True,
    "compress_streams": True,
    "object_stream_mode": ObjectStreamMode.generate,
    "recompress_flate": True,
}
"""Nothing of the day or of the machine: the same document gives the same bytes. The first page comes first."""


@dataclass(frozen=True)
class Rewritten:
    """What was kept in words, and what was left out."""

    texts: tuple[str, ...]
    """What a screen reader says beside the pages, each once, in order: the anonymity check reads it."""
    removed: tuple[str, ...]
    """Codes."""


def document(source: Path, target: Path) -> Rewritten:
    """Write the document anew at `target`. Raises Refused when it cannot be read."""
    texts: list[str] = []
    try:
        with pikepdf.open(source, suppress_warnings=True) as old, pikepdf.new() as new:
            found = traces.in_document(old, source)
            lost = ("unreadable_parts",) if _copy(old, new, texts) else ()
            new.save(target, **_SAVING)
    except (*MISSHAPEN, RecursionError) as error:
        raise Refused(Reason.UNREADABLE, UNREADABLE, Kind.PDF.mime) from error
    return Rewritten(tuple(dict.fromkeys(texts)), (*found, *lost))


def _copy(old: Pdf, new: Pdf, texts: list[str]) -> bool:
    """Copy the pages, then the tags; tell whether something could not be read."""
    copier = Copier(old, new, texts)
    for page in list(old.pages):
        copied = _page(page.obj, new, copier)
        copier.drawn[page.obj.objgen] = copied
    if language := language_of(old.Root):
        new.Root["/Lang"] = String(language)
        texts.insert(0, f"Langue : {language}")
    tree = old.Root.get("/StructTreeRoot")
    if isinstance(tree, Dictionary):
        TagCopier(new, texts, copier.drawn, tree.get("/RoleMap")).copy(tree)
    return copier.lost


def _page(source: Object, new: Pdf, copier: Copier) -> Object:
    inherited = {key: next(_found(source, key), None) for key in _INHERITED}
    contents = source.get("/Contents")
    data, resources = copier.content(contents, inherited["/Resources"]) if contents is not None else (b"", Dictionary())
    boxes = {key: value for key in _INHERITED[1:] if (value := plain(inherited[key])) is not None}
    unit = plain(source.get("/UserUnit"))
    entries = {**boxes, **({"/UserUnit": unit} if unit is not None else {}), **copier.group(source)}
    page = Dictionary({"/Type": Name.Page, **entries, "/Contents": new.make_stream(data), "/Resources": resources})
    new.pages.append(pikepdf.Page(new.make_indirect(page)))
    return new.pages[-1].obj


def _found(source: Object, key: str) -> Iterator[Any]:
    """Give what a page says, then what the branches above it say."""
    for _ in range(_HIGHEST):
        if (said := source.get(key)) is not None:
            yield said
        above = source.get("/Parent")
        if not isinstance(above, Dictionary) or isinstance(above, Stream):
            return
        source = above
