"""The encoding that a jury copy is, as others would do it: the settings are read from the service and its outputs."""

import re
import subprocess
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import av

from concours.intake import scrub


@dataclass(frozen=True)
class Output:
    """One film of the jury copy, and how it was encoded."""

    name: str
    width: int
    height: int
    rate: str
    keys: int
    """Most pictures from one key picture to the next."""
    sound_bits: int
    x264: dict[str, str]


def outputs(folder: Path) -> list[Output]:
    """Describe every film of a jury copy, the largest first."""
    return sorted((_output(path) for path in folder.glob("*.mp4")), key=lambda each: -each.width)


def _output(path: Path) -> Output:
    with av.open(str(path)) as film:
        picture, sound = film.streams.video[0], next(iter(film.streams.audio), None)
        keys = [at for at, packet in enumerate(film.demux(picture)) if packet.is_keyframe]
        gaps = [after - before for before, after in pairwise(keys)]
        seconds = float((picture.duration or 0) * (picture.time_base or 0))
        return Output(
            name=path.name,
            width=picture.width,
            height=picture.height,
            rate=str(picture.average_rate),
            keys=max(gaps, default=250),
            sound_bits=(sound.bit_rate or 0) if sound else 0,
            x264=_settings(path.stem, seconds),
        )


def _settings(role: str, seconds: float) -> dict[str, str]:
    """Return what the service tells its encoder for a copy of this role: read where it stands, not copied."""
    module: Any = scrub
    if role == "small":
        return dict(module.small_quality(seconds))
    return dict(module._FULL_QUALITY)  # noqa: SLF001 -- read where it stands: a copy would drift


def command(source: Path, wanted: list[Output], folder: Path) -> list[str]:
    """Return the ffmpeg command of the same encoding: one decoding, as many outputs."""
    words = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-i", str(source)]
    for each in wanted:
        filters = f"fps={each.rate},scale={each.width}:{each.height},format=yuv420p"
        words += ["-map", "0:v:0", "-map", "0:a:0?", "-vf", filters, "-c:v", "libx264", "-g", str(each.keys)]
        words += [word for name, value in each.x264.items() for word in (f"-{name}:v", value)]
        words += ["-c:a", "aac", "-b:a", str(each.sound_bits), "-ar", "48000", "-ac", "2"]
        words += ["-movflags", "+faststart", str(folder / each.name)]
    return words


def x264_of(folder: Path) -> str:
    """Return the version of the encoder, which it writes into what it encodes unless that is taken out."""
    found = re.search(rb"x264 - core (\d+ r?\w*)", next(folder.glob("*.mp4")).read_bytes())
    return f"x264 {found[1].decode()}" if found else "x264 of an unknown version"


def ffmpeg_version() -> str:
    """Return the first words of `ffmpeg -version`."""
    said = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True, check=True)
    return " ".join(said.stdout.split()[:3])
