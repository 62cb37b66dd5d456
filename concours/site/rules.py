"""What public pages say: where the contest stands, the questions that people ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from concours.editions.rules import Edition, Phase, phase
from concours.kernel.markdown import parse, render

_NEWS: Mapping[Phase, tuple[str, str]] = {
    Phase.UPCOMING: (
        "Les dépôts ouvrent bientôt.",
        "Vous pouvez déjà lire le règlement et préparer votre dossier.",
    ),
    Phase.OPEN: (
        "Les dépôts sont ouverts.",
        "Votre brouillon est conservé ; seul un accusé de réception vaut dépôt.",
    ),
    Phase.EXAMINATION: (
        "Les dépôts sont clos.",
        "Le secrétariat vérifie chaque candidature avant de la transmettre au jury. Vos dossiers restent consultables.",
    ),
    Phase.JURY: (
        "Le jury regarde et note les créations.",
        "Il ne connaît que des numéros : ni les équipes, ni les administrations.",
    ),
    Phase.DELIBERATION: (
        "Le jury délibère.",
        "L'anonymat sera levé une fois le procès-verbal signé.",
    ),
    Phase.HONOURS: (
        "Le palmarès est établi.",
        "Le jury a signé son procès-verbal ; le secrétariat du concours en annonce le résultat.",
    ),
}


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the FAQ and its answer."""

    title: str
    answer: Markup


@dataclass(frozen=True, slots=True)
class News:
    """Where the contest stands, in two sentences, and the instant that visitors wait for."""

    title: str
    text: str
    until: datetime | None


def news(edition: Edition, now: datetime) -> News:
    """Return what the home page says first."""
    reached = phase(edition, now)
    waited_for = {Phase.UPCOMING: edition.opens_at, Phase.OPEN: edition.closes_at}
    title, text = _NEWS[reached]
    return News(title, text, waited_for.get(reached))


def questions(text: str, *, top: int) -> tuple[Question, ...]:
    """Return what stands under each highest heading of the text; what comes before the first is no answer."""
    tokens = parse(text, top=top)
    starts = [index for index, token in enumerate(tokens) if token.type == "heading_open" and token.tag == f"h{top}"]
    ends = [*starts, len(tokens)][1:]
    return tuple(
        Question(tokens[start + 1].content, render(tokens[start + 3 : end]))
        for start, end in zip(starts, ends, strict=True)
    )
