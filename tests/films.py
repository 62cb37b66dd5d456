"""Films and sound made on the spot, true or lying, in any container. Tests take them through `tests.files`."""

import io
import struct
from fractions import Fraction
from functools import cache
from math import pi, sin
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import av
from av.audio.stream import AudioStream
from av.video.stream import VideoStream
from PIL import Image, ImageDraw

Size = tuple[int, int]


def picture(size: Size, step: int = 0) -> Image.Image:
    """A drawing that changes with each step, so that no two frames are the same."""
    image = Image.new("RGB", size, (30 + 40 * step % 200, 60, 140))
    side = min(size) // 3
    left = 7 * step % max(1, size[0] - side)
    ImageDraw.Draw(image).rectangle((left, side, left + side, 2 * side), fill=(240, 200, 40))
    return image


@cache
def film(
    container: str = "mp4",
    *,
    video: str | None = "libx264",
    audio: str | None = "aac",
    seconds: float = 2,
    sound_seconds: float | None = None,
    fps: int = 5,
    size: Size = (160, 120),
    pixels: str = "yuv420p",
    rotation: int = 0,
    marks: tuple[tuple[str, str], ...] = (),
    options: tuple[tuple[str, str], ...] = (),
) -> bytes:
    """A film or a sound track in any container that FFmpeg writes; `marks` are its container and stream tags."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "film"
        with av.open(str(path), "w", format=container, options=dict(options)) as output:
            output.metadata.update(dict(marks))
            moving = _video_stream(output, video, fps, size, pixels) if video else None
            sound = _sound_stream(output, audio) if audio else None
            if moving:
                moving.metadata.update(dict(marks))
                if rotation:
                    moving.set_display_rotation(rotation)
                _write_pictures(output, moving, round(seconds * fps), fps)
            if sound:
                sound.metadata.update(dict(marks))
                _write_tone(output, sound, sound_seconds or seconds)
        return path.read_bytes()


def mp4(**kwargs: Any) -> bytes:
    return film("mp4", **kwargs)


def avi(**kwargs: Any) -> bytes:
    return film("avi", **{"video": "mpeg4", "audio": "libmp3lame", **kwargs})


def motion_jpeg_avi(**kwargs: Any) -> bytes:
    return avi(**{"video": "mjpeg", "pixels": "yuvj420p", "audio": "pcm_s16le", **kwargs})


def mov() -> bytes:
    return film("mov")


def phone_3gp() -> bytes:
    return film("3gp")


def mkv() -> bytes:
    return film("matroska")


def m4a() -> bytes:
    return film("ipod", video=None)


def mp3() -> bytes:
    return film("mp3", video=None, audio="libmp3lame")


def wav() -> bytes:
    return film("wav", video=None, audio="pcm_s16le")


def sound_only_mp4() -> bytes:
    return mp4(video=None)


@cache
def cover_only_mp4() -> bytes:
    """A piece of music with its sleeve: the only picture is marked as attached."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as output:
        sound = _sound_stream(output, "aac")
        cover = _video_stream(output, "mjpeg", 1, (160, 120), "yuvj420p")
        cover.disposition = av.stream.Disposition.attached_pic
        _write_pictures(output, cover, 1, 1)
        _write_tone(output, sound, 1)
    return buffer.getvalue()


@cache
def many_tracks_mp4(count: int = 17) -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as output:
        moving = _video_stream(output, "libx264", 5, (160, 120), "yuv420p")
        sounds = [_sound_stream(output, "aac") for _ in range(count - 1)]
        _write_pictures(output, moving, 5, 5)
        for sound in sounds:
            _write_tone(output, sound, 0.1)
    return buffer.getvalue()


@cache
def blind_mp4() -> bytes:
    """A film with all its structure, and zeros in the place of its pictures."""
    data = bytearray(mp4(audio=None))
    start, end = data.index(b"mdat") + 4, data.index(b"moov") - 4
    data[start:end] = bytes(end - start)
    return bytes(data)


@cache
def encrypted_mp4() -> bytes:
    key = "0123456789abcdef0123456789abcdef"
    options = {"encryption_scheme": "cenc-aes-ctr", "encryption_key": key, "encryption_kid": key}
    return mp4(audio=None, options=tuple(options.items()))


@cache
def lying_mp4(real: int = 150, claimed: int = 60) -> bytes:
    """A film whose every header (film, track, media, edit list) claims another duration than it plays."""
    data = bytearray(mp4(seconds=real, fps=1, size=(32, 32), audio=None))
    for box, at in ((b"mvhd", 16), (b"mdhd", 16), (b"tkhd", 20), (b"elst", 8)):
        position = data.index(box) + 4 + at
        (duration,) = struct.unpack_from(">I", data, position)
        struct.pack_into(">I", data, position, duration * claimed // real)
    return bytes(data)


@cache
def edited_mp4(real: int = 150, shown: int = 60) -> bytes:
    """A film whose edit list asks players to show its last part alone; each picture stands by itself."""
    data = bytearray(mp4(video="mjpeg", pixels="yuvj420p", seconds=real, fps=1, size=(32, 32), audio=None))
    (media_scale,) = struct.unpack_from(">I", data, data.index(b"mdhd") + 16)
    at = data.index(b"elst") + 12
    (duration,) = struct.unpack_from(">I", data, at)
    struct.pack_into(">II", data, at, duration * shown // real, (real - shown) * media_scale)
    return bytes(data)


@cache
def lying_avi(real: int = 150, claimed: int = 60) -> bytes:
    """An AVI whose headers count fewer frames than it holds."""
    data = bytearray(avi(seconds=real, fps=1, size=(32, 32), audio=None))
    for chunk, at in ((b"avih", 16), (b"strh", 32)):
        struct.pack_into("<I", data, data.index(chunk) + 8 + at, claimed)
    return bytes(data)


def _video_stream(output: av.container.OutputContainer, codec: str, fps: int, size: Size, pixels: str) -> VideoStream:
    stream = cast("VideoStream", output.add_stream(codec, rate=fps))
    stream.width, stream.height, stream.pix_fmt = *size, pixels
    if codec == "libx264":
        stream.options = {"preset": "ultrafast"}
    return stream


def _sound_stream(output: av.container.OutputContainer, codec: str) -> AudioStream:
    return cast("AudioStream", output.add_stream(codec, rate=44100, layout="mono"))


def _write_pictures(output: av.container.OutputContainer, stream: VideoStream, count: int, fps: int) -> None:
    for step in range(count):
        drawing = picture((stream.width, stream.height), step)
        whole = av.VideoFrame(drawing.width, drawing.height, "rgb24")
        whole.planes[0].update(_padded(drawing.tobytes(), drawing.width * 3, whole.planes[0].line_size))
        frame = whole.reformat(format=stream.pix_fmt)
        frame.pts, frame.time_base = step, Fraction(1, fps)
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))


def _padded(data: bytes, row: int, line: int) -> bytes:
    return b"".join(data[at : at + row].ljust(line, b"\0") for at in range(0, len(data), row))


def _write_tone(output: av.container.OutputContainer, stream: AudioStream, seconds: float) -> None:
    levels = [int(8000 * sin(2 * pi * 440 * at / 44100)) for at in range(round(seconds * 44100))]
    frame = av.AudioFrame("s16", "mono", len(levels))
    frame.planes[0].update(struct.pack(f"<{len(levels)}h", *levels))
    frame.sample_rate = 44100
    output.mux(stream.encode(frame))
    output.mux(stream.encode(None))
