"""Exact means kept as text, what comes before the unsealing and after it, and what becomes of each entry."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from concours.editions.rules import Edition, Phase, is_published, phase
from concours.kernel.clock import format_instant
from concours.kernel.errors import Conflict, DomainError, Forbidden


class Outcome(StrEnum):
    """What became of a deposited entry, from what is on record."""

    LAUREATE = "laureate"
    NOT_RETAINED = "not_retained"
    REFUSED = "refused"
    """Its team was told with the reason, when the decision became final."""


class LetterKind(StrEnum):
    """What teams are written about the honours; each once."""

    EMBARGO = "embargo"
    """To laureates alone, before the publication."""
    RESULT = "result"
    """To everybody, at the publication."""


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


def outcome_of(*, honoured: bool, judged: bool, refused: bool) -> Outcome | None:
    """Return what became of an entry; None where nothing was decided, of which nothing is written to anybody."""
    if honoured:
        return Outcome.LAUREATE
    if refused:
        return Outcome.REFUSED
    return Outcome.NOT_RETAINED if judged else None


def check_publication(edition: Edition, at: datetime | None, now: datetime) -> None:
    """Let the honours be published, now or at an hour, which may be set before there are any.

    Raises Forbidden, Conflict or DomainError, which say why not.
    """
    if is_published(edition, now):
        raise Conflict("Le palmarès est déjà public : tout le monde a pu le lire, il ne se retire plus.")
    if at is None:
        if edition.milestones.unsealed_at is None:
            raise Forbidden("L'anonymat n'est pas levé : il n'y a pas encore de palmarès à publier. Rien n'a changé.")
    elif at < now:
        raise DomainError(
            f"Cette date est passée (il est {format_instant(now)}). Choisissez une date à venir, ou publiez maintenant."
        )
    elif at <= edition.closes_at:
        raise DomainError(
            f"Les dépôts ferment le {format_instant(edition.closes_at)} : la révélation vient après. Rien n'a changé."
        )


def hour_warning(edition: Edition, now: datetime) -> str:
    """Say what is odd about the hour of the reveal, if anything; nothing of that is refused."""
    at, event = edition.milestones.publish_at, edition.event
    if at is None or is_published(edition, now):
        return ""
    if at <= now:
        return "Cette heure est passée et l'anonymat n'est pas levé : rien n'est public. Fixez une autre heure."
    if at <= edition.closes_at:
        return "Les dépôts ferment maintenant après cette heure. Fixez-en une autre."
    if event and at < event.starts_at:
        return f"C'est avant l'évènement ({format_instant(event.starts_at)}) : la salle saurait déjà tout."
    if event and at > event.ends_at:
        return f"C'est après la fin de l'évènement ({format_instant(event.ends_at)})."
    return ""


def check_embargo(edition: Edition, now: datetime) -> None:
    """Let laureates be told before everybody. Raises Forbidden before the unsealing, Conflict once all is public."""
    if edition.milestones.unsealed_at is None:
        raise Forbidden("L'anonymat n'est pas levé : personne n'est encore lauréat. Aucun message n'est parti.")
    if is_published(edition, now):
        raise Conflict("Le palmarès est public : prévenez toutes les équipes à la fois. Aucun message n'est parti.")
