"""How much jurors agree: intraclass correlations from the variances, Kendall's W from the ranks."""

from collections.abc import Sequence

import numpy as np

from jury.calibration.design import Design
from jury.calibration.rules import Agreement, Components, Score, is_complete


def agreement(scores: Sequence[Score], design: Design, variance: Components) -> Agreement:
    """Return the panel's agreement. On an incomplete panel, k is the harmonic mean of the sheets of a work."""
    usual = len(design.works) / float((1 / design.work_counts).sum())
    return Agreement(
        single=variance.work / variance.total,
        average=variance.work / (variance.work + (variance.juror + variance.residual) / usual),
        kendall_w=_kendall_w(scores, design) if is_complete(scores) else None,
    )


def _kendall_w(scores: Sequence[Score], design: Design) -> float | None:
    """Return W, corrected for ties; scores are compared as they were given, equal is equal."""
    levels = {value: place for place, value in enumerate(sorted({score.value for score in scores}))}
    given = {(score.juror, score.work): levels[score.value] for score in scores}
    table = np.array([[given[juror, work] for work in design.works] for juror in design.jurors])
    jurors, works = table.shape
    sums, tied = np.zeros(works), 0.0
    for row in table:
        _, places, counts = np.unique(row, return_inverse=True, return_counts=True)
        sums += (np.cumsum(counts) - (counts - 1) / 2)[places]
        tied += float((counts**3 - counts).sum())
    possible = jurors**2 * (works**3 - works) - jurors * tied
    return float(12 * ((sums - sums.mean()) ** 2).sum() / possible) if possible else None
