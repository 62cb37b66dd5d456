"""What jurors may do, as pure rules: scores in the scale, an order of their own, a queue that cannot lie."""

import re
from random import Random, SystemRandom

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concours.kernel.errors import DomainError
from jury.rules import (
    REMARK_MAX_LENGTH,
    Criterion,
    Scale,
    SheetState,
    check_criteria,
    check_points,
    check_remark,
    check_scale,
    draw_numbers,
    format_number,
    lags,
    next_to_score,
    sheet_state,
)

CRITERIA = (Criterion("substance", "Le fond"), Criterion("form", "La forme"))
TEN = Scale(0, 10)


@pytest.mark.parametrize("value", [-1, 11, 1000])
def test_a_score_off_the_scale_is_refused_in_one_sentence(value: int) -> None:
    with pytest.raises(DomainError, match=re.escape("Note attendue entre 0 et 10.")):
        check_points({"substance": value}, CRITERIA, TEN)


def test_the_sentence_follows_the_scale_of_the_edition() -> None:
    with pytest.raises(DomainError, match="entre 1 et 5"):
        check_points({"form": 0}, CRITERIA, Scale(1, 5))


def test_both_ends_of_the_scale_are_scores() -> None:
    check_points({"substance": 0, "form": 10}, CRITERIA, TEN)
    for beyond in (-1, 11):
        with pytest.raises(DomainError, match="entre 0 et 10"):
            check_points({"substance": beyond}, CRITERIA, TEN)


def test_a_score_for_an_unknown_criterion_is_refused() -> None:
    with pytest.raises(DomainError, match="critère qui n'existe pas"):
        check_points({"charm": 5}, CRITERIA, TEN)


@pytest.mark.parametrize(
    "criteria",
    [
        (),
        (Criterion("form", "A"), Criterion("form", "B")),
        (Criterion("", "A"),),
        (Criterion("form", "A", weight=0),),
    ],
)
def test_criteria_that_cannot_make_a_mean_are_refused(criteria: tuple[Criterion, ...]) -> None:
    with pytest.raises(DomainError):
        check_criteria(criteria)


def test_a_scale_must_leave_a_choice() -> None:
    with pytest.raises(DomainError):
        check_scale(Scale(3, 3))


def test_a_remark_too_long_says_by_how_much() -> None:
    check_remark("a" * REMARK_MAX_LENGTH)
    with pytest.raises(DomainError, match=str(REMARK_MAX_LENGTH + 1)):
        check_remark("a" * (REMARK_MAX_LENGTH + 1))


def test_the_state_of_a_work_is_read_from_its_sheet() -> None:
    assert sheet_state(0, CRITERIA) is SheetState.TO_SCORE
    assert sheet_state(0, CRITERIA, remarked=True) is SheetState.INCOMPLETE
    assert sheet_state(1, CRITERIA) is SheetState.INCOMPLETE
    assert sheet_state(2, CRITERIA) is SheetState.SCORED


numbers = st.sets(st.integers(1, 999), min_size=1, max_size=30)


@given(numbers, st.data())
def test_the_queue_ends_exactly_when_every_work_is_scored_or_suspended(works: set[int], data: st.DataObject) -> None:
    order = data.draw(st.permutations(sorted(works)))
    states = {number: data.draw(st.sampled_from(SheetState)) for number in order}
    following = next_to_score(order, states, after=data.draw(st.sampled_from(order)))
    done = all(state in {SheetState.SCORED, SheetState.SUSPENDED} for state in states.values())
    assert (following is None) == done
    assert following is None or states[following] in {SheetState.TO_SCORE, SheetState.INCOMPLETE}


@pytest.mark.parametrize(
    ("done", "panel_done", "alone"), [(0, 10, True), (2, 10, True), (3, 10, False), (10, 10, False), (0, 0, False)]
)
def test_a_member_lags_below_half_of_the_panel_s_average(done: int, panel_done: int, *, alone: bool) -> None:
    assert lags(done, 10, panel_done, 20) is alone


def test_the_next_work_is_looked_for_ahead_then_round_again() -> None:
    order = (5, 3, 9)
    states = {5: SheetState.INCOMPLETE, 3: SheetState.SCORED, 9: SheetState.TO_SCORE}
    assert next_to_score(order, states) == 5
    assert next_to_score(order, states, after=5) == 9
    assert next_to_score(order, states, after=9) == 5


@given(st.integers(0, 60), st.sets(st.integers(1, 999), max_size=60), st.randoms())
def test_drawn_numbers_are_new_and_distinct(count: int, taken: set[int], random: Random) -> None:
    drawn = draw_numbers(count, taken, random.sample)
    assert len(set(drawn)) == count
    assert not set(drawn) & taken


def test_a_contest_with_more_works_than_three_digits_still_draws() -> None:
    drawn = draw_numbers(1500, (), SystemRandom().sample)
    assert len(set(drawn)) == 1500


def test_a_number_reads_with_three_digits() -> None:
    assert format_number(17) == "n° 017"
    assert format_number(1204) == "n° 1204"
