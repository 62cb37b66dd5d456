"""Best predictions (BLUP) of works and jurors, and how far a work's may stand from the truth."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse, special

from jury.calibration.design import Design, Floats
from jury.calibration.equations import Equations
from jury.calibration.reml import Fit
from jury.calibration.rules import CONFIDENCE

_BLOCK = 1000
"""Works at a time: memory stays that of a small table."""
_MANY = 300
"""With as many levels on both sides, variances are known well enough for the normal distribution."""


@dataclass(frozen=True)
class Predictions:
    """What the fitted equations say of each work and each juror, in the order of the design."""

    fit: Fit

    @property
    def equations(self) -> Equations:
        """The equations, at the fitted ratios."""
        return self.fit.equations

    @property
    def design(self) -> Design:
        """Whose scores these are."""
        return self.equations.design

    @property
    def jurors(self) -> Floats:
        """How much each juror scores above the panel's level."""
        inner, outer = self._effects
        return inner if self.design.works_outside else outer

    @cached_property
    def works(self) -> Floats:
        """What each work is worth, on the scale of the scores."""
        inner, outer = self._effects
        effects = outer if self.design.works_outside else inner
        worth: Floats = self.design.mean + self.equations.solution[0] + effects
        return worth

    @property
    def _effects(self) -> tuple[Floats, Floats]:
        equations = self.equations
        return equations.inner * equations.inner_pull, equations.outer * equations.outer_pull

    @cached_property
    def own(self) -> Floats:
        """The part of each work's error variance that it shares with no other, over the residual variance."""
        equations = self.equations
        return equations.outer * equations.share if self.design.works_outside else np.zeros(len(self.design.works))

    @cached_property
    def shared(self) -> Any:
        """By work, how the errors of the mean and of the inner side bear on it (a sparse table)."""
        equations = self.equations
        if self.design.works_outside:
            lost = -np.sqrt(equations.inner) * equations.outer * equations.share
            rest = sparse.diags_array(lost) @ self.design.counts
            return sparse.hstack([sparse.csr_array(equations.share[:, None]), rest], format="csr")
        count = len(self.design.works)
        rest = sparse.diags_array(np.full(count, np.sqrt(equations.inner)))
        return sparse.hstack([sparse.csr_array(np.ones((count, 1))), rest], format="csr")

    def covariance(self, chosen: Any) -> Floats:
        """Return the covariance of the errors of these works (places in the design)."""
        shared = self.shared[chosen]
        matrix: Floats = shared @ (shared @ self.equations.inverse).T
        matrix[np.diag_indices_from(matrix)] += self.own[chosen]
        return matrix * self.fit.scale

    @cached_property
    def half_widths(self) -> Floats:
        """Return half the interval of each work."""
        count = len(self.design.works)
        parts = [self._block(np.arange(first, min(first + _BLOCK, count))) for first in range(0, count, _BLOCK)]
        return np.concatenate(parts)

    def _block(self, chosen: Any) -> Floats:
        shared = self.shared[chosen]
        bearing = shared @ self.equations.inverse
        variances = self.own[chosen] + np.asarray(shared.multiply(bearing).sum(axis=1)).ravel()
        level = (1 + CONFIDENCE) / 2
        if min(self.design.counts.shape) > _MANY:
            quantile: Any = special.ndtri(level)
        else:
            quantile = special.stdtrit(self._freedom(chosen, bearing, variances), level)
        half: Floats = quantile * np.sqrt(variances * self.fit.scale)
        return half

    def _freedom(self, chosen: Any, bearing: Floats, variances: Floats) -> Floats:
        """Return Satterthwaite's degrees of freedom of the error variances: few jurors tell little of theirs.

        The predictor being best, the error variance answers to each component as if the predictor stayed the same.
        """
        equations = self.equations
        outer = np.einsum("ij,ij->i", bearing @ equations.slope, bearing)
        if self.design.works_outside:
            counts = sparse.hstack(
                [sparse.csr_array(self.design.outer_counts[:, None]), self.design.counts * np.sqrt(equations.inner)],
                format="csr",
            )[chosen]
            crossing = np.asarray(counts.multiply(bearing).sum(axis=1)).ravel()
            outer = outer + equations.share[chosen] ** 2 * (1 - 2 * crossing)
        inner = (bearing[:, 1:] ** 2).sum(axis=1) / equations.inner if equations.inner > 0 else np.zeros(len(bearing))
        rest = variances - equations.outer * outer - equations.inner * inner
        slopes = np.column_stack([outer, inner, rest])
        active = np.array([equations.outer > 0, equations.inner > 0, True])
        # Twice the inverse of the information, for a residual variance of 1: the scale cancels out.
        spread = 2 * np.linalg.pinv(equations.information[np.ix_(active, active)] / self.fit.scale)
        doubt = np.einsum("ij,jk,ik->i", slopes[:, active], spread, slopes[:, active])
        freedom: Floats = 2 * variances**2 / np.maximum(doubt, np.finfo(float).tiny)
        return np.clip(freedom, 1, None)
