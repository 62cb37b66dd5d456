"""A dossier: what it holds, what it still lacks before it may be deposited, and the words for where it stands."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

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

MAX_PEOPLE = 20
"""People of one dossier: its owner, its members, and the invitations that wait."""
INVITATION_LIFETIME = timedelta(days=14)
INVITATION_AGAIN_AFTER = timedelta(hours=1)
"""The same invitation is sent again this often at most."""
INVITATIONS_A_DAY = 40
"""Invitations that one person sends in a day, all dossiers together."""
INVITATIONS_TO_ONE_A_DAY = 5
"""Invitations that one address is sent in a day, whoever sends them: nobody floods a mailbox from here."""


class EntryState(StrEnum):
    """Where an entry stands."""

    DRAFT = "draft"
    DEPOSITED = "deposited"
    WITHDRAWN = "withdrawn"


class Way(StrEnum):
    """How a deposit came about."""

    SELF = "self"
    """A candidate's own act."""
    ARMED = "armed"
    """Asked for beforehand: the last byte of the file made it."""
    LATE = "late"
    """Came after closing; an organiser admitted it, with a reason."""
    BEHALF = "behalf"
    """An organiser's act for somebody whose creation came by another way."""


def rules_label(way: str) -> str:
    """Return what the règlement of a deposit is called: nobody accepts it in a candidate's place."""
    return "Règlement en vigueur" if way == Way.BEHALF else "Règlement accepté"


GRACE = timedelta(hours=2)
"""How long after closing a file that is on its way may go on coming. It is late all the same, and on record."""


class Part(StrEnum):
    """The parts of the dossier; the value is its address."""

    TEAM = "equipe"
    INNOVATION = "innovation"
    CREATION = "creation"
    EVERYONE = "publics"
    """Within the creation's step, and optional."""
    CHECK = "verification"


class ReminderKind(StrEnum):
    """The reminders of a draft, the first one first."""

    WEEK = "week"
    TWO_DAYS = "two_days"
    LAST = "last"
    """Nobody is left without this one: it may not be refused."""


BEFORE_CLOSING: Mapping[ReminderKind, timedelta] = {
    ReminderKind.WEEK: timedelta(days=7),
    ReminderKind.TWO_DAYS: timedelta(hours=48),
    ReminderKind.LAST: timedelta(hours=3),
}
"""When each reminder leaves."""

_ANOTHER_CLOSING = timedelta(days=7)
"""A closing that moved by more than this is another one, with reminders of its own."""


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
"""What makes a creation reach everyone, the jury first: optional, and read for the candidate's own names."""

FIELDS = tuple(Dossier.__dataclass_fields__)
"""Names of the answers, in the order of the pages."""

CONFIRMED = ("public_agent", "rules_accepted", "rights_granted", "image_rights")
"""What nobody else can accept or grant in a candidate's place."""

PUBLICATION = ("rights_granted", "image_rights")
"""Consents that only a publication needs."""


class Missing(NamedTuple):
    """One thing that a dossier lacks, and the field where it is given."""

    part: Part
    field: str
    message: str


class Incomplete(DomainError):
    """The dossier cannot be deposited yet; `missing` says all that it lacks."""

    def __init__(self, missing: Collection[Missing], *, deposited: bool = False) -> None:
        count = len(missing)
        lacks = "il manque un élément" if count == 1 else f"il manque {count} éléments"
        stands = "Vos modifications ne sont pas déposées" if deposited else "La candidature n'est pas déposée"
        rest = " Le dépôt précédent reste valable." if deposited else ""
        super().__init__(f"{stands} : {lacks}.{rest} Votre brouillon est enregistré.")
        self.missing = tuple(missing)


class Late(DomainError):
    """An act that came at closing or after it."""


class LateFile(Late):
    """A file that came whole, but at closing or after it: it is kept, for the secretariat to admit."""


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


def state_words(state: EntryState, *, changed: bool = False, file: str = "") -> str:
    """Return the words for a state: « Déposée » is said of nothing but a deposit that stands.

    `file`: the state of the deposited file.
    """
    if state is EntryState.DEPOSITED:
        words = "Déposée" + _FILE_WORDS.get(file, "")
        return f"{words}, avec des modifications non déposées" if changed else words
    return {EntryState.DRAFT: "Brouillon — pas encore déposée", EntryState.WITHDRAWN: "Retirée"}[state]


_FILE_WORDS = {"received": ", vérification en cours", "refused": ", mais fichier refusé"}


def edition_for(edition: Edition, open_until: datetime | None) -> Edition:
    """Return the edition as it is for one dossier: with its own closing, where it was given more time."""
    if open_until is None or open_until <= edition.closes_at:
        return edition
    return replace(edition, closes_at=open_until)


def require_under_way(edition: Edition, now: datetime) -> None:
    """Let the bytes of a file announced in time go on coming, for a while after closing. Raises Late after that."""
    if now >= edition.closes_at + GRACE:
        require_open(edition, now, "L'envoi d'un fichier")


class HasOwnClosing(Protocol):
    """A dossier, for what matters of it here."""

    open_until: Any


def closing_of(entry: HasOwnClosing, edition: Edition) -> datetime:
    """Return when a dossier may no longer be deposited: its own closing, where it was given more time."""
    return edition_for(edition, entry.open_until).closes_at


def due_reminder(
    *, begun: datetime, closing: datetime, now: datetime, sent: Collection[tuple[ReminderKind, datetime]]
) -> ReminderKind | None:
    """Return which reminder a draft is due at an instant, if any: one at most, none from the closing on.

    `sent` names those that had their turn, each with the closing that it was for. Of several whose time has passed the
    latest alone counts, so that a worker that was down sends one; those from before the draft began do not.
    """
    if now >= closing:
        return None
    passed = [kind for kind, before in BEFORE_CLOSING.items() if begun < closing - before <= now]
    if not passed:
        return None
    latest = passed[-1]
    had = any(kind is latest and abs(closing - former) <= _ANOTHER_CLOSING for kind, former in sent)
    return None if had else latest


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


def invitation_expiry(edition: Edition, now: datetime) -> datetime:
    """Return when an invitation ceases to serve: after its lifetime, or when deposits close if that comes first."""
    return min(now + INVITATION_LIFETIME, edition.closes_at)


def limits_of(edition: Edition) -> Limits:
    """Return what the edition accepts of a file."""
    return Limits(
        kinds=frozenset(map(Kind, edition.formats)), max_bytes=edition.max_bytes, max_seconds=edition.video_max_seconds
    )


def _on(instant: datetime, *, seconds: bool = False) -> str:
    return f"le {format_instant(instant, seconds=seconds)}"
