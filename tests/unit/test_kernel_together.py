"""Acts done together: one go for all who wait, an outcome of its own for each."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from concours.kernel.together import Together


class Door:
    """Does jobs that are numbers: waits until it is let go, fails where it is told to, remembers what came together."""

    def __init__(self, *, refuses: frozenset[int] = frozenset(), breaks_on: int | None = None) -> None:
        self.gate, self.batches = threading.Event(), list[list[int]]()
        self._refuses, self._breaks_on = refuses, breaks_on

    def __call__(self, jobs: Sequence[int]) -> Sequence[int | Exception]:
        self.gate.wait(5)
        self.batches.append(list(jobs))
        if self._breaks_on in jobs:
            raise OSError(f"{self._breaks_on} breaks it")
        return [KeyError(job) if job in self._refuses else 10 * job for job in jobs]


def outcomes(door: Door, jobs: Sequence[int]) -> list[int | Exception]:
    """Have the first job go in alone while the others come to wait, then let all go."""
    together = Together(door)

    def do(job: int) -> int | Exception:
        try:
            return together.do(job)
        except (KeyError, OSError) as error:
            return error

    with ThreadPoolExecutor(len(jobs)) as pool:
        running = [pool.submit(do, jobs[0])]
        time.sleep(0.1)
        running += [pool.submit(do, job) for job in jobs[1:]]
        time.sleep(0.2)
        door.gate.set()
        return [each.result(5) for each in running]


def test_those_who_wait_go_in_one_go_and_each_gets_its_own() -> None:
    door = Door()
    assert outcomes(door, range(9)) == [10 * job for job in range(9)]
    assert [sorted(batch) for batch in door.batches] == [[0], list(range(1, 9))]


def test_one_that_is_refused_is_told_so_alone() -> None:
    door = Door(refuses=frozenset({2}))
    first, second, refused, last = outcomes(door, range(4))
    assert (first, second, last) == (0, 10, 30)
    assert isinstance(refused, KeyError)
    assert len(door.batches) == 2


def test_when_it_breaks_each_is_done_again_alone() -> None:
    door = Door(breaks_on=3)
    done = outcomes(door, range(5))
    assert [each for each in done if isinstance(each, int)] == [0, 10, 20, 40]
    assert isinstance(done[3], OSError)
    assert sorted(map(sorted, door.batches)) == [[0], [1], [1, 2, 3, 4], [2], [3], [4]]


def test_alone_it_is_done_once_and_what_goes_wrong_is_raised() -> None:
    door = Door(breaks_on=1)
    door.gate.set()
    with pytest.raises(OSError, match="1 breaks it"):
        Together(door).do(1)
    assert door.batches == [[1]]
