"""How far the weight of a criterion may move before the selection changes, exactly."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from jury.robustness.sheets import Sheets


@dataclass(frozen=True)
class Sweep:
    """The share of one criterion in the whole weight, and between what shares the selected works stay ahead.

    The other criteria keep their proportions. At `low` and `high` themselves a work comes up to the selected ones,
    unless they are 0 and 1.
    """

    criterion: str
    share: Fraction
    low: Fraction
    high: Fraction
    enters_below: tuple[int, ...]
    """The works that come up at `low`; none when nothing does down to 0."""
    enters_above: tuple[int, ...]


def sweep(sheets: Sheets) -> list[Sweep]:
    """Return each criterion's sweep; none with one criterion only, or without a work clearly ahead of another."""
    if len(sheets.rule.criteria) == 1 or not sheets.line.inside:
        return []
    inside = set(sheets.line.inside)
    rivals = [place.number for place in sheets.ranking.places if place.number not in inside]
    return [_sweep(sheets, criterion.key, rivals) for criterion in sheets.rule.criteria] if rivals else []


def _sweep(sheets: Sheets, key: str, rivals: Sequence[int]) -> Sweep:
    weight, whole = next(c.weight for c in sheets.rule.criteria if c.key == key), sheets.rule.weight
    share = Fraction(weight, whole)
    parts = {place.number: _parts(sheets, place.number, key) for place in sheets.ranking.places}
    low, high, below, above = Fraction(0), Fraction(1), set[int](), set[int]()
    for ahead in sheets.line.inside:
        for rival in rivals:
            crossing = _crossing(parts[ahead], parts[rival])
            if crossing is None:
                continue
            if low <= crossing < share:
                below, low = (below if crossing == low else set()) | {rival}, crossing
            elif share < crossing <= high:
                above, high = (above if crossing == high else set()) | {rival}, crossing
    return Sweep(key, share, low, high, tuple(sorted(below)), tuple(sorted(above)))


def _parts(sheets: Sheets, number: int, key: str) -> tuple[Fraction, Fraction]:
    """Return a work's mean by the criterion alone, and by all the others in their proportions."""
    place = sheets.ranking.by_number[number]
    others = [criterion for criterion in sheets.rule.criteria if criterion.key != key]
    rest = sum(place.tally.sums[each.key] * each.weight for each in others)
    return (
        Fraction(place.tally.sums[key], place.sheets),
        Fraction(rest, place.sheets * sum(each.weight for each in others)),
    )


def _crossing(ahead: tuple[Fraction, Fraction], rival: tuple[Fraction, Fraction]) -> Fraction | None:
    """Return the share at which the two works are equal, None when no share makes them so."""
    alone, rest = ahead[0] - rival[0], ahead[1] - rival[1]
    if alone == rest:
        return None
    return Fraction(rest, rest - alone)
