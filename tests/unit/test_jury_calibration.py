"""Calibration beside what others calculate: statsmodels, the analysis of variance, and truth that is known."""

import subprocess
import sys
import warnings
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concours.kernel.errors import DomainError
from jury.calibration.estimate import calibrate, predictions_of, variance_of
from jury.calibration.rules import Calibration, Components, Score
from jury.calibration.words import NO_SEPARATION, chance, is_doubtful, reading, severity_words, shares
from jury.score_file import rank_scores
from tests.panels import panel, rounded


def by_statsmodels(scores: list[Score]) -> tuple[Components, dict[str, float], float, dict[str, float]]:
    """Return variances, jurors' and works' effects and mean by MixedLM: crossed effects inside one group."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pandas as pd  # noqa: PLC0415 -- warns when it is loaded, slow
        import statsmodels.formula.api as smf  # noqa: PLC0415 -- same reason

        data = pd.DataFrame({"work": s.work, "juror": s.juror, "y": float(s.value)} for s in scores)
        parts = {"juror": "0 + C(juror)", "work": "0 + C(work)"}
        model = smf.mixedlm("y ~ 1", data, groups=np.ones(len(data)), vc_formula=parts)
        found = model.fit(reml=True, method=["bfgs"], gtol=1e-9)
        variances = dict(zip(model.exog_vc.names, found.vcomp, strict=True))
        effects = {str(key).split("[")[2].rstrip("]"): float(value) for key, value in found.random_effects[1.0].items()}
    jurors = {name: value for name, value in effects.items() if name.startswith("j")}
    works = {name: value for name, value in effects.items() if name.startswith("w")}
    return (
        Components(variances["work"], variances["juror"], float(found.scale)),
        jurors,
        float(found.fe_params.iloc[0]),
        works,
    )


@pytest.mark.parametrize(
    ("seed", "works", "jurors", "kept", "spreads"),
    [
        (1, 20, 5, 1.0, (1.0, 1.0, 1.0)),
        (2, 30, 6, 0.6, (1.5, 0.5, 1.0)),
        (3, 8, 15, 0.7, (0.8, 1.2, 1.0)),
        (6, 25, 4, 0.8, (1.0, 0.8, 2.0)),
    ],
)
def test_it_agrees_with_another_program_to_four_digits(
    seed: int, works: int, jurors: int, kept: float, spreads: tuple[float, float, float]
) -> None:
    scores, _ = panel(seed, works=works, jurors=jurors, kept=kept, spreads=spreads)
    found = calibrate(scores, top=5)
    variance, effects, mean, worth = by_statsmodels(scores)
    assert found.variance.work == pytest.approx(variance.work, rel=1e-4, abs=1e-5)
    assert found.variance.juror == pytest.approx(variance.juror, rel=1e-4, abs=1e-5)
    assert found.variance.residual == pytest.approx(variance.residual, rel=1e-4)
    assert found.jurors == pytest.approx(effects, rel=1e-4, abs=1e-4)
    assert {name: each.estimate - mean for name, each in found.works.items()} == pytest.approx(
        worth, rel=1e-4, abs=1e-4
    )


def mean_squares(scores: list[Score]) -> tuple[float, float, float, int, int]:
    names = sorted({s.work for s in scores}), sorted({s.juror for s in scores})
    table = np.zeros((len(names[0]), len(names[1])))
    for s in scores:
        table[names[0].index(s.work), names[1].index(s.juror)] = float(s.value)
    n, k = table.shape
    works = k * table.mean(axis=1).var(ddof=1)
    jurors = n * table.mean(axis=0).var(ddof=1)
    rest = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + table.mean()
    return works, jurors, float((rest**2).sum()) / ((n - 1) * (k - 1)), n, k


def test_on_a_complete_panel_it_is_the_analysis_of_variance() -> None:
    scores, _ = panel(7, works=60, jurors=5)
    works, jurors, rest, n, k = mean_squares(scores)
    found = calibrate(scores, top=5)
    assert found.variance.work == pytest.approx((works - rest) / k, rel=1e-9)
    assert found.variance.juror == pytest.approx((jurors - rest) / n, rel=1e-9)
    assert found.variance.residual == pytest.approx(rest, rel=1e-9)
    single = (works - rest) / (works + (k - 1) * rest + k * (jurors - rest) / n)
    assert found.agreement.single == pytest.approx(single)
    assert found.agreement.average == pytest.approx((works - rest) / (works + (jurors - rest) / n))


def test_the_longer_side_may_be_either() -> None:
    scores, _ = panel(11, works=9, jurors=14, kept=0.7)
    turned = [Score(s.juror, s.work, s.value) for s in scores]
    one, other = calibrate(scores, top=3), calibrate(turned, top=3)
    assert one.variance.work == pytest.approx(other.variance.juror)
    assert one.variance.juror == pytest.approx(other.variance.work)
    centre = np.mean([each.estimate for each in one.works.values()])
    spread = {name: each.estimate - centre for name, each in one.works.items()}
    turned_centre = np.mean(list(other.jurors.values()))
    assert spread == pytest.approx({name: value - turned_centre for name, value in other.jurors.items()})


complete = st.integers(2, 7).flatmap(
    lambda jurors: st.lists(st.lists(st.integers(0, 10), min_size=jurors, max_size=jurors), min_size=2, max_size=12)
)


def as_scores(table: list[list[int]]) -> list[Score]:
    return [Score(f"w{w:02d}", f"j{j}", Fraction(value)) for w, row in enumerate(table) for j, value in enumerate(row)]


@settings(max_examples=60, deadline=None)
@given(complete)
def test_on_a_complete_panel_it_never_changes_the_order_nor_gives_a_negative_variance(table: list[list[int]]) -> None:
    scores = as_scores(table)
    try:
        predictions = predictions_of(scores)[1]
    except DomainError:
        assert len({score.value for score in scores}) == 1
        return
    variance = predictions.fit.variance
    assert min(variance.work, variance.juror, variance.residual) >= 0
    assert np.isfinite([*predictions.works, *predictions.jurors, *predictions.half_widths]).all()
    estimates = dict(zip(predictions.design.works, predictions.works, strict=True))
    places = rank_scores(scores)
    for better, worse in pairwise(places):
        assert estimates[better.work] >= estimates[worse.work] - 1e-9


def test_works_that_the_jury_does_not_separate_are_told_so_and_share_equally() -> None:
    # Each juror prefers the opposite of another: works' means are all but equal.
    found = calibrate(as_scores([[1, 9, 5], [9, 1, 5], [5, 5, 6], [5, 5, 5]]), top=2)
    assert found.variance.work == 0.0
    assert NO_SEPARATION in reading(found)[0]
    assert {each.p_top for each in found.works.values()} == {0.5}
    assert len({round(each.estimate, 9) for each in found.works.values()}) == 1


def test_jurors_who_all_agree_leave_nothing_to_chance() -> None:
    found = calibrate(as_scores([[8, 8, 8], [6, 6, 6], [6, 6, 6], [3, 3, 3]]), top=2)
    assert found.variance.residual == 0
    assert found.variance.juror == 0
    assert found.variance.work == pytest.approx(np.var([8, 6, 6, 3], ddof=1), rel=1e-5)
    assert found.agreement.kendall_w == pytest.approx(1)
    assert [round(each.p_top, 2) for each in found.works.values()] == pytest.approx([1, 0.5, 0.5, 0], abs=0.01)


@pytest.mark.parametrize(
    ("scores", "sentence"),
    [
        ([], "aucune note"),
        (as_scores([[5], [6], [7]]), "Un seul juré"),
        (as_scores([[5, 6, 7]]), "Une seule œuvre"),
        (as_scores([[5, 5], [5, 5]]), "Toutes les notes sont égales"),
        ([Score("a", "x", Fraction(1)), Score("b", "y", Fraction(2))], "ne se recoupent pas assez"),
    ],
)
def test_scores_that_say_nothing_are_refused_with_their_reason(scores: list[Score], sentence: str) -> None:
    with pytest.raises(DomainError, match=sentence):
        calibrate(scores, top=5)


def test_kendall_s_w_counts_ties_and_is_nothing_on_an_incomplete_panel() -> None:
    # Siegel's way by hand: ranks (1.5 1.5 3), (1 2 3), (1 2.5 2.5); sums 3.5 6 8.5; W = 12 * 12.5 / (9 * 24 - 3 * 12).
    table = [[1, 1, 1], [1, 2, 2], [2, 3, 2]]
    assert calibrate(as_scores(table), top=1).agreement.kendall_w == pytest.approx(12 * 12.5 / (9 * 24 - 3 * 12))
    assert calibrate(as_scores(table)[:-1], top=1).agreement.kendall_w is None


def test_the_same_scores_give_the_same_chances_in_any_order() -> None:
    scores = rounded(panel(5, works=30)[0])
    found, again = calibrate(scores, top=5), calibrate(scores[::-1], top=5)
    assert found == again
    assert sum(each.p_top for each in found.works.values()) == pytest.approx(5)
    assert calibrate(scores, top=5, seed=1) != found


def test_chances_are_those_of_the_joint_distribution_to_a_hundredth() -> None:
    scores, _ = panel(21, works=40, kept=0.7)
    found = calibrate(scores, top=5)
    predictions = predictions_of(scores)[1]
    everybody = np.arange(40)
    random = np.random.default_rng(99)
    root = np.linalg.cholesky(predictions.covariance(everybody))
    drawn = predictions.works[:, None] + root @ random.standard_normal((40, 200_000))
    expected = (np.argsort(np.argsort(-drawn, axis=0), axis=0) < 5).mean(axis=1)
    assert [each.p_top for each in found.works.values()] == pytest.approx(expected, abs=0.01)


def held(found: Calibration, truth: dict[str, float]) -> list[bool]:
    return [each.low <= truth[name] <= each.high for name, each in found.works.items()]


@pytest.mark.parametrize("rounds", [150, pytest.param(2000, marks=pytest.mark.full)])
def test_intervals_hold_the_truth_as_often_as_they_say(rounds: int) -> None:
    covered = []
    for seed in range(rounds):
        scores, truth = panel(seed, works=60, jurors=5)
        design, predictions = predictions_of(scores)
        worth = np.array([truth[name] for name in design.works])
        covered.append(float((np.abs(predictions.works - worth) <= predictions.half_widths).mean()))
    assert np.mean(covered) == pytest.approx(0.95, abs=0.02)


@pytest.mark.full
def test_chances_come_true_as_often_as_they_say() -> None:
    said, came = [], []
    for seed in range(300):
        scores, truth = panel(seed, works=60, jurors=5)
        found = calibrate(scores, top=5)
        first = set(sorted(truth, key=lambda name: -truth[name])[:5])
        said += [each.p_top for each in found.works.values()]
        came += [name in first for name in found.works]
    told, real = np.array(said), np.array(came)
    for low in np.arange(0, 1, 0.1):
        inside = (told >= low) & (told < low + 0.1)
        error = 3 * np.sqrt(0.25 / inside.sum())
        assert real[inside].mean() == pytest.approx(told[inside].mean(), abs=max(0.03, error))


def test_a_weak_panel_is_warned_about() -> None:
    scores, _ = panel(3, works=40, spreads=(0.25, 1.0, 1.0))
    found = calibrate(scores, top=5)
    assert is_doubtful(found) or not found.separates
    assert len(reading(found)) >= 4


def test_a_chance_never_reads_as_certain_and_shares_make_a_hundred() -> None:
    told = ["moins de 1 %", "moins de 1 %", "42 %", "plus de 99 %", "plus de 99 %"]
    assert [chance(p) for p in (0.0, 0.001, 0.42, 0.998, 1.0)] == told
    assert shares(Components(76.5, 16.5, 7.0)) in {(77, 16, 7), (76, 17, 7)}
    assert shares(Components(0, 1, 2)) == (0, 33, 67)
    assert severity_words(-0.5) == "Vous notez en moyenne 0,50 point au-dessous du niveau du jury."


def test_variances_alone_are_those_of_the_whole() -> None:
    scores, _ = panel(2, kept=0.8)
    assert variance_of(scores) == calibrate(scores, top=5).variance


def test_neither_the_jury_s_application_nor_the_command_s_help_loads_numpy() -> None:
    probe = "import sys, jury.app, jury.rank_command; print(sorted({'numpy', 'scipy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True).stdout == "[]\n"
