"""What is found in a file that is accepted all the same, and how that is said. Pure."""

from collections.abc import Iterable
from enum import StrEnum


class Finding(StrEnum):
    """What was found in a file that is accepted all the same: stable codes, stored."""

    VIRUS_UNCHECKED = "virus_unchecked"
    JAVASCRIPT = "javascript"
    ACTIONS = "actions"
    ATTACHMENTS = "attachments"
    FORMS = "forms"
    MULTIMEDIA = "multimedia"
    LINKS = "links"
    COMMENTS = "comments"
    EXTERNAL_CONTENT = "external_content"
    TEXT_ONLY = "text_only"


FINDINGS: dict[Finding, str] = {
    Finding.VIRUS_UNCHECKED: (
        "L'antivirus n'a pas pu contrôler ce fichier : il ne répondait pas, ou le fichier dépasse ce qu'il sait lire. "
        "Le dépôt reste valable ; contrôlez l'original avant de l'ouvrir."
    ),
    Finding.JAVASCRIPT: "Le PDF contenait des programmes (JavaScript) : retirés de la copie.",
    Finding.ACTIONS: "Le PDF contenait des actions automatiques (ouvrir, envoyer, masquer) : retirées de la copie.",
    Finding.ATTACHMENTS: "Le PDF contenait des pièces jointes : retirées de la copie.",
    Finding.FORMS: "Le PDF contenait un formulaire à remplir : retiré de la copie.",
    Finding.MULTIMEDIA: "Le PDF contenait du son, de la vidéo ou de la 3D : retirés de la copie.",
    Finding.LINKS: "Le PDF contenait des liens vers internet : retirés de la copie.",
    Finding.COMMENTS: "Le PDF contenait des commentaires ou des annotations : retirés de la copie.",
    Finding.EXTERNAL_CONTENT: "Le PDF renvoyait à des contenus rangés hors de lui : la copie ne les montre pas.",
    Finding.TEXT_ONLY: (
        "Les pages ne semblent contenir que du texte, sans image ni dessin : vérifiez qu'il s'agit bien d'une création."
    ),
}
"""What the secretariat reads of each; in this order."""

REMOVED: dict[Finding, str] = {
    Finding.JAVASCRIPT: "des programmes (JavaScript)",
    Finding.ACTIONS: "des actions automatiques",
    Finding.ATTACHMENTS: "des pièces jointes",
    Finding.FORMS: "un formulaire à remplir",
    Finding.MULTIMEDIA: "du son, de la vidéo ou de la 3D",
    Finding.LINKS: "des liens vers internet",
    Finding.COMMENTS: "des commentaires ou des annotations",
    Finding.EXTERNAL_CONTENT: "des renvois à d'autres fichiers",
}
"""What concerns the candidate: the copy differs from the file by it."""


def findings_told(codes: Iterable[str]) -> list[str]:
    """Give the sentences that the secretariat reads, in one order."""
    found = set(codes)
    return [sentence for code, sentence in FINDINGS.items() if code in found]


def findings_removed(codes: Iterable[str]) -> str:
    """List for the candidate what the copy leaves out: « des pièces jointes et des liens », or nothing."""
    found = set(codes)
    names = [name for code, name in REMOVED.items() if code in found]
    return " et ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
