"""Every kind of file that people, cameras and attackers send, made on the spot: its verdict, in the real sandbox."""

import hashlib
import os
import random
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from concours.intake.operations import inspect
from concours.intake.rules import Kind, Limits
from concours.intake.sandbox import Sandbox, choose_sandbox
from tests import files
from tests import strange_films as films
from tests import strange_papers as papers

LIMITS = Limits(kinds=frozenset(Kind), max_bytes=200_000_000)
ZEROS = bytes(100_000)
NOISE = random.Random(5).randbytes(5000)  # noqa: S311 -- the same notes at each run
Verdicts = dict[str, tuple[Callable[[], bytes], str]]

FILMS: Verdicts = {
    "mpeg-4 and mp3 in avi": (files.avi, "avi"),
    "motion jpeg and pcm in avi": (files.motion_jpeg_avi, "avi"),
    "h264 and pcm in avi": (lambda: files.film("avi", audio="pcm_s16le"), "avi"),
    "avi of several riffs": (films.opendml_avi, "avi"),
    "avi whose length was never written": (films.unfinished_avi, "avi"),
    "avi with filling before its header": (lambda: films.junk_first_avi(bytes(3001)), "avi"),
    "avi with zeros behind": (lambda: files.avi() + ZEROS, "avi"),
    "avi with filling behind": (lambda: files.avi() + b"JUNK" + struct.pack("<I", 40) + bytes(40), "avi"),
    "avi that claims to be longer": (lambda: files.lying_avi(60, 600), "avi"),
    "title in latin-1 in avi": (lambda: films.latin(files.avi(marks=(("title", "Ete a Nimes"),))), "avi"),
    "title in latin-1": (lambda: films.latin(files.mp4(marks=(("title", "Ete a Nimes"),))), "mp4"),
    "silent": (lambda: files.mp4(audio=None), "mp4"),
    "mp3 in mp4": (lambda: files.mp4(audio="libmp3lame"), "mp4"),
    "index first": (lambda: files.mp4(options=(("movflags", "+faststart"),)), "mp4"),
    "in pieces": (lambda: files.mp4(options=(("movflags", "+frag_keyframe+empty_moov"),)), "mp4"),
    "dash": (lambda: files.film("mp4", options=(("movflags", "+dash"), ("brand", "dash"))), "mp4"),
    "filling before the brand": (lambda: films.before(b"free", bytes(2000)), "mp4"),
    "maker's box before the brand": (lambda: films.before(b"uuid", NOISE), "mp4"),
    "zeros behind": (lambda: files.mp4() + ZEROS, "mp4"),
    "a camera's notes behind": (lambda: files.mp4() + b"\x8e\x01" + NOISE, "mp4"),
    "a phone's box behind": (lambda: files.mp4() + files.box(b"sefd", b"SEFH" + NOISE), "mp4"),
    "neither flag nor place of its pictures": (films.careless_mp4, "mp4"),
    "held upright": (lambda: files.mp4(rotation=90), "mp4"),
    "tall": (lambda: files.mp4(size=(120, 240)), "mp4"),
    "uneven rate": (films.uneven_mp4, "mp4"),
    "mpeg-4": (lambda: films.modern("mpeg4"), "mp4"),
    "hevc, 10 bits": (lambda: films.modern("libx265", pixels="yuv420p10le"), "mp4"),
    "av1": (films.av1, "mp4"),
    "vp9": (lambda: films.modern("libvpx-vp9"), "mp4"),
    "two minutes with mp3": (
        lambda: files.mp4(seconds=120, sound_seconds=120.05, fps=5, size=(32, 32), audio="libmp3lame"),
        "mp4",
    ),
    "claims to be longer": (lambda: files.lying_mp4(60, 600), "mp4"),
    "shows less than it holds": (lambda: films.with_cuts((5, 2)), "mp4"),
    "starts a little late": (lambda: films.with_cuts((1, -1), (10, 0)), "mp4"),
}
"""Unusual but good: accepted, as this kind."""

PAPERS: Verdicts = {
    "plain": (files.pdf, ""),
    "scanned": (files.scanned_pdf, ""),
    "byte order mark first": (lambda: b"\xef\xbb\xbf" + files.pdf(), ""),
    "blank line first": (lambda: b"\r\n" + files.pdf(), ""),
    "blanks last": (lambda: files.pdf() + b"\r\n\0\0", ""),
    "a mebibyte of zeros last": (lambda: files.pdf() + bytes(2**20), ""),
    "remark last": (lambda: files.pdf() + b"\n% fin\n", ""),
    "linearised": (lambda: papers.changed(lambda _: None, linearize=True), ""),
    "pdf 2.0": (lambda: papers.changed(lambda _: None, force_version="2.0"), ""),
    "not to be printed": (files.print_locked_pdf, ""),
    "table of contents": (papers.inner_link, ""),
    "five metres tall": (lambda: papers.sized(300, 14_400), ""),
    "claims a million pages": (papers.claimed_pages, ""),
    "script": (papers.script, "javascript"),
    "disguised script": (papers.disguised_script, "javascript"),
    "starts a program": (papers.launch, "actions"),
    "opens another document": (papers.remote_page, "actions"),
    "sends a form": (papers.sending, "actions"),
    "link": (papers.linked, "links"),
    "attachment": (papers.attached, "attachments"),
    "attachment pinned to a page": (lambda: papers.annotated("FileAttachment"), "attachments"),
    "form": (papers.form, "forms"),
    "film": (lambda: papers.annotated("RichMedia"), "multimedia"),
    "comment": (papers.comment, "comments"),
    "contents elsewhere": (papers.far_stream, "external_content"),
    "letter": (papers.letter, "text_only"),
    "letter with a drawing": (papers.letter_with_drawing, ""),
}
"""Documents: accepted, with these findings."""

LATE: Verdicts = {
    "lying mp4": (files.lying_mp4, "too_long"),
    "cut by its edit list": (files.edited_mp4, "too_long"),
    "repeated by its edit list": (lambda: films.with_cuts(*[(10, 0)] * 13), "too_long"),
    "begins with a long wait": (lambda: films.with_cuts((115, -1), (10, 0)), "too_long"),
    "lying avi": (files.lying_avi, "too_long"),
    "sound alone": (files.sound_only_mp4, "no_video"),
    "sound with a cover": (files.cover_only_mp4, "cover_only"),
    "zeros for pictures": (files.blind_mp4, "no_frame"),
    "seventeen tracks": (files.many_tracks_mp4, "streams"),
    "five thousand tracks": (films.thousands_of_tracks, "streams"),
    "five thousand streams in avi": (films.thousands_of_streams_avi, "streams"),
    "wider than 8K": (lambda: files.mp4(size=(7700, 16), seconds=0.4, audio=None), "dimensions"),
    "30,000 × 30,000 in the header": (lambda: films.huge_picture_avi(said=True), "dimensions"),
    "30,000 × 30,000 in the pictures": (films.huge_picture_avi, "no_frame"),
    "larger pictures than its header says": (films.understated_avi, "dimensions"),
    "png in mp4": (lambda: films.modern("png", pixels="rgb24"), "codec"),
    "screen recorder's codec": (lambda: files.avi(video="zmbv", pixels="bgr0", audio=None), "codec"),
    "encrypted film": (files.encrypted_mp4, "encrypted"),
    "pictures elsewhere": (films.outside_mp4, "external"),
    "pictures by an old alias": (lambda: films.outside_mp4(b"alis", b"Macintosh HD"), "external"),
    "pictures by a name": (lambda: films.outside_mp4(b"urn ", b"urn:x\0"), "external"),
    "other films to choose from": (films.reference_movie, "external"),
    "nonsense index": (lambda: files.ftyp("isom") + files.box(b"moov", bytes(64)), "no_video"),
    "playlist for an avi's pictures": (lambda: films.only_playlist_avi(files.hls_playlist()), "no_frame"),
    "cut pdf": (lambda: files.truncated(files.pdf()), "truncated"),
    "password": (files.password_pdf, "password"),
    "certificate": (papers.certificate_locked, "encrypted"),
    "61 pages": (lambda: files.blank_pdf(61), "pages"),
    "a million kids": (papers.million_kids, "pages"),
    "branches that double": (papers.doubling_tree, "unreadable"),
    "endless page tree": (papers.endless_tree, "no_page"),
    "twenty thousand branches deep": (papers.deep_tree, "unreadable"),
    "no page": (lambda: files.blank_pdf(0), "no_page"),
    "page too wide": (lambda: papers.sized(14_401), "page_size"),
    "page too wide by its unit": (lambda: papers.sized(300, 300, 50), "page_size"),
    "900 million pixels": (papers.huge_image, "dimensions"),
    "layers": (files.layered_pdf, "layers"),
    "drawing bomb": (lambda: files.bomb_pdf(2000), "too_heavy"),
    "bomb on the second page": (papers.second_page_bomb, "too_heavy"),
    "bomb packed twice": (papers.twice_packed_bomb, "too_heavy"),
    "bomb in an object stream": (papers.object_stream_bomb, "too_heavy unreadable"),
    "bomb in the index": (papers.index_bomb, "too_heavy unreadable"),
    "bomb in hexadecimal": (papers.hexadecimal_bomb, "too_heavy unreadable"),
    "only a header": (lambda: b"%PDF-1.7\nBonjour\n%%EOF\n", "unreadable"),
}
"""Refused once opened, with this reason. Two where it depends on which limit is met first."""

EARLY: Verdicts = {
    "empty": (bytes, "empty"),
    "three bytes": (lambda: b"abc", "wrong_format"),
    "docx": (files.docx, "wrong_format"),
    "pptx": (files.pptx, "wrong_format"),
    "doc": (lambda: files.old_office("WordDocument"), "wrong_format"),
    "odp": (lambda: files.opendocument("presentation"), "wrong_format"),
    "program": (files.program_exe, "wrong_format"),
    "script": (lambda: b"#!/bin/sh\nrm -rf /\n", "wrong_format"),
    "jpeg": (lambda: files.image("JPEG"), "wrong_format"),
    "heic": (files.heic, "wrong_format"),
    "zip": (files.archive_zip, "wrong_format"),
    "zip with a pdf": (lambda: files.zipped({"bd.pdf": files.pdf()}), "wrong_format"),
    "rar": (files.archive_rar, "wrong_format"),
    "mov": (files.mov, "wrong_format"),
    "3gp": (files.phone_3gp, "wrong_format"),
    "m4a": (files.m4a, "wrong_format"),
    "hls": (files.hls_playlist, "wrong_format"),
    "ffconcat": (files.ffconcat_playlist, "wrong_format"),
    "cut mp4": (lambda: files.truncated(files.mp4()), "truncated"),
    "cut avi": (lambda: files.truncated(files.avi()), "truncated"),
    "playlist after riff": (lambda: b"RIFF" + struct.pack("<I", 16) + b"AVI " + files.hls_playlist(), "unreadable"),
}
"""Refused on the first 64 KiB."""

EXE, PAGE, PDF = files.program_exe(), files.web_page(), files.pdf()
TAR = b"ustar\x0000"
DOUBLES: dict[str, Callable[[], bytes]] = {
    "web page, pdf": lambda: PAGE + PDF,
    "script tag, pdf": lambda: b"<script>alert(1)</script>\n" + PDF,
    "gif, pdf": lambda: files.image("GIF")[:300] + PDF,
    "jpeg, pdf": lambda: files.image("JPEG")[:300] + PDF,
    "shell, pdf": lambda: b"#!/bin/sh\nexit\n" + PDF,
    "pdf, page in its first lines": lambda: PDF[:9] + b"%<html><script>alert(1)</script>\n" + PDF[9:],
    "pdf, page": lambda: PDF + PAGE,
    "pdf, long page": lambda: PDF + PAGE + b"<p>Bonjour</p>" * 1000,
    "pdf, page after zeros": lambda: PDF + ZEROS + PAGE,
    "pdf, zip": files.pdf_with_zip,
    "pdf, zip, something more": lambda: files.pdf_with_zip() + b"\n%%EOF\n",
    "pdf, zip in a comment": lambda: PDF + b"\n%" + files.archive_zip() + b"\n%%EOF\n",
    "pdf, program": lambda: PDF + EXE,
    "pdf, rar": lambda: PDF + files.archive_rar(),
    "pdf, mp4": lambda: PDF + files.mp4(),
    "pdf, tar": lambda: PDF[:9] + b"%" + bytes(247) + TAR + b"\n" + PDF[9:],
    "pdf, disk": lambda: PDF[:9] + b"%" + bytes(32759) + b"CD001\n" + PDF[9:],
    "avi, zip": lambda: files.avi() + files.archive_zip(),
    "avi, pdf": lambda: files.avi() + PDF,
    "avi, page": lambda: files.avi() + PAGE,
    "avi, program": lambda: files.avi() + EXE,
    "avi, rar": lambda: files.avi() + files.archive_rar(),
    "avi, 7z after notes": lambda: files.avi() + NOISE + files.archive_7z(),
    "avi, sound": lambda: files.avi() + files.wav(),
    "avi, playlist": lambda: files.avi() + files.hls_playlist(),
    "avi, pdf in its filling": lambda: films.junk_first_avi(PDF),
    "avi, rar in its filling": lambda: films.junk_first_avi(files.archive_rar()),
    "mp4, zip": lambda: files.mp4() + files.archive_zip(),
    "mp4, zip in a box": lambda: files.mp4() + files.box(b"free", files.archive_zip()),
    "mp4, zip, zeros": lambda: files.mp4() + files.archive_zip() + bytes(900),
    "mp4, pdf": lambda: files.mp4() + PDF,
    "mp4, page": lambda: files.mp4() + PAGE,
    "mp4, page after zeros": lambda: files.mp4() + ZEROS + PAGE,
    "mp4, page after notes": lambda: files.mp4() + b"\x8e\x01" + NOISE + PAGE,
    "mp4, windows application": lambda: files.mp4() + b"<hta:application><p>",
    "mp4, program": lambda: files.mp4() + EXE,
    "mp4, elf": lambda: files.mp4() + files.program_elf(),
    "mp4, shell": lambda: files.mp4() + b"#!/bin/sh\nrm -rf /\n",
    "mp4, shell without its mark": lambda: files.mp4() + b"\nrm -rf /\nexit\n",
    "mp4, 7z": lambda: files.mp4() + files.archive_7z(),
    "mp4, avi": lambda: files.mp4() + files.avi(),
    "mp4, pdf in free": lambda: films.held_at(PDF, 200),
    "mp4, pdf at the last byte read": lambda: films.held_at(PDF, 1019),
    "mp4, pdf in uuid": lambda: films.held_at(PDF, 24, b"uuid"),
    "mp4, pdf in mdat": lambda: films.held_at(PDF, 200, b"mdat"),
    "mp4, pdf after its brand": lambda: films.in_first_box(PDF),
    "mp4, tar": lambda: films.held_at(TAR, 257),
    "mp4, disk": lambda: films.held_at(b"CD001", 32769),
}
"""Two formats at once, the one that shows first named first: all ambiguous."""


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return choose_sandbox()


@pytest.fixture
def received(tmp_path: Path) -> Path:
    return tmp_path / "received"


@pytest.mark.parametrize("case", FILMS)
def test_an_unusual_film_is_accepted(case: str, sandbox: Sandbox, received: Path) -> None:
    make, kind = FILMS[case]
    received.write_bytes(make())
    found = inspect(received, name="création", limits=LIMITS, sandbox=sandbox)
    assert (found.accepted, found.kind, found.findings) == (True, kind, ()), found.message
    assert found.duration_s
    assert 0 < found.duration_s <= 120.5


@pytest.mark.parametrize("case", PAPERS)
def test_a_document_is_accepted_with_what_is_in_it(case: str, sandbox: Sandbox, received: Path) -> None:
    make, finding = PAPERS[case]
    received.write_bytes(make())
    found = inspect(received, name="création", limits=LIMITS, sandbox=sandbox)
    assert (found.accepted, found.kind) == (True, Kind.PDF), found.message
    assert " ".join(found.findings) == finding


@pytest.mark.parametrize("case", [*LATE, *(f"early: {case}" for case in EARLY)])
def test_what_cannot_take_part_is_refused_with_its_reason(case: str, sandbox: Sandbox, received: Path) -> None:
    make, reasons = EARLY[case.removeprefix("early: ")] if case.startswith("early: ") else LATE[case]
    data = make()
    received.write_bytes(data)
    found = inspect(received, name="création", limits=LIMITS, sandbox=sandbox)
    assert not found.accepted
    assert found.reason in reasons.split(), found.message
    assert (found.kind is None) == case.startswith("early: ")
    assert found.message.endswith(".")
    assert found.detected
    assert found.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("case", DOUBLES)
def test_a_file_that_is_two_formats_at_once_is_refused_as_ambiguous(
    case: str, sandbox: Sandbox, received: Path
) -> None:
    received.write_bytes(DOUBLES[case]())
    found = inspect(received, name="création", limits=LIMITS, sandbox=sandbox)
    assert found.reason == "ambiguous", found.message
    assert "à la fois" in found.message


def test_making_a_film_leaves_the_tests_their_usual_turn_on_the_processor() -> None:
    assert films.av1()
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


@pytest.mark.full
@pytest.mark.parametrize("case", [*LATE, *PAPERS, *FILMS])
def test_no_kind_takes_more_memory_than_its_share(case: str, received: Path) -> None:
    received.write_bytes((LATE.get(case) or PAPERS.get(case) or FILMS[case])[0]())
    code = f"""
import resource
from pathlib import Path
from concours.intake.operations import inspect
from concours.intake.rules import Kind, Limits
from concours.intake.sandbox import Sandbox
limits = Limits(kinds=frozenset(Kind), max_bytes=10**9)
inspect(Path({str(received)!r}), name="", limits=limits, sandbox=Sandbox(None))
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)
    assert 10 < int(done.stdout) < 700


NAMES = (
    "../../etc/passwd",
    "film\0.mp4",
    "film\u202efdp.exe",
    "f" * 300 + ".mp4",
    "🎬🎉.mp4",
    "",
    ".",
    "-rf.mp4",
    "\n.mp4",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_changes_no_verdict_and_is_never_repeated(name: str, sandbox: Sandbox, received: Path) -> None:
    received.write_bytes(files.mp4())
    assert inspect(received, name=name, limits=LIMITS, sandbox=sandbox).accepted
    received.write_bytes(files.docx())
    found = inspect(received, name=name, limits=LIMITS, sandbox=sandbox)
    assert found.reason == "wrong_format"
    assert found.message.replace(" renommé en .mp4", "").startswith("Ce fichier est un document Word (.docx). ")


def test_there_are_more_than_sixty_kinds() -> None:
    assert len(FILMS) + len(PAPERS) + len(LATE) + len(EARLY) + len(DOUBLES) > 160
