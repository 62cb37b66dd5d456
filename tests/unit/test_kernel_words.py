"""How the kernel writes instants and sizes for people, and names things that nobody should guess."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concours.kernel.clock import PARIS, format_day, format_hour, format_instant, format_short, system_clock, to_paris
from concours.kernel.ids import ID_LENGTH, new_id, new_reference, new_token
from concours.kernel.storage import human_size

CLOSING = datetime(2027, 3, 13, 19, 0, tzinfo=UTC)


def test_the_closing_reads_as_people_say_it() -> None:
    assert format_instant(CLOSING) == "samedi 13 mars 2027 à 20 h 00 (heure de Paris)"
    assert format_short(CLOSING) == "13/03/2027 20:00"


def test_an_instant_of_another_zone_reads_in_paris() -> None:
    overseas = CLOSING.astimezone(timezone(timedelta(hours=-4)))
    assert format_instant(overseas) == format_instant(CLOSING)


def test_seconds_are_said_when_asked_for() -> None:
    assert format_hour(CLOSING + timedelta(seconds=5), seconds=True) == "20 h 00 min 05 s"
    assert format_instant(CLOSING + timedelta(microseconds=999_999), seconds=True).endswith(
        "à 20 h 00 min 00 s (heure de Paris)"
    )


def test_the_first_of_a_month_is_a_premier() -> None:
    assert format_day(date(2027, 2, 1)) == "lundi 1er février 2027"
    assert format_day(date(2027, 8, 1), weekday=False) == "1er août 2027"
    assert format_day(date(2027, 12, 11)) == "samedi 11 décembre 2027"


@pytest.mark.parametrize(
    ("instant", "said"),
    [
        (datetime(2027, 3, 28, 0, 59, tzinfo=UTC), "dimanche 28 mars 2027 à 1 h 59"),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "dimanche 28 mars 2027 à 3 h 00"),
        (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), "dimanche 31 octobre 2027 à 2 h 30"),
        (datetime(2027, 10, 31, 1, 30, tzinfo=UTC), "dimanche 31 octobre 2027 à 2 h 30"),
        (datetime(2027, 12, 31, 23, 30, tzinfo=UTC), "samedi 1er janvier 2028 à 0 h 30"),
    ],
)
def test_days_when_clocks_change_and_nights_are_said_right(instant: datetime, said: str) -> None:
    assert format_instant(instant) == f"{said} (heure de Paris)"


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        to_paris(datetime(2027, 3, 13, 20, 0))  # noqa: DTZ001 -- the mistake that must be refused


def test_the_clock_is_aware_and_in_utc() -> None:
    assert system_clock().tzinfo is UTC


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 -- bounds only
def test_a_paris_clock_shows_the_same_instant(instant: datetime) -> None:
    assert to_paris(instant).timestamp() == instant.timestamp()  # in the hour that comes twice, no two zones are equal
    assert to_paris(instant).tzinfo is PARIS


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (0, "0 octet"),
        (1, "1 octet"),
        (2, "2 octets"),
        (999, "999 octets"),
        (1000, "1 ko"),
        (1500, "1,5 ko"),
        (10_000, "10 ko"),
        (100_000, "100 ko"),
        (999_949, "999,9 ko"),
        (999_960, "1 Mo"),
        (300_000_000, "300 Mo"),
        (999_990_000, "1 Go"),
        (1_500_000_000, "1,5 Go"),
        (2_000_000_000, "2 Go"),
        (20_000_000_000, "20 Go"),
    ],
)
def test_a_size_is_said_in_three_figures_or_so(size: int, said: str) -> None:
    assert human_size(size) == said


@given(st.integers(min_value=0, max_value=10**12 - 10**9))
def test_no_size_is_said_with_more_than_three_whole_figures(size: int) -> None:
    assert int(re.split(r"[ ,]", human_size(size))[0]) < 1000


def test_an_identifier_is_128_bits_of_letters_and_digits() -> None:
    found = [new_id() for _ in range(2000)]
    assert len(set(found)) == 2000
    assert all(re.fullmatch(r"[a-z2-7]{26}", each) for each in found)
    assert {len(each) for each in found} == {ID_LENGTH}


def test_identifiers_say_nothing_of_the_order_in_which_they_were_made() -> None:
    found = [new_id() for _ in range(2000)]
    rising = sum(first < second for first, second in pairwise(found))
    assert 850 < rising < 1150  # half of 1999, more than six standard deviations around


def test_a_token_is_256_bits_safe_in_an_address() -> None:
    found = {new_token() for _ in range(1000)}
    assert len(found) == 1000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", each) for each in found)


def test_a_reference_can_be_read_over_the_phone() -> None:
    found = [new_reference("2027") for _ in range(1000)]
    assert all(re.fullmatch(r"2027-[2-9A-HJKMNP-TV-Z]{4}-[2-9A-HJKMNP-TV-Z]{4}", each) for each in found)
    assert not set("".join(each[4:] for each in found)) & set("01ILOU")
