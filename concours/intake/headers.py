"""What a film says of its tracks, before a library opens it: how many, whose pictures, which cuts. Pure."""

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
_RIFF_BODY = 12
_CHUNK_HEADER = 8
_SHAPE_BYTES = 12
_LONGEST_DELAY_S = 1
"""Phones and encoders let one track start a little after the other."""


@dataclass(frozen=True)
class Index:
    """`replayed`: the cuts may make the film play otherwise than its packets lie. `sizes`: as the headers say."""

    tracks: int
    replayed: bool = False
    sizes: tuple[tuple[int, int], ...] = ()


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


def read_headers(read: Read, size: int) -> Index:
    """Look into the header list of an AVI, which knows no cuts. Raises Refused for too many streams."""
    sizes: list[tuple[int, int]] = []
    streams = 0
    for kind, body, end in _chunks(read, _RIFF_BODY, size, b"hdrl"):
        if kind == b"strl":
            streams += 1
            parts = {name: read(at, 48) for name, at, _ in _chunks(read, body, end)}
            if parts.get(b"strh", b"")[:4] == b"vids" and len(shape := parts.get(b"strf", b"")) >= _SHAPE_BYTES:
                sizes.append((_side(shape, 4), _side(shape, 8)))
    check_streams(streams, Kind.AVI)
    return Index(streams, sizes=tuple(sizes))


def _side(shape: bytes, at: int) -> int:
    """Give a picture's width or height; a negative height stands for lines stored from the top."""
    return abs(int.from_bytes(shape[at : at + 4], "little", signed=True))


def _chunks(read: Read, at: int, end: int, inside: bytes = b"") -> Iterator[tuple[bytes, int, int]]:
    """Give (name, start of the content, end) of the chunks from `at`; a list gives its own name.

    `inside` names the list whose chunks are wanted.
    """
    while at + _CHUNK_HEADER <= end and len(header := read(at, _CHUNK_HEADER + 4)) >= _CHUNK_HEADER:
        body, length = at + _CHUNK_HEADER, int.from_bytes(header[4:8], "little")
        name = header[:4]
        if name == b"LIST":
            name, body = header[8:], body + 4
        at += _CHUNK_HEADER + length + length % 2
        if inside and name == inside:
            yield from _chunks(read, body, min(end, at))
            return
        if not inside:
            yield name, body, at


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
    """Tell an entry that names another place. Flag 1 says « in this file »; some writers leave both out."""
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
        "Cette vidéo renvoie à d'autres fichiers, restés sur votre poste ou ailleurs : le jury ne pourrait pas la "
        "voir. Exportez-la à nouveau en un seul fichier MP4 autonome, puis envoyez-le.",
        Kind.MP4.mime,
    )
