"""What is done with which personal data, why, and how long: the public page and the record of article 30 say the same.

Durations come from the settings that the purge obeys.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from concours.editions.retention import days_words
from concours.editions.rules import Edition
from concours.intake.uploads import AFTER_CLOSING, LATE_LIFETIME, LIFETIME

MISSION = "Mission d'intérêt public (RGPD, article 6, 1, e)"
CONSENT = "Consentement (RGPD, article 6, 1, a)"
OBLIGATION = "Obligation légale de sécurité (RGPD, article 6, 1, c et article 32)"


@dataclass(frozen=True)
class Treatment:
    """One use of personal data."""

    data: str
    people: str
    purpose: str
    basis: str
    readers: str
    until: str


def treatments(edition: Edition) -> Sequence[Treatment]:
    """Return every use of personal data that the service makes, in this edition."""
    return (
        *_entries(edition),
        *_drafts(edition),
        *_accounts(),
        *_organisers(),
        *(_event(edition) if edition.event else ()),
        *(_community() if edition.community else ()),
        *_service(),
    )


def _entries(edition: Edition) -> tuple[Treatment, ...]:
    kept = edition.retention
    return (
        Treatment(
            "Candidature déposée : équipe, administration, contact, création",
            "Agents publics candidats",
            "Examiner et juger la candidature",
            MISSION,
            "Le secrétariat du concours ; le jury ne voit que la création, sous un numéro",
            f"{kept.entries_months} mois après le palmarès ; les lauréats, tant que leur création est publiée",
        ),
        Treatment(
            "Création d'une équipe lauréate : nom de l'équipe, administration, images de personnes",
            "Équipes lauréates, personnes représentées",
            "Publier le palmarès",
            CONSENT,
            "Tout le monde, une fois le palmarès publié",
            "Tant que le palmarès est publié, ou jusqu'au retrait de l'accord",
        ),
    )


def _drafts(edition: Edition) -> tuple[Treatment, ...]:
    return (
        Treatment(
            "Brouillon non déposé",
            "Agents publics candidats",
            "Permettre de compléter une candidature avant la clôture",
            MISSION,
            "La personne, celles qu'elle y invite et le secrétariat",
            f"{days_words(edition.retention.drafts_days)} après la clôture",
        ),
        Treatment(
            "Adresses des personnes invitées à travailler sur un dossier",
            "Membres des équipes",
            "Envoyer l'invitation, savoir qui peut agir",
            MISSION,
            "L'équipe du dossier et le secrétariat",
            "En même temps que le dossier",
        ),
        Treatment(
            "Fichier dont l'envoi n'a pas abouti",
            "Agents publics candidats",
            "Reprendre un envoi interrompu",
            MISSION,
            "Personne",
            f"{_hours(LIFETIME)}, et au moins jusqu'à {_hours(AFTER_CLOSING)} après la clôture",
        ),
        Treatment(
            "Fichier arrivé entier, mais trop tard",
            "Agents publics candidats",
            "Laisser le secrétariat admettre un dépôt hors délai",
            MISSION,
            "Le secrétariat",
            f"{days_words(LATE_LIFETIME.days)}, ou avec le dossier s'il est admis",
        ),
    )


def _hours(span: timedelta) -> str:
    return f"{span // timedelta(hours=1)} heures"


def _accounts() -> tuple[Treatment, ...]:
    return (
        Treatment(
            "Compte : adresse électronique",
            "Toute personne qui se connecte",
            "Se connecter, recevoir les messages du concours",
            MISSION,
            "La personne et le secrétariat",
            "En même temps que son dernier dossier ; sans dossier, en même temps que les brouillons",
        ),
        Treatment(
            "Session ouverte : date, appareil (par exemple « Firefox sur Windows ») ; ni adresse réseau ni lieu",
            "Toute personne qui se connecte",
            "Laisser voir et fermer ses sessions",
            MISSION,
            "La personne seule",
            "Sept jours après sa dernière utilisation",
        ),
        Treatment(
            "Formulaire validé après la fin d'une session",
            "Toute personne qui se connecte",
            "Rendre une saisie interrompue, après la connexion",
            MISSION,
            "La personne seule",
            "Vingt-quatre heures",
        ),
        Treatment(
            "Messages envoyés : adresse, objet, texte",
            "Toute personne à qui le concours écrit",
            "Prouver et renvoyer un message",
            MISSION,
            "Le secrétariat",
            "En même temps que le dossier, le compte ou l'inscription de la personne",
        ),
    )


def _organisers() -> tuple[Treatment, ...]:
    return (
        Treatment(
            "Rôle d'organisation, dernière connexion, second facteur (clé chiffrée) et codes de secours",
            "Personnes qui organisent",
            "Réserver la console à qui organise",
            MISSION,
            "Les autres personnes du secrétariat, la clé et les codes exceptés",
            "Jusqu'au retrait du rôle",
        ),
    )


def _event(edition: Edition) -> tuple[Treatment, ...]:
    kept = edition.retention
    return (
        Treatment(
            "Inscription à l'évènement et présence : nom, adresse, administration, fonction",
            "Personnes inscrites",
            "Accueillir le public",
            MISSION,
            "Le secrétariat et les personnes de l'accueil",
            f"{kept.registrations_months} mois après l'évènement",
        ),
        Treatment(
            "Besoins d'accessibilité et de repas, qui peuvent renseigner sur la santé",
            "Personnes inscrites qui en indiquent",
            "Préparer l'accueil",
            "Consentement explicite (RGPD, article 9, 2, a)",
            "Les seules personnes qui préparent l'accueil",
            f"{days_words(kept.needs_days)} après l'évènement",
        ),
        Treatment(
            "Réponses au blind test, sous un jeton tiré au hasard ; ni nom, ni adresse, ni appareil",
            "Personnes qui jouent",
            "Compter les réponses de la salle",
            MISSION,
            "Personne : seuls les totaux sont montrés",
            "Le lendemain de l'évènement",
        ),
    )


def _community() -> tuple[Treatment, ...]:
    return (
        Treatment(
            "Adresse et nom d'un membre de la communauté",
            "Personnes qui l'ont demandé",
            "Écrire aux membres de la communauté",
            CONSENT,
            "L'équipe d'animation",
            "Jusqu'au départ de la personne ; trente jours sans confirmation",
        ),
    )


def _service() -> tuple[Treatment, ...]:
    return (
        Treatment(
            "Membres du jury : nom, fonction, adresse, fiches d'évaluation",
            "Membres du jury",
            "Juger, et prouver la régularité des délibérations",
            MISSION,
            "Le secrétariat pour la composition ; le jury pour les fiches",
            "Avec le procès-verbal, qui est une archive publique",
        ),
        Treatment(
            "Journal des actes : identifiants tirés au hasard, sans nom ni adresse",
            "Toute personne qui agit dans le service",
            "Prouver qui a décidé et vu quoi",
            MISSION,
            "Le secrétariat",
            "Sans limite : une fois la personne effacée, il ne désigne plus personne",
        ),
        Treatment(
            "Journaux de sécurité : connexions, par identifiant",
            "Toute personne qui se connecte",
            "Détecter un accès frauduleux",
            OBLIGATION,
            "L'équipe technique",
            "Six mois",
        ),
    )
