"""Panels of invented scores for calibration: drawn from the model itself, whole or with holes."""

from fractions import Fraction

import numpy as np

from jury.calibration.rules import Score


def panel(
    seed: int,
    *,
    works: int = 20,
    jurors: int = 5,
    spreads: tuple[float, float, float] = (1.0, 1.0, 1.0),
    kept: float = 1.0,
    mean: float = 6.0,
) -> tuple[list[Score], dict[str, float]]:
    """Return scores and each work's true worth; `spreads`: standard deviations of works, jurors and chance."""
    random = np.random.default_rng(seed)
    worth = mean + spreads[0] * random.standard_normal(works)
    severity = spreads[1] * random.standard_normal(jurors)
    given = worth[:, None] + severity + spreads[2] * random.standard_normal((works, jurors))
    seen = random.random((works, jurors)) < kept
    scores = [
        Score(f"w{w:04d}", f"j{j:03d}", Fraction(float(given[w, j])))
        for w in range(works)
        for j in range(jurors)
        if seen[w, j]
    ]
    return scores, {f"w{w:04d}": float(value) for w, value in enumerate(worth)}


def rounded(scores: list[Score]) -> list[Score]:
    """Return the scores as jurors give them: whole, so that some works are equal."""
    return [Score(score.work, score.juror, Fraction(round(score.value))) for score in scores]
