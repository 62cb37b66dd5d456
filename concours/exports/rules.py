"""What may leave the service: which tables, in which kinds and formats, and until when they may be kept."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from concours.editions.retention import days_after, days_words, months_after
from concours.editions.rules import Edition
from concours.kernel.clock import format_day, to_paris
from concours.kernel.errors import DomainError

PURPOSE_LENGTH = 300
"""Characters in the reason of an export."""

_SHEET_ROWS = 1_048_575
"""Rows below the headings of a sheet, in Excel as in LibreOffice."""

Cell = str | int | float | datetime | None
"""What a column holds; an instant is aware."""


class Topic(StrEnum):
    """A table."""

    LAUREATES = "laureates"
    ENTRIES = "entries"
    PROGRESS = "progress"
    RANKING = "ranking"
    REGISTRATIONS = "registrations"
    ATTENDANCE = "attendance"
    NEEDS = "needs"
    COMMUNITY = "community"
    MAIL = "mail"


class Kind(StrEnum):
    """How much of people a table tells."""

    ANONYMOUS = "anonymous"
    ATTENDANCE = "attendance"
    FULL = "full"
    NEEDS = "needs"
    """What people need to be received well: it may tell of their health."""


class Format(StrEnum):
    """A kind of file, by its extension."""

    XLSX = "xlsx"
    ODS = "ods"
    CSV = "csv"
    JSON = "json"


class Form(StrEnum):
    """What the values of a column are."""

    TEXT = "text"
    WHOLE = "whole"
    DECIMAL = "decimal"
    INSTANT = "instant"
    PSEUDONYM = "pseudonym"
    """An identifier, which leaves as a pseudonym of this export alone."""


NAMED = frozenset({Kind.FULL})
HOSTS = frozenset({Kind.FULL, Kind.ATTENDANCE})
ANYBODY = frozenset({Kind.FULL, Kind.ANONYMOUS})
NOBODY = frozenset({Kind.ANONYMOUS})
RESTRICTED = frozenset({Kind.NEEDS})

REASONED = frozenset({Kind.FULL, Kind.NEEDS})
"""Kinds that leave for a written reason only."""

Source = TypeVar("Source")


@dataclass(frozen=True, slots=True)
class Column(Generic[Source]):
    """One column: in a table of the database `source` is an expression, else what reads a value from an item."""

    key: str
    """Its name in JSON."""
    heading: str
    source: Source
    kinds: frozenset[Kind]
    form: Form = Form.TEXT
    read: Callable[[Any], Cell] | None = None
    """Makes a cell of what the database gives."""
    width: int = 20
    """In characters, in a sheet."""

    @property
    def title(self) -> str:
        """The heading; that of an instant says whose hour it is."""
        return f"{self.heading} (heure de Paris)" if self.form is Form.INSTANT else self.heading


@dataclass(frozen=True)
class Table:
    """Headings and rows, which come one by one."""

    topic: Topic
    columns: Sequence[Column[Any]]
    rows: Iterable[Sequence[Cell]]


@dataclass(frozen=True, kw_only=True)
class Book:
    """What one file says, beside its tables."""

    title: str
    author: str
    words: str
    """Who may receive it, and until when to keep it."""
    kind: Kind
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody asks to take out."""

    topics: Sequence[Topic]
    kind: Kind
    format: Format
    purpose: str = ""
    edition: str = ""
    """Short name of an edition; empty for the present one."""


NAMES = {
    Topic.LAUREATES: "Palmarès",
    Topic.ENTRIES: "Candidatures",
    Topic.PROGRESS: "Avancement du jury",
    Topic.RANKING: "Classement par numéro",
    Topic.REGISTRATIONS: "Inscriptions",
    Topic.ATTENDANCE: "Présence",
    Topic.NEEDS: "Besoins d'accueil",
    Topic.COMMUNITY: "Communauté",
    Topic.MAIL: "Courriels envoyés",
}
"""Each table as people read it, and as its sheet is called: 31 characters at most."""


def check_wanted(wanted: Wanted, offered: Collection[Topic]) -> None:
    """Refuse what no export is. Raises DomainError."""
    if not wanted.topics:
        raise DomainError("Choisissez au moins un tableau : rien n'a été exporté.")
    if foreign := [NAMES[topic] for topic in wanted.topics if topic not in offered]:
        raise DomainError(f"Ce tableau n'existe pas dans ce genre d'export : {', '.join(foreign)}.")
    if wanted.format is Format.CSV and len(wanted.topics) > 1:
        raise DomainError(
            "Un fichier CSV ne contient qu'un tableau. Choisissez-en un seul, ou un classeur (XLSX, ODS), une feuille "
            "par tableau."
        )
    if wanted.kind in REASONED and not wanted.purpose.strip():
        raise DomainError("Indiquez le motif : un export de ce genre est toujours motivé. Rien n'a été exporté.")
    if len(wanted.purpose) > PURPOSE_LENGTH:
        raise DomainError(f"Le motif compte plus de {PURPOSE_LENGTH} caractères. Raccourcissez-le.")


def check_size(format_: Format, rows: int) -> None:
    """Refuse a sheet that no spreadsheet could hold. Raises DomainError."""
    if format_ in {Format.XLSX, Format.ODS} and rows > _SHEET_ROWS:
        raise DomainError("Ce tableau a plus de lignes qu'une feuille de calcul. Choisissez CSV ou JSON.")


def keep_until(kind: Kind, edition: Edition) -> str:
    """Say until when a file of this kind may be kept: as long as the service itself keeps what it tells."""
    ends, kept = edition.event.ends_at if edition.event else None, edition.retention
    if kind is Kind.ANONYMOUS:
        return "sans limite : le fichier ne désigne personne."
    if kind is Kind.NEEDS:
        until = days_after(ends, kept.needs_days) if ends else None
        return _until(until, f"{days_words(kept.needs_days)} après l'évènement")
    months, since, words = kept.entries_months, edition.milestones.unsealed_at, "le palmarès"
    if kind is Kind.ATTENDANCE:
        months, since, words = kept.registrations_months, ends, "l'évènement"
    return _until(months_after(since, months) if since else None, f"{months} mois après {words}")


def _until(until: datetime | None, words: str) -> str:
    return f"{words}, jusqu'au {format_day(to_paris(until).date())}." if until else f"{words}."
