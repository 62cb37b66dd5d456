"""What the rule declares, and nothing else, makes the ranking; its digest names it."""

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concours.kernel.errors import Conflict, DomainError
from jury.method import HIGHEST, MEDIAN, Method, Missing, Recusals, check_method, method_words, tie_break_choices
from jury.ranking import Cause, Separation, Tally, equals, median, rank, tally
from jury.ranking_rule import RankingRule, read_criterion
from jury.rules import Criterion, Scale, SessionRules, Sheet, check_rules

CRITERIA = (Criterion("a", "A", "", 2, {2: "peu", 8: "beaucoup"}), Criterion("b", "B"))
RULE = RankingRule(CRITERIA, Scale(0, 10), 5)

panels = st.lists(
    st.builds(lambda n, a, b: Sheet(n, {"a": a, "b": b}), st.integers(1, 6), st.integers(0, 3), st.integers(0, 3)),
    max_size=24,
)
tie_breaks = st.lists(st.sampled_from([MEDIAN, HIGHEST, "criterion:a", "criterion:b"]), unique=True, max_size=3)


def declared(*tie_breaks: str, **method: object) -> RankingRule:
    return replace(RULE, scale=Scale(0, 3), method=Method(tie_breaks=tie_breaks, **method))  # type: ignore[arg-type]  # what a test says


@given(panels, tie_breaks)
def test_a_tie_break_orders_equals_only_and_what_it_does_not_separate_shares_its_rank(
    sheets: list[Sheet], chosen: list[str]
) -> None:
    plain, rule = declared(), declared(*chosen)
    before = rank(tally(range(1, 7), sheets, plain), plain)
    after = rank(tally(range(1, 7), sheets, rule), rule)
    means = [place.mean for place in after.places]
    assert means == sorted(means, reverse=True)
    assert [place.rank for place in after.places] == [
        1 + min(i for i, other in enumerate(after.places) if other.rank == place.rank) for place in after.places
    ]
    assert {n for s in after.separations for part in s.into for n in part} <= {n for tie in before.ties for n in tie}
    for group in after.ties:
        values = {_values(tally([n], [s for s in sheets if s.number == n], rule)[0], chosen) for n in group}
        assert len(values) == 1


def _values(each: Tally, chosen: list[str]) -> tuple[object, ...]:
    of = {
        MEDIAN: median(each.totals),
        HIGHEST: each.highest,
        "criterion:a": Fraction(each.sums["a"], each.sheets),
        "criterion:b": Fraction(each.sums["b"], each.sheets),
    }
    return tuple(of[name] for name in chosen)


def test_the_ranking_says_which_tie_break_separated_whom() -> None:
    rule = declared("criterion:b", MEDIAN)
    sheets = [Sheet(4, {"a": 1, "b": 3}), Sheet(7, {"a": 2, "b": 1}), Sheet(9, {"a": 2, "b": 1})]
    ranking = rank(tally([4, 7, 9], sheets, rule), rule)
    assert [(place.number, place.rank, place.tied) for place in ranking.places] == [
        (4, 1, False),
        (7, 2, True),
        (9, 2, True),
    ]
    assert ranking.separations == (Separation("criterion:b", ((4,), (7, 9))),)
    assert sorted(equals(tally([4, 7, 9], sheets, rule), rule)) == [4, 7, 9]


def test_below_the_minimum_a_work_is_apart_with_its_cause_whatever_its_mean() -> None:
    rule = declared(minimum_sheets=2)
    sheets = [Sheet(1, {"a": 3, "b": 3}), Sheet(2, {"a": 0, "b": 0}), Sheet(2, {"a": 1, "b": 0}), Sheet(3, {"a": 1})]
    ranking = rank(tally([1, 2, 3], sheets, rule), rule)
    assert [place.number for place in ranking.places] == [2]
    assert [(each.number, each.sheets, each.cause) for each in ranking.apart] == [
        (1, 1, Cause.TOO_FEW),
        (3, 0, Cause.NO_SHEET),
    ]


@pytest.mark.parametrize(("recusals", "ranked"), [(Recusals.SET_ASIDE, [1]), (Recusals.AS_MISSING, [])])
def test_where_every_sheet_is_wanted_a_recusal_counts_as_the_rule_says(recusals: Recusals, ranked: list[int]) -> None:
    rule = declared(missing=Missing.EXCLUDES, recusals=recusals)
    sheets = [Sheet(1, {"a": 3, "b": 3})]
    ranking = rank(tally([1], sheets, rule, expected=rule.method.expects(2, 1)), rule)
    assert [place.number for place in ranking.places] == ranked
    assert all(each.cause is Cause.INCOMPLETE for each in ranking.apart)


CHANGES = [
    {"criteria": CRITERIA[:1]},
    {"criteria": (replace(CRITERIA[0], weight=3), CRITERIA[1])},
    {"criteria": (replace(CRITERIA[0], anchors={2: "peu"}), CRITERIA[1])},
    {"scale": Scale(0, 20)},
    {"laureates_max": 4},
    {"method": Method(minimum_sheets=2)},
    {"method": Method(missing=Missing.EXCLUDES)},
    {"method": Method(recusals=Recusals.AS_MISSING)},
    {"method": Method(tie_breaks=(MEDIAN, HIGHEST))},
    {"method": Method(tie_breaks=(HIGHEST, MEDIAN))},
]


def test_each_part_of_the_rule_changes_its_digest_and_another_digest_ranks_nothing() -> None:
    changed = [replace(RULE, **change) for change in CHANGES]  # type: ignore[arg-type]  # fields of the rule
    assert len({RULE.digest, *(each.digest for each in changed)}) == len(CHANGES) + 1
    RULE.check_frozen(RULE.digest)
    RULE.check_frozen(None)
    for each in changed:
        with pytest.raises(Conflict, match="empreinte ne correspond pas"):
            each.check_frozen(RULE.digest)


def test_the_canonical_text_does_not_hang_on_the_order_of_anchors_and_comes_back_from_json() -> None:
    turned = replace(CRITERIA[0], anchors=dict(sorted(CRITERIA[0].anchors.items(), reverse=True)))
    assert replace(RULE, criteria=(turned, CRITERIA[1])).canonical == RULE.canonical
    facts = json.loads(RULE.canonical)
    assert tuple(map(read_criterion, facts["criteria"])) == CRITERIA
    assert Method.read(facts) == RULE.method


@pytest.mark.parametrize(
    ("method", "message"),
    [
        (Method(minimum_sheets=0), "au moins égal à 1"),
        (Method(tie_breaks=("criterion:gone",)), "n'existe pas, ou porte sur un critère retiré"),
        (Method(tie_breaks=(MEDIAN, MEDIAN)), "tous différents"),
        (Method(tie_breaks=(MEDIAN, HIGHEST, "criterion:a", "criterion:b")), "au plus 3"),
    ],
)
def test_a_method_that_cannot_be_followed_is_refused(method: Method, message: str) -> None:
    with pytest.raises(DomainError, match=message):
        check_method(method, ["a", "b"])


def test_anchors_stand_on_a_low_a_middle_and_a_high_score() -> None:
    assert Scale(0, 10).anchor_points == (2, 5, 8)
    assert Scale(1, 5).anchor_points == (2, 3, 4)
    assert Scale(0, 20).anchor_points == (4, 10, 16)
    check_rules(SessionRules("e", "t", CRITERIA, 0, 10, 5))
    with pytest.raises(DomainError, match="portent sur les notes 4, 10, 16"):
        check_rules(SessionRules("e", "t", CRITERIA, 0, 20, 5))


def test_people_read_the_method_in_their_own_words() -> None:
    words = dict(method_words(Method(tie_breaks=("criterion:a", MEDIAN)), RULE.labels))
    assert words["Départage des ex æquo"] == "La plus haute moyenne sur « A », puis la plus haute médiane des fiches."
    assert (
        dict(method_words(Method(), RULE.labels))["Départage des ex æquo"] == "Aucun : les ex æquo partagent leur rang."
    )
    assert [value for value, _ in tie_break_choices(RULE.labels)] == ["criterion:a", "criterion:b", MEDIAN, HIGHEST]
