"""In which order each juror meets the works: balanced over the panel, so that what an order does cancels out.

The rows are those of a Williams square: over all of them each work stands once at each place and follows each other
work once (twice when the number of works is odd). Few jurors take rows that lie far apart, and two by two one reads
backwards what the other reads forwards: each work's mean place is then the same for all.
"""

import hashlib
from collections.abc import Collection
from functools import lru_cache


def work_order(seed: str, seat: int, numbers: Collection[int]) -> tuple[int, ...]:
    """Return the works in the order of one seat: the same for the same values, however the works arrive."""
    return _row(seed, seat, tuple(sorted(numbers)))


@lru_cache(maxsize=256)
def _row(seed: str, seat: int, numbers: tuple[int, ...]) -> tuple[int, ...]:
    count = len(numbers)
    if not count:
        return ()
    drawn = sorted(numbers, key=lambda number: hashlib.sha256(f"{seed}/{number}".encode()).digest())
    pair, backwards = divmod(seat, 2)
    # In an even square the second half of the rows is the first one read backwards.
    shift = _spread(pair, count // 2 if count % 2 == 0 else count)
    row = tuple(drawn[(step + shift) % count] for step in _zigzag(count))
    return row[::-1] if backwards else row


def _zigzag(count: int) -> list[int]:
    """Return 0, 1, n-1, 2, n-2…: each difference between neighbours comes once."""
    steps = [0]
    for low in range(1, count // 2 + 1):
        steps += [low, count - low]
    return steps[:count]


def _spread(index: int, count: int) -> int:
    """Return the index-th of 0…count-1 in an order whose beginning is spread evenly, wherever it stops."""
    bits = (count - 1).bit_length()
    mirrored = (_mirror(each, bits) for each in range(1 << bits))
    return [each for each in mirrored if each < count][index % count]


def _mirror(value: int, bits: int) -> int:
    return int(f"{value:0{bits}b}"[::-1], 2) if bits else 0
