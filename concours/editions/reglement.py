"""The règlement as one text: the articles that the edition's own facts make, then the organisers'."""

import hashlib

from concours.editions.rules import Criterion, Edition
from concours.kernel.clock import format_day, format_hour, format_instant, to_paris
from concours.kernel.markdown import plain

_READS_ON = ("pour ", "de ", "d'")


def compose(edition: Edition) -> str:
    """Return the règlement in Markdown."""
    articles = [_calendar(edition), _formats(edition), _criteria(edition), edition.texts.rules]
    heading = f"## {edition.contest} — « {edition.title} », édition {edition.key}"
    return "\n\n".join([heading, *articles]) + "\n"


def digest(text: str) -> str:
    """Return the SHA-256 that names this very text."""
    return hashlib.sha256(text.encode()).hexdigest()


def duration_words(seconds: int) -> str:
    """Return « 2 minutes », « 1 minute 30 secondes »."""
    minutes, rest = divmod(seconds, 60)
    parts = [_counted(minutes, "minute")] * (minutes > 0) + [_counted(rest, "seconde")] * (rest > 0)
    return " ".join(parts)


def format_words(edition: Edition) -> str:
    """Return « .avi, .mp4 et .pdf »."""
    names = [f".{name}" for name in edition.formats]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} et {names[-1]}"


def _calendar(edition: Edition) -> str:
    late = "Un dépôt reçu à cet instant précis, ou après, est hors délai ; l'heure du serveur fait foi."
    lines = [
        "### Calendrier",
        f"- Ouverture des dépôts : {format_instant(edition.opens_at)}.",
        f"- Clôture : {format_instant(edition.closes_at)}. {late}",
    ]
    if edition.extension:
        lines.append(
            f"- Clôture repoussée pour tout le monde le {format_instant(edition.extension.at)} ; elle était annoncée "
            f"pour le {format_instant(edition.extension.closed_at)}. "
            f"Motif : {plain(edition.extension.reason)}"
        )
    if edition.event:
        start, end = edition.event.starts_at, edition.event.ends_at
        day = format_day(to_paris(start).date())
        lines.append(
            f"- {edition.event.name} : {day}, de {format_hour(start)} à {format_hour(end)} (heure de Paris), "
            f"{edition.event.place}, {edition.event.address}."
        )
    return "\n".join(lines)


def _formats(edition: Edition) -> str:
    lines = [
        "### Créations",
        f"Seuls les formats {format_words(edition)} sont acceptés ; le contenu du fichier fait foi, non son nom.",
    ]
    if {"avi", "mp4"} & set(edition.formats):
        lines.append(f"Une vidéo dure {duration_words(edition.video_max_seconds)} au plus.")
    return "\n".join(lines)


def _criteria(edition: Edition) -> str:
    scale = f"de {edition.scale_low} à {edition.scale_high}"
    weighted = len({criterion.weight for criterion in edition.criteria}) > 1
    lines = ["### Critères", f"Chaque membre du jury note chaque critère {scale} :", ""]
    lines += [_criterion(criterion, weighted=weighted) for criterion in edition.criteria]
    lines += ["", f"Le jury désigne au plus {_laureates(edition.laureates_max)}."]
    return "\n".join(lines)


def _criterion(criterion: Criterion, *, weighted: bool) -> str:
    weight = f" (coefficient {criterion.weight})" if weighted else ""
    # « Le caractère inspirant » reads on: « pour d'autres administrations ».
    link = " " if criterion.description.startswith(_READS_ON) else " : "
    return f"- {criterion.label}{link}{criterion.description}{weight}"


def _laureates(number: int) -> str:
    return f"{number} créations lauréates" if number > 1 else "une création lauréate"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'s' if number > 1 else ''}"
