"""The jury copy: made by us, playable, upright, and silent about its author."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import cast

import av
import pytest
from av.container import InputContainer
from PIL import Image, ImageStat

from concours.intake import operations
from concours.intake.operations import make_jury_copy
from concours.intake.render import page_scale
from concours.intake.rules import Artefact, Kind, Refused
from concours.intake.sandbox import Sandbox, SandboxFailure, choose_sandbox
from tests import files

CANARY = "Zéphyrine Quatremère"
MARKS = tuple((name, CANARY) for name in ("title", "artist", "author", "comment", "copyright", "album", "description"))
Make = Callable[..., bytes]
ENCODERS = (b"x264", b"Lavf", b"Lavc", b"libx264", b"core 1")


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return choose_sandbox()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def copied(data: bytes, kind: Kind, out: Path, sandbox: Sandbox) -> list[Artefact]:
    source = out.parent / f"{CANARY}.bin"
    source.write_bytes(data)
    return list(make_jury_copy(source, kind, out, sandbox).files)


def first_picture(data: bytes, container: str) -> Image.Image:
    with av.open(io.BytesIO(data), format=container) as film:
        frame = next(cast("InputContainer", film).decode(video=0))
    return cast("Image.Image", frame.to_image())  # type: ignore[no-untyped-call]  # PyAV types it not


def note_units(path: Path) -> list[int]:
    """List the sorts of units in the video stream (6 is a note)."""
    sorts = []
    with av.open(str(path)) as film:
        for packet in film.demux(video=0):
            data, at = bytes(packet), 0
            while at + 4 < len(data):
                sorts.append(data[at + 4] & 31)
                at += 4 + int.from_bytes(data[at : at + 4])
    return sorts


@pytest.mark.parametrize(
    ("make", "kind"), [(files.mp4, Kind.MP4), (files.avi, Kind.AVI), (files.motion_jpeg_avi, Kind.AVI)]
)
def test_a_film_becomes_an_mp4_that_browsers_play(make: Make, kind: Kind, out: Path, sandbox: Sandbox) -> None:
    film, small, poster = copied(make(), kind, out, sandbox)
    assert (small.role, small.path, small.mime, small.position) == ("small", out / "small.mp4", "video/mp4", 1)
    assert (film.role, film.path, film.mime, film.position) == ("video", out / "video.mp4", "video/mp4", 1)
    assert (poster.role, poster.path, poster.mime) == ("poster", out / "poster.webp", "image/webp")
    assert (film.width, film.height, poster.width, poster.height) == (160, 120, 160, 120)
    with av.open(str(film.path)) as copy:
        assert [stream.codec_context.name for stream in copy.streams] == ["h264", "aac"]
        assert copy.streams.video[0].codec_context.pix_fmt == "yuv420p"
        assert float(copy.duration or 0) / 1e6 == pytest.approx(2, abs=0.1)
    content = film.path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


@pytest.mark.parametrize(("make", "kind"), [(files.mp4, Kind.MP4), (files.avi, Kind.AVI)])
def test_no_mark_of_the_author_or_of_the_tools_is_left(make: Make, kind: Kind, out: Path, sandbox: Sandbox) -> None:
    data = make(marks=MARKS)
    assert CANARY.encode() in data
    made = copied(data, kind, out, sandbox)
    assert sorted(path.name for path in out.iterdir()) == ["poster.webp", "small.mp4", "video.mp4"]
    for artefact in made:
        content = artefact.path.read_bytes()
        assert CANARY.encode() not in content
        assert "Quatremère".encode("latin-1") not in content
        assert not [name for name in ENCODERS if name in content]
    for film in made[:2]:
        assert b"udta" not in film.path.read_bytes()
        with av.open(str(film.path)) as copy:
            assert set(copy.metadata) <= {"major_brand", "minor_version", "compatible_brands"}
            assert all(set(stream.metadata) <= {"language", "handler_name"} for stream in copy.streams)
            assert {stream.metadata["handler_name"] for stream in copy.streams} == {"Image", "Son"}
            assert {stream.language for stream in copy.streams} == {"und"}


def test_the_notes_that_an_encoder_writes_are_taken_out(out: Path, sandbox: Sandbox) -> None:
    original = out.parent / "original.mp4"
    original.write_bytes(files.mp4())
    assert 6 in note_units(original)
    film = copied(files.mp4(), Kind.MP4, out, sandbox)[0]
    assert set(note_units(film.path)) <= {1, 5}


def test_a_picture_carries_nothing_but_its_pixels(out: Path, sandbox: Sandbox) -> None:
    made = copied(files.mp4(marks=MARKS), Kind.MP4, out, sandbox)[2:]
    for artefact in made + copied(files.pdf(author=CANARY), Kind.PDF, out, sandbox)[1:]:
        with Image.open(artefact.path) as image:
            assert (image.format, image.size) == ("WEBP", (artefact.width, artefact.height))
            assert not image.getexif()
            assert not {"exif", "icc_profile", "xmp"} & set(image.info)


@pytest.mark.parametrize("turn", [0, 90, 180, -90])
def test_a_film_is_shown_as_the_phone_was_held(turn: int, out: Path, sandbox: Sandbox) -> None:
    data = files.mp4(rotation=turn, seconds=0.4, audio=None)
    film = copied(data, Kind.MP4, out, sandbox)[0]
    held = first_picture(data, "mp4").rotate(turn, expand=True)
    shown = first_picture(film.path.read_bytes(), "mp4")
    assert (film.width, film.height) == held.size == shown.size
    assert difference(held, shown) < 6


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean distance between two pictures, in levels out of 255."""
    pixels = zip(one.convert("RGB").tobytes(), other.convert("RGB").tobytes(), strict=True)
    return sum(abs(a - b) for a, b in pixels) / (one.width * one.height * 3)


def test_colours_are_kept_whatever_the_range_of_the_original(out: Path, sandbox: Sandbox) -> None:
    data = files.motion_jpeg_avi(seconds=0.4, audio=None)
    film = copied(data, Kind.AVI, out, sandbox)[0]
    was = first_picture(data, "avi")
    now = first_picture(film.path.read_bytes(), "mp4")
    assert ImageStat.Stat(now).mean == pytest.approx(ImageStat.Stat(was).mean, abs=4)


def test_a_large_fast_film_is_brought_to_1080p_and_30_pictures_a_second(out: Path, sandbox: Sandbox) -> None:
    data = files.mp4(size=(1440, 2560), fps=60, seconds=0.1, audio=None)
    film = copied(data, Kind.MP4, out, sandbox)[0]
    assert (film.width, film.height) == (1080, 1920)
    with av.open(str(film.path)) as copy:
        assert copy.streams.video[0].average_rate == 30


def test_odd_sizes_are_rounded_to_what_can_be_coded(out: Path, sandbox: Sandbox) -> None:
    data = files.avi(video="mjpeg", pixels="yuvj444p", size=(101, 75), seconds=0.4, audio=None)
    film = copied(data, Kind.AVI, out, sandbox)[0]
    assert (film.width % 2, film.height % 2) == (0, 0)


def test_a_document_becomes_a_picture_and_a_text_for_each_page(out: Path, sandbox: Sandbox) -> None:
    document, *pages = copied(files.pdf(pages=3, text="L'été à la mairie", author=CANARY), Kind.PDF, out, sandbox)
    assert (document.role, document.path.name, document.mime) == ("document", "document.pdf", "application/pdf")
    assert (document.width, document.height) == (300, 420)
    assert [(page.role, page.position, page.path.name) for page in pages] == [
        ("page", 1, "page-001.webp"),
        ("page", 2, "page-002.webp"),
        ("page", 3, "page-003.webp"),
    ]
    assert [page.text.replace("’", "'") for page in pages] == [f"L'été à la mairie, page {n}." for n in (1, 2, 3)]
    assert {(page.width, page.height) for page in pages} == {(1286, 1800)}
    assert {page.mime for page in pages} == {"image/webp"}
    with Image.open(pages[0].path) as image:
        assert max(ImageStat.Stat(image).stddev) > 20


def test_a_scanned_page_has_a_picture_and_no_text(out: Path, sandbox: Sandbox) -> None:
    assert [page.text for page in copied(files.scanned_pdf(2), Kind.PDF, out, sandbox)] == ["", "", ""]


@pytest.mark.parametrize(
    ("size", "pixels"), [((595, 842), (1272, 1800)), ((800, 5000), (900, 5625)), ((100, 14400), (50, 7200))]
)
def test_a_tall_infographic_can_be_read_and_no_page_is_boundless(
    size: tuple[int, int], pixels: tuple[int, int]
) -> None:
    scale = page_scale(*size)
    assert (round(size[0] * scale), round(size[1] * scale)) == pixels


def test_a_film_that_cannot_be_decoded_has_no_copy(out: Path, sandbox: Sandbox) -> None:
    with pytest.raises(Refused) as refused:
        copied(files.blind_mp4(), Kind.MP4, out, sandbox)
    assert refused.value.reason == "no_frame"


def test_a_link_in_the_place_of_a_page_is_not_followed(out: Path) -> None:
    secret = out.parent / "secret"
    secret.write_text(CANARY)
    (out / "page-001.webp").symlink_to(secret)
    with pytest.raises(ValueError, match="page-001"):
        operations._artefact(out, ["page", 1, 10, 10, ""])


def test_an_unexpected_copy_is_a_failure_of_ours(out: Path, tmp_path: Path) -> None:
    source = tmp_path / "film"
    source.write_bytes(files.mp4())
    with pytest.raises(SandboxFailure):
        make_jury_copy(source, Kind.MP4, out, Sandbox(Path("/bin/false")))


def test_without_bubblewrap_the_copy_is_the_same(out: Path) -> None:
    made = copied(files.mp4(), Kind.MP4, out, Sandbox(None, "bubblewrap n'est pas installé"))
    assert [artefact.role for artefact in made] == ["video", "small", "poster"]
