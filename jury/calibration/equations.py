"""Henderson's mixed-model equations for score = mean + outer + inner + chance, at given ratios of variances.

The ratios are variances over the residual one. Effects are scaled by the root of their ratio, which leaves the
equations whole where a ratio is 0. The outer side is eliminated (its block is diagonal); only the mean and the inner
side are factored, as one dense matrix.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.linalg.lapack import dpotri

from jury.calibration.design import Design, Floats

_TINY = 1e-9
"""A ratio below which the trace is taken at 0: the other formula would lose its digits."""


@dataclass(frozen=True)
class Vectors:
    """Some vectors over the scores, known by their sums and their products: nothing more is ever needed of them."""

    outer: Floats
    """Sums by line, one column a vector."""
    inner: Floats
    products: Floats


class Equations:
    """The equations, factored once; what is asked of them is then a few products."""

    def __init__(self, design: Design, outer: float, inner: float) -> None:
        self.design, self.outer, self.inner = design, outer, inner
        self.share: Floats = 1 / (1 + outer * design.outer_counts)
        """What one line keeps of its own once its effect is eliminated."""
        self.scale: Floats = np.append(1.0, np.full(design.counts.shape[1], np.sqrt(inner)))
        matrix = self.scale[:, None] * self._reduced * self.scale
        matrix[np.diag_indices_from(matrix)] += np.append(0.0, np.ones(design.counts.shape[1]))
        self._factor = cho_factor(matrix, lower=True, overwrite_a=True, check_finite=False)

    @cached_property
    def _reduced(self) -> Floats:
        """The normal equations of the mean and the inner side, outer side eliminated, not scaled."""
        design, share = self.design, self.share
        columns = design.counts.shape[1]
        matrix = np.empty((columns + 1, columns + 1))
        matrix[1:, 1:] = -self.outer * design.crossed(share)
        matrix[1:, 1:][np.diag_indices(columns)] += design.inner_counts
        matrix[0, 1:] = matrix[1:, 0] = design.transposed @ share
        matrix[0, 0] = design.outer_counts @ share
        return matrix

    @cached_property
    def slope(self) -> Floats:
        """How the scaled matrix answers to the outer ratio: lines crossed with the square of their share."""
        design, share = self.design, self.share
        columns = design.counts.shape[1]
        matrix = np.empty((columns + 1, columns + 1))
        matrix[1:, 1:] = design.crossed(share**2)
        matrix[0, 1:] = matrix[1:, 0] = design.transposed @ (design.outer_counts * share**2)
        matrix[0, 0] = (design.outer_counts * share) @ (design.outer_counts * share)
        scaled: Floats = self.scale[:, None] * matrix * self.scale
        return scaled

    def solve(self, right: Floats) -> Floats:
        """Return the solution of the reduced equations."""
        solution: Floats = cho_solve(self._factor, right, check_finite=False)
        return solution

    @cached_property
    def inverse(self) -> Floats:
        """The inverse of the reduced matrix: prediction-error covariances, over the residual variance."""
        half, _ = dpotri(self._factor[0], lower=True)
        half = np.tril(half)
        whole: Floats = half + np.tril(half, -1).T
        return whole

    @cached_property
    def _scores(self) -> Vectors:
        design = self.design
        return Vectors(design.outer_sums[:, None], design.inner_sums[:, None], np.array([[design.squares]]))

    def _right(self, vectors: Vectors) -> Floats:
        kept = vectors.outer * self.share[:, None]
        inner = vectors.inner - self.outer * (self.design.transposed @ kept)
        right: Floats = self.scale[:, None] * np.vstack([kept.sum(axis=0), inner])
        return right

    def products(self, vectors: Vectors) -> Floats:
        """Return the vectors' products through P: the inverse covariance of the scores, the mean taken out."""
        right = self._right(vectors)
        kept = vectors.outer.T @ (vectors.outer * self.share[:, None])
        result: Floats = vectors.products - self.outer * kept - right.T @ self.solve(right)
        return result

    @cached_property
    def solution(self) -> Floats:
        """The mean (less the plain mean of all scores) and the scaled inner effects."""
        return self.solve(self._right(self._scores))[:, 0]

    @cached_property
    def spread(self) -> float:
        """y'Py: the weighted sum of squares that the residual variance is made from."""
        return max(float(self.products(self._scores)[0, 0]), 0.0)

    @cached_property
    def outer_pull(self) -> Floats:
        """Z'Py of the outer side: its predicted effects, over its ratio."""
        told = self.scale * self.solution
        fitted = self.design.outer_counts * told[0] + self.design.counts @ told[1:]
        pull: Floats = self.share * (self.design.outer_sums - fitted)
        return pull

    @cached_property
    def inner_pull(self) -> Floats:
        """Z'Py of the inner side."""
        kept = self.design.inner_sums - self.outer * (self.design.transposed @ (self.design.outer_sums * self.share))
        pull: Floats = kept - self._reduced[1:] @ (self.scale * self.solution)
        return pull

    @property
    def residual(self) -> float:
        """The residual variance that these ratios make likeliest (REML)."""
        return self.spread / (self.design.size - 1)

    @property
    def deviance(self) -> float:
        """Minus twice the restricted log-likelihood, residual variance profiled out, but for a constant."""
        inside = 2 * float(np.log(np.diag(self._factor[0])).sum())
        return (self.design.size - 1) * float(np.log(self.spread)) - float(np.log(self.share).sum()) + inside

    @property
    def _traces(self) -> Floats:
        """Traces of Z'PZ, outer then inner."""
        outer = float(self.design.outer_counts @ self.share) - float((self.inverse * self.slope).sum())
        if self.inner > _TINY:
            inner = (len(self.scale) - 1 - float(np.trace(self.inverse[1:, 1:]))) / self.inner
        else:
            matrix = self._reduced
            inner = float(np.trace(matrix[1:, 1:])) - float(matrix[0, 1:] @ matrix[0, 1:]) / float(matrix[0, 0])
        return np.array([outer, inner])

    @property
    def gradient(self) -> Floats:
        """Of the deviance, by the outer ratio and by the inner one."""
        pulls = np.array([self.outer_pull @ self.outer_pull, self.inner_pull @ self.inner_pull])
        gradient: Floats = self._traces - pulls / self.residual
        return gradient

    @cached_property
    def information(self) -> Floats:
        """Working variates through P, outer, inner, residual: twice the average information, for a residual of 1."""
        design, outer, inner = self.design, self.outer_pull, self.inner_pull
        crossing = float(outer @ (design.counts @ inner))
        on_outer, on_inner = float(outer @ outer), float(inner @ inner)
        rest = self.spread - self.outer * on_outer - self.inner * on_inner
        products = np.array(
            [
                [float(design.outer_counts @ outer**2), crossing, on_outer],
                [crossing, float(design.inner_counts @ inner**2), on_inner],
                [on_outer, on_inner, rest],
            ]
        )
        by_outer = np.column_stack([design.outer_counts * outer, design.counts @ inner, outer])
        by_inner = np.column_stack([design.transposed @ outer, design.inner_counts * inner, inner])
        return self.products(Vectors(by_outer, by_inner, products))

    @property
    def curvature(self) -> Floats:
        """Of the deviance by the two ratios, average information taken for its expectation: never negative."""
        pulls = np.array([self.outer_pull @ self.outer_pull, self.inner_pull @ self.inner_pull])
        bent = self.information[:2, :2] / self.residual - np.outer(pulls, pulls) / (self.residual * self.spread)
        curvature: Floats = bent
        return curvature
