"""The blind test: which administrations are proposed for a work, how many may play, what is shown of the guesses."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from concours.kernel.errors import DomainError

OPTIONS = 4
"""Administrations proposed for each work, where there are as many."""
_FEWEST = 2
PLAYERS_MAX = 2000
"""Telephones that may play: beyond any room, short of what a prankster would like."""
ERASED_AFTER = timedelta(days=1)
"""Since the end of the event."""


@dataclass(frozen=True, slots=True)
class Playable:
    """A laureate whose creation may be shown, and whose administration is to be guessed."""

    number: int
    title: str
    administration: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is proposed for one work."""

    options: tuple[str, ...]
    answer: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How many chose each option of a round."""

    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """How many chose."""
        return sum(self.counts)

    def share(self, index: int) -> int:
        """Return the share of one option, in whole per cent."""
        return round(100 * self.counts[index] / self.total) if self.total else 0


def draw(work: Playable, others: Collection[str], dice: Random) -> Question:
    """Return the work's own administration among others, drawn and shuffled. Raises DomainError with too few."""
    pool = sorted({name for name in others if name.casefold() != work.administration.casefold()})
    if len(pool) < _FEWEST - 1:
        raise DomainError(
            "Il faut au moins deux administrations différentes pour qu'il y ait quelque chose à deviner : cochez-en "
            "d'autres. Le jeu n'a pas changé."
        )
    options = [work.administration, *dice.sample(pool, min(OPTIONS - 1, len(pool)))]
    dice.shuffle(options)
    return Question(tuple(options), options.index(work.administration))


def tally_of(choices: Sequence[tuple[int, int]], options: int) -> Tally:
    """Return the tally of (option, how many)."""
    counts = dict(choices)
    return Tally(tuple(counts.get(index, 0) for index in range(options)))
