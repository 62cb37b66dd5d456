"""What pages say where there is nothing, or one of each: no « 0 œuvres », no « les 1 œuvres »."""

from pathlib import Path

import pytest

from tests.blindness import odd_counts
from tests.fakes.clock import FrozenClock
from tests.jury_room import JuryRoom, crawl


@pytest.mark.parametrize("works", [0, 1])
def test_nothing_and_one_are_said_as_people_say_them(
    tmp_path: Path, sqlite_url: str, clock: FrozenClock, works: int
) -> None:
    room = JuryRoom(tmp_path, sqlite_url, clock, works=works)
    told = said(room)
    if works:
        room.judge(7)
        told |= said(room)
    assert sorted(told) == []


@pytest.mark.parametrize(
    "words", ["les 0 œuvres", "Vous avez noté les <strong>1</strong> œuvres", "0 fiches", "1 notes"]
)
def test_what_nobody_says_is_found(words: str) -> None:
    assert odd_counts(f"<p>{words}.</p>")


@pytest.mark.parametrize("words", ["10 œuvres", "1,0 notes", "1 œuvre", "0 sur 1 œuvre"])
def test_what_people_say_is_not(words: str) -> None:
    assert odd_counts(words) == set()


def said(room: JuryRoom) -> set[str]:
    """Return what is oddly said on any page of any member."""
    pages = [page for client in (room.juror, room.president, room.secretary) for page in crawl(client)]
    return set().union(*(odd_counts(page.text) for page in pages if page.mimetype == "text/html"))
