"""Which reminder a draft is due: one at most, never twice, never after closing."""

from collections.abc import Collection
from datetime import datetime, timedelta

import pytest

from concours.entries.rules import ReminderKind, due_reminder
from tests.entries_scene import CLOSING, OPEN

WEEK, TWO_DAYS, LAST = ReminderKind.WEEK, ReminderKind.TWO_DAYS, ReminderKind.LAST
HOUR, DAY, TICK = timedelta(hours=1), timedelta(days=1), timedelta(microseconds=1)


def due(
    before: timedelta,
    *,
    begun: datetime = OPEN,
    sent: Collection[tuple[ReminderKind, datetime]] = (),
    closing: datetime = CLOSING,
) -> ReminderKind | None:
    """Ask at `before` the closing."""
    return due_reminder(begun=begun, closing=closing, now=closing - before, sent=sent)


@pytest.mark.parametrize(
    ("before", "kind"),
    [
        (7 * DAY + TICK, None),
        (7 * DAY, WEEK),
        (48 * HOUR + TICK, WEEK),
        (48 * HOUR, TWO_DAYS),
        (3 * HOUR + TICK, TWO_DAYS),
        (3 * HOUR, LAST),
        (TICK, LAST),
        (0 * HOUR, None),
        (-HOUR, None),
    ],
)
def test_the_latest_whose_time_has_come_is_due_and_none_from_the_closing_on(
    before: timedelta, kind: ReminderKind | None
) -> None:
    assert due(before) is kind


def test_a_reminder_that_had_its_turn_is_not_due_again_nor_is_an_earlier_one() -> None:
    assert due(6 * DAY, sent=[(WEEK, CLOSING)]) is None
    assert due(40 * HOUR, sent=[(TWO_DAYS, CLOSING)]) is None
    assert due(HOUR, sent=[(LAST, CLOSING)]) is None


def test_a_draft_begun_40_hours_before_gets_the_last_one_only() -> None:
    begun = CLOSING - 40 * HOUR
    assert due(39 * HOUR, begun=begun) is None
    assert due(3 * HOUR, begun=begun) is LAST
    assert due(HOUR, begun=CLOSING - 2 * HOUR) is None


@pytest.mark.parametrize("moved", [timedelta(hours=5), timedelta(hours=-5), 7 * DAY])
def test_a_closing_that_moves_by_a_week_at_most_does_not_repeat_a_reminder(moved: timedelta) -> None:
    assert due(6 * DAY, sent=[(WEEK, CLOSING - moved)]) is None


def test_a_closing_that_moves_by_more_than_a_week_is_reminded_of_anew() -> None:
    assert due(6 * DAY, sent=[(WEEK, CLOSING - 7 * DAY - TICK)]) is WEEK
