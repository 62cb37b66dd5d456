"""What the secretariat decides about an entry, and what must hold before works go to the jury."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from concours.editions.rules import Phase
from concours.kernel.clock import format_instant
from concours.kernel.errors import DomainError
from concours.kernel.text import grouped

REASON_MAX_LENGTH = 2000
"""Characters in the reason of a refusal."""

OTHER = "other"
"""The reason is in the organiser's own words only."""

READY_REASONS: Mapping[str, str] = {
    "anonymity": "La création comporte un élément qui permet d'identifier l'administration.",
    "format": "Le format ou la durée de la création ne respecte pas le règlement.",
    "late": "La création a été déposée hors délai.",
    "subject": "La création est hors sujet au regard du règlement.",
    "text": "La création ne comporte que du texte, sans mise en forme visuelle.",
    "incomplete": "Le dossier de candidature est incomplet.",
}
"""What a refusal says most often; an organiser may add words or write their own."""

_NAMED = 5
"""Titles that a sentence names before it counts the others."""

_KEY_LENGTH = 20


class Decision(StrEnum):
    """What the secretariat says of an entry."""

    ADMITTED = "admitted"
    REFUSED = "refused"


class Standing(StrEnum):
    """Where an entry stands in the eyes of the secretariat."""

    DRAFT = "draft"
    WITHDRAWN = "withdrawn"
    PENDING = "pending"
    STALE = "stale"
    """Decided on an earlier deposit than the one that counts now."""
    ADMITTED = "admitted"
    REFUSED = "refused"


TO_EXAMINE = frozenset({Standing.PENDING, Standing.STALE})


@dataclass(frozen=True, slots=True)
class Examined:
    """What the handing over asks of an entry."""

    title: str
    standing: Standing
    copy_ready: bool
    open_until: datetime | None = None
    """Its own closing."""
    to_confirm: bool = False
    """Deposited for somebody whose consents are still to come."""


def standing(state: str, *, deposit_id: str | None, decided_on: str | None, decision: str | None) -> Standing:
    """Return where an entry stands: its state, the deposit that counts, the deposit that was decided on."""
    if state != "deposited":
        return Standing(state)
    if decision is None:
        return Standing.PENDING
    return Standing(decision) if decided_on == deposit_id else Standing.STALE


def compose_reason(ready: str, words: str) -> str:
    """Return the reason as it is kept: the ready-made sentence, then the organiser's own words."""
    return "\n".join(part for part in (READY_REASONS.get(ready, ""), words.strip()) if part)


def split_reason(reason: str) -> tuple[str, str]:
    """Return which ready-made sentence the reason begins with, and the words after it; the form shows them again."""
    for key, sentence in READY_REASONS.items():
        if reason.startswith(sentence):
            return key, reason.removeprefix(sentence).strip()
    return (OTHER if reason else "", reason)


def check_decision(decision: Decision, reason: str) -> None:
    """Refuse a refusal without a reason. Raises DomainError."""
    if decision is Decision.REFUSED and not reason.strip():
        raise DomainError("Indiquez le motif : une décision d'irrecevabilité est toujours motivée.")
    if len(reason) > REASON_MAX_LENGTH:
        raise DomainError(
            f"Le motif compte {grouped(len(reason))} caractères, pour {grouped(REASON_MAX_LENGTH)} au plus. "
            "Raccourcissez."
        )


def obstacles(entries: Collection[Examined], *, closes_at: datetime, now: datetime) -> list[str]:
    """Return why works cannot go to the jury yet, a sentence each; nothing when they can."""
    admitted = [each for each in entries if each.standing is Standing.ADMITTED]
    undecided = [each.title for each in entries if each.standing in TO_EXAMINE]
    without_copy = [each.title for each in admitted if not each.copy_ready]
    found = []
    if now < closes_at:
        found.append(f"Les dépôts ne sont pas clos : attendez le {format_instant(closes_at)}.")
    extended = [each.title for each in entries if each.open_until and now < each.open_until]
    if extended:
        found.append(f"Un délai accordé court encore : {listed(extended)}.")
    to_confirm = [each.title for each in admitted if each.to_confirm]
    if to_confirm:
        found.append(f"Accords à confirmer par l'équipe : {listed(to_confirm)}.")
    if undecided:
        found.append(f"Recevabilité à prononcer : {listed(undecided)}.")
    if without_copy:
        found.append(f"Copie destinée au jury pas encore prête : {listed(without_copy)}.")
    if not admitted:
        found.append("Aucune candidature n'est déclarée recevable : il n'y a rien à transmettre.")
    return found


def listed(titles: Iterable[str]) -> str:
    """Return « A », « B » et 3 autres."""
    ordered = sorted(titles)
    named, others = ordered[:_NAMED], len(ordered) - _NAMED
    words = ", ".join(f"« {title} »" for title in named)
    if others <= 0:
        return words
    return f"{words} et {others} autre{'s' if others > 1 else ''}"


class Task(NamedTuple):
    """Something for the secretariat to do now, and the console's page where it is done."""

    sentence: str
    label: str
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What decides what is to be done now."""

    phase: Phase
    to_examine: int
    to_admit: int
    """Dossiers with a late attempt that may be admitted."""
    obstacles: int
    """Reasons why works cannot go to the jury yet."""
    lacking: Collection[str]
    """What the panel lacks, in words."""
    minutes_signed: bool
    bodies: int = 0
    """Members and entries that may be of one administration, to be looked at."""
    reports: int = 0
    """Breaches of anonymity that wait for a decision."""


def todo(now: Situation) -> list[Task]:
    """Return what the secretariat has to do now, the most pressing first."""
    tasks = _from_the_jury(now)
    if now.phase is Phase.UPCOMING:
        tasks.append(Task("Relisez le calendrier, les règles et les textes avant l'ouverture.", "Relire", "edition"))
    if now.to_examine and now.phase in {Phase.OPEN, Phase.EXAMINATION}:
        plural = "s" if now.to_examine > 1 else ""
        sentence = f"{now.to_examine} candidature{plural} déposée{plural} à examiner."
        tasks.append(Task(sentence, "Examiner", "candidatures?etat=a-examiner"))
    if now.to_admit and now.phase in {Phase.OPEN, Phase.EXAMINATION}:
        those = f"{now.to_admit} dossiers ont" if now.to_admit > 1 else "1 dossier a"
        sentence = f"{those} une tentative hors délai, qui peut être admise si un motif le justifie."
        tasks.append(Task(sentence, "Lire le registre", "registre"))
    if now.lacking and now.phase not in {Phase.DELIBERATION, Phase.HONOURS}:
        tasks.append(Task(f"Complétez le jury. Il manque : {', '.join(now.lacking)}.", "Inviter", "jury"))
    if now.phase is Phase.EXAMINATION:
        tasks.append(_hand_over(now))
    if now.phase is Phase.JURY:
        tasks.append(Task("Le jury évalue les œuvres. Relancez les personnes en retard.", "Suivre", "avancement"))
    if now.phase is Phase.DELIBERATION:
        tasks.append(_after_scoring(now))
    if now.phase is Phase.HONOURS:
        tasks.append(Task("L'anonymat est levé : le palmarès peut être exporté.", "Exporter", "exports"))
    return tasks


def lacking_roles(roles: Collection[str]) -> list[str]:
    """Return what a panel of these roles lacks, in words."""
    wanted = {"president": "la présidence", "secretary": "le secrétariat du jury", "juror": "au moins un·e juré·e"}
    return [words for role, words in wanted.items() if role not in roles]


def _from_the_jury(now: Situation) -> list[Task]:
    tasks: list[Task] = []
    if now.reports:
        several = now.reports > 1
        words = f"{now.reports} ruptures d'anonymat signalées" if several else "Une rupture d'anonymat signalée"
        suspended = "les œuvres sont suspendues" if several else "l'œuvre est suspendue"
        tasks.append(Task(f"{words} : {suspended} jusqu'à votre décision.", "Décider", "signalements"))
    if now.bodies:
        plural = "s" if now.bodies > 1 else ""
        sentence = f"{now.bodies} appartenance{plural} possible{plural} à vérifier entre jury et candidatures."
        tasks.append(Task(sentence, "Vérifier", "appartenances"))
    return tasks


def _hand_over(now: Situation) -> Task:
    if now.obstacles:
        return Task("Vérifiez ce qui empêche encore la transmission au jury.", "Vérifier", "transmission")
    return Task("Les œuvres recevables peuvent être transmises au jury.", "Transmettre", "transmission")


def _after_scoring(now: Situation) -> Task:
    if now.minutes_signed:
        return Task(
            "Le procès-verbal du jury est signé : vous pouvez lever l'anonymat.", "Lever l'anonymat", "palmares"
        )
    return Task("Le jury délibère. L'anonymat se lève après la signature du procès-verbal.", "Voir l'étape", "palmares")


def criterion_key(label: str, taken: Collection[str]) -> str:
    """Return a short name for a new criterion, unlike those taken: lowercase letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: _KEY_LENGTH - 3].strip("-") or "critere"
    names = (base, *(f"{base}-{number}" for number in range(2, 100)))
    return next(name for name in names if name not in taken)
