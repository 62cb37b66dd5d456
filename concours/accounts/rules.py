"""What a try to prove two addresses comes to."""

from enum import Enum, auto


class Proof(Enum):
    """What became of the two codes of a change of address."""

    DONE = auto()
    WRONG_OLD = auto()
    WRONG_NEW = auto()
    WRONG_BOTH = auto()
    SPENT = auto()
    """Too late, too many tries, used already, or another change has taken its place."""
    TAKEN = auto()
    """Both addresses are proved, and the new one has got an account meanwhile."""


def proof(*, old_holds: bool, new_holds: bool) -> Proof:
    """Return what two codes come to."""
    if old_holds:
        return Proof.DONE if new_holds else Proof.WRONG_NEW
    return Proof.WRONG_OLD if new_holds else Proof.WRONG_BOTH
