"""Rewrite a film into one that every browser plays and that says nothing of its author. Sandbox only."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from av.audio.frame import AudioFrame
from av.bitstream import BitStreamFilterContext
from av.codec.context import Flags
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from concours.intake import films
from concours.intake.rules import UNREADABLE, Kind, Reason, Refused

_LONGEST, _SHORTEST = 1920, 1080
_FASTEST = Fraction(30)
_SLOWEST = Fraction(1)
_SOUND_RATE = 48000
_SOUND_BITS = 128_000
_THREADS = min(4, len(os.sched_getaffinity(0)))
_THREADED_PIXELS = 4096 * 2304
"""Each thread of a decoder keeps pictures of its own: beyond 4K they would not fit in the child's memory."""

_SECONDS_BETWEEN_KEYS = 4
"""A juror who seeks waits for the next key picture at most."""

_MUXER = {"movflags": "+faststart", "fflags": "+bitexact"}
_X264 = {
    "preset": "veryfast",
    "crf": "21",
    "profile": "high",
    "maxrate": "6M",
    "bufsize": "12M",
    "threads": str(_THREADS),
}
_WITHOUT_NOTES = "filter_units=remove_types=6"
"""The encoder writes its settings into notes (SEI, unit 6) that no switch of its own leaves out."""


@dataclass(frozen=True)
class _Shape:
    """How the pictures of a film become those of its copy."""

    width: int
    height: int
    rate: Fraction
    quarter_turns: int
    """Counter-clockwise, as the phone was held."""


def film(source: Path, kind: Kind, target: Path) -> tuple[int, int]:
    """Write the clean MP4 at `target`; give its width and height. Raises Refused when the film cannot be read."""
    try:
        with (
            films.open_film(source, kind, whole=False) as original,
            av.open(str(target), "w", format="mp4", options=_MUXER) as copy,
        ):
            shape = _shape(films.first_picture(source, kind), films.main_picture(original, kind))
            _copy(original, copy, kind, shape)
    except MemoryError:
        raise
    except FFmpegError as error:
        raise Refused(Reason.UNREADABLE, UNREADABLE, kind.mime) from error
    return shape.width, shape.height


def _shape(first: VideoFrame, stream: VideoStream) -> _Shape:
    """Fit square pixels, upright, within 1080p, at no more than 30 pictures a second."""
    width, height = first.width * float(stream.sample_aspect_ratio or 1), float(first.height)
    turns = round(first.rotation / 90) % 4
    if turns % 2:
        width, height = height, width
    scale = min(1.0, _LONGEST / max(width, height), _SHORTEST / min(width, height))
    rate = min(max(stream.guessed_rate or _FASTEST, _SLOWEST), _FASTEST)
    return _Shape(_even(width * scale), _even(height * scale), rate, turns)


def _even(length: float) -> int:
    """Round to what H.264 can code with half the colour."""
    return max(2, round(length / 2) * 2)


def _copy(original: InputContainer, copy: OutputContainer, kind: Kind, shape: _Shape) -> None:
    picture, sound = films.main_picture(original, kind), films.main_sound(original, kind)
    if picture.codec_context.width * picture.codec_context.height <= _THREADED_PIXELS:
        picture.thread_type, picture.codec_context.thread_count = "AUTO", _THREADS
    channels: dict[object, _Pictures | _Sounds] = {picture: _Pictures(copy, picture, shape)}
    if sound:
        channels[sound] = _Sounds(copy)
    for packet in original.demux(*(stream for stream in (picture, sound) if stream)):
        for frame in films.decoded(packet):
            channels[packet.stream].take(frame)
    for channel in channels.values():
        channel.end()


class _Pictures:
    """The pictures on their way: put upright, scaled, evenly timed, encoded, their notes taken out."""

    def __init__(self, copy: OutputContainer, source: VideoStream, shape: _Shape) -> None:
        self._copy, self._shape, self._source = copy, shape, source
        self._graph: Graph | None = None
        self._first: tuple[int, int, str] = (0, 0, "")
        self._stream = copy.add_stream("libx264", rate=shape.rate, options=_X264)
        self._stream.width, self._stream.height, self._stream.pix_fmt = shape.width, shape.height, "yuv420p"
        self._stream.codec_context.gop_size = max(1, round(shape.rate * _SECONDS_BETWEEN_KEYS))
        self._stream.codec_context.flags |= Flags.bitexact
        self._clean = BitStreamFilterContext(_WITHOUT_NOTES, "h264")

    def take(self, frame: VideoFrame | AudioFrame) -> None:
        picture = cast("VideoFrame", frame)
        if self._graph is None:
            self._first = (picture.width, picture.height, picture.format.name)
            self._graph = self._filters(picture)
            self._keep_colours(picture)
        width, height, pixels = self._first
        if (picture.width, picture.height, picture.format.name) != self._first:
            picture = picture.reformat(width, height, pixels)
        if picture.pts is None:
            picture.pts = picture.dts
        self._encode(_through(self._graph, picture))

    def end(self) -> None:
        if self._graph:
            self._encode(_through(self._graph, None))
        self._mux(self._stream.encode(None))
        self._copy.mux(self._clean.filter(None))

    def _filters(self, first: VideoFrame) -> Graph:
        graph, shape = _graph(), self._shape
        upright = (shape.height, shape.width) if shape.quarter_turns % 2 else (shape.width, shape.height)
        turn = {1: [("transpose", "cclock")], 2: [("hflip", ""), ("vflip", "")], 3: [("transpose", "clock")]}
        chain = [
            ("fps", f"fps={shape.rate}:start_time=0"),
            *([("yadif", "deint=interlaced")] if first.interlaced_frame else []),
            ("scale", f"{upright[0]}:{upright[1]}:out_range=tv"),
            *turn.get(shape.quarter_turns, []),
            ("setsar", "1"),
            ("format", "yuv420p"),
            ("buffersink", ""),
        ]
        source = graph.add_buffer(
            width=first.width, height=first.height, format=first.format, time_base=self._source.time_base
        )
        graph.link_nodes(source, *(graph.add(name, options or None) for name, options in chain)).configure()
        return graph

    def _keep_colours(self, first: VideoFrame) -> None:
        """Say which colours the numbers stand for, or bright films from phones turn grey."""
        coder = self._stream.codec_context
        coder.color_range = 1
        coder.colorspace, coder.color_trc = first.colorspace, first.color_trc
        coder.color_primaries = first.color_primaries

    def _encode(self, frames: Iterable[VideoFrame | AudioFrame]) -> None:
        for frame in cast("Iterable[VideoFrame]", frames):
            frame.pict_type = 0  # let the encoder choose: it would repeat the original's choices
            self._mux(self._stream.encode(frame))

    def _mux(self, packets: "list[av.Packet[VideoStream]]") -> None:
        for packet in packets:
            self._copy.mux(self._clean.filter(packet))


class _Sounds:
    """The sound on its way: two channels, one rate, gaps filled so that it stays with the pictures."""

    def __init__(self, copy: OutputContainer) -> None:
        self._copy = copy
        self._graph: Graph | None = None
        self._format: tuple[int, str, str] = (0, "", "")
        self._stream = copy.add_stream("aac", rate=_SOUND_RATE, layout="stereo")
        self._stream.codec_context.bit_rate = _SOUND_BITS
        self._stream.codec_context.flags |= Flags.bitexact

    def take(self, frame: VideoFrame | AudioFrame) -> None:
        sound = cast("AudioFrame", frame)
        now = (sound.sample_rate, sound.format.name, sound.layout.name)
        if self._graph is None or now != self._format:
            self._graph, self._format = self._changed(sound), now
        if sound.pts is None:
            sound.pts = sound.dts
        self._encode(_through(self._graph, sound))

    def end(self) -> None:
        if self._graph:
            self._encode(_through(self._graph, None))
        self._copy.mux(self._stream.encode(None))

    def _changed(self, sound: AudioFrame) -> Graph:
        """Start the filters, anew when the sound changes format on its way."""
        first = self._graph is None
        if self._graph:
            self._encode(_through(self._graph, None))
        graph = _graph()
        source = graph.add_abuffer(
            sample_rate=sound.sample_rate, format=sound.format, layout=sound.layout, time_base=sound.time_base
        )
        chain = [
            ("aresample", f"{_SOUND_RATE}:async=1{':first_pts=0' if first else ''}"),
            ("aformat", "sample_fmts=fltp:channel_layouts=stereo"),
            ("asetnsamples", "n=1024:p=0"),
            ("abuffersink", ""),
        ]
        graph.link_nodes(source, *(graph.add(name, options or None) for name, options in chain)).configure()
        return graph

    def _encode(self, frames: Iterable[VideoFrame | AudioFrame]) -> None:
        for frame in cast("Iterable[AudioFrame]", frames):
            self._copy.mux(self._stream.encode(frame))


def _graph() -> Graph:
    """Give an empty chain of filters that starts no thread of its own: each would hold memory."""
    graph = Graph()
    graph.threads = 1
    return graph


def _through(graph: Graph, frame: VideoFrame | AudioFrame | None) -> Iterator[VideoFrame | AudioFrame]:
    """Put one frame in (None: the last is in), and give those that are ready."""
    graph.push(frame)
    while True:
        try:
            yield graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return
