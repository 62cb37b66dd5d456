"""Make the pictures that jurors see: a film's poster, a document's pages. Sandbox only."""

import unicodedata
from pathlib import Path
from typing import Any, cast

import av
import pypdfium2
from PIL import Image

from concours.intake import rewrite, scrub, traces
from concours.intake.rules import UNREADABLE, Kind, Reason, Refused
from concours.intake.scrub import Report

_POSTER_LONGEST = 1280
_POSTER_AT = 0.1
"""A film often begins with a black picture: the poster is taken a tenth of the way in."""

_PAGE_LONGEST, _PAGE_SHORTEST, _STRIP_LONGEST = 1800, 900, 7200
"""Pixels. A tall infographic keeps a width that can be read; no page is larger than 900 × 7200."""

_QUALITY = 85
_TEXT_LENGTH = 20_000
_DOCUMENT_TEXT_LENGTH = 200_000


def jury_copy(source: Path, out: Path, arguments: dict[str, Any], report: Report) -> dict[str, Any]:
    """Write what jurors get in `out`, under names that say nothing.

    Lists it as [role, position, width, height, text], and the codes of what was found and is gone.
    """
    kind = Kind(arguments["kind"])
    if kind is Kind.PDF:
        return _document(source, out, report)
    return _film(source, kind, out, arguments.get("duration_s"), report)


def _film(source: Path, kind: Kind, out: Path, duration_s: float | None, report: Report) -> dict[str, Any]:
    removed = traces.in_film(source, kind)
    shape = scrub.film(source, kind, out, duration_s=duration_s, report=report)
    poster = _poster(out / scrub.FULL)
    poster.save(out / "poster.webp", "WEBP", quality=_QUALITY)
    films = [["video", 1, shape.width, shape.height, ""], ["small", 1, *shape.small, ""]]
    return {"artefacts": [*films, ["poster", 1, *poster.size, ""]], "removed": removed}


def _poster(film: Path) -> Image.Image:
    """Take a picture a tenth of the way into our own copy, whose headers are true."""
    with av.open(str(film), format="mp4", options={"protocol_whitelist": "file"}) as copy:
        stream = copy.streams.video[0]
        wanted = int((stream.duration or 0) * _POSTER_AT)
        copy.seek(wanted, stream=stream)
        frame = next(frame for frame in copy.decode(stream) if (frame.pts or 0) >= wanted)
        image = cast("Image.Image", frame.to_image())  # type: ignore[no-untyped-call]  # PyAV types it not
    image.thumbnail((_POSTER_LONGEST, _POSTER_LONGEST))
    return image


def _document(source: Path, out: Path, report: Report) -> dict[str, Any]:
    """Rewrite the document, then draw and read the pages of what was written: jurors get one thing in two forms."""
    rewritten = rewrite.document(source, out / "document.pdf")
    rows: list[list[Any]] = []
    hidden: list[str] = []
    try:
        with pypdfium2.PdfDocument(out / "document.pdf") as document:
            for index in range(len(document)):
                page = document[index]
                rows.append(_page(page, index + 1, out))
                hidden += _off_page(page, index + 1)
                report((index + 1) / len(document))
                page.close()
            width, height = document[0].get_size()
    except pypdfium2.PdfiumError as error:
        raise Refused(Reason.UNREADABLE, UNREADABLE, Kind.PDF.mime) from error
    text = "\n".join([*rewritten.texts, *hidden])[:_DOCUMENT_TEXT_LENGTH]
    return {"artefacts": [["document", 1, round(width), round(height), text], *rows], "removed": rewritten.removed}


def _off_page(page: pypdfium2.PdfPage, position: int) -> list[str]:
    """List the words that stand outside the page: nobody sees them, programs read them."""
    words = page.get_textpage()
    seen = set(_clean(words.get_text_bounded()).split())
    apart = [word for word in _clean(words.get_text_range()).split() if word not in seen]
    return [f"Hors de la page {position} : {' '.join(apart)}"] if apart else []


def _page(page: pypdfium2.PdfPage, position: int, out: Path) -> list[Any]:
    """Draw one page without comments or form fields, and write it."""
    image = page.render(scale=page_scale(*page.get_size()), may_draw_forms=False, draw_annots=False).to_pil()
    image.convert("RGB").save(out / f"page-{position:03}.webp", "WEBP", quality=_QUALITY)
    return ["page", position, *image.size, _text(page)]


def page_scale(width: float, height: float) -> float:
    """Give pixels per point for a page of that size in points."""
    longest, shortest = max(width, height, 1), max(min(width, height), 1)
    return min(max(_PAGE_LONGEST / longest, _PAGE_SHORTEST / shortest), _STRIP_LONGEST / longest)


def _text(page: pypdfium2.PdfPage) -> str:
    """Give the words of a page in reading order, for screen readers.

    Words drawn without ink count: a scan that was read by a machine has no others. What jurors may hear, the
    anonymity check and the organisers read first.
    """
    return _clean(page.get_textpage().get_text_bounded())[:_TEXT_LENGTH]


def _clean(words: str) -> str:
    """Leave out control characters and empty lines."""
    lines = (" ".join(line.split()) for line in words.splitlines())
    text = "\n".join(line for line in lines if line)
    return "".join(letter for letter in text if letter == "\n" or unicodedata.category(letter)[0] != "C")
