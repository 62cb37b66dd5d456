"""What narrows and sorts the list of entries: read from an address, said in words, asked of the database."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_

from concours.entries.models import Confirmation, Deposit, Entry, Problem
from concours.entries.rules import Way
from concours.intake.models import Creation, CreationState
from concours.intake.rules import Kind
from concours.kernel.text import clean_line
from concours.organisers.rules import TO_EXAMINE, Standing
from concours.organisers.standing import STANDING, answer

LONGEST = 200
"""Characters of a criterion that are read."""

STATES: Mapping[str, tuple[str, frozenset[Standing]]] = {
    "": ("Toutes", frozenset(Standing)),
    "a-examiner": ("À examiner", TO_EXAMINE),
    "a-deux": ("À revoir à deux", frozenset({Standing.TOGETHER})),
    "recevables": ("Recevables", frozenset({Standing.ADMITTED})),
    "irrecevables": ("Irrecevables", frozenset({Standing.REFUSED})),
    "brouillons": ("Brouillons, pas encore déposées", frozenset({Standing.DRAFT})),
    "retirees": ("Retirées", frozenset({Standing.WITHDRAWN})),
}


class Copy(StrEnum):
    """How the jury copy of an entry stands, as an address says it."""

    READY = "prete"
    COMING = "en-cours"
    FAILED = "echec"
    NONE = "aucune"


class Sort(StrEnum):
    """In which order entries are listed, as an address says it."""

    TO_DO = ""
    NEWEST = "recentes"
    OLDEST = "anciennes"
    TITLE = "titre"
    TEAM = "equipe"


KIND_LABELS: Mapping[str, str] = {Kind.PDF: "PDF", Kind.MP4: "MP4", Kind.AVI: "AVI"}
COPY_LABELS: Mapping[str, str] = {
    Copy.READY: "Prête",
    Copy.COMING: "En cours de fabrication",
    Copy.FAILED: "En échec",
    Copy.NONE: "Aucune : pas de fichier, ou fichier refusé",
}
SORT_LABELS: Mapping[str, str] = {
    Sort.TO_DO: "Celles à examiner d'abord",
    Sort.NEWEST: "Dépôt le plus récent d'abord",
    Sort.OLDEST: "Dépôt le plus ancien d'abord",
    Sort.TITLE: "Par titre",
    Sort.TEAM: "Par équipe",
}
FLAG_LABELS: Mapping[str, str] = {
    "probleme": "Problème signalé à l'équipe",
    "accords": "Accords à confirmer",
    "delai": "Délai accordé",
}

TO_CONFIRM = and_(Deposit.way == Way.BEHALF.value, ~exists().where(Confirmation.deposit_id == Deposit.id))
"""Deposited for somebody whose consents are still to come."""

_COPY_STATES: Mapping[Copy, tuple[CreationState, ...]] = {
    Copy.READY: (CreationState.READY,),
    Copy.COMING: (CreationState.RECEIVED, CreationState.ACCEPTED),
    Copy.FAILED: (CreationState.FAILED,),
    Copy.NONE: (CreationState.REFUSED,),
}
_ORDER = case(
    {standing.value: rank for rank, standing in enumerate((
        Standing.TOGETHER, Standing.PENDING, Standing.STALE, Standing.ADMITTED, Standing.REFUSED, Standing.DRAFT,
        Standing.WITHDRAWN,
    ))},
    value=STANDING,
)  # fmt: skip
_SINCE = func.coalesce(Deposit.at, Entry.created_at)
_SORTS: Mapping[Sort, tuple[ColumnElement[Any], ...]] = {
    Sort.TO_DO: (_ORDER, _SINCE),
    Sort.NEWEST: (_SINCE.desc(),),
    Sort.OLDEST: (_SINCE,),
    Sort.TITLE: (func.lower(answer(Entry.title)),),
    Sort.TEAM: (func.lower(answer(Entry.team)),),
}
_FLAGS: Mapping[str, ColumnElement[bool]] = {
    "probleme": exists().where(Problem.deposit_id == Entry.deposit_id),
    "accords": TO_CONFIRM,
    "delai": Entry.open_until.is_not(None),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """Which entries are listed, and in which order; all of them by itself."""

    state: str = ""
    words: str = ""
    category: str = ""
    kind: str = ""
    copy: str = ""
    flags: frozenset[str] = frozenset()
    sort: Sort = Sort.TO_DO

    @property
    def narrowed(self) -> bool:
        """Whether some entries may be left out."""
        return replace(self, sort=Sort.TO_DO) != Narrowing()

    @property
    def parameters(self) -> dict[str, str]:
        """Return what an address says of it; what is not chosen is left out."""
        named = {"etat": self.state, "q": self.words, "categorie": self.category, "type": self.kind}
        flags = dict.fromkeys(sorted(self.flags), "oui")
        every = {**named, "copie": self.copy, **flags, "tri": self.sort.value}
        return {name: value for name, value in every.items() if value}

    def said(self) -> list[tuple[str, str]]:
        """Return each thing that narrows the list: its name in the address, and words."""
        found = [
            ("etat", STATES[self.state][0] if self.state else ""),
            ("q", f"« {self.words} »" if self.words else ""),
            ("categorie", f"catégorie « {self.category} »" if self.category else ""),
            ("type", f"fichier {KIND_LABELS[self.kind]}" if self.kind else ""),
            ("copie", f"copie pour le jury : {COPY_LABELS[self.copy].lower()}" if self.copy else ""),
            *((flag, FLAG_LABELS[flag].lower()) for flag in sorted(self.flags)),
        ]
        return [(name, words) for name, words in found if words]

    def without(self, name: str) -> dict[str, str]:
        """Return what an address says once one thing no longer narrows."""
        return {each: value for each, value in self.parameters.items() if each != name}

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what an entry must be, words apart, where `standing.with_decisions` and the creation are joined."""
        found: list[ColumnElement[bool]] = [STANDING.in_([each.value for each in STATES[self.state][1]])]
        if self.category:
            found.append(answer(Entry.category) == self.category)
        if self.kind:
            found.append(Creation.kind == self.kind)
        if self.copy:
            found.append(_stands(Copy(self.copy)))
        return [*found, *(_FLAGS[flag] for flag in sorted(self.flags))]

    def order(self) -> tuple[ColumnElement[Any], ...]:
        """Return in which order entries are listed; never by chance."""
        last: ColumnElement[Any] = Entry.id.expression
        return (*_SORTS[self.sort], last)


def read(asked: Mapping[str, str], categories: tuple[str, ...]) -> Narrowing:
    """Return what an address asks for; whatever is not offered is ignored."""
    return Narrowing(
        state=_offered(asked.get("etat", ""), STATES),
        words=clean_line(asked.get("q", ""))[:LONGEST],
        category=_offered(asked.get("categorie", ""), categories),
        kind=_offered(asked.get("type", ""), KIND_LABELS),
        copy=_offered(asked.get("copie", ""), COPY_LABELS),
        flags=frozenset(flag for flag in FLAG_LABELS if asked.get(flag)),
        sort=Sort(_offered(asked.get("tri", ""), SORT_LABELS)),
    )


def _offered(value: str, offers: Mapping[str, Any] | tuple[str, ...]) -> str:
    return value if value in offers else ""


def _stands(copy: Copy) -> ColumnElement[bool]:
    stands = Creation.state.in_([each.value for each in _COPY_STATES[copy]])
    return or_(stands, Creation.id.is_(None)) if copy is Copy.NONE else stands
