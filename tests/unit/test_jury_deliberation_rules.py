"""What the panel may decide, as pure rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concours.kernel.errors import DomainError
from jury.deliberation.rules import Choice, check_choices, check_tie_choice, departs, proposal
from jury.ranking import Ranking, line, rank, tally
from jury.ranking_rule import RankingRule
from jury.rules import Criterion, Scale, Sheet

RULE = RankingRule((Criterion("form", "La forme"),), Scale(0, 5), 5)

scores = st.lists(st.integers(0, 5), min_size=1, max_size=12)
seats = st.integers(1, 6)


def ranked(values: list[int]) -> Ranking:
    sheets = [Sheet(number, {"form": value}) for number, value in enumerate(values)]
    return rank(tally(range(len(values)), sheets, RULE), RULE)


@given(scores, seats, st.data())
def test_what_the_rules_propose_they_also_accept(values: list[int], laureates_max: int, data: st.DataObject) -> None:
    ranking = ranked(values)
    cut = line(ranking, laureates_max)
    winners = data.draw(st.permutations(cut.tied))[: cut.seats]
    if cut.tied:
        check_tie_choice(cut, winners, "Vote")
    proposed = proposal(ranking, cut, winners)
    choices = [Choice(number, place, "Bien") for number, place in proposed.items()]
    check_choices(choices, range(len(values)), laureates_max)
    assert not departs(choices, proposed)
    assert len(choices) == min(laureates_max, len(values))


@given(scores, seats)
def test_leaving_a_laureate_out_is_a_departure(values: list[int], laureates_max: int) -> None:
    ranking = ranked(values)
    proposed = proposal(ranking, line(ranking, laureates_max), ())
    choices = [Choice(number, place, "Bien") for number, place in proposed.items()]
    assert departs(choices[1:], proposed) == bool(choices)


@pytest.mark.parametrize("ranks", [(1, 2, 2, 4), (1, 1, 1), (), (3, 1, 2)])
def test_shared_ranks_leave_a_gap(ranks: tuple[int, ...]) -> None:
    choices = [Choice(n, place, "Bien") for n, place in enumerate(ranks)]
    check_choices(choices, range(9), 5)
    assert not departs(choices, dict(enumerate(ranks)))


@pytest.mark.parametrize("ranks", [(1, 2, 2, 3), (2, 3), (1, 1, 2), (0,)])
def test_ranks_that_skip_or_crowd_are_refused(ranks: tuple[int, ...]) -> None:
    with pytest.raises(DomainError, match="Les rangs se suivent"):
        check_choices([Choice(n, place, "Bien") for n, place in enumerate(ranks)], range(9), 5)
