"""What is erased, when: pure, from the settings of an edition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from concours.editions.retention import days_after, months_after
from concours.editions.rules import Edition

SETTLED = timedelta(days=1)
"""What has just been written may still be on its way: a message, an upload, a sign-in."""


class Kind(StrEnum):
    """What a purge erases."""

    DRAFTS = "drafts"
    ENTRIES = "entries"
    NEEDS = "needs"
    REGISTRATIONS = "registrations"
    COMMUNITY = "community"
    FILES = "creations"
    ACCOUNTS = "accounts"
    MESSAGES = "messages"
    SPENT = "spent"


KIND_WORDS: Mapping[Kind, str] = {
    Kind.DRAFTS: "Brouillons",
    Kind.ENTRIES: "Candidatures non lauréates",
    Kind.NEEDS: "Besoins d'accessibilité et de repas",
    Kind.REGISTRATIONS: "Inscriptions et présences",
    Kind.COMMUNITY: "Adresses parties de la communauté",
    Kind.FILES: "Fichiers de création",
    Kind.ACCOUNTS: "Comptes",
    Kind.MESSAGES: "Messages envoyés",
    Kind.SPENT: "Sessions et codes périmés",
}


@dataclass
class Report:
    """What a purge erased: how many of each kind, and the identifiers of the dossiers."""

    counts: dict[Kind, int] = field(default_factory=dict)
    entries: list[str] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether nothing was erased that is worth a report: what is spent goes every night."""
        return not any(count for kind, count in self.counts.items() if kind is not Kind.SPENT)

    def facts(self) -> dict[str, Any]:
        """Return what the audit chain keeps of it: counts and identifiers."""
        return {"counts": {kind.value: count for kind, count in self.counts.items() if count}, "entries": self.entries}

    def lines(self) -> list[tuple[str, int]]:
        """Return what it counts, in words."""
        return [(words, count) for kind, words in KIND_WORDS.items() if (count := self.counts.get(kind, 0))]


def read_report(facts: Mapping[str, Any]) -> Report:
    """Return the report that the audit chain keeps."""
    return Report({Kind(name): count for name, count in facts["counts"].items()}, list(facts["entries"]))


def drafts_due(edition: Edition, closing: datetime | None = None) -> datetime:
    """Return when drafts go: after their closing, the edition's or their own when it is later."""
    return days_after(max(closing or edition.closes_at, edition.closes_at), edition.retention.drafts_days)


def entries_due(edition: Edition) -> datetime | None:
    """Return when entries that won nothing go; None before the palmarès."""
    unsealed = edition.milestones.unsealed_at
    return months_after(unsealed, edition.retention.entries_months) if unsealed else None


def entries_until(edition: Edition) -> str:
    """Say until when an entry that wins nothing is kept."""
    return f"jusqu'à {edition.retention.entries_months} mois après le palmarès"


def registrations_due(edition: Edition) -> datetime | None:
    """Return when registrations and attendance go; None without an event."""
    return months_after(edition.event.ends_at, edition.retention.registrations_months) if edition.event else None


def needs_due(edition: Edition) -> datetime | None:
    """Return when needs are blanked; None without an event."""
    return days_after(edition.event.ends_at, edition.retention.needs_days) if edition.event else None


def schedule(edition: Edition) -> Sequence[tuple[str, datetime | None]]:
    """Return what goes when, the soonest first; None for what waits for the palmarès."""
    dates = [
        (KIND_WORDS[Kind.DRAFTS], drafts_due(edition)),
        (KIND_WORDS[Kind.ENTRIES], entries_due(edition)),
    ]
    if edition.event:
        dates += [
            (KIND_WORDS[Kind.NEEDS], needs_due(edition)),
            (KIND_WORDS[Kind.REGISTRATIONS], registrations_due(edition)),
        ]
    return sorted(dates, key=lambda each: (each[1] is None, each[1] or edition.closes_at))


def reached(due: datetime | None, now: datetime) -> bool:
    """Tell whether something is due."""
    return due is not None and due <= now
