"""The session of the jury as plain values: quorum, order of discussion, opinions, hands. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from concours.kernel.errors import DomainError
from jury.ranking import Ranking
from jury.ranking_rule import RankingRule
from jury.robustness.sheets import Sheets
from jury.rules import format_number

MOTION_MAX_LENGTH = 1000
"""Characters in a motion."""

NUMBERS_MAX_LENGTH = 500
"""Characters in the list of the works that a motion is about."""

SCORE_CHANGED = "score_changed"
"""Names the act in the audit chain: from the sheets of the closing to those that the ranking is made from."""

_DISAGREE = Fraction(4, 10)
"""Of the scale: two sheets as far apart as this disagree."""
_REHEARSED = ((6, 9, 4), (7, 5, 8))
"""Tenths of the scale that invented jurors give to each example, one after the other."""


class Move(StrEnum):
    """Where the order of discussion takes a work."""

    UP = "up"
    DOWN = "down"
    FIRST = "first"


class Outcome(StrEnum):
    """What the hands said."""

    ADOPTED = "adopted"
    REJECTED = "rejected"
    EQUAL = "equal"
    """Not adopted, unless the president's casting vote settles it."""


@dataclass(frozen=True, slots=True)
class Hands:
    """A show of hands, counted."""

    in_favour: int
    against: int
    abstained: int

    @property
    def total(self) -> int:
        """Every hand, raised or not."""
        return self.in_favour + self.against + self.abstained


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the sheets say of one work, nobody named: each one's weighted mean, lowest first."""

    means: tuple[Fraction, ...]
    bars: tuple[tuple[int, int], ...]
    """Each point of the scale, and how many sheets are nearest to it."""
    divided: bool
    """Whether two sheets are far apart."""

    @property
    def spread(self) -> Fraction:
        """How far apart the lowest and the highest sheet are."""
        return self.means[-1] - self.means[0] if self.means else Fraction(0)

    @property
    def words(self) -> str:
        """The bars in words, lowest first: « 1 fiche à 4, 2 à 7 »."""
        told = [(count, point) for point, count in self.bars if count]
        if not told:
            return "aucune fiche"
        (first, point), *others = told
        begins = f"{first} fiche{'s' if first > 1 else ''} à {point}"
        return ", ".join([begins, *(f"{count} à {point}" for count, point in others)])


def quorum_of(entitled: int) -> int:
    """Return how many members must be there: more than half of those entitled to vote."""
    return entitled // 2 + 1


def agenda_of(ranking: Ranking, seats: int) -> list[int]:
    """Return the order of discussion: works nearest to the last place first, those without a place at the end."""
    by_distance = sorted(enumerate(ranking.places), key=lambda each: (abs(2 * each[0] + 1 - 2 * seats), each[0]))
    return [place.number for _, place in by_distance] + list(ranking.unranked)


def moved(agenda: Sequence[int], number: int, move: Move) -> list[int]:
    """Return the order with this work moved; at its end already, it stays there."""
    others, here = [each for each in agenda if each != number], list(agenda).index(number)
    there = {Move.UP: max(here - 1, 0), Move.DOWN: here + 1, Move.FIRST: 0}[move]
    return [*others[:there], number, *others[there:]]


def opinions_of(sheets: Sheets) -> dict[int, Opinion]:
    """Return what the sheets say of each work."""
    means: dict[int, list[Fraction]] = {number: [] for number in sheets.numbers}
    for given in sheets.totals.values():
        for number, total in given.items():
            means[number].append(Fraction(total, sheets.rule.weight))
    return {number: _opinion(sorted(found), sheets.rule) for number, found in means.items()}


def outcome(hands: Hands, *, casting_vote: bool | None) -> Outcome:
    """Return what the hands said: more for than against, whoever abstains; the casting vote settles equal ones."""
    if hands.in_favour != hands.against:
        return Outcome.ADOPTED if hands.in_favour > hands.against else Outcome.REJECTED
    if casting_vote is None:
        return Outcome.EQUAL
    return Outcome.ADOPTED if casting_vote else Outcome.REJECTED


def check_hands(hands: Hands, voters: int) -> None:
    """Refuse a count that is not that of those who may vote: a hand was forgotten, or one too many raised."""
    if hands.total != voters:
        expected = f"{voters} votant{'s' if voters > 1 else ''}"
        raise DomainError(
            f"Le décompte fait {hands.total} voix, pour {expected}. Recomptez : qui ne lève pas la main s'abstient ; "
            "qui ne prend pas part au vote ne compte pas."
        )


def read_numbers(typed: str, known: Collection[int]) -> list[int]:
    """Return the numbers of works that somebody typed, each once. Raises DomainError for any other."""
    found = sorted({int(each) for each in re.findall(r"[0-9]{1,9}", typed)})
    strange = [format_number(number) for number in found if number not in known]
    if strange:
        raise DomainError(f"Ce numéro n'est pas celui d'une œuvre que vous examinez : {', '.join(strange)}.")
    if typed.strip() and not found:
        raise DomainError("Indiquez des numéros d'œuvres, par exemple : 12, 45.")
    return found


def rehearsed(rule: RankingRule, jurors: Sequence[str], numbers: Sequence[int]) -> dict[str, dict[int, list[int]]]:
    """Return invented sheets on the example works, by juror and number: a jury that does not quite agree."""
    low, high = rule.scale.low, rule.scale.high
    return {
        juror: {
            number: [low + (high - low) * tenths[place % len(tenths)] // 10] * len(rule.criteria)
            for number, tenths in zip(numbers, _REHEARSED, strict=True)
        }
        for place, juror in enumerate(jurors)
    }


def with_changes(
    points: Mapping[str, Mapping[int, Sequence[int]]],
    changes: Sequence[tuple[str, int, str, int]],
    rule: RankingRule,
) -> dict[str, dict[int, list[int]]]:
    """Return the sheets once these scores (juror, number, criterion, points) have changed, one after the other."""
    places = {criterion.key: place for place, criterion in enumerate(rule.criteria)}
    changed = {juror: {number: list(each) for number, each in given.items()} for juror, given in points.items()}
    for juror, number, criterion, value in changes:
        changed[juror][number][places[criterion]] = value
    return changed


def _opinion(means: Sequence[Fraction], rule: RankingRule) -> Opinion:
    nearest = [(2 * mean.numerator + mean.denominator) // (2 * mean.denominator) for mean in means]
    bars = tuple((point, nearest.count(point)) for point in rule.scale.points)
    wide = _DISAGREE * (rule.scale.high - rule.scale.low)
    return Opinion(tuple(means), bars, divided=bool(means) and means[-1] - means[0] >= wide)
