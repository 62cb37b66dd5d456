"""Whether two names may be those of one administration. A suggestion: a person decides."""

import re
from collections.abc import Iterable
from functools import lru_cache

from concours.kernel.text import fold

_WORD = re.compile(r"[a-z0-9]+")
_SHORTEST_SIGLE = 3
_NAMES_KEPT = 8192
"""Names whose words are remembered: each is compared with many."""
_LITTLE = frozenset(
    ["a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "pour", "sur", "un", "une"]
)
_COMMON = frozenset(
    [
        *("administration", "agence", "agglomeration", "bureau", "caisse", "centre", "collectivite", "commune"),
        *("communaute", "communes", "conseil", "departement", "departemental", "departementale", "direction"),
        *("etablissement", "etat", "france", "francais", "francaise", "general", "generale", "hopital", "institut"),
        *("interministerielle", "mairie", "metropole", "ministere", "national", "nationale", "office", "prefecture"),
        *("public", "publics", "publique", "publiques", "regie", "region", "regional", "regionale", "regional"),
        *("secretariat", "service", "services", "territoire", "territoriale", "universite", "ville"),
    ]
)
"""Words that many administrations have in their names: sharing them alone says nothing."""


def may_be_one(body: str, other: str) -> bool:
    """Tell whether two names share a word of their own, or whether one is the other's initials."""
    words, others = _words(body), _words(other)
    if not words or not others:
        return False
    shared = set(words) & set(others)
    return words == others or bool(shared - _COMMON) or _sigle(words, others) or _sigle(others, words)


def first_match(bodies: Iterable[str], administration: str) -> str | None:
    """Return the first of these bodies that may be the administration."""
    return next((body for body in bodies if may_be_one(body, administration)), None)


@lru_cache(_NAMES_KEPT)
def _words(name: str) -> list[str]:
    return [word for word in _WORD.findall(fold(name)) if word not in _LITTLE]


def _sigle(words: list[str], others: list[str]) -> bool:
    initials = "".join(word[0] for word in others)
    return len(initials) >= _SHORTEST_SIGLE and initials in words
