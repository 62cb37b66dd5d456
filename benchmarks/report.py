"""What was measured, as a table that developers read: figure, spread, target, aim, met or not."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

_WIDTH = 60


@dataclass(frozen=True)
class Spread:
    """Measures of the same thing."""

    values: Sequence[float]
    unit: str = ""

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.values)

    def __str__(self) -> str:
        figures = [self.median, min(self.values), max(self.values)]
        middle, low, high = (f"{each:.2f}" if abs(each) < 100 else f"{each:.0f}" for each in figures)
        among = f"  ({low} to {high})" if len(self.values) > 1 else ""
        return f"{middle:>7} {self.unit:<4}{among}"


def ratios(reference: Sequence[float], ours: Sequence[float]) -> Spread:
    """Return how fast ours is beside the reference, round by round: 1 is as fast, less is slower."""
    return Spread([theirs / mine for theirs, mine in zip(reference, ours, strict=True)])


class Report:
    """Prints each line as soon as it is known; one that does not judge is for sizes that nothing was promised of."""

    def __init__(self, *, judges: bool = True) -> None:
        self._judges = judges

    def section(self, title: str) -> None:
        """Begin a group of lines."""
        print(f"\n{title}", flush=True)

    def promise(
        self,
        name: str,
        measured: Spread,
        *,
        at_least: float | None = None,
        at_most: float | None = None,
        aim: float | None = None,
    ) -> None:
        """Tell a figure that was promised, and whether the median keeps the promise."""
        limit, sign = (at_least, "≥") if at_least is not None else (at_most, "≤")
        if limit is None:
            raise ValueError(name)
        met = measured.median >= limit if at_least is not None else measured.median <= limit
        target = f"target {sign} {limit:g}" + (f", aim {aim:g}" if aim is not None else "")
        verdict = ("met" if met else "NOT MET") if self._judges else "(not judged)"
        self._line(name, f"{measured!s:<32} {target:<26} {verdict}")

    def beside(self, name: str, measured: Spread | str) -> None:
        """Tell a figure that helps to read the others."""
        self._line(f"  {name}", str(measured))

    def note(self, words: str) -> None:
        """Tell what no figure says."""
        print(f"  {words}", flush=True)

    def _line(self, name: str, rest: str) -> None:
        print(f"  {name:<{_WIDTH}} {rest}".rstrip(), flush=True)
