"""The verdict on a whole file: what it plays and shows, not what it says of itself."""

import hashlib
import random
import struct
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from concours.intake import papers as reader
from concours.intake.findings import Finding
from concours.intake.operations import _acceptance, inspect, sniff_head
from concours.intake.rules import Kind, Limits, Refused, Verdict
from concours.intake.sandbox import Sandbox, SandboxFailure, choose_sandbox
from tests import files
from tests import strange_films as films
from tests import strange_papers as papers

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


def test_a_document_is_accepted_with_its_pages(sandbox: Sandbox, tmp_path: Path) -> None:
    found = verdict(files.pdf(), tmp_path, sandbox)
    assert (found.accepted, found.kind, found.pages) == (True, Kind.PDF, 2), found.message
    assert (found.width, found.height) == (300, 420)
    assert found.message == "Fichier accepté : PDF de 2 pages."


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


PLAYLISTS: dict[str, Callable[[str], bytes]] = {
    "hls": lambda other: f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{other}\n#EXT-X-ENDLIST\n".encode(),
    "ffconcat": lambda other: f"ffconcat version 1.0\nfile '{other}'\n".encode(),
    "hls in an avi": lambda other: films.only_playlist_avi(PLAYLISTS["hls"](other)),
    "ffconcat in an avi": lambda other: films.only_playlist_avi(PLAYLISTS["ffconcat"](other)),
    "hls among an avi's pictures": lambda other: films.playlist_avi(PLAYLISTS["hls"](other)),
    "other film named by an mp4": lambda other: films.outside_mp4(b"url ", b"file://" + other.encode() + b"\0"),
    "hls in an mp4's filling": lambda other: films.before(b"free", PLAYLISTS["hls"](other)),
}


@pytest.mark.parametrize("cell", ["confined", "bare"])
@pytest.mark.parametrize("case", PLAYLISTS)
def test_another_film_on_the_disk_is_never_shown(case: str, cell: str, sandbox: Sandbox, tmp_path: Path) -> None:
    other = tmp_path / "secret.mp4"
    other.write_bytes(files.mp4(seconds=9, size=(96, 64), audio=None))
    place = sandbox if cell == "confined" else Sandbox(None, "bubblewrap n'est pas installé")
    found = verdict(PLAYLISTS[case](str(other)), tmp_path, place, name="film.avi")
    assert (found.width, found.height) != (96, 64)
    assert found.duration_s is None or found.duration_s < 3
    assert found.accepted == (case in {"hls among an avi's pictures", "hls in an mp4's filling"})


def test_the_playlists_of_these_tests_work_on_a_careless_reader(tmp_path: Path) -> None:
    other, playlist = tmp_path / "secret.mp4", tmp_path / "film.mp4"
    other.write_bytes(files.mp4(seconds=9, size=(96, 64), audio=None))
    playlist.write_bytes(PLAYLISTS["ffconcat"]("secret.mp4"))
    with av.open(str(playlist)) as careless:
        assert careless.streams.video[0].codec_context.width == 96


def test_a_finding_that_nobody_knows_does_not_leave_the_cell() -> None:
    measured = {"pages": 1, "width": 10, "height": 10}
    assert _acceptance(Kind.PDF, {**measured, "findings": ["links"]}, "").findings == (Finding.LINKS,)
    with pytest.raises(SandboxFailure, match="inattendues"):
        _acceptance(Kind.PDF, {**measured, "findings": ["<b>Zéphyrine</b>"]}, "")


def test_without_bubblewrap_the_verdicts_are_the_same(tmp_path: Path) -> None:
    bare = Sandbox(None, "bubblewrap n'est pas installé")
    assert verdict(files.mp4(), tmp_path, bare).accepted
    assert verdict(files.pdf(), tmp_path, bare).pages == 2
    assert verdict(files.lying_avi(), tmp_path, bare).reason == "too_long"
    assert verdict(files.password_pdf(), tmp_path, bare).reason == "password"


NONSENSE = (b"null", b"/X", b"(x)", b"[]", b"<<>>", b"-1", b"9" * 20, b"3 0 R", b"1 0 R", b"[0 0 /A 3]", b"/F\x85a")


@pytest.mark.parametrize("value", NONSENSE)
def test_nonsense_in_a_document_is_the_documents_fault(value: bytes, tmp_path: Path) -> None:
    source = tmp_path / "received"
    limits = Limits(kinds=frozenset(Kind), max_bytes=10**6)
    document, said = papers.twice_packed_bomb(), list[str]()

    def look(content: bytes) -> None:
        source.write_bytes(content)
        try:
            reader.probe(source, limits)
        except Refused as refusal:
            said.append(refusal.message)

    for place in (b"[4 0 R]", b"2 0 R", b"[0 0 200 300]", b"[/FlateDecode /FlateDecode]", b"5 0 R"):
        look(document.replace(place, value))
    look(papers.huge_image(100).replace(b"/Width 100", b"/Width " + value))
    for key in (b"/OCProperties", b"/OpenAction", b"/AcroForm", b"/Names"):
        look(papers.raw_pdf(b"", catalog=key + b" " + value))
    assert said
    assert all(message.endswith(".") for message in said)


@pytest.mark.parametrize("seed", range(6))
def test_a_damaged_file_gets_a_verdict(seed: int, sandbox: Sandbox, tmp_path: Path) -> None:
    chance = random.Random(seed)  # noqa: S311 -- the same damage at each run
    data = bytearray([files.mp4(), files.avi(), files.pdf()][seed % 3])
    for _ in range(40):
        data[chance.randrange(64, len(data))] = chance.randrange(256)
    found = verdict(bytes(data), tmp_path, sandbox)
    assert found.accepted or found.reason
