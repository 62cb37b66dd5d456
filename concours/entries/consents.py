"""What candidates declare and grant, word for word; a deposit keeps the digest of these texts."""

import hashlib
from collections.abc import Mapping

RIGHTS_YEARS = 5
"""How long the rights granted below last, from the deposit."""

VERSION = 1
"""Grows with each change of the texts; a test holds each version to its digest."""

TEXTS: Mapping[str, str] = {
    "public_agent": "Je suis agent public, ou mon équipe est composée d'agents publics.",
    "rules_accepted": "J'ai lu le règlement du concours et je l'accepte.",
    "rights_granted": (
        "J'autorise l'organisateur, à titre gratuit et pour cinq ans, à reproduire et à représenter la création "
        "sur ses sites internet, sur ses réseaux sociaux et lors de ses évènements, en France et dans le monde, "
        "pour faire connaître l'innovation publique. Je suis titulaire des droits sur tout ce qu'elle contient, "
        "ou j'en ai obtenu l'autorisation."
    ),
    "image_rights": (
        "Chaque personne reconnaissable dans la création a donné son accord écrit à l'utilisation de son image "
        "pour ces publications, ou personne n'y est reconnaissable."
    ),
}
"""By name of the dossier's answer, in the order in which they are read."""


def digest() -> str:
    """Return the SHA-256 of the texts as they are read, their version first."""
    lines = [str(VERSION), *(f"{name}\t{text}" for name, text in TEXTS.items())]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
