"""What calibration takes and gives, as plain values: no NumPy here, so that pages and commands may always load it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from concours.kernel.errors import DomainError

CONFIDENCE = 0.95
"""What share of the intervals should hold the truth."""


@dataclass(frozen=True, slots=True)
class Score:
    """What one juror gave to one work, all criteria together or one of them."""

    work: str
    juror: str
    value: Fraction


@dataclass(frozen=True, slots=True)
class Components:
    """Where the scores' variance comes from. Each is 0 or more, and exactly 0 where the data ask for less."""

    work: float
    juror: float
    residual: float

    @property
    def total(self) -> float:
        """The variance of one score of one juror drawn at random on a work drawn at random."""
        return self.work + self.juror + self.residual


@dataclass(frozen=True, slots=True)
class Estimate:
    """One work: its plain mean, then what it is worth once jurors' severities and chance are accounted for."""

    mean: float
    estimate: float
    low: float
    high: float
    p_top: float
    """Probability of being among the first `top` works."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How much of a juror's score, and of the panel's mean, comes from the works; and how alike jurors rank them."""

    single: float
    """ICC(2,1), of one juror."""
    average: float
    """ICC(2,k), of the mean of k jurors."""
    kendall_w: float | None
    """None when the panel is incomplete, or when no juror distinguishes any works."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """All that the model says of a panel."""

    variance: Components
    jurors: Mapping[str, float]
    """How much higher (above 0) or lower than the panel each juror scores."""
    works: Mapping[str, Estimate]
    agreement: Agreement
    complete: bool
    """Whether every juror scored every work: the order of the estimates is then that of the means."""
    top: int
    seed: int

    @property
    def separates(self) -> bool:
        """Whether the panel tells works apart at all."""
        return self.variance.work > 0


def check_scores(scores: Sequence[Score]) -> None:
    """Refuse scores that say nothing of works beside jurors, whatever the model."""
    if not scores:
        raise DomainError("Il n'y a aucune note à examiner.")
    if len({score.juror for score in scores}) == 1:
        raise DomainError(
            "Un seul juré a noté : ce qui tient aux œuvres et ce qui tient au juré ne se distinguent pas. "
            "Il faut au moins deux jurés."
        )
    if len({score.work for score in scores}) == 1:
        raise DomainError("Une seule œuvre est notée : il n'y a rien à comparer. Il en faut au moins deux.")
    if len({score.value for score in scores}) == 1:
        raise DomainError("Toutes les notes sont égales : rien n'y distingue les œuvres, et il n'y a rien à estimer.")


def check_crossing(residual_freedom: int) -> None:
    """Refuse scores that cross too little: chance could not be told from works or from jurors."""
    if residual_freedom < 1:
        raise DomainError(
            "Les notes ne se recoupent pas assez : il faut que plusieurs jurés aient noté les mêmes œuvres "
            "pour distinguer les œuvres, les jurés et le hasard."
        )


def is_complete(scores: Collection[Score]) -> bool:
    """Tell whether every juror scored every work."""
    return len(scores) == len({score.work for score in scores}) * len({score.juror for score in scores})
