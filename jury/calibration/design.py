"""Scores as the arrays that the equations need: who scored what, sums by work and by juror."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from jury.calibration.rules import Score

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Design:
    """A two-way table with holes. The longer side is `outer`, which the equations eliminate; the other is `inner`."""

    counts: Any
    """Scores in each cell (outer x inner), compressed by rows."""
    outer_sums: Floats
    """Of the scores less their mean, as all sums here."""
    inner_sums: Floats
    squares: float
    mean: float
    works_outside: bool
    """Whether the works are the outer side."""
    works: Sequence[str]
    jurors: Sequence[str]

    @property
    def size(self) -> int:
        """How many scores."""
        return int(self.counts.sum())

    @cached_property
    def transposed(self) -> Any:
        """The same table, inner x outer."""
        return self.counts.T.tocsr()

    @cached_property
    def outer_counts(self) -> Floats:
        """Scores of each line."""
        return np.asarray(self.counts.sum(axis=1), dtype=float).ravel()

    @cached_property
    def inner_counts(self) -> Floats:
        """Scores of each column."""
        return np.asarray(self.counts.sum(axis=0), dtype=float).ravel()

    @property
    def work_counts(self) -> Floats:
        """Scores of each work."""
        return self.outer_counts if self.works_outside else self.inner_counts

    @property
    def work_means(self) -> Floats:
        """The plain mean of each work."""
        sums = self.outer_sums if self.works_outside else self.inner_sums
        means: Floats = self.mean + sums / self.work_counts
        return means

    def crossed(self, weights: Floats) -> Floats:
        """Return the inner x inner table of common lines, each line counted with its weight."""
        weighted = self.counts.copy()
        weighted.data = weighted.data * np.repeat(weights, np.diff(weighted.indptr))
        table: Floats = (self.transposed @ weighted).toarray()
        return table

    @property
    def residual_freedom(self) -> int:
        """Scores that remain once each work and each juror has had its own level."""
        lines, columns = self.counts.shape
        graph = sparse.block_array([[None, self.counts], [self.transposed, None]])
        pieces, _ = connected_components(graph, directed=False)
        return int(self.counts.nnz) - (lines + columns - int(pieces)) if self.counts.nnz else 0


def lay_out(scores: Sequence[Score]) -> Design:
    """Return the scores as arrays; works and jurors keep the order of their names."""
    works, jurors = sorted({s.work for s in scores}), sorted({s.juror for s in scores})
    work_at, juror_at = {name: i for i, name in enumerate(works)}, {name: i for i, name in enumerate(jurors)}
    lines = np.array([work_at[s.work] for s in scores])
    columns = np.array([juror_at[s.juror] for s in scores])
    values = np.array([float(s.value) for s in scores])
    return make_design(lines, columns, values, works, jurors)


def make_design(
    works_at: NDArray[Any], jurors_at: NDArray[Any], values: Floats, works: Sequence[str], jurors: Sequence[str]
) -> Design:
    """Return the design of scores given by the places of their work and of their juror."""
    outside = len(works) >= len(jurors)
    lines, columns = (works_at, jurors_at) if outside else (jurors_at, works_at)
    shape = (len(works), len(jurors)) if outside else (len(jurors), len(works))
    mean = float(values.mean())
    apart = values - mean
    return Design(
        counts=sparse.csr_array((np.ones(len(values)), (lines, columns)), shape=shape),
        outer_sums=np.bincount(lines, weights=apart, minlength=shape[0]).astype(float),
        inner_sums=np.bincount(columns, weights=apart, minlength=shape[1]).astype(float),
        squares=float(apart @ apart),
        mean=mean,
        works_outside=outside,
        works=works,
        jurors=jurors,
    )
