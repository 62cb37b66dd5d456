"""How the pictures of a film become those of its copy: size, rate, upright. Sandbox only."""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

from av.sidedata.sidedata import SideData, Type
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image, ImageChops

from concours.intake import films
from concours.intake.rules import Kind

_LONGEST, _SHORTEST = 1920, 1080
SMALL = (854, 480)
"""Longest and shortest side of the copy for slow networks, in pixels."""

_ORDINARY, _FASTEST, _SLOWEST = Fraction(30), Fraction(60), Fraction(1)
_CINEMA = 23
"""Fewer pictures a second than a film has are never the result of dropping every other one."""

_SAMPLES, _SAMPLE_S = (0.05, 0.25, 0.45, 0.65, 0.85), 1.0
_REALLY_FASTER = 34
"""Distinct pictures a second: above thirty, and room for the rounding of clocks."""

_THUMB = (96, 54)
_VISIBLE = 3
"""Levels out of 255 by which the mean of a 20 x 20 block has to change: noise and compression change it by one."""


@dataclass(frozen=True)
class Shape:
    """Size in pixels, pictures a second, and the filters that put a picture upright."""

    width: int
    height: int
    rate: Fraction
    upright: tuple[tuple[str, str], ...] = ()
    turned: bool = False
    """Width and height change places on the way."""

    @property
    def small(self) -> tuple[int, int]:
        """Width and height of the copy for slow networks."""
        return _fitted(self.width, self.height, *SMALL)

    @property
    def small_rate(self) -> Fraction:
        """Pictures a second of the copy for slow networks."""
        return slower(self.rate)


def shape_of(source: Path, kind: Kind, stream: VideoStream, duration_s: float) -> Shape:
    """Fit square pixels, upright, within 1080p.

    No more than 30 pictures a second, unless the source needs more: when it counts more than 30 and, in the liveliest
    of five seconds taken along the film, more than 34 of them differ to the eye. Then it keeps up to 60. A montage of
    25 or 30 pictures exported at 50 or 60 shows each of them twice, and is not billed twice.
    """
    first = films.first_picture(source, kind)
    width, height = first.width * float(stream.sample_aspect_ratio or 1), float(first.height)
    upright, turned = _upright(first)
    if turned:
        width, height = height, width
    rate = max(stream.guessed_rate or _ORDINARY, _SLOWEST)
    if rate > _ORDINARY:
        rate = _halved(rate) if _really_fast(source, kind, duration_s) else slower(rate)
    return Shape(*_fitted(width, height, _LONGEST, _SHORTEST), rate, upright, turned)


def slower(rate: Fraction) -> Fraction:
    """Bring a rate to 30 at most: every other picture (50 gives 25), which moves more evenly than 30 out of 50."""
    if rate <= _ORDINARY:
        return rate
    parts = -(-rate // _ORDINARY)
    return rate / parts if rate / parts >= _CINEMA else _ORDINARY


def _halved(rate: Fraction) -> Fraction:
    while rate > _FASTEST:
        rate /= 2
    return max(rate, _ORDINARY)


def _fitted(width: float, height: float, longest: int, shortest: int) -> tuple[int, int]:
    scale = min(1.0, longest / max(width, height), shortest / min(width, height))
    return _even(width * scale), _even(height * scale)


def _even(length: float) -> int:
    """Round to what H.264 can code with half the colour."""
    return max(2, round(length / 2) * 2)


def _upright(first: VideoFrame) -> tuple[tuple[tuple[str, str], ...], bool]:
    """Read how the camera was held from the display matrix (ISO/IEC 14496-12, 8.3.2): x' = ax + cy, y' = bx + dy."""
    sides = cast("Iterable[SideData]", first.side_data)  # typed as what its ancestor gives: its keys
    matrix = next((bytes(each) for each in sides if each.type is Type.DISPLAYMATRIX), b"")
    if len(matrix) < struct.calcsize("9i"):
        return (), False
    a, b, _, c, d, *_ = struct.unpack_from("9i", matrix)
    if abs(b) + abs(c) > abs(a) + abs(d):
        way = {
            (False, False): "cclock_flip",
            (True, False): "clock",
            (False, True): "cclock",
            (True, True): "clock_flip",
        }
        return (("transpose", way[c < 0, b < 0]),), True
    return (*((("hflip", ""),) if a < 0 else ()), *((("vflip", ""),) if d < 0 else ())), False


def _really_fast(source: Path, kind: Kind, duration_s: float) -> bool:
    """Tell whether some second of the film shows more pictures than thirty."""
    return any(_distinct(source, kind, part * duration_s) > _REALLY_FASTER for part in _SAMPLES)


def _distinct(source: Path, kind: Kind, begin: float) -> float:
    """Count the pictures a second that differ from the one before, in the second that begins there."""
    last: Image.Image | None = None
    start, changes, instant = -1.0, 0, 0.0
    for frame in _from(source, kind, begin):
        instant = float(frame.time or 0)
        start = instant if last is None else start
        thumb = _thumb(frame)
        changes += last is not None and _differ(last, thumb)
        last = thumb
        if instant - start >= _SAMPLE_S:
            break
    return changes / max(instant - start, _SAMPLE_S / 2)


def _from(source: Path, kind: Kind, begin: float) -> Iterator[VideoFrame]:
    """Decode from the key picture before an instant (in seconds) on."""
    with films.open_film(source, kind, whole=False) as film:
        stream = films.main_picture(film, kind)
        stream.thread_type, stream.codec_context.thread_count = "SLICE", 1
        if stream.time_base:
            film.seek(int(begin / stream.time_base), stream=stream)
        for packet in film.demux(stream):
            yield from films.decoded(packet)


def _thumb(frame: VideoFrame) -> Image.Image:
    small = frame.reformat(*_THUMB, format="gray", interpolation="AREA")
    plane = small.planes[0]
    return Image.frombytes("L", _THUMB, bytes(plane), "raw", "L", plane.line_size)


def _differ(one: Image.Image, other: Image.Image) -> bool:
    _, most = cast("tuple[int, int]", ImageChops.difference(one, other).getextrema())
    return most >= _VISIBLE
