"""What the panel may decide once scoring is closed, as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from concours.kernel.canonical import canonical_json
from concours.kernel.errors import DomainError
from jury.ranking import Line, Place, Ranking, format_mean
from jury.rules import Scale, format_number


@dataclass(frozen=True, slots=True)
class Choice:
    """A work that the panel honours, at which rank and why."""

    number: int
    rank: int
    reason: str


def check_tie_choice(line: Line, chosen: Sequence[int], reason: str) -> None:
    """Refuse a decision that is not about the tied works, or that fills more than the seats left."""
    if not line.tied:
        raise DomainError("Aucun ex æquo n'est à départager à la dernière place.")
    if len(set(chosen)) != len(chosen) or not set(chosen) <= set(line.tied):
        raise DomainError("Choisissez parmi les œuvres ex æquo à la dernière place, chacune une fois.")
    if len(chosen) > line.seats:
        raise DomainError(f"{_count(len(chosen))} pour {_count(line.seats, 'place')} à pourvoir : retirez-en.")
    if not reason:
        raise DomainError("Indiquez le motif de la décision : il figure au procès-verbal.")


def proposal(ranking: Ranking, line: Line, tie_winners: Sequence[int]) -> dict[int, int]:
    """Return the laureates of the ranking and of the tie decision: rank by number."""
    entering = [*line.inside, *sorted(tie_winners)]
    return {number: place.rank for number in entering if (place := ranking.place(number))}


def check_choices(choices: Sequence[Choice], numbers: Sequence[int], laureates_max: int) -> None:
    """Refuse honours that name a work twice or an unknown one, too many works, a lame ranking or no reason."""
    chosen = [choice.number for choice in choices]
    if len(chosen) > laureates_max:
        raise DomainError(f"Le palmarès compte au plus {_count(laureates_max)} : vous en avez choisi {len(chosen)}.")
    if len(set(chosen)) != len(chosen) or not set(chosen) <= set(numbers):
        raise DomainError("Chaque œuvre du palmarès porte un numéro connu et n'y figure qu'une fois.")
    _check_ranks([choice.rank for choice in choices])
    silent = [format_number(choice.number) for choice in choices if not choice.reason]
    if silent:
        raise DomainError(f"Indiquez le motif de la distinction pour : {', '.join(silent)}.")


def departs(choices: Sequence[Choice], proposed: Mapping[int, int]) -> bool:
    """Tell whether the honours are other than what ranking and tie decision propose."""
    return {choice.number: choice.rank for choice in choices} != dict(proposed)


def tie_facts(*, tied: Sequence[int], chosen: Sequence[int], casting_vote: bool, reason: str) -> dict[str, Any]:
    """Return what the chain seals of a decision between equals; the reason by its digest."""
    sealed = sha256(reason.encode()).hexdigest()
    return {"tied": list(tied), "chosen": list(chosen), "casting_vote": casting_vote, "reason": sealed}


def reasons_digest(choices: Sequence[Choice], departure_reason: str) -> str:
    """Return the SHA-256 of all the reasons of the honours, which the chain seals without telling them."""
    reasons = sorted([choice.number, choice.reason] for choice in choices)
    return sha256(canonical_json([reasons, departure_reason]).encode()).hexdigest()


def default_reason(place: Place, scale: Scale, decimals: int) -> str:
    """Return the reason that the ranking itself gives: the panel may keep it or write its own."""
    return f"Rang {place.rank} du classement, moyenne {format_mean(place.mean, decimals)} sur {scale.high}."


def _check_ranks(ranks: Sequence[int]) -> None:
    for rank in ranks:
        if rank != 1 + sum(other < rank for other in ranks):
            raise DomainError(
                "Les rangs se suivent à partir de 1 ; deux œuvres de même rang laissent vide le rang suivant "
                "(par exemple 1, 2, 2, 4)."
            )


def _count(count: int, word: str = "œuvre") -> str:
    return f"{count} {word}{'s' if count > 1 else ''}"
