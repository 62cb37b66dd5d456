"""One word is planted in each place where a file can name its author; three readers find none in the jury copy."""

from functools import cache
from pathlib import Path

import pytest

from concours.intake.operations import make_jury_copy
from concours.intake.rules import JuryCopy, Kind
from concours.intake.sandbox import choose_sandbox
from tests import mark_readers, marked_film, marked_pdf

sandbox = cache(choose_sandbox)

PDF_READERS = (mark_readers.by_exiftool, mark_readers.by_objects, mark_readers.by_bytes)
FILM_READERS = (mark_readers.by_exiftool, mark_readers.by_ffprobe, mark_readers.by_bytes)
PDF_WORDS = {marked_pdf.word(mark): mark for mark in marked_pdf.MARKS}


def copy_of(original: Path, kind: Kind, folder: Path) -> JuryCopy:
    folder.mkdir()
    return make_jury_copy(original, kind, folder, sandbox())


def unread(original: Path, words: dict[str, str], readers: tuple[mark_readers.Reader, ...]) -> set[str]:
    """The marks that no reader finds: planted badly, they would prove nothing."""
    found = set().union(*(reader(original, words) for reader in readers))
    return {mark for word, mark in words.items() if word not in found}


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, JuryCopy]:
    folder = tmp_path_factory.mktemp("marks")
    original = folder / "original.pdf"
    original.write_bytes(marked_pdf.marked_pdf())
    return original, copy_of(original, Kind.PDF, folder / "copy")


def test_each_mark_of_the_document_is_read_in_the_original(document: tuple[Path, JuryCopy]) -> None:
    assert len(PDF_WORDS) >= 50
    assert unread(document[0], PDF_WORDS, PDF_READERS) == set()
    assert all(reader(document[0], PDF_WORDS) for reader in PDF_READERS)


@pytest.mark.parametrize("reader", PDF_READERS)
def test_no_mark_is_read_in_the_copy_of_a_document(
    document: tuple[Path, JuryCopy], reader: mark_readers.Reader
) -> None:
    readers = {"document": reader, "page": mark_readers.by_bytes}
    for each in document[1].files:
        left = readers[each.role](each.path, PDF_WORDS)
        assert {PDF_WORDS[word] for word in left} == set(), each.role
        assert not [word for word in PDF_WORDS if word in each.text]


def test_what_was_removed_is_told(document: tuple[Path, JuryCopy]) -> None:
    removed = set(document[1].removed)
    assert {"info", "xmp", "javascript", "attachments", "annotations", "outlines", "history", "threads"} <= removed
    assert "unreadable_parts" not in removed


@pytest.mark.parametrize("kind", [Kind.MP4, Kind.AVI])
def test_no_mark_of_a_film_is_read_in_its_copies(kind: Kind, tmp_path: Path) -> None:
    original, words = tmp_path / f"original.{kind}", marked_film.words(kind)
    original.write_bytes(marked_film.marked_film(kind, tmp_path))
    assert len(words) >= (18 if kind is Kind.MP4 else 14)
    assert unread(original, words, FILM_READERS) == set()
    made = copy_of(original, kind, tmp_path / "copy")
    assert {each.role for each in made.files} == {"video", "small", "poster"}
    for each in made.files:
        for reader in FILM_READERS:
            assert {words[word] for word in reader(each.path, words)} == set(), (each.role, reader)
