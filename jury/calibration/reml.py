"""Variances by restricted maximum likelihood: Newton's method on the ratios, kept at 0 or above."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jury.calibration.design import Design, Floats
from jury.calibration.equations import Equations
from jury.calibration.rules import Components

_STEPS = 60
_HALVINGS = 30
_NEAR = 1e-13
"""The decrease of the deviance that is still worth a step."""
_EXACT = 1e7
"""A ratio at which chance is as good as none: beyond, the residual variance is told as 0."""


@dataclass(frozen=True)
class Fit:
    """Equations at the ratios that make the scores likeliest."""

    equations: Equations
    scale: float
    """The residual variance that the ratios refer to."""
    exact: bool = False
    """Whether works and jurors explain every score: the residual variance is 0, and `scale` as good as that."""

    @property
    def variance(self) -> Components:
        """The variances themselves."""
        outer, inner = self.equations.outer * self.scale, self.equations.inner * self.scale
        work, juror = (outer, inner) if self.equations.design.works_outside else (inner, outer)
        return Components(work, juror, 0.0 if self.exact else self.scale)


def fit(design: Design) -> Fit:
    """Return the restricted maximum likelihood."""
    exact = _without_chance(design)
    if exact is not None:
        return exact
    here = Equations(design, *_first_guess(design))
    for _ in range(_STEPS):
        ratios, gradient = np.array([here.outer, here.inner]), here.gradient
        free = (ratios > 0) | (gradient < 0)
        step = _step(here.curvature, gradient, free)
        if -float(gradient @ step) < _NEAR:
            break
        there = _go(here, ratios, step)
        if there is None:
            break
        here = there
    return Fit(here, here.residual)


def _step(curvature: Floats, gradient: Floats, free: NDArray[np.bool_]) -> Floats:
    step = np.zeros(2)
    chosen = np.flatnonzero(free)
    if len(chosen):
        step[chosen] = np.linalg.lstsq(curvature[np.ix_(chosen, chosen)], -gradient[chosen], rcond=None)[0]
    return step


def _go(here: Equations, ratios: Floats, step: Floats) -> Equations | None:
    """Return the equations after the step, halved until the deviance goes down; None when it does not."""
    for halving in range(_HALVINGS):
        outer, inner = np.clip(ratios + step / 2**halving, 0, _EXACT)
        there = Equations(here.design, float(outer), float(inner))
        if there.deviance < here.deviance:
            return there
    return None


def _first_guess(design: Design) -> tuple[float, float]:
    """Return the ratios of the analysis of variance, which are the answer on a complete panel."""
    lines, columns = design.counts.shape
    between_lines = float((design.outer_sums**2 / design.outer_counts).sum())
    between_columns = float((design.inner_sums**2 / design.inner_counts).sum())
    freedom = max(design.size - lines - columns + 1, 1)
    rest = max(design.squares - between_lines - between_columns, design.squares / 100) / freedom
    outer = (between_lines / (lines - 1) - rest) / (design.size / lines)
    inner = (between_columns / (columns - 1) - rest) / (design.size / columns)
    return max(outer / rest, 0.0), max(inner / rest, 0.0)


def _without_chance(design: Design) -> Fit | None:
    """Return the limit where works and jurors explain every score, None elsewhere."""
    stiff = Equations(design, _EXACT, _EXACT)
    if stiff.spread > design.squares / _EXACT:
        return None
    variances = np.array([np.var(pull * _EXACT, ddof=1) for pull in (stiff.outer_pull, stiff.inner_pull)])
    ratios = variances / variances.max() * _EXACT
    outer, inner = np.where(ratios > 1, ratios, 0)
    return Fit(Equations(design, float(outer), float(inner)), float(variances.max()) / _EXACT, exact=True)
