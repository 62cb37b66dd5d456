"""One year of the contest: its phases, its season, and the one file that describes it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concours.editions.document import DocumentError, dump, parse
from concours.editions.operations import EMBEDDED
from concours.editions.rules import (
    Edition,
    Milestones,
    Phase,
    accepts_deposits,
    next_season,
    phase,
    weekend_dates,
)
from concours.kernel.clock import to_paris

MILLISECOND = timedelta(milliseconds=1)
TOLD = EMBEDDED.read_text(encoding="utf-8")


@pytest.fixture
def edition() -> Edition:
    return parse(TOLD)


def test_the_embedded_edition_is_the_contest_as_announced(edition: Edition) -> None:
    assert edition.closes_at == datetime(2018, 3, 13, 19, tzinfo=UTC)
    assert edition.event is not None
    assert f"{to_paris(edition.event.starts_at):%d/%m/%Y %H:%M}" == "20/03/2018 09:30"
    assert (edition.laureates_max, edition.scale_low, edition.scale_high) == (5, 0, 10)
    assert [criterion.label for criterion in edition.criteria] == ["Le fond", "La forme", "Le caractère inspirant"]
    assert edition.formats == ("avi", "mp4", "pdf")


def test_a_deposit_at_closing_is_late_and_one_at_opening_is_not(edition: Edition) -> None:
    assert accepts_deposits(edition, edition.opens_at)
    assert not accepts_deposits(edition, edition.opens_at - MILLISECOND)
    assert accepts_deposits(edition, edition.closes_at - MILLISECOND)
    assert not accepts_deposits(edition, edition.closes_at)


def test_each_date_and_each_act_moves_the_contest_on(edition: Edition) -> None:
    acts = [edition.closes_at + timedelta(days=days) for days in (1, 2, 3)]
    milestones = Milestones(handed_over_at=acts[0], scoring_closed_at=acts[1], unsealed_at=acts[2])
    edition = replace(edition, milestones=milestones)
    turns = [edition.opens_at, edition.closes_at, *acts]
    assert phase(edition, edition.opens_at - MILLISECOND) is Phase.UPCOMING
    assert [phase(edition, turn) for turn in turns] == list(Phase)[1:]
    assert [phase(edition, turn - MILLISECOND) for turn in turns] == list(Phase)[:-1]


@given(st.datetimes(datetime(2018, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 -- Hypothesis wants naive bounds
def test_the_next_season_is_open_now_and_closes_within_a_year_at_the_same_hour(now: datetime) -> None:
    edition = parse(TOLD)
    moved = next_season(edition, now)
    assert phase(moved, now) is Phase.OPEN
    assert now < moved.closes_at <= now + timedelta(days=367)
    assert f"{to_paris(moved.closes_at):%d/%m %H:%M}" == "13/03 20:00"
    assert moved.event is not None
    assert f"{to_paris(moved.event.starts_at):%d/%m %H:%M}" == "20/03 09:30"


def test_a_weekend_is_seen_on_a_paris_clock(edition: Edition) -> None:
    assert weekend_dates(edition) == ()
    friday_night = datetime(2018, 3, 9, 23, 30, tzinfo=UTC)
    assert [day.isoformat() for day in weekend_dates(replace(edition, closes_at=friday_night))] == ["2018-03-10"]


def test_the_document_says_the_edition_and_nothing_else(edition: Edition) -> None:
    assert parse(dump(edition)) == edition


@pytest.mark.parametrize(
    ("told", "instead", "named"),
    [
        ('key = "2018"', 'key = "20 18"', "key"),
        ("laureates_max = 5", "laureates_max = 0", "laureates_max"),
        ("scale = [0, 10]", "scale = [10, 0]", "scale"),
        ("scale = [0, 10]", "scale = [0]", "scale"),
        ('formats = ["avi", "mp4", "pdf"]', 'formats = ["docx"]', "formats"),
        ("closes = 2018-03-13T20:00:00", 'closes = "demain"', "closes"),
        ("closes = 2018-03-13T20:00:00", "closes = 2018-01-01T20:00:00", "closes"),
        ("max_bytes = 2_000_000_000", "max_bytes = true", "max_bytes"),
        ("[texts]", '[texts]\nslogan = "?"', "texts.slogan"),
        ("opens =", "opens", "n'est pas lisible"),
    ],
)
def test_a_mistake_in_the_document_is_named(told: str, instead: str, named: str) -> None:
    assert told in TOLD
    with pytest.raises(DocumentError, match=named):
        parse(TOLD.replace(told, instead, 1))
