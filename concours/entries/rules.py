"""A dossier: what it holds, what it still lacks before it may be deposited, and the words for where it stands."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from concours.editions.rules import Edition, accepts_deposits
from concours.intake.rules import Kind, Limits
from concours.kernel.clock import format_instant
from concours.kernel.errors import DomainError
from concours.kernel.text import capital

NAME_LENGTH = 200
PHONE_LENGTH = 30
TITLE_LENGTH = 120
SUMMARY_LENGTH = 2000
TRANSCRIPT_LENGTH = 20_000
CAPTIONS_LENGTH = 30_000
ALTERNATIVE_LENGTH = 20_000
"""Longest answers, in characters."""


class EntryState(StrEnum):
    """Where an entry stands."""

    DRAFT = "draft"
    DEPOSITED = "deposited"
    WITHDRAWN = "withdrawn"


class Part(StrEnum):
    """The parts of the dossier; the value is its address."""

    TEAM = "equipe"
    INNOVATION = "innovation"
    CREATION = "creation"
    EVERYONE = "publics"
    """Within the creation's step, and optional."""
    CHECK = "verification"


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """What a candidate fills in, the file apart. Empty text and False are no answer yet."""

    team: str = ""
    administration: str = ""
    contact_name: str = ""
    contact_email: str = ""
    contact_phone: str = ""
    public_agent: bool = False
    title: str = ""
    summary: str = ""
    category: str = ""
    rules_accepted: bool = False
    rights_granted: bool = False
    """Needed for a publication, never for taking part."""
    image_rights: bool = False
    """The same."""
    transcript: str = ""
    """What a film says, in writing. Never needed to take part; nor are the next two."""
    captions: str = ""
    """A film's captions, in WebVTT."""
    text_alternative: str = ""
    """What the creation shows, told in words."""

    @property
    def category_label(self) -> str:
        """The category as a label begins: with a capital."""
        return capital(self.category)


FOR_EVERYONE = ("transcript", "captions", "text_alternative")
"""What makes a creation reach everyone, once published: optional, and never shown to the jury."""

FIELDS = tuple(Dossier.__dataclass_fields__)
"""Names of the answers, in the order of the pages."""

PUBLICATION = ("rights_granted", "image_rights")
"""Consents that only a publication needs."""


class Missing(NamedTuple):
    """One thing that a dossier lacks, and the field where it is given."""

    part: Part
    field: str
    message: str


class Incomplete(DomainError):
    """The dossier cannot be deposited yet; `missing` says all that it lacks."""

    def __init__(self, missing: Collection[Missing]) -> None:
        count = len(missing)
        lacks = "il manque une réponse" if count == 1 else f"il manque {count} réponses"
        super().__init__(f"La candidature n'est pas déposée : {lacks}. Votre brouillon est enregistré.")
        self.missing = tuple(missing)


class Late(DomainError):
    """An act that came at closing or after it."""


_NEEDED = (
    Missing(Part.TEAM, "team", "Indiquez le nom de l'équipe."),
    Missing(Part.TEAM, "administration", "Indiquez l'administration de l'équipe."),
    Missing(Part.TEAM, "contact_name", "Indiquez le prénom et le nom de la personne à contacter."),
    Missing(Part.TEAM, "contact_email", "Indiquez l'adresse électronique de la personne à contacter."),
    Missing(Part.TEAM, "public_agent", "Confirmez que vous êtes agent public."),
    Missing(Part.INNOVATION, "title", "Donnez un titre à la création."),
    Missing(Part.INNOVATION, "category", "Choisissez une catégorie."),
    Missing(Part.INNOVATION, "summary", "Présentez l'innovation en quelques phrases."),
    Missing(Part.CHECK, "rules_accepted", "Acceptez le règlement du concours."),
)
_GONE_CATEGORY = Missing(
    Part.INNOVATION, "category", "La catégorie choisie n'existe plus dans cette édition : choisissez-en une autre."
)


def missing_answers(dossier: Dossier, categories: Collection[str]) -> list[Missing]:
    """Return what the answers lack before a deposit, in the order of the pages; the file is looked at elsewhere."""
    found = [each for each in _NEEDED if not getattr(dossier, each.field)]
    if dossier.category and dossier.category not in categories:
        found.append(_GONE_CATEGORY)
    order = list(Part)
    return sorted(found, key=lambda each: order.index(each.part))


def state_words(state: EntryState, *, changed: bool = False) -> str:
    """Return the words for a state: « Déposée » is said of nothing but a deposit that stands."""
    if state is EntryState.DEPOSITED:
        return "Déposée, avec des modifications non déposées" if changed else "Déposée"
    return {EntryState.DRAFT: "Brouillon — pas encore déposée", EntryState.WITHDRAWN: "Retirée"}[state]


def require_open(edition: Edition, now: datetime, act: str) -> None:
    """Let an act through from opening to before closing. Raises Late after, DomainError before."""
    if accepts_deposits(edition, now):
        return
    if now < edition.opens_at:
        raise DomainError(f"Les dépôts ouvrent {_on(edition.opens_at)}. {act} sera possible à partir de là.")
    raise Late(
        f"{act} n'est plus possible : votre demande est arrivée {_on(now, seconds=True)}, "
        f"la clôture était {_on(edition.closes_at)}. L'heure d'arrivée sur le serveur fait foi ; "
        "cette tentative est consignée. Ce qui était déposé et enregistré auparavant est inchangé."
    )


def limits_of(edition: Edition) -> Limits:
    """Return what the edition accepts of a file."""
    return Limits(
        kinds=frozenset(map(Kind, edition.formats)), max_bytes=edition.max_bytes, max_seconds=edition.video_max_seconds
    )


def _on(instant: datetime, *, seconds: bool = False) -> str:
    return f"le {format_instant(instant, seconds=seconds)}"
