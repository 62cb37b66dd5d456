"""Makes the works of the demonstration: drawn by typst, filmed frame by frame with PyAV."""

import io
import json
import math
from array import array
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import av
import typst
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream
from PIL import Image

from concours.kernel.text import typographic
from demo.cast import Work

_DRAWING = Path(__file__).with_name("drawing.typ")
_RATE = 15
_SCENE_FRAMES = 14
_WIDTH, _HEIGHT = 640, 360
_SOUND_RATE = 44_100
_NOTES = (262.0, 330.0, 392.0, 523.0)
"""Hertz: a chord, one note a scene."""


def make(work: Work, seed: int, folder: Path) -> Path:
    """Make the work's file in the folder and return its path; the same seed gives the same work."""
    path = folder / f"{seed:02d}.{work.suffix}"
    if work.suffix == "pdf":
        path.write_bytes(_draw(work, seed, form=work.kind, picture=False)[0])
    else:
        _film(work, seed, path)
    return path


def captions(work: Work) -> str:
    """Return the captions of a film, in WebVTT; nothing for what is read."""
    if work.suffix == "pdf":
        return ""
    seconds = Fraction(_SCENE_FRAMES, _RATE)
    cues = [
        f"00:{float(seconds * rank):06.3f} --> 00:{float(seconds * (rank + 1)):06.3f}\n{typographic(beat)}"
        for rank, beat in enumerate(work.beats)
    ]
    return "\n\n".join(["WEBVTT", *cues])


def _draw(work: Work, seed: int, *, form: str, picture: bool) -> Sequence[bytes]:
    words = {"title": typographic(work.title), "beats": [typographic(beat) for beat in work.beats]}
    inputs = {"work": json.dumps({**words, "form": form, "seed": seed})}
    if not picture:
        return [_compile(inputs, "pdf")]
    return list(_compile(inputs, "png"))


def _compile(inputs: dict[str, str], form: Literal["pdf", "png"]) -> Any:
    """Return the bytes of a PDF, or those of each page as a PNG."""
    return typst.compile(str(_DRAWING), format=form, ppi=72, sys_inputs=inputs)


def _film(work: Work, seed: int, path: Path) -> None:
    scenes = [Image.open(io.BytesIO(page)).convert("RGB") for page in _draw(work, seed, form="clip", picture=True)]
    with av.open(str(path), "w") as film:
        video, audio = _streams(film, modern=path.suffix == ".mp4")
        for number, image in enumerate(_frames(scenes)):
            frame = av.VideoFrame.from_image(image)  # type: ignore[no-untyped-call]
            frame.pts, frame.time_base = number, Fraction(1, _RATE)
            film.mux(video.encode(frame))
        film.mux(video.encode(None))
        for tone in _tune(len(scenes)):
            film.mux(audio.encode(tone))
        film.mux(audio.encode(None))


def _streams(film: OutputContainer, *, modern: bool) -> tuple[VideoStream, AudioStream]:
    video: VideoStream = film.add_stream("h264", rate=_RATE) if modern else film.add_stream("mpeg4", rate=_RATE)
    video.width, video.height, video.pix_fmt = _WIDTH, _HEIGHT, "yuv420p"
    video.bit_rate = 900_000
    if modern:
        video.options = {"preset": "ultrafast"}
    audio: AudioStream = film.add_stream("aac" if modern else "mp3", rate=_SOUND_RATE)
    audio.layout = "mono"
    return video, audio


def _frames(scenes: Sequence[Image.Image]) -> Iterator[Image.Image]:
    """Yield each scene while it slides slowly, so that something moves."""
    for scene in scenes:
        spare_x, spare_y = scene.width - _WIDTH, scene.height - _HEIGHT
        for step in range(_SCENE_FRAMES):
            left, top = spare_x * step // _SCENE_FRAMES, spare_y * step // (2 * _SCENE_FRAMES)
            yield scene.crop((left, top, left + _WIDTH, top + _HEIGHT))


def _tune(scenes: int) -> Iterator[av.AudioFrame]:
    block = 1024
    total = scenes * _SCENE_FRAMES * _SOUND_RATE // _RATE // block * block
    for start in range(0, total, block):
        hertz = _NOTES[start * scenes // total % len(_NOTES)]
        samples = array(
            "h", (int(5000 * math.sin(2 * math.pi * hertz * t / _SOUND_RATE)) for t in range(start, start + block))
        )
        frame = av.AudioFrame(format="s16", layout="mono", samples=block)
        frame.planes[0].update(samples.tobytes())
        frame.sample_rate, frame.pts = _SOUND_RATE, start
        frame.time_base = Fraction(1, _SOUND_RATE)
        yield frame
