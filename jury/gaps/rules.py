"""Which works the page on gaps lists, and where each stands on its axis. Positions are whole, from 0 to AXIS."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jury.calibration.rules import Calibration, Components, Estimate
from jury.calibration.words import shares
from jury.ranking import Ranking

AXIS = 1000
_WORTH_LISTING = 0.01
"""The chance of being among the first below which a work is only counted."""


@dataclass(frozen=True, slots=True)
class Row:
    """One work: its place in the official ranking, what calibration says, and the same on the axis."""

    rank: int
    number: int
    estimate: Estimate
    low: int
    middle: int
    high: int


@dataclass(frozen=True, slots=True)
class Chart:
    """The works around the line."""

    rows: Sequence[Row]
    line: int | None
    """Between the last of the first and the next, by estimate."""
    begins: float
    ends: float
    """What the axis goes from and to."""
    others: int
    """Works with less than one chance in a hundred."""


@dataclass(frozen=True, slots=True)
class Share:
    """One source of the differences between scores."""

    label: str
    hundredths: int


@dataclass(frozen=True, slots=True)
class Gaps:
    """What the page shows. `refusal` says why nothing could be calculated; the rest is then empty."""

    calibration: Calibration | None
    chart: Chart | None = None
    shares: Sequence[Share] = ()
    criteria: Sequence[tuple[str, Components | None]] = ()
    """By label; None where one criterion alone says nothing."""
    refusal: str = ""


def chart_of(found: Calibration, ranking: Ranking) -> Chart:
    """Return the works that may be among the first, by rank."""
    estimates = {int(work): estimate for work, estimate in found.works.items()}
    listed = [
        place for place in ranking.places if place.rank <= found.top or estimates[place.number].p_top >= _WORTH_LISTING
    ]
    begins = min(estimates[place.number].low for place in listed)
    ends = max(estimates[place.number].high for place in listed)
    line = _line(estimates, found.top)
    return Chart(
        rows=[
            Row(
                place.rank,
                place.number,
                each := estimates[place.number],
                *(_at(value, begins, ends) for value in (each.low, each.estimate, each.high)),
            )
            for place in listed
        ],
        line=None if line is None else _at(line, begins, ends),
        begins=begins,
        ends=ends,
        others=len(ranking.places) - len(listed),
    )


def shares_of(variance: Components) -> list[Share]:
    """Return the three sources, in the order in which they are named."""
    labels = ("Les œuvres", "La sévérité des jurés", "Le reste : goûts, hasard")
    return [Share(label, part) for label, part in zip(labels, shares(variance), strict=True)]


def _line(estimates: Mapping[int, Estimate], top: int) -> float | None:
    worth = sorted((each.estimate for each in estimates.values()), reverse=True)
    return (worth[top - 1] + worth[top]) / 2 if len(worth) > top else None


def _at(value: float, begins: float, ends: float) -> int:
    return round(AXIS * (value - begins) / (ends - begins)) if ends > begins else AXIS // 2
