"""Messages to several people in words: to whom, from which ready-made text, with which fields. Pure."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from concours.kernel.errors import DomainError
from concours.kernel.text import clean_line

SUBJECT_LENGTH, BODY_LENGTH = 150, 6000
_OUTBOX_SUBJECT = 300
_TO_WRITE = re.compile(r"\[écrivez ici[^\]\n]*\]", re.IGNORECASE)
_FIELD = re.compile(r"\{([^{}\n]{0,60})\}")


class Audience(StrEnum):
    """Whom a message is for."""

    DRAFTS = "drafts"
    DEPOSITED = "deposited"
    TO_EXAMINE = "to_examine"
    ADMITTED = "admitted"
    REFUSED = "refused"
    LAUREATES = "laureates"
    CHOICE = "choice"
    REGISTERED = "registered"
    WAITING = "waiting"


AUDIENCE_LABELS: Mapping[Audience, str] = {
    Audience.DRAFTS: "Équipes dont le brouillon n'est pas déposé",
    Audience.DEPOSITED: "Équipes dont la candidature est déposée",
    Audience.TO_EXAMINE: "Équipes dont la candidature est à examiner",
    Audience.ADMITTED: "Équipes dont la candidature est déclarée recevable",
    Audience.REFUSED: "Équipes dont la candidature est déclarée irrecevable",
    Audience.LAUREATES: "Équipes lauréates, déjà prévenues",
    Audience.REGISTERED: "Personnes inscrites à l'évènement",
    Audience.WAITING: "Personnes en liste d'attente",
    Audience.CHOICE: "Équipes choisies dans la liste des candidatures",
}
OF_EVENT = frozenset({Audience.REGISTERED, Audience.WAITING})

FIELDS: Mapping[str, str] = {
    "prenom": "prénom de la personne, ou « Madame, Monsieur » s'il n'est pas connu",
    "titre": "titre de la candidature",
    "equipe": "nom de l'équipe",
    "concours": "nom du concours",
    "cloture": "date et heure de la clôture des dépôts",
    "evenement": "nom de l'évènement",
}
_OF_TEAMS = frozenset({"titre", "equipe"})


@dataclass(frozen=True, slots=True)
class Wording:
    """A subject and a text, with fields to fill in."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Ready:
    """A ready-made message: its name in the console, and its words."""

    label: str
    wording: Wording


_END = "\n\nUne question ? Répondez à ce message.\n\nLe secrétariat du concours"

READY: Mapping[str, Ready] = {
    "rappel": Ready(
        "Rappel avant la clôture",
        Wording(
            "{concours} : votre candidature n'est pas encore déposée",
            "Bonjour {prenom},\n\nVotre dossier « {titre} » est enregistré, mais il n'est PAS déposé : en l'état, il "
            "ne participe pas.\n\nLes dépôts se terminent le {cloture}. Connectez-vous, relisez, puis appuyez sur "
            "« Déposer » : l'accusé de réception vous arrive aussitôt par courriel." + _END,
        ),
    ),
    "precision": Ready(
        "Demande de précision",
        Wording(
            "{concours} : une précision sur « {titre} »",
            "Bonjour {prenom},\n\nNous examinons la candidature « {titre} » de l'équipe {equipe}. Une précision nous "
            "manque pour nous prononcer :\n\n[écrivez ici votre question]\n\nPouvez-vous nous répondre avant la fin de "
            "la semaine ? Votre dépôt reste valable : vous n'avez rien à refaire." + _END,
        ),
    ),
    "information": Ready(
        "Information pratique",
        Wording(
            "{concours} : information pratique",
            "Bonjour {prenom},\n\n[écrivez ici l'information : quoi, quand, où]\n\nVous n'avez rien à faire de plus."
            + _END,
        ),
    ),
    "remerciement": Ready(
        "Remerciement",
        Wording(
            "{concours} : merci",
            "Bonjour {prenom},\n\nMerci d'avoir pris part au concours « {concours} ». Derrière chaque création, il y a "
            "du temps, des idées et l'envie de faire connaître ce qui change dans le service public : nous y "
            "sommes très sensibles.\n\nNous espérons vous retrouver bientôt." + _END,
        ),
    ),
}


def allowed(audience: Audience) -> list[str]:
    """Return the fields that a message to these people may have."""
    return [name for name in FIELDS if audience not in OF_EVENT or name not in _OF_TEAMS]


def check(wording: Wording, fields: Collection[str]) -> None:
    """Refuse a field that is not there. Raises DomainError, which names it."""
    asked = [name for text in (wording.subject, wording.body) for name in _FIELD.findall(text)]
    for name in asked:
        if name not in fields:
            offered = ", ".join(f"{{{each}}}" for each in fields)
            why = "n'a pas de sens pour ces destinataires" if name in FIELDS else "n'existe pas"
            raise DomainError(f"Le champ {{{name}}} {why}. Champs possibles : {offered}. Votre texte est gardé.")


def check_complete(wording: Wording) -> None:
    """Refuse a text that still holds what was to be written. Raises DomainError."""
    left = _TO_WRITE.search(wording.subject) or _TO_WRITE.search(wording.body)
    if left:
        raise DomainError(f"Le message contient encore « {left[0]} » : complétez-le d'abord. Rien n'est parti.")


def fill(wording: Wording, values: Mapping[str, str]) -> Wording:
    """Return a wording with its fields filled in; a value is never read as a field again."""

    def filled(text: str) -> str:
        return _FIELD.sub(lambda found: values[found[1]], text)

    subject = clean_line(filled(wording.subject))
    if len(subject) > _OUTBOX_SUBJECT:
        subject = subject[: _OUTBOX_SUBJECT - 1] + "…"
    return Wording(subject, filled(wording.body).strip() + "\n")


def first_name(full_name: str) -> str:
    """Return what somebody is greeted by: the first word of their name."""
    words = full_name.split()
    return words[0] if words else "Madame, Monsieur"
