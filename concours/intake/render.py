"""Make the pictures that jurors see: a film's poster, a document's pages. Sandbox only."""

import unicodedata
from pathlib import Path
from typing import Any, cast

import av
import pypdfium2
from PIL import Image

from concours.intake import scrub
from concours.intake.rules import UNREADABLE, Kind, Reason, Refused

_POSTER_LONGEST = 1280
_POSTER_AT = 0.1
"""A film often begins with a black picture: the poster is taken a tenth of the way in."""

_PAGE_LONGEST, _PAGE_SHORTEST, _STRIP_LONGEST = 1800, 900, 7200
"""Pixels. A tall infographic keeps a width that can be read; no page is larger than 900 × 7200."""

_QUALITY = 85
_TEXT_LENGTH = 20_000


def jury_copy(source: Path, out: Path, arguments: dict[str, Any]) -> dict[str, Any]:
    """Write what jurors get in `out`, under names that say nothing.

    Lists it as [role, position, width, height, text].
    """
    kind = Kind(arguments["kind"])
    if kind is Kind.PDF:
        return {"artefacts": _pages(source, out)}
    width, height = scrub.film(source, kind, out / "video.mp4")
    poster = _poster(out / "video.mp4")
    poster.save(out / "poster.webp", "WEBP", quality=_QUALITY)
    return {"artefacts": [["video", 1, width, height, ""], ["poster", 1, *poster.size, ""]]}


def _poster(film: Path) -> Image.Image:
    """Take a picture a tenth of the way into our own copy, whose headers are true."""
    with av.open(str(film), format="mp4", options={"protocol_whitelist": "file"}) as copy:
        stream = copy.streams.video[0]
        wanted = float((stream.duration or 0) * (stream.time_base or 0)) * _POSTER_AT
        frame = next(frame for frame in copy.decode(stream) if (frame.time or 0) >= wanted)
        image = cast("Image.Image", frame.to_image())  # type: ignore[no-untyped-call]  # PyAV types it not
    image.thumbnail((_POSTER_LONGEST, _POSTER_LONGEST))
    return image


def _pages(source: Path, out: Path) -> list[list[Any]]:
    try:
        with pypdfium2.PdfDocument(source) as document:
            return [_page(document[index], index + 1, out) for index in range(len(document))]
    except pypdfium2.PdfiumError as error:
        raise Refused(Reason.UNREADABLE, UNREADABLE, Kind.PDF.mime) from error


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
    """Give the words of a page in reading order, for screen readers, without control characters."""
    words = page.get_textpage().get_text_bounded()
    lines = (" ".join(line.split()) for line in words.splitlines())
    text = "\n".join(line for line in lines if line)
    return "".join(letter for letter in text if letter == "\n" or unicodedata.category(letter)[0] != "C")[:_TEXT_LENGTH]
