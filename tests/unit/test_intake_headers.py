"""What a film says of its tracks, on the bytes alone."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concours.intake.headers import Index, read_headers, read_index
from concours.intake.rules import Refused
from tests import files
from tests import strange_films as films


def reader(data: bytes) -> Callable[[int, int], bytes]:
    return lambda at, count: data[at : at + max(0, count)]


def index(data: bytes) -> Index:
    return read_index(reader(data), len(data))


def test_an_ordinary_film_has_its_tracks_and_plays_as_it_lies() -> None:
    assert index(files.mp4()) == Index(2)
    assert index(films.with_cuts((10, 0))) == Index(1)
    assert index(films.with_cuts((1, -1), (10, 0))) == Index(1)


@pytest.mark.parametrize("cuts", [((10, 0), (10, 0)), ((2, -1), (10, 0))])
def test_cuts_that_repeat_or_wait_are_noticed(cuts: tuple[tuple[int, int], ...]) -> None:
    assert index(films.with_cuts(*cuts)).replayed


def test_an_avi_says_its_sizes() -> None:
    data = files.avi()
    assert read_headers(reader(data), len(data)) == Index(2, sizes=((160, 120),))
    data = films.huge_picture_avi(said=True)
    assert read_headers(reader(data), len(data)).sizes == ((30_000, 30_000),)


@given(st.binary(max_size=400), st.sampled_from([b"moov", b"trak", b"dref", b"elst"]))
def test_any_index_gets_an_answer(content: bytes, kind: bytes) -> None:
    inside = files.box(kind, content)
    for name in (b"dinf", b"minf", b"mdia", b"trak", b"moov"):
        inside = files.box(name, inside)
    assert answer(read_index, inside) in {"read", "external"}
    assert answer(read_headers, inside) == "read"


def answer(read: Callable[[Callable[[int, int], bytes], int], Index], data: bytes) -> str:
    try:
        read(reader(data), len(data))
    except Refused as refused:
        return refused.reason
    return "read"
