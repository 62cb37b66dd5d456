"""From scores to all that calibration says of them."""

from collections.abc import Sequence

from jury.calibration.agreement import agreement
from jury.calibration.chances import chances
from jury.calibration.design import Design, lay_out
from jury.calibration.predictions import Predictions
from jury.calibration.reml import fit
from jury.calibration.rules import (
    Calibration,
    Components,
    Estimate,
    Score,
    check_crossing,
    check_scores,
    is_complete,
)

SEED = 20_270_316
"""Of the draws, when nobody asks for another: the same scores always give the same probabilities."""


def calibrate(scores: Sequence[Score], *, top: int, seed: int = SEED) -> Calibration:
    """Return what the model says of these scores. Refuses those that cannot tell works, jurors and chance apart."""
    design, predictions = predictions_of(scores)
    works = _estimates(design, predictions, chances(predictions, top=top, seed=seed).tolist())
    return Calibration(
        variance=predictions.fit.variance,
        jurors=dict(zip(design.jurors, predictions.jurors.tolist(), strict=True)),
        works=works,
        agreement=agreement(scores, design, predictions.fit.variance),
        complete=is_complete(scores),
        top=top,
        seed=seed,
    )


def variance_of(scores: Sequence[Score]) -> Components:
    """Return the variance components alone."""
    return predictions_of(scores)[1].fit.variance


def predictions_of(scores: Sequence[Score]) -> tuple[Design, Predictions]:
    """Return the scores laid out, and the fitted predictions."""
    check_scores(scores)
    design = lay_out(scores)
    check_crossing(design.residual_freedom)
    return design, Predictions(fit(design))


def _estimates(design: Design, predictions: Predictions, likely: Sequence[float]) -> dict[str, Estimate]:
    halves = predictions.half_widths.tolist()
    rows = zip(design.works, design.work_means.tolist(), predictions.works.tolist(), halves, likely, strict=True)
    return {work: Estimate(mean, worth, worth - half, worth + half, p) for work, mean, worth, half, p in rows}
