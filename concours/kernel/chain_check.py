"""What was done to an audit chain behind its back, and to which event: changed, removed, inserted or reordered.

A chain sealed anew from some event to its end, or cut short at its end, holds: only a digest kept elsewhere tells.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from concours.kernel.audit import GENESIS, AuditMixin, broken_at, seal


class Tampering(Enum):
    """What breaks a chain."""

    CHANGED = "modifié"
    REMOVED = "retiré"
    INSERTED = "inséré"
    REORDERED = "déplacé"


@dataclass(frozen=True, slots=True)
class Break:
    """The first event of a chain that does not hold."""

    position: int
    tampering: Tampering


def find_break(events: Sequence[AuditMixin]) -> Break | None:
    """Return what was done first to a chain, given in the order of its positions; None when it holds."""
    broken = broken_at(events)
    if broken is None:
        return None
    event = events[broken - 1]
    if event.position != broken:
        return Break(broken, Tampering.REMOVED)
    home = _home(event, len(events))
    if home is None:
        return Break(broken, _altered(events, broken))
    if home < broken:
        return Break(home, Tampering.INSERTED)
    if home > broken:
        found = any(_home(each, len(events)) == broken for each in events[broken:])
        return Break(broken, Tampering.REORDERED if found else Tampering.REMOVED)
    # It holds by itself and follows another event than the one before it: that one was sealed anew, or it was.
    return Break(max(broken - 1, 1), Tampering.CHANGED)


def _home(event: AuditMixin, count: int) -> int | None:
    """Return the position that the event was sealed for; None when its facts are no longer those that were sealed."""
    near = (event.position, event.position - 1, event.position + 1)
    # Removals may have moved it by as many positions as there are events, and more: twice as far is far enough.
    return next((at for at in (*near, *range(1, 2 * count + 1)) if seal(event, position=at) == event.digest), None)


def _altered(events: Sequence[AuditMixin], broken: int) -> Tampering:
    """Tell an event that was changed from one that stands between two that know each other."""
    before = events[broken - 2].digest if broken > 1 else GENESIS
    after = events[broken] if broken < len(events) else None
    if after is not None and after.previous == before:
        return Tampering.INSERTED
    if after is None and events[broken - 1].previous != before:
        return Tampering.INSERTED
    return Tampering.CHANGED
