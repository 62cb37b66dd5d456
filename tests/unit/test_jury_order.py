"""Orders, queue, pace: pure functions of seats, sheets and recusals."""

from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jury.order import work_order
from jury.pace import expected, minutes_left, pace_of, say_minutes
from jury.queue import Queue, Shown, WorkStanding, distribution, queue_of
from jury.rules import TO_DO, SheetState

START = datetime(2027, 3, 15, 9, tzinfo=UTC)
numbers = st.sets(st.integers(1, 999), max_size=30)
seats = st.integers(0, 200)


@given(numbers, seats, st.text())
def test_an_order_holds_each_work_once_however_they_arrive(works: set[int], seat: int, seed: str) -> None:
    order = work_order(seed, seat, works)
    assert sorted(order) == sorted(works)
    assert order == work_order(seed, seat, sorted(works, reverse=True))


@pytest.mark.parametrize(("count", "rows"), [(6, 6), (24, 24), (60, 60), (7, 14), (25, 50)])
def test_over_all_rows_places_and_neighbours_are_even(count: int, rows: int) -> None:
    orders = [work_order("s", seat, range(1, count + 1)) for seat in range(rows)]
    assert len(set(orders)) == rows
    places = Counter((number, place) for order in orders for place, number in enumerate(order))
    neighbours = Counter(pair for order in orders for pair in pairwise(order))
    assert set(places.values()) == {rows // count}
    assert set(neighbours.values()) == {rows // count}
    assert len(neighbours) == count * (count - 1)


@pytest.mark.parametrize("jurors", [2, 4, 6, 20])
def test_on_an_even_panel_every_work_has_the_same_mean_place(jurors: int) -> None:
    orders = [work_order("s", seat, range(1, 61)) for seat in range(jurors)]
    assert {sum(order.index(number) for order in orders) for number in range(1, 61)} == {jurors * 59 // 2}
    pairs = Counter(pair for order in orders for pair in pairwise(order))
    assert set(pairs.values()) == {1}


def test_on_five_jurors_no_work_is_always_early_nor_late() -> None:
    orders = [work_order("s", seat, range(1, 61)) for seat in range(5)]
    means = [Fraction(sum(order.index(number) for order in orders), 5) for number in range(1, 61)]
    assert min(means) >= 17
    assert max(means) <= 42


def standings(states: dict[int, SheetState], hidden: Collection[int] = ()) -> list[WorkStanding]:
    return [WorkStanding(number, 60, state, None, hidden=number in hidden) for number, state in states.items()]


@given(st.dictionaries(st.integers(1, 99), st.sampled_from(SheetState)), seats, st.sets(st.integers(1, 99)))
def test_nothing_hides_a_work(states: dict[int, SheetState], seat: int, excluded: set[int]) -> None:
    """Whoever follows « suivant » and scores meets each of their works once, and nothing else."""
    states = dict(states)
    mine, met = set(states) - excluded, list[int]()
    to_score = {number for number in mine if states[number] in TO_DO}
    suspended = {number for number in mine if states[number] is SheetState.SUSPENDED}
    while (queue := queue_of("s", seat, standings(states, excluded))).next:
        number = queue.next_after(met[-1]) if met else queue.next
        assert number is not None
        met.append(number)
        states[number] = SheetState.SCORED
    assert sorted(met) == sorted(to_score)
    assert set(queue.order) == set(queue.shown(Shown.ALL)) == mine
    assert (queue.expected, queue.remaining) == (len(mine - suspended), 0)
    assert sorted(number for which in list(Shown)[1:] for number in queue.shown(which)) == sorted(mine - suspended)


@given(numbers, seats, st.sets(st.integers(1, 999)))
def test_a_recusal_moves_no_other_work(works: set[int], seat: int, excluded: set[int]) -> None:
    states = dict.fromkeys(works, SheetState.TO_SCORE)
    whole = queue_of("s", seat, standings(states)).order
    assert queue_of("s", seat, standings(states, excluded)).order == [each for each in whole if each not in excluded]


def test_without_a_seat_works_stand_by_number() -> None:
    assert queue_of("s", None, standings(dict.fromkeys((9, 3, 5), SheetState.TO_SCORE))).order == [3, 5, 9]


def test_the_only_work_left_is_not_its_own_next() -> None:
    queue = Queue(
        (4, 8), {n: WorkStanding(n, 60, s, None) for n, s in ((4, SheetState.SCORED), (8, SheetState.TO_SCORE))}
    )
    assert (queue.next, queue.next_after(4), queue.next_after(8)) == (8, 8, None)


def test_a_pace_is_told_from_sheets_in_a_row_and_a_night_is_no_pace() -> None:
    twice = 2 * expected(60)
    times = [START + timedelta(seconds=twice * rank) for rank in range(5)]
    assert pace_of((at, 60) for at in times[:3]) == 1
    assert pace_of((at, 60) for at in times) == 2
    assert pace_of((at, 60) for at in (*times, times[-1] + timedelta(hours=10))) == 2


@pytest.mark.parametrize(
    ("works", "minutes", "words"),
    [(0, 0, "environ 0 minutes"), (1, 5, "environ 5 minutes"), (30, 60, "environ 1 h"), (37, 80, "environ 1 h 20")],
)
def test_what_remains_is_said_in_round_figures(works: int, minutes: int, words: str) -> None:
    assert minutes_left([60] * works, Fraction(1)) == minutes
    assert say_minutes(minutes) == words


def test_a_distribution_has_a_bar_for_each_score() -> None:
    assert distribution([2, 2, 0], range(4)) == [(0, 1), (1, 0), (2, 2), (3, 0)]
