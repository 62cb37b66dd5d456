"""What is sent and examined: files made on the spot."""

import os
import struct
import subprocess
from pathlib import Path
from tempfile import TemporaryFile

from benchmarks.sender import Body
from tests import files

MIB = 1 << 20
_PERIOD = 8 * MIB
_LOOPS = 12
"""A long film is a short one, twelve times over: its codec is not what is measured when it is made."""


def film_body(size: int) -> Body:
    """Return an MP4 of exactly `size` bytes: a real small one, then free space that fills it up."""
    small = files.mp4()
    head = small + struct.pack(">I4s", size - len(small), b"free")
    payload = TemporaryFile()  # noqa: SIM115 -- lives as long as the body; it has no name to remove
    payload.write(os.urandom(_PERIOD))
    payload.flush()
    return Body(head, payload, _PERIOD, size)


def film_file(folder: Path, kind: str, seconds: int, height: int) -> Path:
    """Write a film with sound by Debian's ffmpeg: moving shapes and grain, as heavy as what a camera writes."""
    short, whole = folder / f"short.{kind}", folder / f"film.{kind}"
    picture = f"testsrc2=size={height * 16 // 9 // 2 * 2}x{height}:rate=25,noise=alls=3:allf=t"
    codecs = ["libx264", "-preset", "ultrafast", "-c:a", "aac"] if kind == "mp4" else ["mpeg4", "-c:a", "libmp3lame"]
    length = f"{seconds / _LOOPS:.3f}"
    sources = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", "sine=frequency=330:sample_rate=48000"]
    ffmpeg(*sources, "-t", length, "-pix_fmt", "yuv420p", "-c:v", *codecs[:1], "-b:v", "8M", *codecs[1:], str(short))
    ffmpeg("-stream_loop", str(_LOOPS - 1), "-i", str(short), "-t", str(seconds), "-c", "copy", str(whole))
    short.unlink()
    return whole


def paper_file(folder: Path, pages: int) -> Path:
    """Write a PDF of so many pages."""
    path = folder / "paper.pdf"
    path.write_bytes(files.pdf(pages))
    return path


def bomb_file(folder: Path) -> Path:
    """Write a PDF of some megabytes that unfolds to gigabytes."""
    path = folder / "bomb.pdf"
    path.write_bytes(files.bomb_pdf())
    return path


def ffmpeg(*words: str) -> None:
    """Run Debian's ffmpeg; raises CalledProcessError."""
    command = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-y", *words]
    subprocess.run(command, check=True)  # noqa: S603 -- a program of the system, words of our own
