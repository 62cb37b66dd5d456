"""What the end of a file says: whether all of it is there, and whether it is another format read backwards."""

from collections.abc import Callable
from pathlib import Path

from concours.intake.rules import Kind, Reason, Refused
from concours.intake.sniff import boxes, truncated

Read = Callable[[int, int], bytes]
"""Give so many bytes from an offset; fewer at the end of the file."""

_ZIP_END = b"PK\x05\x06"
_ZIP_END_BYTES = 22
_RIFF_HEADER = 8
_PDF_END_BYTES = 1024


def check_whole(path: Path, kind: Kind) -> None:
    """Refuse a file that stops short, or that an archive program would open."""
    size = path.stat().st_size
    with path.open("rb") as file:

        def read(at: int, count: int) -> bytes:
            file.seek(at)
            return file.read(count)

        if ends_as_zip(read, size):
            raise Refused(
                Reason.AMBIGUOUS,
                f"Ce fichier est à la fois un {kind.name} et une archive ZIP. Exportez à nouveau votre création depuis "
                "votre logiciel, puis envoyez-la.",
                kind.mime,
            )
        if not _WHOLE[kind](read, size):
            raise truncated(kind)


def ends_as_zip(read: Read, size: int) -> bool:
    """Tell whether an archive's directory ends exactly where the file does, its comment included."""
    tail = read(max(0, size - _ZIP_END_BYTES - 65535), _ZIP_END_BYTES + 65535)
    at = tail.rfind(_ZIP_END)
    if at < 0 or len(tail) < at + _ZIP_END_BYTES:
        return False
    return at + _ZIP_END_BYTES + int.from_bytes(tail[at + 20 : at + 22], "little") == len(tail)


def _avi_is_whole(read: Read, size: int) -> bool:
    """Follow the RIFF chunks (an OpenDML file has several); the last padding byte may be missing."""
    at = 0
    while (header := read(at, _RIFF_HEADER)).startswith(b"RIFF"):
        length = int.from_bytes(header[4:], "little")
        at += _RIFF_HEADER + length + length % 2
    return at <= size + 1


def _mp4_is_whole(read: Read, size: int) -> bool:
    """Tell whether the index is there and no box goes past the end."""
    index, end = False, 0
    for box in boxes(read, size):
        index, end = index or box.kind == b"moov", box.end
    return index and end <= size


def _pdf_is_whole(read: Read, size: int) -> bool:
    """Find the end mark where readers seek it, after which some servers add blanks."""
    tail = read(max(0, size - 64 * 1024), 64 * 1024).rstrip(b"\0\t\n\x0c\r ")
    return b"%%EOF" in tail[-_PDF_END_BYTES:]


_WHOLE: dict[Kind, Callable[[Read, int], bool]] = {
    Kind.AVI: _avi_is_whole,
    Kind.MP4: _mp4_is_whole,
    Kind.PDF: _pdf_is_whole,
}
