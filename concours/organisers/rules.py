"""What the secretariat decides about an entry, and what must hold before works go to the jury."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from concours.kernel.clock import format_instant
from concours.kernel.errors import DomainError
from concours.kernel.text import grouped

REASON_MAX_LENGTH = 2000
"""Characters in the reason of a refusal."""

OTHER = "other"
"""The reason is in the organiser's own words only."""

LOOK_WORDS_MAX_LENGTH = 500
"""Characters of what organisers write to one another about an entry that two look at."""

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


DECISION_WORDS: Mapping[str, str] = {Decision.ADMITTED: "recevable", Decision.REFUSED: "irrecevable"}


class Standing(StrEnum):
    """Where an entry stands in the eyes of the secretariat."""

    DRAFT = "draft"
    WITHDRAWN = "withdrawn"
    PENDING = "pending"
    STALE = "stale"
    """Decided on an earlier deposit than the one that counts now."""
    TOGETHER = "together"
    """To be examined by two organisers, who do not agree yet."""
    ADMITTED = "admitted"
    REFUSED = "refused"


TO_EXAMINE = frozenset({Standing.PENDING, Standing.STALE, Standing.TOGETHER})


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


def standing(
    state: str, *, deposit_id: str | None, decided_on: str | None, decision: str | None, together: bool = False
) -> Standing:
    """Return where an entry stands: its state, the deposit that counts, the deposit that was decided on.

    `together`: two organisers have to agree on it.
    """
    if state != "deposited":
        return Standing(state)
    if decision is not None and decided_on == deposit_id:
        return Standing(decision)
    if together:
        return Standing.TOGETHER
    return Standing.PENDING if decision is None else Standing.STALE


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


def check_note(decision: Decision, note: str, others: Collection[Decision]) -> None:
    """Refuse to differ from what another organiser said without a word to them. Raises DomainError."""
    if any(each is not decision for each in others) and not note.strip():
        raise DomainError("Vous n'êtes pas du même avis que la personne qui a proposé : dites-lui pourquoi.")
    if len(note) > LOOK_WORDS_MAX_LENGTH:
        raise DomainError(f"Ce mot dépasse {LOOK_WORDS_MAX_LENGTH} caractères : raccourcissez-le.")


def agreement(decision: Decision, others: Mapping[str, Decision]) -> str:
    """Return who else is of the same mind, by the opinions of the others; empty while nobody is."""
    return next((who for who, said in others.items() if said is decision), "")


def obstacles(entries: Collection[Examined], *, closes_at: datetime, now: datetime) -> list[str]:
    """Return why works cannot go to the jury yet, a sentence each; nothing when they can."""
    admitted = [each for each in entries if each.standing is Standing.ADMITTED]
    together = [each.title for each in entries if each.standing is Standing.TOGETHER]
    undecided = [each.title for each in entries if each.standing in TO_EXAMINE - {Standing.TOGETHER}]
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
    if together:
        found.append(f"Revue à deux, sans accord pour l'instant : {listed(together)}.")
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


def lacking_roles(roles: Collection[str]) -> list[str]:
    """Return what a panel of these roles lacks, in words."""
    wanted = {"president": "la présidence", "secretary": "le secrétariat du jury", "juror": "au moins un·e juré·e"}
    return [words for role, words in wanted.items() if role not in roles]


def criterion_key(label: str, taken: Collection[str]) -> str:
    """Return a short name for a new criterion, unlike those taken: lowercase letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: _KEY_LENGTH - 3].strip("-") or "critere"
    names = (base, *(f"{base}-{number}" for number in range(2, 100)))
    return next(name for name in names if name not in taken)
