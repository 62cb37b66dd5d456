"""The example works, made by the service: to practise scoring on, and to rehearse the session of the jury."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """What stands in the place of a work."""

    title: str
    category: str
    summary: str
    film: str = ""
    captions: str = ""
    pages: tuple[tuple[str, str], ...] = ()
    """Of each page, its image and its words."""


EXAMPLES = (
    Example(
        "Exemple : le guichet qui se déplace",
        "vidéo",
        "Un film de quelques secondes, fait par le service pour essayer le lecteur : lecture, avance, sous-titres, "
        "vitesse. Il ne raconte aucune candidature.",
        film="exemples/exemple.mp4",
        captions="exemples/exemple.vtt",
    ),
    Example(
        "Exemple : le formulaire en une page",
        "infographie",
        "Deux pages faites par le service pour essayer l'agrandissement et la lecture du texte. "
        "Elles ne racontent aucune candidature.",
        pages=(
            ("exemples/page-1.svg", "Avant : quatorze pages, trois signatures, six semaines."),
            ("exemples/page-2.svg", "Après : une page, une signature, quatre jours."),
        ),
    ),
)
