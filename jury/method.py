"""How sheets become a ranking, as data that an edition chooses: what must be there, and what separates equals."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from concours.kernel.errors import DomainError

MEDIAN = "median"
HIGHEST = "highest"
CRITERION = "criterion:"
"""Followed by the criterion's key: its mean separates equals."""

TIE_BREAKS_MAX = 3


class Missing(StrEnum):
    """What a sheet that is missing does to its work."""

    IGNORED = "ignored"
    EXCLUDES = "excludes"


class Recusals(StrEnum):
    """What a recusal does to the sheets that its work waits for."""

    SET_ASIDE = "set_aside"
    AS_MISSING = "as_missing"


MISSING_WORDS: Mapping[Missing, str] = {
    Missing.IGNORED: "L'œuvre garde la moyenne des fiches terminées qu'elle a reçues",
    Missing.EXCLUDES: "L'œuvre à qui une fiche attendue manque reste hors classement",
}
RECUSALS_WORDS: Mapping[Recusals, str] = {
    Recusals.SET_ASIDE: "La fiche d'un membre qui se déporte n'est pas attendue",
    Recusals.AS_MISSING: "La fiche d'un membre qui se déporte compte parmi celles qui manquent",
}


@dataclass(frozen=True, slots=True)
class Method:
    """What an edition chooses beside criteria and scale. By default: whatever sheets there are, ties shared."""

    minimum_sheets: int = 1
    """Fewer whole sheets leave a work apart."""
    missing: Missing = Missing.IGNORED
    recusals: Recusals = Recusals.SET_ASIDE
    tie_breaks: tuple[str, ...] = ()
    """What separates equal means, tried in this order; what is still equal then shares its rank."""

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Method":
        """Return the method that `stored` describes; what it does not say is as by default. Raises ValueError."""
        return cls(
            minimum_sheets=int(stored.get("minimum_sheets", 1)),
            missing=Missing(stored.get("missing", Missing.IGNORED)),
            recusals=Recusals(stored.get("recusals", Recusals.SET_ASIDE)),
            tie_breaks=tuple(map(str, stored.get("tie_breaks", ()))),
        )

    def facts(self) -> dict[str, Any]:
        """Return the method as plain values; `read` gives it back."""
        return {
            "minimum_sheets": self.minimum_sheets,
            "missing": self.missing.value,
            "recusals": self.recusals.value,
            "tie_breaks": list(self.tie_breaks),
        }

    def expects(self, jurors: int, recused: int) -> int:
        """Return how many sheets a work waits for, when `recused` of the jurors do not judge it."""
        return jurors if self.recusals is Recusals.AS_MISSING else jurors - recused


def check_method(method: Method, criteria: Collection[str]) -> None:
    """Refuse a method that no ranking could follow; `criteria` are the keys of what is scored."""
    if method.minimum_sheets < 1:
        raise DomainError("Le nombre minimal de fiches est un nombre entier, au moins égal à 1.")
    if len(method.tie_breaks) > TIE_BREAKS_MAX or len(set(method.tie_breaks)) != len(method.tie_breaks):
        raise DomainError(f"Indiquez au plus {TIE_BREAKS_MAX} départages, tous différents.")
    known = {key for key, _ in tie_break_choices((key, key) for key in criteria)}
    if unknown := sorted(set(method.tie_breaks) - known):
        raise DomainError(
            f"Le départage « {unknown[0]} » n'existe pas, ou porte sur un critère retiré. Choisissez parmi : "
            f"{', '.join(sorted(known))}."
        )


def tie_break_choices(criteria: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return what may separate equals (value, words), for criteria given as (key, label)."""
    general = [
        (MEDIAN, "La plus haute médiane des fiches"),
        (HIGHEST, "Le plus grand nombre de notes maximales"),
    ]
    return [*((f"{CRITERION}{key}", f"La plus haute moyenne sur « {label} »") for key, label in criteria), *general]


def method_words(method: Method, criteria: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the method as names and values that people read, for criteria given as (key, label)."""
    plural = "s" if method.minimum_sheets > 1 else ""
    return [
        ("Minimum par œuvre", f"{method.minimum_sheets} fiche{plural} terminée{plural}"),
        ("Fiches qui manquent", f"{MISSING_WORDS[method.missing]}."),
        ("Déports", f"{RECUSALS_WORDS[method.recusals]}."),
        ("Départage des ex æquo", _tie_breaks_words(method, dict(tie_break_choices(criteria)))),
        ("Ex æquo à la dernière place", "Le jury décide, la présidence ayant voix prépondérante ; c'est consigné."),
    ]


def _tie_breaks_words(method: Method, words: Mapping[str, str]) -> str:
    if not method.tie_breaks:
        return "Aucun : les ex æquo partagent leur rang."
    first, *others = (words[each] for each in method.tie_breaks)
    return ", puis ".join([first, *(each[0].lower() + each[1:] for each in others)]) + "."


DEFAULT = Method()
"""Whatever sheets there are, nothing separates equals."""
