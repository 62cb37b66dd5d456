"""The rule of the ranking, whole: what is frozen, with its digest, before the first score."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from concours.kernel.canonical import canonical_json
from concours.kernel.errors import Conflict
from jury.method import DEFAULT, Method
from jury.rules import Criterion, Scale

_FORM = 1
"""Of the canonical text: another number where its entries change."""


@dataclass(frozen=True)
class RankingRule:
    """All that a ranking depends on beside the sheets."""

    criteria: tuple[Criterion, ...]
    scale: Scale
    laureates_max: int
    method: Method = DEFAULT

    @cached_property
    def weight(self) -> int:
        """The weights of all criteria together."""
        return sum(criterion.weight for criterion in self.criteria)

    @property
    def labels(self) -> list[tuple[str, str]]:
        """Key and label of each criterion."""
        return [(criterion.key, criterion.label) for criterion in self.criteria]

    def facts(self) -> dict[str, Any]:
        """Return the rule as plain values, labels and anchors included: they say what was scored."""
        return {
            "form": _FORM,
            "score": "mean over jurors of the weighted mean of criteria",
            "criteria": [_criterion(each) for each in self.criteria],
            "scale": [self.scale.low, self.scale.high],
            "laureates_max": self.laureates_max,
            **self.method.facts(),
            "last_resort": "casting vote of the president",
        }

    @property
    def canonical(self) -> str:
        """The rule as canonical JSON: sorted names, no space, characters as they are."""
        return canonical_json(self.facts())

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the canonical JSON in UTF-8: it names this very rule."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()

    def check_frozen(self, digest: str | None) -> None:
        """Refuse to rank by another rule than the one whose digest was frozen; none frozen yet is no refusal."""
        if digest is not None and digest != self.digest:
            raise Conflict(
                "La règle du classement n'est plus celle que le jury a vue à la première note : son empreinte ne "
                "correspond pas. Rien n'est classé. Les fiches sont gardées ; prévenez le secrétariat du concours."
            )


def read_rule(stored: Mapping[str, Any]) -> RankingRule:
    """Return the rule that `facts` described. Raises KeyError, TypeError, ValueError for anything else."""
    low, high = stored["scale"]
    criteria = tuple(map(read_criterion, stored["criteria"]))
    return RankingRule(criteria, Scale(low, high), stored["laureates_max"], Method.read(stored))


def read_criterion(stored: Mapping[str, Any]) -> Criterion:
    """Return the criterion that plain values describe: JSON knows no number as a name, anchors come back as words."""
    anchors = {int(points): words for points, words in stored.get("anchors", {}).items()}
    return Criterion(**{**stored, "anchors": anchors})


def _criterion(criterion: Criterion) -> dict[str, Any]:
    return {
        "key": criterion.key,
        "label": criterion.label,
        "description": criterion.description,
        "weight": criterion.weight,
        "anchors": {str(points): words for points, words in sorted(criterion.anchors.items())},
    }
