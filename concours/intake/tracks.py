"""What the index of an MP4 says of its tracks, before a library opens it: how many, whose pictures, which cuts. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from concours.intake.rules import Kind, Reason, Refused, check_streams
from concours.intake.sniff import Box, boxes

Read = Callable[[int, int], bytes]

_WAY_TO_REFERENCES = (b"mdia", b"minf", b"dinf", b"dref")
_WAY_TO_CUTS = (b"edts", b"elst")
_FULL_BOX = 4
_LIST_HEAD = 8
_LARGEST_LIST = 64 * 1024
_NO_MEDIA = -1
_LONGEST_DELAY_S = 1
"""Phones and encoders let one track start a little after the other."""


@dataclass(frozen=True)
class Index:
    """`replayed`: the cuts may make the film play otherwise than its packets lie."""

    tracks: int
    replayed: bool


def read_index(read: Read, size: int) -> Index:
    """Look into every index of the film. Raises Refused for too many tracks and for pictures kept outside the file."""
    tracks, replayed = 0, False
    for index in (box for box in boxes(read, size) if box.kind == b"moov"):
        scale = 1
        for box in boxes(read, index.end, index.body):
            if box.kind == b"rmra":
                raise _external()
            if box.kind == b"mvhd":
                scale = _scale(read(box.body, 24))
            if box.kind != b"trak":
                continue
            tracks += 1
            if any(_points_outside(read, entry) for entry in _references(read, box)):
                raise _external()
            replayed = replayed or any(_replays(read, cuts, scale) for cuts in _inside(read, box, _WAY_TO_CUTS))
    check_streams(tracks, Kind.MP4)
    return Index(tracks, replayed)


def _inside(read: Read, box: Box, way: tuple[bytes, ...]) -> Iterator[Box]:
    """Follow a way of names down from a box."""
    if not way:
        yield box
        return
    for child in boxes(read, box.end, box.body):
        if child.kind == way[0]:
            yield from _inside(read, child, way[1:])


def _references(read: Read, track: Box) -> Iterator[Box]:
    for references in _inside(read, track, _WAY_TO_REFERENCES):
        yield from boxes(read, references.end, references.body + _LIST_HEAD)


def _points_outside(read: Read, entry: Box) -> bool:
    """Tell an entry that names another place; flag 1 says « in this file », and some writers leave it and the name out."""
    content = read(entry.body, min(entry.end - entry.body, _LARGEST_LIST))
    return not content[3:4] or (not content[3] & 1 and bool(content[_FULL_BOX:].strip(b"\0")))


def _replays(read: Read, cuts: Box, scale: int) -> bool:
    """Tell cuts beyond the ordinary: one stretch of the track, after a short delay at most."""
    content = read(cuts.body, min(cuts.end - cuts.body, _LARGEST_LIST))
    wide = content[:1] == b"\1"
    step, half = (20, 8) if wide else (12, 4)
    entries = [content[at : at + step] for at in range(_LIST_HEAD, len(content) - step + 1, step)]
    played = [each for each in entries if int.from_bytes(each[half : 2 * half], signed=True) != _NO_MEDIA]
    delays = [int.from_bytes(each[:half]) for each in entries if each not in played]
    return len(played) > 1 or sum(delays) > _LONGEST_DELAY_S * scale


def _scale(header: bytes) -> int:
    """Give the ticks in a second of the film's own clock, from the content of `mvhd`."""
    at = 20 if header[:1] == b"\1" else 12
    return int.from_bytes(header[at : at + 4]) or 1


def _external() -> Refused:
    return Refused(
        Reason.EXTERNAL,
        "Cette vidéo renvoie à d'autres fichiers, restés sur votre poste ou ailleurs : le jury ne pourrait pas la voir. "
        "Exportez-la à nouveau en un seul fichier MP4 autonome, puis envoyez-le.",
        Kind.MP4.mime,
    )
