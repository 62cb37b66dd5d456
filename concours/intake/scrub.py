"""Rewrite a film into one that every browser plays and that says nothing of its author. Sandbox only."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import av
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError

from concours.intake import films
from concours.intake.rules import UNREADABLE, Kind, Reason, Refused
from concours.intake.shape import Shape, shape_of
from concours.intake.tracks import THREADS, Copy, Pictures, Sounds

Report = Callable[[float], None]
"""Is told how much is done, from 0 to 1."""

FULL, SMALL = "video.mp4", "small.mp4"

_THREADED_PIXELS = 4096 * 2304
"""Each thread of a decoder keeps pictures of its own: beyond 4K they would not fit in the child's memory."""

_HEAD_BYTES = 8 * 1024**2
"""The index stands first in our copies; of the longest film it takes half a mebibyte."""

_MUXER = {"movflags": "+faststart", "fflags": "+bitexact"}
_X264 = {"preset": "veryfast", "profile": "high", "threads": str(THREADS)}
_FULL_QUALITY = {**_X264, "crf": "21", "maxrate": "6M", "bufsize": "12M"}
_FULL_SOUND = 128_000

_LONGEST_S = 120.5
"""What a film may last: taken when nobody measured it."""

_SMALL_BITS = 8 * 9_000_000
"""Of the ten million bytes, a tenth is left for what the container adds and the encoder exceeds."""

_SMALL_SOUND = 96_000
_SMALL_MOST = 900_000
"""Bits a second: 480p gains nothing beyond."""


def film(
    source: Path, kind: Kind, out: Path, *, duration_s: float | None = None, report: Report = lambda _: None
) -> Shape:
    """Write the clean MP4 and its copy for slow networks in the folder `out`, from one decoding.

    `duration_s` is what was measured. Raises Refused when the film cannot be read.
    """
    lasts = min(duration_s or _LONGEST_S, _LONGEST_S)
    try:
        with ExitStack() as opened:
            original = opened.enter_context(films.open_film(source, kind, whole=False))
            shape = shape_of(source, kind, films.main_picture(original, kind), lasts)
            full, small = (opened.enter_context(_target(out / name)) for name in (FULL, SMALL))
            copies = (
                Copy(full, shape.width, shape.height, shape.rate, _FULL_QUALITY, _FULL_SOUND),
                Copy(small, *shape.small, shape.small_rate, small_quality(lasts), _SMALL_SOUND),
            )
            _copy(original, copies, kind, shape, lambda instant: report(min(1.0, instant / lasts)))
    except MemoryError:
        raise
    except FFmpegError as error:
        raise Refused(Reason.UNREADABLE, UNREADABLE, kind.mime) from error
    for name in (FULL, SMALL):
        _blank_user_data(out / name)
    return shape


def _blank_user_data(path: Path) -> None:
    """Turn the box of the tags, which the muxer writes though it is empty, into free space: it names its maker."""
    with path.open("r+b") as file:
        head = file.read(_HEAD_BYTES)
        at = head.rfind(b"udta", 0, head.find(b"mdat"))
        if at > 0:
            size = int.from_bytes(head[at - 4 : at])
            file.seek(at)
            file.write(b"free" + bytes(size - 8))


def small_quality(duration_s: float) -> dict[str, str]:
    """Tell the encoder how many bits a second bring a film of that length under ten million bytes."""
    most = min(_SMALL_MOST, round(_SMALL_BITS / max(duration_s, 1)) - _SMALL_SOUND)
    return {**_X264, "crf": "25", "maxrate": str(most), "bufsize": str(most)}


def _target(path: Path) -> OutputContainer:
    return av.open(str(path), "w", format="mp4", options=_MUXER)


def _copy(original: InputContainer, copies: tuple[Copy, ...], kind: Kind, shape: Shape, report: Report) -> None:
    picture, sound = films.main_picture(original, kind), films.main_sound(original, kind)
    if picture.codec_context.width * picture.codec_context.height <= _THREADED_PIXELS:
        picture.thread_type, picture.codec_context.thread_count = "AUTO", THREADS
    channels: dict[object, Pictures | Sounds] = {picture: Pictures(copies, picture, shape)}
    if sound:
        channels[sound] = sounds = Sounds(copies)
        sounds.open(sound.codec_context.channels)
    for packet in original.demux(*(stream for stream in (picture, sound) if stream)):
        for frame in films.decoded(packet):
            channels[packet.stream].take(frame)
            if packet.stream is picture:
                report(float(frame.time or 0))
    for channel in channels.values():
        channel.end()
