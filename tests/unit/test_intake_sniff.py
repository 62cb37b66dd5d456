"""Acceptance by structure, on the first bytes alone."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concours.intake.rules import Kind, Reason, Refused
from concours.intake.sniff import BRANDS, HEAD_BYTES, OTHER_MEDIA, sniff
from tests import files

ALL = frozenset(Kind)
MOOV = files.box(b"moov", bytes(40)) + files.box(b"mdat", bytes(40))


def sniffed(data: bytes, kinds: frozenset[Kind] = ALL) -> Kind:
    return sniff(data[:HEAD_BYTES], len(data), kinds)


def refusal(data: bytes, kinds: frozenset[Kind] = ALL) -> str:
    with pytest.raises(Refused) as refused:
        sniffed(data, kinds)
    assert refused.value.message.endswith(".")
    return refused.value.reason


def answer(head: bytes, size: int) -> str:
    try:
        return sniff(head, size, ALL)
    except Refused as refused:
        return refused.message


def test_the_three_formats_are_known_by_their_structure() -> None:
    assert sniffed(files.mp4()) is Kind.MP4
    assert sniffed(files.avi()) is Kind.AVI
    assert sniffed(files.motion_jpeg_avi()) is Kind.AVI
    assert sniffed(files.pdf()) is Kind.PDF
    assert sniffed(files.scanned_pdf()) is Kind.PDF


@pytest.mark.parametrize("brand", sorted(BRANDS))
def test_brands_that_cameras_write_are_accepted(brand: str) -> None:
    assert sniffed(files.ftyp(brand) + MOOV) is Kind.MP4


@pytest.mark.parametrize("major", OTHER_MEDIA)
def test_other_media_are_refused_even_when_they_claim_a_film_brand(major: str) -> None:
    assert refusal(files.ftyp(major, "isom", "iso8", "mp42") + MOOV) == Reason.WRONG_FORMAT


def test_quicktime_alone_is_refused_and_accepted_with_a_film_brand() -> None:
    assert refusal(files.mov()) == Reason.WRONG_FORMAT
    assert sniffed(files.ftyp("qt", "mp42") + MOOV) is Kind.MP4


def test_an_unknown_major_brand_is_judged_by_the_others() -> None:
    assert sniffed(files.ftyp("SONY", "isom") + MOOV) is Kind.MP4
    assert refusal(files.ftyp("SONY", "zzzz") + MOOV) == Reason.WRONG_FORMAT


@pytest.mark.parametrize("before", [b"free", b"skip", b"wide", b"uuid"])
def test_filling_before_the_brand_is_tolerated(before: bytes) -> None:
    assert sniffed(files.box(before, bytes(300)) + files.ftyp("isom") + MOOV) is Kind.MP4


def test_a_brand_after_anything_else_is_not_an_mp4() -> None:
    assert refusal(files.box(b"junk", bytes(8)) + files.ftyp("isom") + MOOV) == Reason.WRONG_FORMAT


@pytest.mark.parametrize("start", [b"\xef\xbb\xbf", b"\r\n\r\n", b"  \n"])
def test_a_mark_or_blank_lines_before_a_pdf_are_tolerated(start: bytes) -> None:
    assert sniffed(start + files.pdf()) is Kind.PDF


def test_a_pdf_behind_a_web_page_is_refused() -> None:
    assert refusal(files.web_page() + files.pdf()) == Reason.WRONG_FORMAT


@pytest.mark.parametrize("data", [files.mp4(), files.avi()])
def test_a_film_cut_short_is_said_to_be_incomplete(data: bytes) -> None:
    assert refusal(files.truncated(data)) == Reason.TRUNCATED


def test_a_film_without_its_index_is_incomplete() -> None:
    assert refusal(files.ftyp("isom") + files.box(b"mdat", bytes(40))) == Reason.TRUNCATED


def test_a_box_of_64_bits_is_measured() -> None:
    large = struct.pack(">I4sQ", 1, b"mdat", 16 + 40) + bytes(40)
    assert sniffed(files.ftyp("isom") + MOOV + large) is Kind.MP4
    assert refusal(files.ftyp("isom") + MOOV + large[:-1]) == Reason.TRUNCATED


def test_a_recording_goes_on_past_the_head() -> None:
    data = files.ftyp("isom") + files.box(b"mdat", bytes(HEAD_BYTES))
    assert sniff(data[:HEAD_BYTES], len(data), ALL) is Kind.MP4


def test_an_avi_of_several_riffs_is_accepted() -> None:
    data = files.avi()
    more = b"RIFF" + struct.pack("<I", 16) + b"AVIX" + b"LIST" + struct.pack("<I", 4) + b"movi"
    assert sniffed(data + more) is Kind.AVI


def test_an_avi_without_its_header_list_is_damaged() -> None:
    data = bytearray(files.avi())
    data[24:28] = b"zzzz"
    assert refusal(bytes(data)) == Reason.UNREADABLE
    assert refusal(b"RIFF" + struct.pack("<I", 16) + b"AVI " + files.hls_playlist()) == Reason.UNREADABLE


def test_an_edition_of_documents_refuses_a_film_by_name() -> None:
    with pytest.raises(Refused, match="bien un MP4, mais cette édition accepte seulement le format PDF") as refused:
        sniffed(files.mp4(), frozenset({Kind.PDF}))
    assert (refused.value.reason, refused.value.detected) == (Reason.NOT_IN_EDITION, "video/mp4")


def test_an_empty_file_and_three_bytes_are_refused() -> None:
    assert refusal(b"") == Reason.EMPTY
    assert refusal(b"abc") == Reason.WRONG_FORMAT


@given(st.binary(max_size=200), st.integers(0, 10**10))
def test_any_bytes_get_a_format_or_a_refusal(head: bytes, more: int) -> None:
    assert answer(head, len(head) + more)


@given(st.binary(max_size=60), st.sampled_from([b"RIFF\0\0\0\0AVI LIST", files.ftyp("isom"), b"%PDF-1."]))
def test_any_bytes_after_a_good_start_get_an_answer(rest: bytes, start: bytes) -> None:
    assert answer(start + rest, len(start + rest))
