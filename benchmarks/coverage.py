"""How often intervals hold the truth and chances come true, on invented panels: the tables of docs/calibration.md."""

from itertools import product
from statistics import fmean
from typing import Any

from benchmarks.report import Report, Spread

_WORKS = (1.0, 0.5, 0.3, 0.2, 0.1)
_JURORS = (1.0, 0.3, 0.0)
_PANELS = ((60, 5, 1.0), (60, 5, 0.6), (60, 3, 1.0), (15, 5, 1.0))
"""Works, jurors, share of the sheets that are there."""


def measure(rounds: int, report: Report) -> None:
    """Print, for each panel and each standard deviation, how often the truth is inside and variance is told as 0."""
    report.section(f"Coverage of intervals at 95 % ({rounds} panels each; standard deviation of chance: 1)")
    for (works, jurors, kept), work, juror in product(_PANELS, _WORKS, _JURORS):
        shape = {"works": works, "jurors": jurors, "kept": kept, "spreads": (work, juror, 1.0)}
        inside, none = _coverage(rounds, shape)
        name = f"{works} works x {jurors} jurors, {kept:.0%} of sheets, works {work:g}, jurors {juror:g}"
        report.beside(name, f"{Spread([100 * inside], '%')}, nothing separated {none:.0%}")
    report.section(f"Chances of being among five ({rounds} panels of 60 works x 5 jurors, equal variances)")
    for said, came, count in _reliability(rounds):
        report.beside(f"said {said:.0%}, {count} works", Spread([100 * came], "%"))


def _reliability(rounds: int) -> list[tuple[float, float, int]]:
    """Return, by tenth, the mean chance that was said, how often it came true, and for how many works."""
    from jury.calibration.estimate import calibrate  # noqa: PLC0415 -- other parts measure processes without it
    from tests.panels import panel  # noqa: PLC0415 -- same reason

    tenths: list[list[tuple[float, bool]]] = [[] for _ in range(10)]
    for seed in range(rounds):
        scores, truth = panel(seed, works=60, jurors=5)
        first = set(sorted(truth, key=lambda name: -truth[name])[:5])
        for name, each in calibrate(scores, top=5).works.items():
            tenths[min(int(10 * each.p_top), 9)].append((each.p_top, name in first))
    return [(fmean(p for p, _ in part), fmean(true for _, true in part), len(part)) for part in tenths if part]


def _coverage(rounds: int, shape: dict[str, Any]) -> tuple[float, float]:
    import numpy as np  # noqa: PLC0415 -- other parts measure processes without it

    from jury.calibration.estimate import predictions_of  # noqa: PLC0415 -- same reason
    from tests.panels import panel  # noqa: PLC0415 -- same reason

    inside, none = [], 0
    for seed in range(rounds):
        scores, truth = panel(seed, **shape)
        design, predictions = predictions_of(scores)
        worth = np.array([truth[name] for name in design.works])
        inside.append(float((np.abs(predictions.works - worth) <= predictions.half_widths).mean()))
        none += predictions.fit.variance.work == 0
    return float(np.mean(inside)), none / rounds
