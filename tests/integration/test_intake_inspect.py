"""The verdict on a whole file: what it plays and shows, not what it says of itself."""

import hashlib
import random
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from concours.intake.operations import inspect, sniff_head
from concours.intake.rules import Kind, Limits, Refused, Verdict
from concours.intake.sandbox import Sandbox, choose_sandbox
from tests import files

LIMITS = Limits(kinds=frozenset(Kind), max_bytes=50_000_000)
FASTSTART = (("movflags", "+faststart"),)


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return choose_sandbox()


def verdict(data: bytes, folder: Path, sandbox: Sandbox, *, name: str = "création", limits: Limits = LIMITS) -> Verdict:
    path = folder / "received"
    path.write_bytes(data)
    return inspect(path, name=name, limits=limits, sandbox=sandbox)


def test_a_film_is_accepted_with_its_measures(sandbox: Sandbox, tmp_path: Path) -> None:
    data = files.mp4()
    found = verdict(data, tmp_path, sandbox)
    assert found.accepted
    assert (found.kind, found.reason, found.detected) == (Kind.MP4, None, "video/mp4")
    assert (found.width, found.height, found.pages) == (160, 120, None)
    assert found.duration_s == pytest.approx(2, abs=0.05)
    assert found.sha256 == hashlib.sha256(data).hexdigest()
    assert found.message == "Fichier accepté : vidéo MP4 de 2 s."


FILMS: dict[str, Callable[[], bytes]] = {
    "xvid": files.avi,
    "mjpeg": files.motion_jpeg_avi,
    "h264 in avi": lambda: files.film("avi", audio="pcm_s16le"),
    "silent": lambda: files.mp4(audio=None),
    "mp3 in mp4": lambda: files.mp4(audio="libmp3lame"),
    "faststart": lambda: files.mp4(options=FASTSTART),
    "fragmented": lambda: files.mp4(options=(("movflags", "+frag_keyframe+empty_moov"),)),
}


@pytest.mark.parametrize("case", FILMS)
def test_films_of_all_sorts_are_accepted(case: str, sandbox: Sandbox, tmp_path: Path) -> None:
    found = verdict(FILMS[case](), tmp_path, sandbox)
    assert found.accepted, found.message
    assert found.duration_s == pytest.approx(2, abs=0.1)


DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "plain": files.pdf,
    "not to be printed": files.print_locked_pdf,
    "blank line first": lambda: b"\r\n" + files.pdf(),
    "blanks last": lambda: files.pdf() + b"\r\n\0\0",
}


@pytest.mark.parametrize("case", DOCUMENTS)
def test_a_document_is_accepted_with_its_pages(case: str, sandbox: Sandbox, tmp_path: Path) -> None:
    found = verdict(DOCUMENTS[case](), tmp_path, sandbox)
    assert (found.accepted, found.kind, found.pages) == (True, Kind.PDF, 2), found.message
    assert (found.width, found.height) == (300, 420)
    assert found.message == "Fichier accepté : PDF de 2 pages."


REFUSALS: dict[str, tuple[Callable[[], bytes], str, Kind | None]] = {
    "empty": (bytes, "empty", None),
    "three bytes": (lambda: b"abc", "wrong_format", None),
    "docx": (files.docx, "wrong_format", None),
    "mov": (files.mov, "wrong_format", None),
    "hls": (files.hls_playlist, "wrong_format", None),
    "lying mp4": (files.lying_mp4, "too_long", Kind.MP4),
    "cut by its edit list": (files.edited_mp4, "too_long", Kind.MP4),
    "lying avi": (files.lying_avi, "too_long", Kind.AVI),
    "sound": (files.sound_only_mp4, "no_video", Kind.MP4),
    "cover": (files.cover_only_mp4, "cover_only", Kind.MP4),
    "blind": (files.blind_mp4, "no_frame", Kind.MP4),
    "tracks": (files.many_tracks_mp4, "streams", Kind.MP4),
    "8K and more": (lambda: files.mp4(size=(7700, 16), seconds=0.4, audio=None), "dimensions", Kind.MP4),
    "encrypted": (files.encrypted_mp4, "encrypted", Kind.MP4),
    "rare codec": (lambda: files.avi(video="zmbv", pixels="bgr0", audio=None), "codec", Kind.AVI),
    "cut mp4": (lambda: files.truncated(files.mp4()), "truncated", None),
    "cut pdf": (lambda: files.truncated(files.pdf()), "truncated", Kind.PDF),
    "password": (files.password_pdf, "password", Kind.PDF),
    "61 pages": (lambda: files.blank_pdf(61), "pages", Kind.PDF),
    "no page": (lambda: files.blank_pdf(0), "no_page", Kind.PDF),
    "layers": (files.layered_pdf, "layers", Kind.PDF),
    "pdf and zip": (files.pdf_with_zip, "ambiguous", Kind.PDF),
    "film and zip": (lambda: files.mp4() + files.box(b"free", files.archive_zip()), "ambiguous", Kind.MP4),
    "only a header": (lambda: b"%PDF-1.7\nBonjour\n%%EOF\n", "unreadable", Kind.PDF),
    "nonsense index": (lambda: files.ftyp("isom") + files.box(b"moov", bytes(64)), "no_video", Kind.MP4),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_cannot_take_part_is_refused_with_its_reason(case: str, sandbox: Sandbox, tmp_path: Path) -> None:
    make, reason, kind = REFUSALS[case]
    data = make()
    found = verdict(data, tmp_path, sandbox)
    assert (found.accepted, found.reason, found.kind) == (False, reason, kind), found.message
    assert found.message.endswith(".")
    assert found.detected
    assert found.sha256 == hashlib.sha256(data).hexdigest()


def test_a_film_too_long_is_told_its_measured_duration(sandbox: Sandbox, tmp_path: Path) -> None:
    assert verdict(files.lying_mp4(), tmp_path, sandbox).message.startswith("Cette vidéo dure 2 min 30 s ;")


def test_a_film_of_two_minutes_is_accepted_and_half_a_second_more_is_not(sandbox: Sandbox, tmp_path: Path) -> None:
    exact = files.mp4(seconds=120, fps=5, size=(32, 32), audio=None)
    longer = files.mp4(seconds=120.8, fps=5, size=(32, 32), audio=None)
    assert verdict(exact, tmp_path, sandbox).accepted
    assert verdict(longer, tmp_path, sandbox).message.startswith("Cette vidéo dure 2 min 0,8 s ;")


def test_sound_that_outlasts_the_pictures_counts(sandbox: Sandbox, tmp_path: Path) -> None:
    limits = Limits(kinds=frozenset(Kind), max_bytes=50_000_000, max_seconds=1)
    assert verdict(files.mp4(seconds=1), tmp_path, sandbox, limits=limits).accepted
    assert verdict(files.mp4(seconds=1, sound_seconds=3), tmp_path, sandbox, limits=limits).reason == "too_long"


def test_one_byte_missing_is_noticed_wherever_the_index_is(sandbox: Sandbox, tmp_path: Path) -> None:
    long = files.mp4(seconds=20, size=(320, 240), fps=10)
    for data in (long, files.mp4(options=FASTSTART), files.avi()[:-1]):
        assert verdict(data[:-1], tmp_path, sandbox).reason == "truncated"


def test_a_large_avi_whose_second_part_is_cut_is_noticed(sandbox: Sandbox, tmp_path: Path) -> None:
    part = b"RIFF" + struct.pack("<I", 4000) + b"AVIX" + b"JUNK" + struct.pack("<I", 3988) + bytes(3988)
    assert verdict(files.avi() + part, tmp_path, sandbox).accepted
    assert verdict(files.avi() + part[:-900], tmp_path, sandbox).reason == "truncated"


def test_the_limits_are_those_of_the_edition(sandbox: Sandbox, tmp_path: Path) -> None:
    documents = Limits(kinds=frozenset({Kind.PDF}), max_bytes=10_000, max_pages=1)
    assert verdict(files.mp4(seconds=0.4, audio=None), tmp_path, sandbox, limits=documents).reason == "not_in_edition"
    assert verdict(files.avi(), tmp_path, sandbox, limits=documents).reason == "too_large"
    assert verdict(files.pdf(), tmp_path, sandbox, limits=documents).reason == "pages"


def test_a_wrong_file_is_refused_on_its_head_alone() -> None:
    data = files.docx() + bytes(300_000_000)
    head, limits = data[:65536], Limits(kinds=frozenset(Kind), max_bytes=2_000_000_000)
    with pytest.raises(Refused, match=r"un document Word \(.docx\) renommé en .mp4"):
        sniff_head(head, len(data), name="film.mp4", limits=limits)
    with pytest.raises(Refused) as refused:
        sniff_head(files.mp4()[:65536], 3_000_000_000, name="film.mp4", limits=limits)
    assert (refused.value.reason, refused.value.status) == ("too_large", 413)


def test_a_playlist_inside_an_avi_shows_no_other_film(sandbox: Sandbox, tmp_path: Path) -> None:
    data = bytearray(files.avi())
    start = data.index(b"movi") + 4
    data[start : start + 200] = files.hls_playlist().ljust(200, b"\n")
    found = verdict(bytes(data), tmp_path, sandbox)
    assert found.kind is Kind.AVI
    assert found.duration_s is None or found.duration_s < 3


def test_without_bubblewrap_the_verdicts_are_the_same(tmp_path: Path) -> None:
    bare = Sandbox(None, "bubblewrap n'est pas installé")
    assert verdict(files.mp4(), tmp_path, bare).accepted
    assert verdict(files.pdf(), tmp_path, bare).pages == 2
    assert verdict(files.lying_avi(), tmp_path, bare).reason == "too_long"
    assert verdict(files.password_pdf(), tmp_path, bare).reason == "password"


@pytest.mark.parametrize("seed", range(6))
def test_a_damaged_file_gets_a_verdict(seed: int, sandbox: Sandbox, tmp_path: Path) -> None:
    chance = random.Random(seed)  # noqa: S311 -- the same damage at each run
    data = bytearray([files.mp4(), files.avi(), files.pdf()][seed % 3])
    for _ in range(40):
        data[chance.randrange(64, len(data))] = chance.randrange(256)
    found = verdict(bytes(data), tmp_path, sandbox)
    assert found.accepted or found.reason
