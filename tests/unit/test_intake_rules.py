"""The words and limits of a refusal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concours.intake.findings import FINDINGS, REMOVED, Finding, findings_removed, findings_told
from concours.intake.rules import (
    Kind,
    Limits,
    Refused,
    RefusedTooLarge,
    check_bytes,
    check_duration,
    check_pages,
    spoken_duration,
    spoken_kinds,
    spoken_size,
)

LIMITS = Limits(kinds=frozenset(Kind), max_bytes=1_000_000)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(150.0, "2 min 30 s"), (120, "2 min"), (120.7, "2 min 0,7 s"), (59.96, "1 min"), (0.0, "0 s"), (0.4, "0,4 s")],
)
def test_a_duration_is_said_to_the_tenth(seconds: float, words: str) -> None:
    assert spoken_duration(seconds) == words


@given(st.integers(0, 10_000))
def test_a_spoken_duration_can_be_read_back(tenths: int) -> None:
    total = 0.0
    count, unit = 0.0, ""
    for word in spoken_duration(tenths / 10).split():
        if unit == "":
            count, unit = float(word.replace(",", ".")), "?"
        else:
            total, unit = total + count * {"min": 60, "s": 1}[word], ""
    assert round(total * 10) == tenths


@pytest.mark.parametrize(
    ("count", "words"), [(2_000_000_000, "2 Go"), (1_500_000, "1,5 Mo"), (999, "999 octets"), (20_480, "20,5 ko")]
)
def test_a_size_is_said_in_decimal_units(count: int, words: str) -> None:
    assert spoken_size(count) == words


def test_formats_are_listed_in_one_order() -> None:
    assert spoken_kinds([Kind.PDF, Kind.AVI, Kind.MP4]) == "AVI, MP4 ou PDF"
    assert spoken_kinds([Kind.PDF]) == "PDF"


def test_half_a_second_is_tolerated_and_no_more() -> None:
    check_duration(120.5, LIMITS, Kind.MP4)
    with pytest.raises(Refused, match="2 min 0,6 s ; la limite est de 2 min") as refusal:
        check_duration(120.6, LIMITS, Kind.MP4)
    assert (refusal.value.reason, refusal.value.detected) == ("too_long", "video/mp4")


def test_one_byte_too_many_is_refused_with_its_own_status() -> None:
    check_bytes(1_000_000, LIMITS)
    with pytest.raises(RefusedTooLarge) as refusal:
        check_bytes(1_000_001, LIMITS)
    assert (refusal.value.status, refusal.value.reason) == (413, "too_large")


@pytest.mark.parametrize(("pages", "reason"), [(0, "no_page"), (61, "pages")])
def test_a_document_has_a_page_and_not_too_many(pages: int, reason: str) -> None:
    check_pages(60, LIMITS)
    with pytest.raises(Refused) as refusal:
        check_pages(pages, LIMITS)
    assert refusal.value.reason == reason


def test_every_finding_has_its_sentence() -> None:
    assert list(FINDINGS) == list(Finding)
    assert all(sentence.endswith(".") for sentence in FINDINGS.values())


def test_a_candidate_reads_what_was_removed_and_nothing_else() -> None:
    codes = ["text_only", "links", "attachments", "comments", "unknown"]
    assert findings_removed(codes) == (
        "des pièces jointes, des liens vers internet et des commentaires ou des annotations"
    )
    assert findings_removed(["text_only"]) == ""
    assert len(findings_told(codes)) == 4
    assert Finding.TEXT_ONLY not in REMOVED
