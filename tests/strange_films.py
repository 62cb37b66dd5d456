"""Films that no camera should write, and some that cameras do: lies, cuts, second formats, rare but good structures."""

import io
import os
import struct
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import av

from tests.files import box, ftyp
from tests.films import avi, film, motion_jpeg_avi, mp4, picture

SMALL = {"fps": 1, "size": (32, 32), "audio": None}


def inner_boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4])
        yield data[at + 4 : at + 8], data[at + 8 : at + length]
        at += length


def rewritten(data: bytes, way: Sequence[bytes], change: Callable[[bytes], bytes]) -> bytes:
    """The same film with the content of the boxes at the end of this way changed; the index must stand last."""
    if not way:
        return change(data)
    return b"".join(
        box(kind, rewritten(content, way[1:], change) if kind == way[0] else content)
        for kind, content in inner_boxes(data)
    )


def with_references(*entries: bytes) -> bytes:
    """A film whose tracks say that their pictures lie elsewhere."""
    content = struct.pack(">II", 0, len(entries)) + b"".join(entries)
    return rewritten(mp4(), (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"), lambda _: content)


def outside_mp4(kind: bytes = b"url ", place: bytes = b"file:///etc/hostname\0") -> bytes:
    return with_references(box(kind, bytes(4) + place))


def careless_mp4() -> bytes:
    """Neither the flag « in this file » nor a place: some writers forget both."""
    return with_references(box(b"url ", bytes(4)))


def reference_movie() -> bytes:
    alternatives = box(b"rmra", box(b"rmda", box(b"rdrf", b"\0\0\0\0url " + b"\0\0\0\4http")))
    return rewritten(mp4(), (b"moov",), lambda index: index + alternatives)


@cache
def with_cuts(*cuts: tuple[int, int], seconds: int = 10) -> bytes:
    """A film whose edit list has these (seconds shown, second of the track where they start; -1 shows nothing)."""
    data = mp4(video="mjpeg", pixels="yuvj420p", seconds=seconds, **SMALL)
    film_scale = int.from_bytes(data[(at := data.index(b"mvhd") + 16) : at + 4])
    media_scale = int.from_bytes(data[(at := data.index(b"mdhd") + 16) : at + 4])
    entries = b"".join(
        struct.pack(">IiHH", shown * film_scale, at * media_scale if at >= 0 else -1, 1, 0) for shown, at in cuts
    )
    content = struct.pack(">II", 0, len(cuts)) + entries
    return rewritten(data, (b"moov", b"trak", b"edts", b"elst"), lambda _: content)


@cache
def thousands_of_tracks(count: int = 5000) -> bytes:
    def repeated(index: bytes) -> bytes:
        track = next(content for kind, content in inner_boxes(index) if kind == b"trak")
        return index + box(b"trak", track) * (count - 1)

    return rewritten(mp4(**SMALL), (b"moov",), repeated)


@cache
def thousands_of_streams_avi(count: int = 5000) -> bytes:
    data = avi(**SMALL)
    at = data.index(b"LIST", 12 + 12)
    length = 8 + int.from_bytes(data[at + 4 : at + 8], "little")
    streams = data[at : at + length] * (count - 1)
    grown = bytearray(data[: at + length] + streams + data[at + length :])
    for place in (4, 16):
        (size,) = struct.unpack_from("<I", grown, place)
        struct.pack_into("<I", grown, place, size + len(streams))
    return bytes(grown)


@cache
def huge_picture_avi(side: int = 30_000, *, said: bool = False) -> bytes:
    """Each JPEG claims 30,000 × 30,000 pixels; the film's header says so too, or not."""
    data = bytearray(motion_jpeg_avi(seconds=1, audio=None))
    at = data.find(b"\xff\xc0")
    while at >= 0:
        struct.pack_into(">HH", data, at + 5, side, side)
        at = data.find(b"\xff\xc0", at + 1)
    if said:
        struct.pack_into("<II", data, data.index(b"strf") + 12, side, side)
    return bytes(data)


def understated_avi() -> bytes:
    """Pictures wider than 8K, in a film whose header says 160 × 120."""
    data = bytearray(motion_jpeg_avi(seconds=1, audio=None, size=(7700, 16)))
    struct.pack_into("<II", data, data.index(b"strf") + 12, 160, 120)
    struct.pack_into("<II", data, data.index(b"avih") + 8 + 32, 160, 120)
    return bytes(data)


@cache
def uneven_mp4() -> bytes:
    """Pictures at irregular instants, as phones film; no rate is true."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as output:
        stream = output.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for step, at in enumerate((0, 33, 70, 500, 520, 1400, 1466, 1900)):
            frame = av.VideoFrame.from_image(picture((160, 120), step))  # type: ignore[no-untyped-call]
            frame.pts, frame.time_base = at, Fraction(1, 1000)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return buffer.getvalue()


def unfinished_avi() -> bytes:
    """Written to where nobody could go back: the length at its start stays zero, and it plays."""
    data = bytearray(avi())
    data[4:8] = bytes(4)
    return bytes(data)


def latin(data: bytes) -> bytes:
    """The same film, its title in the letters of twenty years ago."""
    assert b"Ete a Nimes" in data
    return data.replace(b"Ete a Nimes", "Été à Nîmes".encode("latin-1"))


def opendml_avi() -> bytes:
    """A second RIFF with more pictures, as cameras write beyond a gigabyte."""
    data = avi(audio=None)
    at = data.index(b"00dc", data.index(b"movi"))
    length = int.from_bytes(data[at + 4 : at + 8], "little")
    movie = b"movi" + data[at : at + 8 + length + length % 2] * 3
    content = b"AVIX" + b"LIST" + struct.pack("<I", len(movie)) + movie
    return data + b"RIFF" + struct.pack("<I", len(content)) + content


def junk_first_avi(content: bytes) -> bytes:
    """Filling before the header list."""
    data = avi()
    junk = b"JUNK" + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)
    return data[:4] + struct.pack("<I", int.from_bytes(data[4:8], "little") + len(junk)) + data[8:12] + junk + data[12:]


def playlist_avi(playlist: bytes) -> bytes:
    """An AVI whose pictures are a playlist."""
    data = bytearray(avi())
    start = data.index(b"movi") + 4
    data[start : start + 200] = playlist.ljust(200, b"\n")[:200]
    return bytes(data)


def only_playlist_avi(playlist: bytes) -> bytes:
    """Headers of an AVI, and a playlist in the place of all that follows."""
    data = avi()
    head = data[: data.index(b"movi") + 4]
    content = head[8:] + playlist
    return b"RIFF" + struct.pack("<I", len(content)) + content


def before(kind: bytes, content: bytes) -> bytes:
    """A film behind one more box; its offsets are those of a film in pieces, which count from each piece."""
    options = (("movflags", "+frag_keyframe+empty_moov+default_base_moof"),)
    return box(kind, content) + mp4(options=options)


def in_first_box(content: bytes) -> bytes:
    """A film whose filling, right after its brand, holds something."""
    return ftyp("isom", "mp42") + before(b"free", content)


def held_at(data: bytes, at: int, kind: bytes = b"free") -> bytes:
    """A film whose first box holds something at this offset of the file."""
    return before(kind, bytes(at - 8) + data + bytes(600))


def modern(video: str, **options: Any) -> bytes:
    return film("mp4", video=video, audio=None, seconds=1, **options)


def av1() -> bytes:
    """A film in AV1. Its encoder gives root's process a real-time turn for good, which starves the machine."""
    usual = os.sched_getscheduler(0)
    try:
        return modern("libsvtav1")
    finally:
        os.sched_setscheduler(0, usual, os.sched_param(0))
