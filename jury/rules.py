"""What one contest lets its jurors do, as plain values: criteria, scale, sheets, what remains."""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from concours.kernel.errors import DomainError
from jury.method import DEFAULT, Method, check_method

REMARK_MAX_LENGTH = 4000
"""Characters in a juror's remark."""

REASON_MAX_LENGTH = 1000
"""Characters in the reason of an act on the panel, of a recusal, of a report."""

BODIES_MAX_LENGTH = 2000
"""Characters in the list of administrations that a member declares."""

_FAR_BEHIND = 2

_SMALLEST_URN = 999
_URN_ROOM = 10
"""The urn holds at least this many numbers for each work: a gap in the numbers is then ordinary and tells nothing."""


class Role(StrEnum):
    """What a member does on the panel. The president is a juror too; the secretary never scores.

    A substitute sits, and scores, once an act of the organisers has called them.
    """

    JUROR = "juror"
    PRESIDENT = "president"
    SECRETARY = "secretary"
    SUBSTITUTE = "substitute"


SCORING_ROLES = frozenset({Role.JUROR, Role.PRESIDENT})
DELIBERATING_ROLES = frozenset({Role.PRESIDENT, Role.SECRETARY})

ROLE_NAMES: Mapping[Role, str] = {
    Role.JUROR: "juré·e",
    Role.PRESIDENT: "président·e",
    Role.SECRETARY: "secrétaire",
    Role.SUBSTITUTE: "suppléant·e",
}


class Standing(StrEnum):
    """What became of a member's invitation."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REMOVED = "removed"
    """Taken off the panel once it was at work: what they wrote is kept, and set apart."""


class RecusalScope(StrEnum):
    """What a juror abstains from when they step back: a setting of the edition."""

    PER_WORK = "per_work"
    WHOLE_JURY = "whole_jury"


class SheetState(StrEnum):
    """Where one juror stands with one work. Computed from the sheet, never stored."""

    TO_SCORE = "to_score"
    INCOMPLETE = "incomplete"
    SCORED = "scored"
    SUSPENDED = "suspended"
    """Nobody sees the work, nor scores it, until a report about it is decided."""


TO_DO = frozenset({SheetState.TO_SCORE, SheetState.INCOMPLETE})
"""What still waits for the juror."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that is scored, and how much it weighs beside the others."""

    key: str
    label: str
    description: str = ""
    weight: int = 1
    anchors: Mapping[int, str] = field(default_factory=dict)
    """What some scores mean, in the edition's words: only those of `Scale.anchor_points`."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The lowest and the highest score, both allowed."""

    low: int
    high: int

    @property
    def points(self) -> range:
        """Every score that may be given, lowest first."""
        return range(self.low, self.high + 1)

    @property
    def anchor_points(self) -> tuple[int, ...]:
        """The scores that an edition may put words on: a low, a middle and a high one; 2, 5 and 8 from 0 to 10."""
        tenths = (self.low * 10 + (self.high - self.low) * share for share in (2, 5, 8))
        return tuple(dict.fromkeys((each + 5) // 10 for each in tenths))


@dataclass(frozen=True, slots=True)
class SessionRules:
    """What an edition tells its jury. Frozen by the first score."""

    edition_key: str
    title: str
    criteria: Sequence[Criterion]
    scale_low: int
    scale_high: int
    laureates_max: int
    scoring_closes_at: datetime | None = None
    """Announced to jurors, aware; the secretary's act alone closes."""
    method: Method = DEFAULT
    charter: str = ""
    """What each member accepts before the first work, in Markdown; empty when there is none."""
    recusal_scope: str = RecusalScope.PER_WORK


@dataclass(frozen=True, slots=True)
class IncomingMedia:
    """A file made from a creation: `video`, `poster` or `page`; named by its digest in the ready store."""

    role: str
    position: int
    digest: str
    mime: str
    width: int
    height: int
    size: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class IncomingWork:
    """A work as it is handed over: what jurors may know, nothing else."""

    category: str
    title: str
    summary: str
    media: tuple[IncomingMedia, ...]
    film_seconds: int = 0
    """How long its film lasts; 0 without a film."""
    captions: str = ""
    """Of its film, in WebVTT."""
    transcript: str = ""
    text_alternative: str = ""


@dataclass(frozen=True, slots=True)
class ReceivedWork:
    """What the handing over gives back: where the work is, and the number drawn for it."""

    work_id: str
    number: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one juror has written about one work; it may be incomplete."""

    number: int
    points: Mapping[str, int]
    remark: str = ""
    version: int = 0


def check_rules(rules: SessionRules) -> None:
    """Refuse rules that no session could follow."""
    check_criteria(rules.criteria)
    scale = Scale(rules.scale_low, rules.scale_high)
    check_scale(scale)
    check_anchors(rules.criteria, scale)
    check_method(rules.method, [criterion.key for criterion in rules.criteria])
    if rules.laureates_max < 1:
        raise DomainError("Prévoyez au moins un lauréat.")


def check_criteria(criteria: Sequence[Criterion]) -> None:
    """Refuse criteria that cannot make a mean."""
    keys = [criterion.key for criterion in criteria]
    if not keys:
        raise DomainError("Indiquez au moins un critère d'évaluation.")
    if len(set(keys)) != len(keys) or not all(keys):
        raise DomainError("Chaque critère porte un identifiant, différent des autres.")
    if any(criterion.weight < 1 for criterion in criteria):
        raise DomainError("Le poids d'un critère est un nombre entier, au moins égal à 1.")


def check_scale(scale: Scale) -> None:
    """Refuse a scale that leaves no choice."""
    if scale.low >= scale.high:
        raise DomainError("La note la plus haute doit être supérieure à la note la plus basse.")


def check_anchors(criteria: Sequence[Criterion], scale: Scale) -> None:
    """Refuse words on other scores than those that anchor the scale."""
    for criterion in criteria:
        if not set(criterion.anchors) <= set(scale.anchor_points):
            expected = ", ".join(map(str, scale.anchor_points))
            raise DomainError(f"Les repères de « {criterion.label} » portent sur les notes {expected}.")


def check_points(points: Mapping[str, int], criteria: Sequence[Criterion], scale: Scale) -> None:
    """Refuse a score for an unknown criterion or out of the scale; a missing score is allowed, the sheet waits."""
    if not set(points) <= {criterion.key for criterion in criteria}:
        raise DomainError(
            "Cette note porte sur un critère qui n'existe pas. Rechargez la page : vos notes sont gardées."
        )
    if any(value not in scale.points for value in points.values()):
        raise DomainError(scale_sentence(scale))


def scale_sentence(scale: Scale) -> str:
    """Return what a juror reads when a score is off the scale."""
    return f"Note attendue entre {scale.low} et {scale.high}."


def check_remark(remark: str) -> None:
    """Refuse a remark longer than a page."""
    if len(remark) > REMARK_MAX_LENGTH:
        raise DomainError(
            f"L'appréciation compte {len(remark)} caractères, pour {REMARK_MAX_LENGTH} au plus. Raccourcissez-la."
        )


def is_complete(points: Mapping[str, int], criteria: Sequence[Criterion]) -> bool:
    """Tell whether every criterion has its score: only then does the sheet count."""
    return all(criterion.key in points for criterion in criteria)


def weighted_sum(points: Mapping[str, int], criteria: Sequence[Criterion]) -> int:
    """Return what a whole sheet adds up to, each criterion by its weight."""
    return sum(points[criterion.key] * criterion.weight for criterion in criteria)


def sheet_state(given: int, criteria: Sequence[Criterion], *, remarked: bool = False) -> SheetState:
    """Return where a juror stands with a work, from how many scores were given, and whether a remark was."""
    if not (given or remarked):
        return SheetState.TO_SCORE
    return SheetState.SCORED if given == len(criteria) else SheetState.INCOMPLETE


def charter_digest(charter: str) -> str:
    """Return what names this very text of the charter; nothing when there is no charter."""
    return hashlib.sha256(charter.encode()).hexdigest() if charter else ""


def lags(done: int, expected: int, panel_done: int, panel_expected: int) -> bool:
    """Tell whether a member has done less than half of what the panel has done on the average."""
    return done < expected and _FAR_BEHIND * done * panel_expected < panel_done * expected


def next_to_score(order: Sequence[int], states: Mapping[int, SheetState], after: int | None = None) -> int | None:
    """Return the first work that still needs scores, from `after` onwards and round again; None when all is done."""
    start = order.index(after) + 1 if after in order else 0
    turned = (*order[start:], *order[:start])
    return next((number for number in turned if states[number] in TO_DO), None)


def draw_numbers(count: int, taken: Collection[int], sample: Callable[[Sequence[int], int], list[int]]) -> list[int]:
    """Draw `count` numbers that are not `taken`; `sample` is a fair draw without replacement."""
    highest = max(_SMALLEST_URN, _URN_ROOM * (count + len(taken)))
    return sample([number for number in range(1, highest + 1) if number not in taken], count)


def format_number(number: int) -> str:
    """Return « n° 017 »: how a work is named everywhere."""
    return f"n° {number:03d}"
