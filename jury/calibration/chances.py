"""The probability of being among the first, drawn from the joint distribution of the works' errors."""

import numpy as np
from numpy.typing import NDArray

from jury.calibration.design import Floats
from jury.calibration.predictions import Predictions

DRAWS = 64_000
"""A standard error of 0.002 at most: a probability is within 0.01 of its limit."""
Places = NDArray[np.intp]

_BLOCK = 4000
_HOPELESS = 4.0
"""Standard errors behind each of the leaders: a few chances in a hundred thousand to pass any of them."""
_JITTER = 1e-12


def chances(predictions: Predictions, *, top: int, seed: int) -> Floats:
    """Return each work's probability of being among the first `top`; works that cannot be told apart share equally."""
    count = len(predictions.works)
    if top >= count:
        return np.ones(count)
    if predictions.fit.variance.work == 0:
        return np.full(count, top / count)
    contenders = _contenders(predictions, top)
    result = np.zeros(count)
    result[contenders] = _draw(predictions, contenders, top=top, seed=seed)
    return result


def _contenders(predictions: Predictions, top: int) -> Places:
    """Return the places of the works that each of the leaders does not surely beat; the leaders are among them."""
    worth, equations = predictions.works, predictions.equations
    leaders = np.argsort(-worth, kind="stable")[:top]
    bearing = equations.inverse @ predictions.shared[leaders].toarray().T
    crossing = predictions.shared @ bearing
    own = np.asarray(predictions.shared.multiply(predictions.shared @ equations.inverse).sum(axis=1)).ravel()
    variances = predictions.own + own
    gaps = variances[:, None] + variances[leaders] - 2 * crossing
    errors = np.sqrt(np.maximum(gaps, 0) * predictions.fit.scale)
    behind = (worth[leaders] - worth[:, None] > _HOPELESS * errors).all(axis=1)
    behind[leaders] = False
    return np.flatnonzero(~behind)


def _draw(predictions: Predictions, chosen: Places, *, top: int, seed: int) -> Floats:
    random = np.random.default_rng(seed)
    covariance = predictions.covariance(chosen)
    covariance[np.diag_indices_from(covariance)] += _JITTER * float(np.trace(covariance)) / len(chosen)
    root, worth = np.linalg.cholesky(covariance).T, predictions.works[chosen]
    entries = np.zeros(len(chosen))
    for _ in range(DRAWS // _BLOCK):
        drawn = worth + random.standard_normal((_BLOCK, len(chosen))) @ root
        first = np.argpartition(-drawn, top - 1, axis=1)[:, :top]
        entries += np.bincount(first.ravel(), minlength=len(chosen))
    shares: Floats = entries / (DRAWS // _BLOCK * _BLOCK)
    return shares
