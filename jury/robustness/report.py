"""Everything that the page on a selection's robustness shows, from the sheets alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from jury.robustness.checks import Check, Steadiness, run_checks, steadiness
from jury.robustness.methods import Order, orders
from jury.robustness.missing import Stakes, stakes
from jury.robustness.sheets import Sheets
from jury.robustness.weights import Sweep, sweep


@dataclass(frozen=True)
class Robustness:
    """How much the selection hangs on one juror, one weight, one way of ranking, or on what is missing."""

    sheets: Sheets
    orders: Sequence[Order]
    checks: Sequence[Check]
    works: Sequence[Steadiness]
    sweeps: Sequence[Sweep]
    stakes: Stakes

    @property
    def unchanged(self) -> int:
        """How many checks give the very same selection."""
        return sum(check.same for check in self.checks)

    @cached_property
    def unshaken(self) -> tuple[int, ...]:
        """The works that every check selects."""
        return tuple(each.number for each in self.works if each.inside == len(self.checks))


def robustness(sheets: Sheets) -> Robustness:
    """Return all of it."""
    found = orders(sheets)
    checks = run_checks(sheets, found)
    return Robustness(sheets, found, checks, steadiness(sheets, checks), sweep(sheets), stakes(sheets))
