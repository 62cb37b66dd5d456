"""One member's works in their order: a pure function of the panel's seats, the sheets and the recusals."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from jury.order import work_order
from jury.pace import minutes_left, pace_of
from jury.rules import TO_DO, SheetState, next_to_score


class WorkStanding(NamedTuple):
    """Where one member stands with one work."""

    number: int
    seconds: int
    """How long the work takes to see."""
    state: SheetState
    begun_at: datetime | None
    hidden: bool = False
    """Whether the work does not exist for this member: it keeps its place in the order, so that no other moves."""


class Shown(StrEnum):
    """Which works the list shows; the values stand in addresses."""

    ALL = "toutes"
    TO_SCORE = "a-noter"
    INCOMPLETE = "incompletes"
    SCORED = "notees"


_STATES: Mapping[Shown, SheetState] = {
    Shown.TO_SCORE: SheetState.TO_SCORE,
    Shown.INCOMPLETE: SheetState.INCOMPLETE,
    Shown.SCORED: SheetState.SCORED,
}


@dataclass(frozen=True)
class Queue:
    """The works in one member's order, with where they stand."""

    order: Sequence[int]
    standings: Mapping[int, WorkStanding]

    @cached_property
    def states(self) -> dict[int, SheetState]:
        """Where the member stands, by number."""
        return {number: self.standings[number].state for number in self.order}

    @property
    def total(self) -> int:
        """Works in the list, those that are suspended included."""
        return len(self.order)

    @cached_property
    def expected(self) -> int:
        """Works that may be scored now."""
        return self.done + self.remaining

    @cached_property
    def done(self) -> int:
        """Works with a whole sheet."""
        return list(self.states.values()).count(SheetState.SCORED)

    @cached_property
    def remaining(self) -> int:
        """Works that wait for a whole sheet."""
        return sum(map(list(self.states.values()).count, TO_DO))

    @property
    def next(self) -> int | None:
        """Where to go on."""
        return next_to_score(self.order, self.states)

    def next_after(self, number: int) -> int | None:
        """Return the next work to score from this one onwards, this one left out; None when all the others are done."""
        found = next_to_score(self.order, self.states, after=number)
        return None if found == number else found

    def coming(self, count: int) -> Sequence[int]:
        """Return the next works to score, in order, from where to go on."""
        return [number for number in self.order if self.states[number] in TO_DO][:count]

    def shown(self, which: Shown) -> Sequence[int]:
        """Return the works that a filter lets through, in order."""
        return [number for number in self.order if which is Shown.ALL or self.states[number] is _STATES[which]]

    @property
    def counts(self) -> dict[Shown, int]:
        """How many works each filter lets through."""
        found = Counter(self.states.values())
        return {Shown.ALL: self.total} | {which: found[state] for which, state in _STATES.items()}

    @cached_property
    def minutes_left(self) -> int:
        """How long the works that remain will take at this member's pace."""
        known = [self.standings[number] for number in self.order]
        pace = pace_of((each.begun_at, each.seconds) for each in known if each.begun_at is not None)
        return minutes_left([each.seconds for each in known if each.state in TO_DO], pace)

    def place(self, number: int) -> int:
        """Return the place of a work in this order, from 1."""
        return self.order.index(number) + 1

    def beside(self, number: int) -> tuple[int | None, int | None]:
        """Return the works before and after, None at the beginning and at the end."""
        place = self.place(number)
        before = self.order[place - 2] if place > 1 else None
        return before, self.order[place] if place < len(self.order) else None


def queue_of(seed: str, seat: int | None, standings: Iterable[WorkStanding]) -> Queue:
    """Return a member's queue: every work but those that do not exist for them.

    Whoever has no seat scores nothing: by number is how they look a work up. The order is that of all works, so that
    one that leaves it moves no other.
    """
    by_number = {each.number: each for each in standings}
    order = work_order(seed, seat, by_number) if seat is not None else tuple(sorted(by_number))
    return Queue([number for number in order if not by_number[number].hidden], by_number)


def distribution(points: Iterable[int], scale: Sequence[int]) -> list[tuple[int, int]]:
    """Return how many times each score of the scale was given."""
    found = Counter(points)
    return [(value, found[value]) for value in scale]
