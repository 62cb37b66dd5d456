"""Traces of a second format, on the bytes alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concours.intake.doubles import archive_start, at_start, behind, in_head
from concours.intake.rules import Kind
from tests import files


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (files.program_exe(), "un programme"),
        (files.program_elf(), "un programme"),
        (b"#!/bin/sh\n", "un programme"),
        (files.web_page(), "une page web"),
        (b"\0\0\x8e" * 50 + b"<script>alert(1)</script>", "une page web"),
        (b"<?php system($_GET[0]); ?>", "une page web"),
        (b"\x8e\x01" + files.pdf(), "un document PDF"),
        (files.archive_zip(), "une archive ZIP"),
        (b"\x8e" + files.archive_rar(), "une archive RAR"),
        (files.mp4(), "un fichier MP4"),
        (files.wav(), "un fichier RIFF"),
        ("écho bonjour\n".encode(), "un fichier de texte"),
        (b"", None),
        (b"\n% fin\n", None),
        (b"SEFH\x65\0\0\0\x8e\xfe" * 20, None),
    ],
)
def test_what_follows_the_end_is_named(data: bytes, name: str | None) -> None:
    assert behind(data) == name


def test_a_pdf_is_seen_as_far_as_readers_look() -> None:
    assert in_head(bytes(1019) + b"%PDF-1.7", Kind.MP4) == "un document PDF"
    assert in_head(bytes(1020) + b"%PDF-1.7", Kind.MP4) is None


def test_markup_counts_before_the_first_object_only() -> None:
    assert in_head(b"%PDF-1.7\n<html>\n1 0 obj", Kind.PDF) == "une page web"
    assert in_head(b"%PDF-1.7\n1 0 obj\n(<html>)", Kind.PDF) is None


@given(st.binary(max_size=300))
def test_any_bytes_get_an_answer(data: bytes) -> None:
    for name in (behind(data), at_start(data), archive_start(data), *(in_head(data, kind) for kind in Kind)):
        assert name is None or name.startswith(("un ", "une "))
