"""How long an offered seat is kept, when people are reminded, and what is counted."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concours.editions.rules import Event
from concours.kernel.clock import PARIS, to_paris
from concours.kernel.errors import DomainError
from concours.registrations.rules import (
    LAST_OFFER_BEFORE,
    OFFER_LEAST,
    OFFER_MOST,
    check_held_until,
    event_digest,
    free_seats,
    offer_limit,
    ordinal,
    reminder_at,
)

STARTS = datetime(2027, 3, 20, 9, 30, tzinfo=PARIS)
NIGHT = timedelta(hours=12)


def paris(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2027, month, day, hour, minute, tzinfo=PARIS)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (paris(1, 15), paris(2, 15)),  # far from the event: a day
        (paris(1, 23), paris(3, 9)),  # a day later is night: the morning after
        (paris(1, 3), paris(2, 9)),
        (paris(18, 9, 30), paris(18, 21, 30) + timedelta(hours=11, minutes=30)),  # two days before: half a day, by day
        (paris(19, 9, 30), paris(19, 15, 30)),  # the day before: a quarter of what is left
        (paris(19, 22), paris(20, 8, 30)),  # its night: the morning, an hour before the doors
        (paris(20, 7), paris(20, 8, 30)),
        (paris(20, 7, 31), None),  # too late to answer
        (paris(21, 7), None),
    ],
)
def test_an_offer_is_kept_a_day_and_less_when_the_event_is_near(now: datetime, until: datetime | None) -> None:
    assert offer_limit(STARTS, now) == until


def test_an_offer_over_the_change_of_hour_ends_by_day_in_paris() -> None:
    starts = paris(3, 9, 30, month=4)
    assert offer_limit(starts, paris(27, 8, 30)) == paris(28, 9, 30)  # 24 hours, of which one was skipped
    assert to_paris(offer_limit(starts, paris(27, 22)) or starts) == paris(29, 9)


@given(st.integers(0, 525_600), st.integers(1, 10**6))
def test_an_offer_always_leaves_an_hour_and_never_ends_at_night(since: int, minutes: int) -> None:
    starts = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(minutes=since)
    now = starts - timedelta(minutes=minutes)
    until = offer_limit(starts, now)
    if until is None:
        assert minutes < 120
        return
    assert OFFER_LEAST <= until - now <= OFFER_MOST + NIGHT
    assert until <= starts - LAST_OFFER_BEFORE
    assert 9 <= to_paris(until).hour < 21 or until == starts - LAST_OFFER_BEFORE


def test_people_are_reminded_in_the_morning_of_the_day_before() -> None:
    assert reminder_at(STARTS.astimezone(UTC)) == paris(19, 9)
    assert reminder_at(paris(28, 1)) == paris(27, 9)  # the hour changes in between


@pytest.mark.parametrize(("capacity", "taken", "free"), [(3, 1, 2), (3, 3, 0), (3, 5, 0)])
def test_free_seats_are_never_less_than_none(capacity: int, taken: int, free: int) -> None:
    assert free_seats(capacity, taken) == free
    assert free_seats(None, taken) > 10**6


def test_a_rank_reads_as_people_say_it() -> None:
    assert [ordinal(rank) for rank in (1, 2, 3, 21)] == ["1er", "2e", "3e", "21e"]


def test_seats_are_held_until_a_date_to_come_before_the_event() -> None:
    event = Event(name="Fête", starts_at=STARTS, ends_at=STARTS + timedelta(hours=7), place="Ici", address="Là")
    check_held_until(event, paris(10, 12), paris(1, 12))
    for until, said in ((paris(1, 12), "déjà passée"), (paris(20, 9), "avant l'évènement")):
        with pytest.raises(DomainError, match=said):
            check_held_until(event, until, paris(1, 12))
    assert event_digest(event) != event_digest(Event(**{**vars(event), "place": "Ailleurs"}))
