"""The pictures and the sound of a film on their way to the copies made from it. Sandbox only."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

import av
from av.audio.frame import AudioFrame
from av.bitstream import BitStreamFilterContext
from av.codec.context import Flags
from av.container import OutputContainer
from av.filter import Graph
from av.filter.context import FilterContext
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from concours.intake.shape import Shape

Frame = VideoFrame | AudioFrame

THREADS = min(4, len(os.sched_getaffinity(0)))
_SOUND_RATE = 48000
_SECONDS_BETWEEN_KEYS = 4
"""A juror who seeks waits for the next key picture at most."""

_WITHOUT_NOTES = "filter_units=remove_types=6"
"""The encoder writes its settings into notes (SEI, unit 6) that no switch of its own leaves out."""

_PICTURES, _SOUNDS = {"handler_name": "Image"}, {"handler_name": "Son"}
"""What the container calls its tracks: left alone, it would take the words of the tool that writes it."""


@dataclass(frozen=True)
class Copy:
    """One file on its way out. Bit rates are in bits a second."""

    container: OutputContainer
    width: int
    height: int
    rate: Fraction
    quality: dict[str, str]
    """What the encoder of the pictures is told."""
    sound_rate: int


class Pictures:
    """The pictures: put upright, scaled, evenly timed, then encoded once for each copy, their notes taken out."""

    def __init__(self, copies: tuple[Copy, ...], source: VideoStream, shape: Shape) -> None:
        self._shape, self._source = shape, source
        self._coders = [_PictureCoder(copy) for copy in copies]
        self._graph = _graph()
        """Kept: its filters do not keep it alive."""
        self._entry: FilterContext | None = None
        self._exits: list[FilterContext] = []
        self._first: tuple[int, int, str] = (0, 0, "")

    def take(self, frame: Frame) -> None:
        """Put the next picture in."""
        picture = cast("VideoFrame", frame)
        if self._entry is None:
            self._first = (picture.width, picture.height, picture.format.name)
            self._entry = self._filters(picture)
            for coder in self._coders:
                coder.keep_colours(picture)
        if (picture.width, picture.height, picture.format.name) != self._first:
            picture = picture.reformat(*self._first)
        if picture.pts is None:
            picture.pts = picture.dts
        self._through(picture)

    def end(self) -> None:
        """Say that the last picture is in."""
        if self._entry:
            self._through(None)
        for coder in self._coders:
            coder.end()

    def _through(self, picture: VideoFrame | None) -> None:
        if self._entry:
            self._entry.push(picture)
        for coder, way_out in zip(self._coders, self._exits, strict=True):
            coder.encode(cast("Iterable[VideoFrame]", _pulled(way_out)))

    def _filters(self, first: VideoFrame) -> FilterContext:
        """Lay the common way, up to the full size, then a branch for each copy."""
        graph, shape = self._graph, self._shape
        size = (shape.height, shape.width) if shape.turned else (shape.width, shape.height)
        entry = graph.add_buffer(
            width=first.width, height=first.height, format=first.format, time_base=self._source.time_base
        )
        way = _chain(
            graph,
            entry,
            ("fps", f"fps={shape.rate}:start_time=0"),
            *((("yadif", "deint=interlaced"),) if first.interlaced_frame else ()),
            ("scale", f"{size[0]}:{size[1]}:out_range=tv"),
            *shape.upright,
            ("setsar", "1"),
            ("format", "yuv420p"),
            ("split", str(len(self._coders))),
        )
        self._exits = [self._branch(graph, way, place, coder.copy) for place, coder in enumerate(self._coders)]
        graph.configure()
        return entry

    def _branch(self, graph: Graph, way: FilterContext, place: int, copy: Copy) -> FilterContext:
        steps: list[tuple[str, str]] = []
        if copy.rate != self._shape.rate:
            steps.append(("fps", f"fps={copy.rate}:start_time=0"))
        if (copy.width, copy.height) != (self._shape.width, self._shape.height):
            steps += [("scale", f"{copy.width}:{copy.height}"), ("setsar", "1")]
        head = graph.add("null")
        way.link_to(head, place, 0)
        return _chain(graph, head, *steps, ("buffersink", ""))


class _PictureCoder:
    """H.264 for one copy."""

    def __init__(self, copy: Copy) -> None:
        self.copy = copy
        self._stream = copy.container.add_stream("libx264", rate=copy.rate, options=copy.quality)
        self._stream.width, self._stream.height, self._stream.pix_fmt = copy.width, copy.height, "yuv420p"
        self._stream.metadata.update(_PICTURES)
        self._stream.codec_context.gop_size = max(1, round(copy.rate * _SECONDS_BETWEEN_KEYS))
        self._stream.codec_context.flags |= Flags.bitexact
        self._clean = BitStreamFilterContext(_WITHOUT_NOTES, "h264")

    def keep_colours(self, first: VideoFrame) -> None:
        """Say which colours the numbers stand for, or bright films from phones turn grey."""
        coder = self._stream.codec_context
        coder.color_range = 1
        coder.colorspace, coder.color_trc = first.colorspace, first.color_trc
        coder.color_primaries = first.color_primaries

    def encode(self, frames: Iterable[VideoFrame]) -> None:
        """Encode and write what is ready."""
        for frame in frames:
            frame.pict_type = 0  # let the encoder choose: it would repeat the original's choices
            self._mux(self._stream.encode(frame))

    def end(self) -> None:
        """Write what the encoder still holds."""
        self._mux(self._stream.encode(None))
        self.copy.container.mux(self._clean.filter(None))

    def _mux(self, packets: "list[Packet[VideoStream]]") -> None:
        for packet in packets:
            self.copy.container.mux(self._clean.filter(packet))


class Sounds:
    """The sound: as loud as it was, at one rate, gaps filled so that it stays with the pictures.

    One channel stays one, which players give to both ears; more than two are mixed down to two, made softer by as
    much as their sum could exceed.
    """

    def __init__(self, copies: tuple[Copy, ...]) -> None:
        self._copies = copies
        self._layout = ""
        self._graph: Graph | None = None
        self._format: tuple[int, str, str] = (0, "", "")
        self._encoders: list[Callable[[AudioFrame | None], None]] = []

    def open(self, channels: int) -> None:
        """Name the channels of the copies; before the first picture is written, or the container has no sound."""
        self._layout = "mono" if channels == 1 else "stereo"
        self._encoders = [_sound_coder(copy, self._layout) for copy in self._copies]

    def take(self, frame: Frame) -> None:
        """Put the next sound in."""
        sound = cast("AudioFrame", frame)
        now = (sound.sample_rate, sound.format.name, sound.layout.name)
        if self._graph is None or now != self._format:
            self._graph, self._format = self._changed(sound), now
        if sound.pts is None:
            sound.pts = sound.dts
        self._through(self._graph, sound)

    def end(self) -> None:
        """Say that the last sound is in."""
        if self._graph:
            self._through(self._graph, None)
        for encode in self._encoders:
            encode(None)

    def _changed(self, sound: AudioFrame) -> Graph:
        """Start the filters, anew when the sound changes format on its way."""
        first = self._graph is None
        if self._graph:
            self._through(self._graph, None)
        graph = _graph()
        entry = graph.add_abuffer(
            sample_rate=sound.sample_rate, format=sound.format, layout=sound.layout, time_base=sound.time_base
        )
        same = f"osr={_SOUND_RATE}:osf=fltp:ochl={self._layout}:rematrix_maxval=1:async=1"
        _chain(
            graph,
            entry,
            ("aresample", f"{same}{':first_pts=0' if first else ''}"),
            ("asetnsamples", "n=1024:p=0"),
            ("abuffersink", ""),
        )
        graph.configure()
        return graph

    def _through(self, graph: Graph, sound: AudioFrame | None) -> None:
        graph.push(sound)
        for frame in cast("Iterable[AudioFrame]", _pulled(graph)):
            for encode in self._encoders:
                encode(frame)


def _sound_coder(copy: Copy, layout: str) -> Callable[[AudioFrame | None], None]:
    stream = copy.container.add_stream("aac", rate=_SOUND_RATE, layout=layout)
    stream.metadata.update(_SOUNDS)
    stream.codec_context.bit_rate = copy.sound_rate
    stream.codec_context.flags |= Flags.bitexact

    def encode(frame: AudioFrame | None) -> None:
        copy.container.mux(stream.encode(frame))

    return encode


def _graph() -> Graph:
    """Give an empty chain of filters that starts no thread of its own: each would hold memory."""
    graph = Graph()
    graph.threads = 1
    return graph


def _chain(graph: Graph, start: FilterContext, *steps: tuple[str, str]) -> FilterContext:
    """Link filters one after the other; give the last."""
    last = start
    for name, options in steps:
        following = graph.add(name, options or None)
        last.link_to(following)
        last = following
    return last


def _pulled(way_out: FilterContext | Graph) -> Iterator[object]:
    """Give the frames that are ready."""
    while True:
        try:
            yield way_out.pull()
        except (av.BlockingIOError, av.EOFError):
            return
