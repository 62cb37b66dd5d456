"""The ranking: exact, whatever the order of arrival, and silent about no tie."""

from collections.abc import Iterable
from fractions import Fraction
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from jury.ranking import Ranking, decimals_to_separate, format_mean, line, tally, weighted_mean
from jury.ranking import rank as rank_tallies
from jury.ranking_rule import RankingRule
from jury.rules import Criterion, Scale, Sheet

PLAIN = (Criterion("substance", "Le fond"), Criterion("form", "La forme"), Criterion("inspiration", "L'élan"))
WEIGHTED = (Criterion("use", "L'usage", weight=2), Criterion("finish", "La finition", weight=1))


def rank(numbers: Iterable[int], sheets: Iterable[Sheet], criteria: tuple[Criterion, ...]) -> Ranking:
    rule = RankingRule(criteria, Scale(0, 10), 5)
    return rank_tallies(tally(numbers, sheets, rule), rule)


def sheet(number: int, *points: int, criteria: tuple[Criterion, ...] = PLAIN) -> Sheet:
    return Sheet(number, {criterion.key: value for criterion, value in zip(criteria, points, strict=False)})


def flat(number: int, points: int) -> Sheet:
    return sheet(number, points, points, points)


many_sheets = st.lists(
    st.builds(sheet, st.integers(1, 8), st.integers(0, 10), st.integers(0, 10), st.integers(0, 10)),
    max_size=40,
)


@given(many_sheets, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(sheets: list[Sheet], random: Random) -> None:
    shuffled = list(sheets)
    random.shuffle(shuffled)
    assert rank(range(1, 9), sheets, PLAIN) == rank(range(8, 0, -1), shuffled, PLAIN)


@given(many_sheets)
def test_every_work_is_in_the_ranking_once_scored_or_not(sheets: list[Sheet]) -> None:
    ranking = rank(range(1, 9), sheets, PLAIN)
    assert sorted([place.number for place in ranking.places] + list(ranking.unranked)) == list(range(1, 9))


@given(many_sheets)
def test_a_rank_is_one_more_than_the_works_that_are_better(sheets: list[Sheet]) -> None:
    places = rank(range(1, 9), sheets, PLAIN).places
    assert all(p.rank == 1 + sum(other.mean > p.mean for other in places) for p in places)
    assert all(p.tied == (sum(other.mean == p.mean for other in places) > 1) for p in places)


@given(many_sheets, st.integers(1, 8))
def test_the_line_never_lets_in_more_than_the_seats_nor_cuts_through_equals(sheets: list[Sheet], seats: int) -> None:
    ranking = rank(range(1, 9), sheets, PLAIN)
    cut = line(ranking, seats)
    assert len(cut.inside) + cut.seats == seats
    assert not cut.tied or len(cut.tied) > cut.seats > 0
    means = {p.number: p.mean for p in ranking.places}
    outside = [means[n] for n in means if n not in cut.inside]
    assert all(means[n] > mean for n in cut.inside for mean in outside)


def test_seven_tenths_is_exact_where_floats_miss_it() -> None:
    ranking = rank([1], [flat(1, 1)] * 7 + [flat(1, 0)] * 3, PLAIN)
    assert ranking.places[0].mean == Fraction(7, 10)
    assert 7 * (1 / 10) != 7 / 10


def test_equal_means_reached_by_different_roads_share_their_rank() -> None:
    # 17 has three jurors, 4 has six: the same mean, 8, through other sums.
    sheets = [sheet(17, 8, 9, 7), sheet(17, 10, 10, 10), sheet(17, 6, 6, 6), *[flat(4, 8)] * 6, flat(9, 2)]
    ranking = rank([4, 9, 17], sheets, PLAIN)
    assert [(p.number, p.rank, p.tied) for p in ranking.places] == [(4, 1, True), (17, 1, True), (9, 3, False)]
    assert ranking.ties == ((4, 17),)


def test_weights_count_within_a_sheet() -> None:
    assert weighted_mean({"use": 9, "finish": 3}, WEIGHTED) == 7


def test_the_mean_of_each_criterion_stands_beside_the_mean() -> None:
    place = rank([1], [sheet(1, 9, 3, criteria=WEIGHTED), sheet(1, 6, 6, criteria=WEIGHTED)], WEIGHTED).places[0]
    assert place.criterion_means == {"use": Fraction(15, 2), "finish": Fraction(9, 2)}
    assert place.mean == Fraction(13, 2)
    assert place.sheets == 2


def test_an_incomplete_sheet_does_not_count() -> None:
    ranking = rank([1, 2], [sheet(1, 10, 10), flat(2, 1)], PLAIN)
    assert [place.number for place in ranking.places] == [2]
    assert ranking.unranked == (1,)


def test_a_work_that_nobody_scored_is_listed_apart_not_last() -> None:
    ranking = rank([5, 3, 1], [flat(3, 0)], PLAIN)
    assert ranking.place(3) is not None
    assert ranking.place(5) is None
    assert ranking.unranked == (1, 5)


def test_no_sheet_at_all_is_an_empty_ranking() -> None:
    ranking = rank([1, 2], [], PLAIN)
    assert ranking.places == ()
    assert line(ranking, 5).inside == ()


def test_a_tie_above_the_line_asks_for_no_decision() -> None:
    cut = line(rank(range(1, 5), [flat(1, 9), flat(2, 9), flat(3, 5), flat(4, 1)], PLAIN), 3)
    assert (cut.inside, cut.tied, cut.seats) == ((1, 2, 3), (), 0)


def test_a_tie_at_the_last_place_is_left_to_the_panel() -> None:
    cut = line(rank(range(1, 5), [flat(1, 9), flat(2, 7), flat(3, 7), flat(4, 7)], PLAIN), 3)
    assert (cut.inside, cut.tied, cut.seats) == ((1,), (2, 3, 4), 2)


def test_a_tie_just_under_the_line_is_not_a_question() -> None:
    cut = line(rank(range(1, 5), [flat(1, 9), flat(2, 8), flat(3, 7), flat(4, 7)], PLAIN), 2)
    assert (cut.inside, cut.tied, cut.seats) == ((1, 2), (), 0)


def test_fewer_works_than_seats_leaves_seats() -> None:
    cut = line(rank([1, 2], [flat(1, 9), flat(2, 9)], PLAIN), 5)
    assert (cut.inside, cut.tied, cut.seats) == ((1, 2), (), 3)


def test_a_mean_is_written_the_french_way_and_rounded_half_up() -> None:
    assert format_mean(Fraction(7, 10)) == "0,70"
    assert format_mean(Fraction(25, 3)) == "8,33"
    assert format_mean(Fraction(8125, 1000)) == "8,13"
    assert format_mean(Fraction(-1, 3)) == "-0,33"
    assert format_mean(Fraction(10)) == "10,00"


def test_unequal_means_never_look_equal() -> None:
    close = [Fraction(25, 3), Fraction(8334, 1000)]
    decimals = decimals_to_separate(close)
    assert decimals == 3
    assert len({format_mean(mean, decimals) for mean in close}) == 2
    assert decimals_to_separate([Fraction(8), Fraction(8)]) == 2
