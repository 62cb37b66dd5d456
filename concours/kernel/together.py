"""Acts that come at the same moment, done in one go: fifty at once take little more than a few."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Job = TypeVar("Job")
Made = TypeVar("Made")


@dataclass
class _Waiting(Generic[Job, Made]):
    job: Job
    outcome: "Made | Exception | None" = None
    over: bool = False


class Together(Generic[Job, Made]):
    """A line before one door: whoever opens it takes along all who wait there.

    `act` does several jobs and returns what each became, an exception for one that failed without harm to the others.
    When it raises, nothing of it stands: each is then done alone, so that none suffers from another.
    """

    def __init__(self, act: Callable[[Sequence[Job]], "Sequence[Made | Exception]"]) -> None:
        self._act = act
        self._door, self._waiting = threading.Lock(), deque[_Waiting[Job, Made]]()

    def do(self, job: Job) -> Made:
        """Do it, with whatever else waits; return what it became, or raise what went wrong with it."""
        mine = _Waiting[Job, Made](job)
        self._waiting.append(mine)
        with self._door:
            if not mine.over:
                self._do_all([self._waiting.popleft() for _ in range(len(self._waiting))])
        if isinstance(mine.outcome, Exception):
            raise mine.outcome
        return mine.outcome  # type: ignore[return-value]  # None only where `act` makes None

    def _do_all(self, batch: "Sequence[_Waiting[Job, Made]]") -> None:
        try:
            outcomes = self._act([each.job for each in batch])
        except Exception as failure:  # noqa: BLE001 -- whatever it is, it is told to whoever asked
            outcomes = [failure] if len(batch) == 1 else [self._alone(each.job) for each in batch]
        for each, outcome in zip(batch, outcomes, strict=True):
            each.outcome, each.over = outcome, True

    def _alone(self, job: Job) -> "Made | Exception":
        try:
            (outcome,) = self._act([job])
        except Exception as failure:  # noqa: BLE001 -- the same
            return failure
        return outcome
