"""What a whole file says by its outline: whether all of it is there, and whether something else hides in it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from concours.intake import doubles
from concours.intake.rules import Kind
from concours.intake.sniff import OUTER_BOXES, boxes, truncated

Read = Callable[[int, int], bytes]
"""Give so many bytes from an offset; fewer at the end of the file."""

_ZIP_END, _ZIP_END_64, _ZIP_ENTRY = b"PK\x05\x06", b"PK\x06\x07", b"PK\x01\x02"
_ZIP_END_BYTES = 22
_ZIP_LOCATOR_BYTES = 20
_RIFF_HEADER = 8
_CHUNK_BYTES = 1024**2
_PDF_END = b"%%EOF"
_PDF_END_BYTES = 1024
_PDF_BODY = re.compile(rb"\s*(?:\d+\s+\d+\s+obj\b|xref\b|startxref\b|trailer\b)")
_PADDING = b"\0\t\n\x0b\x0c\r \xff"


def check_whole(path: Path, kind: Kind) -> None:
    """Refuse a file that stops short, or that another program would open as something else."""
    size = path.stat().st_size
    with path.open("rb") as file:

        def read(at: int, count: int) -> bytes:
            file.seek(at)
            return file.read(max(0, count))

        end = _WHOLE[kind](read, size)
        second = _archive(read, size) or doubles.behind(_after(read, end))
        if second:
            raise doubles.ambiguous(kind, second)


def _archive(read: Read, size: int) -> str | None:
    """Name the archive that an archive program would find, wherever it stands."""
    if ends_as_zip(read, size):
        return "une archive ZIP"
    return doubles.archive_start(read(0, doubles.ARCHIVE_SEARCH_BYTES))


def ends_as_zip(read: Read, size: int) -> bool:
    """Tell whether an archive's directory stands near the end, where archive programs seek it backwards.

    They forgive what follows it, so that its comment's length proves nothing: the directory before it does.
    """
    start = max(0, size - _ZIP_END_BYTES - 65535)
    tail = read(start, size - start)
    at = tail.rfind(_ZIP_END)
    while at >= 0:
        entries, length = int.from_bytes(tail[at + 10 : at + 12], "little"), _word(tail, at + 12)
        directory = start + at - length
        if tail[max(0, at - _ZIP_LOCATOR_BYTES) :].startswith(_ZIP_END_64):
            return True
        if (entries == 0 and length == 0) or (directory >= 0 and read(directory, 4) == _ZIP_ENTRY):
            return len(tail) >= at + _ZIP_END_BYTES
        at = tail.rfind(_ZIP_END, 0, at)
    return False


def _after(read: Read, end: int) -> bytes:
    """Give the beginning of what follows the end, padding passed over."""
    while chunk := read(end, _CHUNK_BYTES):
        found = chunk.lstrip(_PADDING)
        if found:
            return read(end + len(chunk) - len(found), doubles.ARCHIVE_SEARCH_BYTES)
        end += len(chunk)
    return b""


def _avi_end(read: Read, size: int) -> int:
    """Follow the RIFF chunks (an OpenDML file has several); the last padding byte may be missing."""
    at = 0
    while (header := read(at, _RIFF_HEADER + 4)).startswith(b"RIFF") and header[8:] in {b"AVI ", b"AVIX"}:
        length = _word(header, 4)
        if length == 0:  # written to where nobody could go back and say it: it plays to its end
            return size
        at += _RIFF_HEADER + length + length % 2
        if at > size + 1:
            raise truncated(Kind.AVI)
    while (header := read(at, _RIFF_HEADER)).startswith(b"JUNK"):
        at += _RIFF_HEADER + _word(header, 4)
    return at


def _mp4_end(read: Read, size: int) -> int:
    """Follow the outer boxes, the index among them."""
    index, end = False, 0
    for box in boxes(read, size):
        known = box.kind in OUTER_BOXES
        if not known and doubles.at_start(read(box.start, _PDF_END_BYTES)):
            break
        if box.end > size and known:
            raise truncated(Kind.MP4)
        if box.end > size:
            break
        index, end = index or box.kind == b"moov", box.end
    if not index:
        raise truncated(Kind.MP4)
    return end


def _pdf_end(read: Read, size: int) -> int:
    """Find the last end mark. What is a document's own and has no end mark after it was cut."""
    end = next((at + len(_PDF_END) for at in _backwards(read, size, _PDF_END)), 0)
    rest = _after(read, end)
    if not end or _PDF_BODY.match(rest):
        raise truncated(Kind.PDF)
    if len(rest) > _PDF_END_BYTES and not doubles.behind(rest):
        raise truncated(Kind.PDF)
    return end


def _backwards(read: Read, size: int, mark: bytes) -> Iterator[int]:
    """Give the offsets of a mark from the end of the file, the last of each piece read."""
    end = size
    while end > 0:
        start = max(0, end - _CHUNK_BYTES)
        found = read(start, end - start + len(mark) - 1).rfind(mark)
        if found >= 0:
            yield start + found
        end = start


def _word(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")


_WHOLE: dict[Kind, Callable[[Read, int], int]] = {Kind.AVI: _avi_end, Kind.MP4: _mp4_end, Kind.PDF: _pdf_end}
