"""Exact means kept as text, and what must have happened before anonymity is lifted."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from concours.editions.rules import Edition, Phase, phase


@dataclass(frozen=True, slots=True)
class Step:
    """One thing on the way to the unsealing, who does it, and when it was done."""

    label: str
    who: str
    done: bool


@dataclass(frozen=True, slots=True)
class JuryMilestones:
    """What the jury has done so far."""

    scoring_closed_at: datetime | None = None
    laureates_recorded_at: datetime | None = None
    minutes_signed_at: datetime | None = None


def to_text(mean: Fraction) -> str:
    """Return the exact fraction as « 25/3 »; `to_fraction` reads it back equal."""
    return f"{mean.numerator}/{mean.denominator}"


def to_fraction(text: str) -> Fraction:
    """Return the fraction that `to_text` wrote."""
    return Fraction(text)


def steps(edition: Edition, jury: JuryMilestones, now: datetime) -> tuple[Step, ...]:
    """Return all that comes before the unsealing, in order."""
    closed = phase(edition, now) not in (Phase.UPCOMING, Phase.OPEN)
    handed_over = edition.milestones.handed_over_at is not None
    return (
        Step("Clôture des dépôts", "calendrier de l'édition", closed),
        Step("Transmission des œuvres au jury", "secrétariat du concours", handed_over),
        Step("Clôture de l'évaluation", "secrétaire du jury", jury.scoring_closed_at is not None),
        Step("Palmarès enregistré", "présidence ou secrétariat du jury", jury.laureates_recorded_at is not None),
        Step("Procès-verbal signé", "présidence ou secrétariat du jury", jury.minutes_signed_at is not None),
    )
