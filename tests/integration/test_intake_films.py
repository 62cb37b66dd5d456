"""The two films of the jury copy: upright, at the right rate, as loud as the original, light enough for a train."""

import io
import struct
from fractions import Fraction
from functools import cache
from math import log10, pi, sin
from pathlib import Path
from typing import cast

import av
import pytest
from av.container import InputContainer, OutputContainer
from PIL import Image, ImageDraw

from concours.intake import sandbox as cells
from concours.intake.operations import make_jury_copy
from concours.intake.rules import Artefact, Kind
from concours.intake.sandbox import Sandbox, choose_sandbox
from concours.intake.scrub import small_quality
from concours.intake.shape import slower
from tests import files
from tests.films import picture

LIGHT = 10_000_000
sandbox = cache(choose_sandbox)


def copied(data: bytes, kind: Kind, folder: Path, duration_s: float | None = None) -> list[Artefact]:
    source, out = folder / "film", folder / "out"
    source.write_bytes(data)
    out.mkdir()
    return list(make_jury_copy(source, kind, out, sandbox(), duration_s=duration_s).files)


def drawn(image: Image.Image) -> av.VideoFrame:
    return cast("av.VideoFrame", av.VideoFrame.from_image(image))  # type: ignore[no-untyped-call]  # PyAV types it not


def rate(path: Path) -> float:
    with av.open(str(path)) as film:
        return float(film.streams.video[0].average_rate or 0)


# --- rate ------------------------------------------------------------------------------------------------------------


@cache
def sixty(each_shown: int, *, moving: bool = True) -> bytes:
    """Two seconds at 60 pictures a second, each drawing shown so many times."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as output:
        stream = output.add_stream("libx264", rate=60, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for step in range(120):
            drawing = Image.new("RGB", (320, 240), (40, 60, 140))
            left = 4 * (step // each_shown) % 280 if moving else 100
            ImageDraw.Draw(drawing).rectangle((left, 100, left + 30, 130), fill=(240, 200, 40))
            frame = drawn(drawing).reformat(format="yuv420p")
            frame.pts, frame.time_base = step, Fraction(1, 60)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return buffer.getvalue()


def test_a_film_whose_sixty_pictures_a_second_all_differ_keeps_them(tmp_path: Path) -> None:
    film, small, _ = copied(sixty(1), Kind.MP4, tmp_path, 2.0)
    assert (rate(film.path), rate(small.path)) == (60, 30)


def test_thirty_pictures_shown_twice_are_not_billed_twice(tmp_path: Path) -> None:
    film, small, _ = copied(sixty(2), Kind.MP4, tmp_path, 2.0)
    assert (rate(film.path), rate(small.path)) == (30, 30)


def test_a_still_picture_at_sixty_a_second_needs_no_more_than_thirty(tmp_path: Path) -> None:
    film = copied(sixty(1, moving=False), Kind.MP4, tmp_path, 2.0)[0]
    assert rate(film.path) == 30


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (Fraction(25), Fraction(25)),
        (Fraction(50), Fraction(25)),
        (Fraction(60000, 1001), Fraction(30000, 1001)),
        (Fraction(120), Fraction(30)),
        (Fraction(40), Fraction(30)),
    ],
)
def test_every_other_picture_is_left_out_rather_than_an_uneven_part(was: Fraction, becomes: Fraction) -> None:
    assert slower(was) == becomes


# --- upright ---------------------------------------------------------------------------------------------------------


def matrix_of(turn: int, *, mirrored: bool) -> bytes:
    """A track's matrix (ISO/IEC 14496-12, 8.3.2): a, b, u, c, d, v, x, y, w."""
    cosine, sine = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}[turn]
    flip = -1 if mirrored else 1
    return struct.pack(">9i", cosine * flip << 16, sine * flip << 16, 0, -sine << 16, cosine << 16, 0, 0, 0, 1 << 30)


def held(turn: int, *, mirrored: bool) -> bytes:
    data = bytearray(files.mp4(seconds=0.4, audio=None))
    at = data.index(b"tkhd") + 4 + 40
    data[at : at + 36] = matrix_of(turn, mirrored=mirrored)
    return bytes(data)


def first_picture(data: bytes) -> Image.Image:
    with av.open(io.BytesIO(data), format="mp4") as film:
        frame = next(cast("InputContainer", film).decode(video=0))
    return cast("Image.Image", frame.to_image()).convert("L")  # type: ignore[no-untyped-call]  # PyAV types it not


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_film_is_upright_and_not_mirrored_however_it_was_held(turn: int, mirrored: bool, tmp_path: Path) -> None:  # noqa: FBT001 -- a parameter
    data = held(turn, mirrored=mirrored)
    film, small, _ = copied(data, Kind.MP4, tmp_path, 0.4)
    stored = first_picture(data)
    if mirrored:  # what the matrix does: first left and right change places, then clockwise
        stored = stored.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    shown = stored.rotate(-turn, expand=True)
    for copy in (film, small):
        found = first_picture(copy.path.read_bytes())
        assert found.size == shown.size
        assert distance(found, shown) < 6
    if turn == 0 and not mirrored:
        assert distance(shown, shown.transpose(Image.Transpose.FLIP_LEFT_RIGHT)) > 6  # the drawing tells its sides


def distance(one: Image.Image, other: Image.Image) -> float:
    pairs = zip(one.tobytes(), other.tobytes(), strict=True)
    return sum(abs(a - b) for a, b in pairs) / (one.width * one.height)


# --- sound -----------------------------------------------------------------------------------------------------------


@cache
def film_with_sound(layout: str, level: float) -> bytes:
    """A second of the same tone in each channel; `level` is its peak, 1 the loudest."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="avi") as output:
        moving = output.add_stream("mpeg4", rate=5)
        moving.width, moving.height, moving.pix_fmt = 160, 120, "yuv420p"
        stream = output.add_stream("pcm_s16le", rate=48000, layout=layout)
        for step in range(5):
            frame = drawn(picture((160, 120), step)).reformat(format="yuv420p")
            frame.pts, frame.time_base = step, Fraction(1, 5)
            output.mux(moving.encode(frame))
        output.mux(moving.encode(None))
        _tone(output, stream, level)
    return buffer.getvalue()


def _tone(output: OutputContainer, stream: "av.AudioStream", level: float) -> None:
    count = stream.codec_context.channels
    levels = [int(32767 * level * sin(2 * pi * 440 * at / 48000)) for at in range(48000)]
    sound = av.AudioFrame("s16", stream.codec_context.layout.name, len(levels))
    sound.planes[0].update(struct.pack(f"<{len(levels) * count}h", *(each for each in levels for _ in range(count))))
    sound.sample_rate = 48000
    output.mux(stream.encode(sound))
    output.mux(stream.encode(None))


def heard(path: Path) -> tuple[int, float]:
    """The number of channels, and the peak in the middle of the film, 1 the loudest."""
    peak, channels = 0.0, 0
    with av.open(str(path)) as film:
        for frame in film.decode(audio=0):
            channels = len(frame.layout.channels)
            if 0.3 < (frame.time or 0) < 0.7:
                for plane in frame.planes:
                    peak = max(
                        peak,
                        *(abs(each) for each in struct.unpack(f"<{frame.samples}f", bytes(plane)[: 4 * frame.samples])),
                    )
    return channels, peak


@pytest.mark.parametrize(("layout", "channels"), [("mono", 1), ("stereo", 2)])
def test_one_and_two_channels_stay_as_loud_as_they_were(layout: str, channels: int, tmp_path: Path) -> None:
    for copy in copied(film_with_sound(layout, 0.25), Kind.AVI, tmp_path, 1.0)[:2]:
        found, peak = heard(copy.path)
        assert found == channels
        assert abs(20 * log10(peak / 0.25)) < 1  # a decibel


def test_six_channels_become_two_and_their_sum_does_not_saturate(tmp_path: Path) -> None:
    for copy in copied(film_with_sound("5.1", 0.95), Kind.AVI, tmp_path, 1.0)[:2]:
        channels, peak = heard(copy.path)
        assert channels == 2
        assert 0.4 < peak <= 1.0


# --- weight ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [2, 60, 119.9, 120.5])
def test_the_bits_of_the_light_film_fit_in_ten_million_bytes(seconds: float) -> None:
    told = small_quality(seconds)
    whole = (int(told["maxrate"]) + 96_000) * seconds + int(told["bufsize"])
    assert whole / 8 < 0.95 * LIGHT


@cache
def noise(seconds: int) -> bytes:
    """Pictures that nothing can compress."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="avi") as output:
        stream = output.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = 854, 480, "yuvj420p"
        drawings = [drawn(Image.effect_noise((854, 480), 120 + step).convert("RGB")) for step in range(9)]
        for step in range(25 * seconds):
            frame = drawings[step % 9].reformat(format="yuvj420p")
            frame.pts, frame.time_base = step, Fraction(1, 25)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return buffer.getvalue()


@pytest.mark.full
def test_a_short_film_of_noise_keeps_to_the_bits_of_its_duration(tmp_path: Path) -> None:
    small = copied(noise(2), Kind.AVI, tmp_path, 120.0)[1]
    assert small.path.stat().st_size < LIGHT * 2 / 120 + 150_000  # the reserve that the encoder starts with


@pytest.mark.full
def test_two_minutes_of_noise_fit_in_ten_million_bytes(tmp_path: Path) -> None:
    small = copied(noise(120), Kind.AVI, tmp_path, 120.0)[1]
    assert (small.width, small.height) == (854, 480)
    assert small.path.stat().st_size <= LIGHT


def test_the_light_film_of_a_large_one_has_480_lines(tmp_path: Path) -> None:
    small = copied(files.mp4(size=(1080, 1920), seconds=0.4, audio=None), Kind.MP4, tmp_path, 0.4)[1]
    assert (small.width, small.height) == (480, 854)


# --- progress --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "kind"), [(files.mp4(seconds=8, fps=25, size=(320, 240)), Kind.MP4), (files.pdf(12), Kind.PDF)]
)
def test_the_progress_of_a_copy_grows_from_nothing_to_all(
    data: bytes, kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells, "_PROGRESS_EVERY_S", 0)
    source, out = tmp_path / "source", tmp_path / "out"
    source.write_bytes(data)
    out.mkdir()
    told: list[float] = []
    make_jury_copy(source, kind, out, sandbox(), duration_s=8.0, on_progress=told.append)
    assert len(told) > 3
    assert told == sorted(told)
    assert 0 < told[0] < told[-1] <= 1


@pytest.mark.parametrize("lie", ["nan", "-1", "1.5", "1e3", "0.5 x", "inf", "0x1p-1", "0." + "9" * 40, ""])
def test_a_progress_that_is_no_fraction_is_not_handed_on(lie: str) -> None:
    told: list[float] = []
    progress = cells._Progress(told.append)
    progress.look(f"ready\n{lie}\n".encode())
    assert told == []
    progress.look(b"ready\n0.25\n0.5")  # the last line is not whole yet
    assert told == [0.25]


def test_a_child_that_chatters_is_listened_to_twice_a_second_at_most() -> None:
    told: list[float] = []
    progress = cells._Progress(told.append)
    for step in range(1, 900):
        progress.look(b"ready\n0.%03d\n" % step)
    assert len(told) < 5


def test_without_anyone_to_tell_nothing_is_told(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(files.pdf())
    assert Sandbox(None, "bubblewrap n'est pas installé").run("trial", source, None, {}, 60) == {}
