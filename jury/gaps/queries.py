"""What calibration says of a session's sheets, calculated once for the same sheets."""

from fractions import Fraction
from functools import lru_cache

from sqlalchemy.orm import Session

from concours.kernel.errors import DomainError
from jury.calibration.rules import Calibration, Components, Score
from jury.gaps.rules import Gaps, chart_of, shares_of
from jury.models import JurySession
from jury.ranking import weighted_mean
from jury.tallies import ranking_of, sheets_of

_Sheets = list[tuple[str, str, dict[str, int]]]
"""Work, juror, points of each whole sheet."""


def gaps_of(session: Session, jury: JurySession) -> Gaps:
    """Return what the page on gaps shows."""
    sheets = _sheets(session, jury)
    try:
        found = _calibrated(_scores(sheets, jury), jury.laureates_max)
    except DomainError as refusal:
        return Gaps(None, refusal=refusal.message)
    ranking = ranking_of(session, jury, detailed=False)
    return Gaps(
        calibration=found,
        chart=chart_of(found, ranking) if found.separates else None,
        shares=shares_of(found.variance),
        criteria=[(each.label, _variance(_scores(sheets, jury, each.key))) for each in jury.criteria_list],
    )


def severity_of(session: Session, jury: JurySession, *, member_id: str) -> float | None:
    """Return how far one juror scores from the panel's level; None where nothing says so."""
    try:
        return _calibrated(_scores(_sheets(session, jury), jury), jury.laureates_max).jurors.get(member_id)
    except DomainError:
        return None


def _sheets(session: Session, jury: JurySession) -> _Sheets:
    found, keys = sheets_of(session, jury), [criterion.key for criterion in jury.criteria_list]
    rows = ((number, member, points) for member, given in found.kept.items() for number, points in given.items())
    return [(str(number), member, dict(zip(keys, points, strict=True))) for number, member, points in sorted(rows)]


def _scores(sheets: _Sheets, jury: JurySession, criterion: str | None = None) -> tuple[Score, ...]:
    """Return the sheets' weighted means, or their points for one criterion."""
    criteria = jury.criteria_list
    return tuple(
        Score(work, juror, weighted_mean(points, criteria) if criterion is None else Fraction(points[criterion]))
        for work, juror, points in sheets
    )


@lru_cache(maxsize=8)
def _calibrated(scores: tuple[Score, ...], top: int) -> Calibration:
    # Loaded when the page is asked for: NumPy and SciPy stay out of a process that nobody asks.
    from jury.calibration.estimate import calibrate  # noqa: PLC0415 -- as said above

    return calibrate(scores, top=top)


@lru_cache(maxsize=32)
def _variance(scores: tuple[Score, ...]) -> Components | None:
    from jury.calibration.estimate import variance_of  # noqa: PLC0415 -- as in _calibrated

    try:
        return variance_of(scores)
    except DomainError:
        return None
