"""The candidate's own names in what the jury reads: a pure comparison of words, which warns and never refuses."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from concours.entries.rules import FOR_EVERYONE, Dossier
from concours.kernel.text import fold

READ_BY_JURY = ("title", "summary", *FOR_EVERYONE)
"""The answers that the jury reads."""

_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE_ENDS = frozenset('.!?…:«"“\n•-–—')
_BETWEEN = re.compile(r"[\s'’\u2010\u2011-]*")
_SHORTEST = 4
_SHORTEST_JOINED = 6
_LONGEST_JOINED = 4


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_SMALL = _set("a au aux d de des du en et l la le les ma mes mon nos notre ou par pour s sa sur un une")

_INSTITUTIONS = _set(
    """academie agence agglomeration administration caisse centre college commissariat commune communes communaute
    conseil collectivite cour delegation departement direction ecole etablissement ehpad groupement hopital hopitaux
    institut inspection laboratoire lycee mairie maison metropole ministere mission office prefecture region rectorat
    secretariat service services sous syndicat tribunal universite ville"""
)

_WITH_ANYTHING = _set("centre commune communes ecole maison mission office region service services sous ville")
"""Institutions that any sentence may name: « un service public numérique »."""

_COMMON = (
    _SMALL
    | _INSTITUTIONS
    | _set(
        """action affaires agent agents agriculture aide armees associes atelier chef citoyen citoyenne citoyens
        clinique com communal communale contact creation culture cultures departemental departementale
        developpement dialogue digital domaine donnees droits durable dsi eau ecologie economie education emploi
        enfance energie equipe est etat etudes europe executif executive famille finances foncier fonction formation
        france francais francaise general generale gestion gouv grand grande groupe habitat haut haute hospitalier
        hospitaliere impots info innovation intercommunal intercommunale interieur interministerielle jeunesse justice
        lab labo local locale logement mail modernisation municipal municipale national nationale nature nord
        numerique organisation ouest patrimoine personnel petit petite pole politique population prevention projet
        projets protection public publics publique publiques qualite recherche regional regionale relation relations
        republique ressources reseau reseaux rh rural saint sainte sante scolaire securite service si social sociale
        solidarite solidarites sport sports strategie sud sport technique techniques territoire territoires territorial
        territoriale territoriales tourisme transformation transition transports travail travaux universitaire
        urbain urbaine usager usagers val vie www"""
    )
)

_PROVIDERS = _set(
    """aliceadsl aol bbox free gmail gmx googlemail hotmail icloud laposte live mailo msn neuf numericable orange
    outlook proton protonmail sfr wanadoo yahoo ymail"""
)


class Named(NamedTuple):
    """A name of the candidate's own that the jury would read."""

    field: str
    words: str
    """As they are written there."""
    source: str
    """What they name, in French: « le nom de votre administration »."""

    @property
    def warning(self) -> str:
        """What is said beside the answer."""
        return (
            f"Le jury, qui ne doit pas vous reconnaître, lirait « {self.words} », qui est aussi dans {self.source}. "
            "Remplacez ces mots, sauf s'ils ne disent rien de vous : vous pouvez enregistrer et déposer ainsi."
        )


class _Token(NamedTuple):
    folded: str
    start: int
    end: int
    written: str
    opens: bool
    """It opens a sentence: its capital tells nothing."""

    @property
    def capital(self) -> bool:
        return self.written[0].isupper()


@dataclass(frozen=True)
class _Text:
    """What the jury reads, by words."""

    text: str
    tokens: Sequence[_Token]
    shouted: bool
    """All in capitals: they tell nothing."""
    lower: frozenset[str]
    """Words that are also written without a capital: no proper names here."""
    telling: Sequence[_Token]
    """Without the small words."""
    places: Mapping[str, Sequence[_Token]]
    """Where each word stands."""


@dataclass(frozen=True)
class _Source:
    words: Sequence[_Token]
    label: str
    alone: str
    """When one word of it counts by itself: « always », « capital » or « inside » (a capital inside a sentence)."""

    @property
    def told(self) -> tuple[str, ...]:
        return tuple(word.folded for word in self.words if word.folded not in _SMALL)

    @property
    def proper(self) -> tuple[str, ...]:
        return tuple(word for word in self.told if word not in _INSTITUTIONS)

    @property
    def core(self) -> tuple[_Token, ...]:
        return tuple(word for word in self.words if word.folded not in _COMMON)


def own_names(dossier: Dossier) -> list[Named]:
    """Return the candidate's own names in what the jury reads, each once an answer, in the order of reading."""
    sources = list(_sources(dossier))
    return [named for field in READ_BY_JURY for named in _in_field(field, getattr(dossier, field), sources)]


def _in_field(field: str, text: str, sources: Sequence[_Source]) -> Iterator[Named]:
    read = _read(text)
    spans = [(start, end, source.label) for source in sources for start, end in _found(source, read)]
    reached, said = 0, set[str]()
    for start, end, label in sorted(spans, key=lambda span: (span[0], -span[1])):
        words = text[start:end]
        if start >= reached and fold(words) not in said:
            yield Named(field, " ".join(words.split()), label)
        said.add(fold(words))
        reached = max(reached, end)


def _sources(dossier: Dossier) -> Iterator[_Source]:
    for label, alone, text in (
        ("le nom de votre administration", "always", dossier.administration),
        ("le nom de la personne à contacter", "capital", dossier.contact_name),
        ("le nom de votre équipe", "inside", dossier.team),
    ):
        yield _Source(_read(text).tokens, label, alone)
    labels = dossier.contact_email.partition("@")[2].split(".")[:-1]
    for name in labels:
        if fold(name) not in _PROVIDERS:
            yield _Source(_read(name).tokens, "l'adresse électronique de contact", "always")


def _read(text: str) -> _Text:
    tokens = [_token(word, text) for word in _WORD.finditer(text)]
    lower = frozenset(token.folded for token in tokens if token.written.islower())
    places: dict[str, list[_Token]] = {}
    for token in tokens:
        places.setdefault(token.folded, []).append(token)
    telling = [token for token in tokens if token.folded not in _SMALL]
    return _Text(text, tokens, text.isupper(), lower, telling, places)


def _token(word: re.Match[str], text: str) -> _Token:
    before = word.start()
    while before and text[before - 1] in " \t\u00a0":
        before -= 1
    opens = not before or text[before - 1] in _SENTENCE_ENDS
    return _Token(fold(word.group()), word.start(), word.end(), word.group(), opens)


def _found(source: _Source, read: _Text) -> Iterator[tuple[int, int]]:
    told, proper, core = source.told, source.proper, source.core
    head = told[:1] and told[0] in _INSTITUTIONS - _WITH_ANYTHING
    if len(told) > 1 and (core or (head and proper)):
        yield from _sequences(told, read)
    if len(proper) > 1 and core:
        yield from _sequences(proper, read)
    for word in core:
        yield from _alone(word, source, read, only=len(proper) == 1)


def _sequences(wanted: Sequence[str], read: _Text) -> Iterator[tuple[int, int]]:
    """Yield where these words follow each other, whatever small words stand between."""
    tokens = read.telling if set(wanted) <= read.places.keys() else ()
    for place in range(len(tokens) - len(wanted) + 1):
        run = tokens[place : place + len(wanted)]
        if run[0].folded == wanted[0] and [token.folded for token in run] == list(wanted) and _unbroken(run, read):
            yield run[0].start, run[-1].end


def _unbroken(run: Sequence[_Token], read: _Text) -> bool:
    """Tell whether nothing but spaces, hyphens and small words stands between these words."""
    inside = [token for token in read.tokens if run[0].start <= token.start <= run[-1].start]
    return all(_BETWEEN.fullmatch(read.text, before.end, after.start) for before, after in pairwise(inside))


def _alone(word: _Token, source: _Source, read: _Text, *, only: bool) -> Iterator[tuple[int, int]]:
    acronym = sum(letter.isupper() for letter in word.written) > 1
    for token in read.places.get(word.folded, ()):
        if _tells(token, source, read, acronym=acronym, only=only):
            yield token.start, token.end
    if source.alone == "always" and only and len(word.folded) >= _SHORTEST_JOINED:
        yield from _joined(word.folded, read)


def _tells(token: _Token, source: _Source, read: _Text, *, acronym: bool, only: bool) -> bool:
    """Tell whether one word that is the same is the name itself."""
    if acronym:
        return len(token.folded) >= _SHORTEST or (len(token.folded) > 1 and token.written.isupper())
    if source.alone == "always" and only and len(token.folded) >= _SHORTEST:
        return True
    proper = token.capital and not read.shouted and token.folded not in read.lower and len(token.folded) > 2  # noqa: PLR2004 -- « Ain », « Lot »: the shortest names of places
    return proper and (source.alone != "inside" or not token.opens)


def _joined(word: str, read: _Text) -> Iterator[tuple[int, int]]:
    """Yield where neighbours, small words counted or not, make one word: « Val d'Ombre » of « valombre »."""
    for tokens in (read.tokens, read.telling):
        for place, first in enumerate(tokens):
            if not word.startswith(first.folded):
                continue
            for count in range(2, _LONGEST_JOINED + 1):
                run = tokens[place : place + count]
                if "".join(token.folded for token in run) == word and _unbroken(run, read):
                    yield run[0].start, run[-1].end
