"""The same encoding through the libraries that PyAV bundles, in the plainest loop: what our care costs beside it."""

import json
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import OutputContainer
from av.filter import Graph


def main() -> None:
    """Encode the film named first into the folder named second, once for each output described in JSON."""
    source, folder, wanted = sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3])
    with av.open(source) as film:
        film.streams.video[0].thread_type = "AUTO"
        targets = [_Target(film, folder, each) for each in wanted]
        for packet in film.demux(film.streams.video[0], *film.streams.audio[:1]):
            for frame in packet.decode():
                for target in targets:
                    target.take(frame)
        for target in targets:
            target.end()


class _Target:
    def __init__(self, film: Any, folder: Path, wanted: dict[str, Any]) -> None:
        self._file: OutputContainer = av.open(str(folder / wanted["name"]), "w", options={"movflags": "+faststart"})
        rate = Fraction(wanted["rate"])
        self._picture: Any = self._file.add_stream("libx264", rate=rate, options=wanted["x264"])
        self._picture.width, self._picture.height = wanted["width"], wanted["height"]
        self._picture.pix_fmt, self._picture.codec_context.gop_size = "yuv420p", wanted["keys"]
        self._graph = _filters(film.streams.video[0], wanted)
        self._sound: Any = None
        if film.streams.audio:
            self._sound = self._file.add_stream("aac", rate=48000, layout="stereo")
            self._sound.bit_rate = wanted["sound_bits"]

    def take(self, frame: Any) -> None:
        if isinstance(frame, av.AudioFrame):
            self._file.mux(self._sound.encode(frame))
        else:
            self._graph.push(frame)
            self._pull()

    def end(self) -> None:
        self._graph.push(None)
        self._pull()
        for stream in (self._picture, self._sound):
            if stream:
                self._file.mux(stream.encode(None))
        self._file.close()

    def _pull(self) -> None:
        while True:
            try:
                frame: Any = self._graph.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            frame.pict_type = 0
            self._file.mux(self._picture.encode(frame))


def _filters(source: Any, wanted: dict[str, Any]) -> Graph:
    graph = Graph()
    chain = [
        graph.add_buffer(template=source, time_base=source.time_base),
        graph.add("fps", wanted["rate"]),
        graph.add("scale", f"{wanted['width']}:{wanted['height']}"),
        graph.add("format", "yuv420p"),
        graph.add("buffersink"),
    ]
    graph.link_nodes(*chain).configure()
    return graph


if __name__ == "__main__":
    main()
