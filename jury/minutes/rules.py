"""The facts of the minutes, as plain values. Neither an estimate nor a severity is among them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from concours.kernel.errors import Conflict

SIGNED_COPY_MAX_BYTES = 20_000_000
"""Of the scan of the signed minutes."""


class Signer(NamedTuple):
    """Somebody who sits: their name, their function and what they do on the panel."""

    name: str
    function: str
    role: str


class DualRole(NamedTuple):
    """A member who is of the secretariat of the contest too, as it was declared."""

    name: str
    at: datetime
    reason: str


class PanelChange(NamedTuple):
    """Somebody who joined the panel at work, was called, or was taken off it."""

    name: str
    role: str
    change: str
    """`added`, `called` or `removed`."""
    at: datetime
    reason: str
    sheets: int = 0
    """Kept and set apart, for whoever was taken off."""


class Recusal(NamedTuple):
    """A juror who stepped back from a work, or because of it from all."""

    name: str
    number: int
    whole: bool
    reason: str
    at: datetime


class Report(NamedTuple):
    """What became of a work that was reported."""

    number: int
    withdrawn: bool
    at: datetime


class RankedWork(NamedTuple):
    """A work at its place; means as people read them."""

    rank: int
    tied: bool
    number: int
    title: str
    mean: str
    criterion_means: Sequence[str]


class Separated(NamedTuple):
    """Equal works that a declared tie-break separated, best first."""

    tie_break: str
    into: Sequence[Sequence[int]]


class Tie(NamedTuple):
    """What the panel decided between equals at the last place."""

    tied: Sequence[int]
    chosen: Sequence[int]
    reason: str
    casting_vote: bool


class Honoured(NamedTuple):
    """A laureate."""

    rank: int
    number: int
    title: str
    reason: str


class Presence(NamedTuple):
    """A member comes or goes."""

    name: str
    present: bool
    at: datetime
    marked_by: str
    """Name of who said it."""


class Vote(NamedTuple):
    """Hands that were counted, and what came of it."""

    in_favour: int
    against: int
    abstained: int
    adopted: bool
    casting_vote: bool
    """Whether the president's vote settled it."""
    at: datetime


class Motion(NamedTuple):
    """What was proposed, and its vote where there was one."""

    text: str
    numbers: Sequence[int]
    proposed_by: str
    vote: Vote | None


class ChangedScore(NamedTuple):
    """A juror's own score, changed during the session with a reason."""

    name: str
    number: int
    criterion: str
    before: int
    after: int
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Sitting:
    """The session of the jury: who was there, what was put to the vote, which scores changed."""

    opened_at: datetime
    closed_at: datetime | None
    entitled: int
    """Members who may vote."""
    quorum: int
    """How many of them must be there."""
    presences: Sequence[Presence] = ()
    motions: Sequence[Motion] = ()
    changes: Sequence[ChangedScore] = ()


@dataclass(frozen=True, slots=True)
class Signature:
    """By whom and on which day the minutes were signed, and when that was recorded."""

    signed_by: str
    signed_on: date
    at: datetime


@dataclass(frozen=True, slots=True)
class Panel:
    """Who sits, and all that the minutes say of the panel."""

    signers: Sequence[Signer]
    dual_roles: Sequence[DualRole]
    changes: Sequence[PanelChange]
    recusals: Sequence[Recusal]
    kept_apart: int
    """Pairs that the organisers keep apart: which ones would tell who made a work."""
    reports: Sequence[Report]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The ranking by number, and what was decided on it."""

    places: Sequence[RankedWork]
    separations: Sequence[Separated]
    apart: Sequence[tuple[str, Sequence[int]]]
    """Works left out of the ranking, by cause."""
    tie: Tie | None
    laureates: Sequence[Honoured] | None
    """None before the honours are recorded; empty when no work is honoured."""
    departure_reason: str


@dataclass(frozen=True, slots=True)
class Minutes:
    """All that the minutes say."""

    contest: str
    works: int
    sheets_done: int
    sheets_expected: int
    closed_at: datetime
    criteria: Sequence[str]
    scale_low: int
    scale_high: int
    rule: Sequence[tuple[str, str]]
    rule_digest: str
    rule_frozen_at: datetime | None
    commitment: str | None
    panel: Panel
    outcome: Outcome
    recorded_at: datetime | None
    """When the honours were."""
    signature: Signature | None = None
    sitting: Sitting | None = None

    @property
    def at(self) -> datetime:
        """When the newest of these facts came about: the date of the document."""
        return self.signature.at if self.signature else self.recorded_at or self.closed_at


def check_replaceable(unsealed_at: datetime | None, signed_at: datetime | None) -> None:
    """Refuse a signed copy before the signature is recorded, and another one after the unsealing."""
    if signed_at is None:
        raise Conflict("Consignez d'abord la signature du procès-verbal : la copie signée vient avec elle ou ensuite.")
    if unsealed_at is not None:
        raise Conflict("L'anonymat est levé : la copie signée ne change plus. Celle qui est gardée reste la seule.")
