"""The robustness of a selection, against what trying everything says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jury.method import DEFAULT, Method
from jury.ranking import Line, line, rank, tally
from jury.ranking_rule import RankingRule
from jury.robustness.checks import Kind
from jury.robustness.methods import Way, orders
from jury.robustness.missing import stakes
from jury.robustness.report import robustness
from jury.robustness.sheets import Sheets
from jury.robustness.weights import sweep
from jury.rules import Criterion, Scale, Sheet

TWO = (Criterion("a", "A", weight=2), Criterion("b", "B"))
ONE = (Criterion("a", "A"),)
LOW, HIGH = 0, 2
NUMBERS = (1, 2, 3, 4)
JURORS = ("j1", "j2", "j3")


def made(
    given_points: Mapping[str, Mapping[int, Sequence[int]]],
    *,
    criteria: tuple[Criterion, ...] = ONE,
    seats: int = 2,
    method: Method = DEFAULT,
    recused: frozenset[tuple[str, int]] = frozenset(),
) -> Sheets:
    rule = RankingRule(criteria, Scale(LOW, HIGH), seats, method)
    return Sheets(rule, NUMBERS, JURORS, given_points, recused)


def panels(criteria: int) -> st.SearchStrategy[dict[str, dict[int, tuple[int, ...]]]]:
    points = st.tuples(*[st.integers(LOW, HIGH)] * criteria)
    return st.fixed_dictionaries({juror: st.dictionaries(st.sampled_from(NUMBERS), points) for juror in JURORS})


def line_of(sheets: Sheets, points: Mapping[str, Mapping[int, Sequence[int]]]) -> Line:
    """Return the line by the road that the sheets take in the service: written one by one, then tallied."""
    keys = [criterion.key for criterion in sheets.rule.criteria]
    written = [
        Sheet(number, dict(zip(keys, values, strict=True)))
        for juror, values_of in points.items()
        for number, values in values_of.items()
        if (juror, number) not in sheets.recused
    ]
    return line(rank(tally(NUMBERS, written, sheets.rule), sheets.rule), sheets.rule.laureates_max)


def sets(cut: Line) -> tuple[set[int], set[int]]:
    """Return who is inside and who is tied, in no order."""
    return set(cut.inside), set(cut.tied)


def with_one(
    points: Mapping[str, Mapping[int, Sequence[int]]], juror: str, number: int, value: int
) -> dict[str, dict[int, Sequence[int]]]:
    return {each: {**of, **({number: (value,)} if each == juror else {})} for each, of in points.items()}


recusals = st.frozensets(st.tuples(st.sampled_from(JURORS), st.sampled_from(NUMBERS)), max_size=2)
minimums = st.integers(1, 3)


@settings(deadline=None)
@given(panels(1), st.integers(1, 3), minimums, recusals)
def test_one_missing_sheet_matters_when_some_value_of_it_moves_the_line(
    points: dict[str, dict[int, tuple[int, ...]]], seats: int, minimum: int, recused: frozenset[tuple[str, int]]
) -> None:
    sheets = made(points, seats=seats, method=Method(minimum_sheets=minimum), recused=recused)
    now = line_of(sheets, points)
    for stake in stakes(sheets).works:
        juror = next(juror for juror, number in sheets.missing if number == stake.number)
        tried = [line_of(sheets, with_one(points, juror, stake.number, value)) for value in range(LOW, HIGH + 1)]
        assert stake.one == any(sets(each) != sets(now) for each in tried)


def completions(sheets: Sheets, points: Mapping[str, Mapping[int, Sequence[int]]]) -> Iterator[Line]:
    """Yield the line of every way in which the missing sheets could come, or not."""
    for values in product([None, LOW, HIGH], repeat=len(sheets.missing)):
        filled: dict[str, dict[int, Sequence[int]]] = {juror: dict(of) for juror, of in points.items()}
        for (juror, number), value in zip(sheets.missing, values, strict=True):
            if value is not None:
                filled[juror][number] = (value,)
        yield line_of(sheets, filled)


@settings(max_examples=30, deadline=None)
@given(panels(1), st.integers(1, 3), minimums)
def test_what_all_missing_sheets_could_do_is_what_every_completion_does(
    points: dict[str, dict[int, tuple[int, ...]]], seats: int, minimum: int
) -> None:
    sheets = made(points, seats=seats, method=Method(minimum_sheets=minimum))
    assume(len(sheets.missing) <= 4)
    lines, found = list(completions(sheets, points)), stakes(sheets)
    assert set(found.certain) == set(NUMBERS).intersection(*(each.inside for each in lines))
    assert set(found.possible) == {number for each in lines for number in (*each.inside, *each.tied)}


@settings(max_examples=30, deadline=None)
@given(panels(2))
def test_between_its_bounds_a_weight_leaves_the_selected_works_ahead_and_beyond_them_it_does_not(
    points: dict[str, dict[int, tuple[int, ...]]],
) -> None:
    sheets = made(points, criteria=TWO)
    inside = set(sheets.line.inside)
    for each in sweep(sheets):
        assert each.low < each.share < each.high
        for share in (Fraction(step, 20) for step in range(21)):
            ahead = _ahead(sheets, each.criterion, share, inside)
            if each.low < share < each.high:
                assert ahead
            elif share < each.low or share > each.high:
                assert not ahead


def _ahead(sheets: Sheets, key: str, share: Fraction, inside: set[int]) -> bool:
    means = {}
    for place in sheets.ranking.places:
        other = next(mean for each, mean in place.criterion_means.items() if each != key)
        means[place.number] = share * place.criterion_means[key] + (1 - share) * other
    return min(means[n] for n in inside) > max(mean for n, mean in means.items() if n not in inside)


@settings(max_examples=30, deadline=None)
@given(panels(2), st.permutations(JURORS), st.permutations(NUMBERS))
def test_neither_the_order_of_jurors_nor_that_of_works_changes_anything(
    points: dict[str, dict[int, tuple[int, ...]]], jurors: list[str], numbers: list[int]
) -> None:
    first = made(points, criteria=TWO)
    again = replace(first, jurors=jurors, numbers=numbers, points={j: dict(points[j]) for j in reversed(jurors)})
    one, other = robustness(first), robustness(again)
    assert (one.orders, one.checks, one.works, one.sweeps) == (other.orders, other.checks, other.works, other.sweeps)
    assert one.stakes == other.stakes


@settings(max_examples=30, deadline=None)
@given(panels(2))
def test_leaving_one_juror_out_is_ranking_the_others(points: dict[str, dict[int, tuple[int, ...]]]) -> None:
    sheets = made(points, criteria=TWO)
    seated = [juror for juror in JURORS if points[juror]]
    assume(len(seated) > 1)
    expected = [line_of(sheets, {j: of for j, of in points.items() if j != out}) for out in seated]
    found = [check.line for check in robustness(sheets).checks if check.kind is Kind.JUROR]
    assert sorted(map(repr, found)) == sorted(map(repr, expected))


def test_the_four_ways_of_one_panel_counted_by_hand() -> None:
    points = {
        "j1": {1: (2,), 2: (1,), 3: (0,), 4: (0,)},
        "j2": {1: (0,), 2: (2,), 3: (1,), 4: (1,)},
        "j3": {1: (2,), 2: (1,), 3: (1,), 4: (0,)},
    }
    ranks = {order.way: dict(order.ranks) for order in orders(made(points))}
    assert ranks[Way.MEAN] == {1: 1, 2: 1, 3: 3, 4: 4}
    assert ranks[Way.MEDIAN] == {1: 1, 2: 2, 3: 2, 4: 4}
    # Ranks from the last, equals sharing: j1 3, 2, ½, ½ · j2 0, 3, 1½, 1½ · j3 3, 1½, 1½, 0.
    assert ranks[Way.RANKS] == {2: 1, 1: 2, 3: 3, 4: 4}
    assert ranks[Way.STANDARDISED] == {2: 1, 1: 2, 3: 3, 4: 4}


def test_a_juror_who_gives_the_same_to_all_weighs_nothing_once_standardised() -> None:
    flat = dict.fromkeys(NUMBERS, (1,))
    steep = {1: (2,), 2: (1,), 3: (1,), 4: (0,)}
    alone, beside = (
        next(order for order in orders(made(points)) if order.way is Way.STANDARDISED)
        for points in ({"j1": steep}, {"j1": steep, "j2": flat})
    )
    assert alone.ranks == beside.ranks == {1: 1, 2: 2, 3: 2, 4: 4}


def test_one_juror_one_criterion_and_nobody_at_all_are_no_fault() -> None:
    alone = robustness(made({"j1": {1: (2,), 2: (1,), 3: (0,)}}))
    assert {check.kind for check in alone.checks} == {Kind.WAY}
    assert alone.unshaken == (1, 2)
    nobody = robustness(made({}))
    assert (nobody.works, nobody.sweeps, nobody.unchanged) == ([], [], 3)
