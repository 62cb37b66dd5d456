"""What is to be done now, the most pressing first: pure, from counts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from concours.editions.rules import Edition, Phase
from concours.kernel.clock import format_instant
from concours.kernel.text import grouped

_DEPOSITED = frozenset({Phase.OPEN, Phase.EXAMINATION})


class Task(NamedTuple):
    """Something for the secretariat to do now, and the console's page where it is done."""

    sentence: str
    label: str
    page: str
    why: str = ""
    """What depends on it, or since when it waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What decides what is to be done now."""

    phase: Phase
    now: datetime
    to_examine: int
    """Entries that one organiser may decide on."""
    to_admit: int
    """Dossiers with a late attempt that may be admitted."""
    obstacles: int
    """Reasons why works cannot go to the jury yet."""
    lacking: Collection[str]
    """What the panel lacks, in words."""
    minutes_signed: bool
    oldest: datetime | None = None
    """When the first of those to examine was deposited."""
    bodies: int = 0
    """Members and entries that may be of one administration, to be looked at."""
    reports: int = 0
    """Breaches of anonymity that wait for a decision."""
    together: int = 0
    """Entries to be looked at by two that wait for whoever reads this."""
    theirs: int = 0
    """Those that wait for another organiser."""
    late: int = 0
    """Jurors far behind the rest of the panel."""
    unanswered: int = 0
    """Invitations to the panel without an answer."""
    mails_failed: int = 0
    jury_mails_failed: int = 0
    """Among them, those to the panel."""
    copies_failed: int = 0
    copy_failed: str = ""
    """The first entry whose copy for the jury could not be made."""
    offers: int = 0
    """Seats offered to the waiting list that nobody has answered for."""
    offers_until: datetime | None = None
    """When the first of those offers runs out."""


def todo(now: Situation) -> list[Task]:
    """Return what the secretariat has to do now, the most pressing first."""
    return [
        *_suspended(now),
        *_broken(now),
        *_before_opening(now),
        *_to_examine(now),
        *_of_the_panel(now),
        *_of_the_step(now),
        *_to_know(now),
    ]


def next_date(edition: Edition, now: datetime) -> tuple[str, datetime] | None:
    """Return the next date of the calendar, by its name; None when nothing is dated to come."""
    event, published = edition.event, edition.milestones.publish_at
    dates = [
        ("Ouverture des dépôts", edition.opens_at),
        ("Clôture des dépôts", edition.closes_at),
        *([("Publication du palmarès", published)] if published else []),
        *([(event.name, event.starts_at)] if event else []),
    ]
    return min(((name, at) for name, at in dates if at > now), key=lambda each: each[1], default=None)


def lasting(span: timedelta) -> str:
    """Return « 3 jours », « 5 heures », « moins d'une heure ». The part of a day, or of an hour, is left out."""
    if span.days:
        return _counted(span.days, "jour")
    hours = span.seconds // 3600
    return _counted(hours, "heure") if hours else "moins d'une heure"


def next_words(edition: Edition, now: datetime) -> str:
    """Return « Clôture des dépôts dans 3 jours : samedi 13 mars 2027… », the next date in words; empty without one."""
    found = next_date(edition, now)
    return f"{found[0]} dans {lasting(found[1] - now)} : {format_instant(found[1])}." if found else ""


def _suspended(now: Situation) -> list[Task]:
    if not now.reports:
        return []
    several = now.reports > 1
    words = f"{now.reports} ruptures d'anonymat signalées" if several else "Une rupture d'anonymat signalée"
    suspended = "les œuvres sont suspendues" if several else "l'œuvre est suspendue"
    return [Task(f"{words} : {suspended} jusqu'à votre décision.", "Décider", "signalements")]


def _broken(now: Situation) -> list[Task]:
    tasks = []
    if now.mails_failed:
        verb = "ne sont pas arrivés" if now.mails_failed > 1 else "n'est pas arrivé"
        sentence = f"{_counted(now.mails_failed, 'courriel')} {verb}."
        jury = f", dont {grouped(now.jury_mails_failed)} à des membres du jury" if now.jury_mails_failed else ""
        why = f"Plus aucun essai ne se fera tout seul{jury} : vérifiez l'adresse, puis renvoyez."
        tasks.append(Task(sentence, "Voir ces courriels", "courriers?etat=echec", why))
    if now.copies_failed:
        copies = _counted(now.copies_failed, "copie")
        sentence = f"{copies} {_plural('destinée', now.copies_failed)} au jury en échec."
        why = "Sans copie, l'œuvre ne peut pas aller au jury. Le dépôt reste valable."
        tasks.append(Task(sentence, "Relancer la fabrication", f"candidatures/{now.copy_failed}", why))
    return tasks


def _before_opening(now: Situation) -> list[Task]:
    sentence = "Relisez le calendrier, les règles et les textes avant l'ouverture."
    return [Task(sentence, "Relire", "edition")] if now.phase is Phase.UPCOMING else []


def _to_examine(now: Situation) -> list[Task]:
    if now.phase not in _DEPOSITED:
        return []
    tasks = []
    if now.to_examine:
        sentence = f"{_counted(now.to_examine, 'candidature')} {_plural('déposée', now.to_examine)} à examiner."
        why = f"La plus ancienne attend depuis {lasting(now.now - now.oldest)}." if now.oldest else ""
        tasks.append(Task(sentence, "Examiner", "candidatures?etat=a-examiner", why))
    if now.together:
        sentence = f"{_counted(now.together, 'candidature')} à revoir à deux {_await(now.together)} votre avis."
        why = "La décision demande l'accord de deux personnes."
        tasks.append(Task(sentence, "Donner mon avis", "candidatures?etat=a-deux", why))
    if now.to_admit:
        those = f"{now.to_admit} dossiers ont" if now.to_admit > 1 else "1 dossier a"
        sentence = f"{those} une tentative hors délai, qui peut être admise si un motif le justifie."
        tasks.append(Task(sentence, "Lire le registre", "registre"))
    return tasks


def _of_the_panel(now: Situation) -> list[Task]:
    tasks = []
    if now.bodies:
        those = f"{_counted(now.bodies, 'appartenance')} {_plural('possible', now.bodies)}"
        tasks.append(Task(f"{those} à vérifier entre jury et candidatures.", "Vérifier", "appartenances"))
    if now.lacking and now.phase not in {Phase.DELIBERATION, Phase.HONOURS}:
        tasks.append(Task(f"Complétez le jury. Il manque : {', '.join(now.lacking)}.", "Inviter", "jury"))
    if now.unanswered and now.phase not in {Phase.DELIBERATION, Phase.HONOURS}:
        those = f"{_counted(now.unanswered, 'invitation')} au jury sans réponse."
        tasks.append(
            Task(those, "Voir le jury", "jury", "Tant qu'elle n'a pas accepté, la personne ne voit aucune œuvre.")
        )
    return tasks


def _of_the_step(now: Situation) -> list[Task]:
    match now.phase:
        case Phase.EXAMINATION:
            return [_hand_over(now)]
        case Phase.JURY:
            return [_scoring(now)]
        case Phase.DELIBERATION:
            return [_after_scoring(now)]
        case Phase.HONOURS:
            return [Task("L'anonymat est levé : le palmarès peut être exporté.", "Exporter", "exports")]
    return []


def _to_know(now: Situation) -> list[Task]:
    """Return what waits for somebody else."""
    tasks = []
    if now.theirs and now.phase in _DEPOSITED:
        sentence = f"{_counted(now.theirs, 'candidature')} à revoir à deux {_await(now.theirs)} une autre personne."
        why = "Vous avez donné votre avis : il manque le sien."
        tasks.append(Task(sentence, "Voir", "candidatures?etat=a-deux", why))
    if now.offers and now.offers_until:
        sentence = (
            f"{_counted(now.offers, 'place')} {_plural('proposée', now.offers)} à la liste d'attente sans réponse."
        )
        left = lasting(max(now.offers_until - now.now, timedelta()))
        why = f"La première proposition prend fin dans {left}, puis la place va à la personne suivante."
        tasks.append(Task(sentence, "Voir les inscriptions", "inscriptions", why))
    return tasks


def _hand_over(now: Situation) -> Task:
    if now.obstacles:
        return Task("Vérifiez ce qui empêche encore la transmission au jury.", "Vérifier", "transmission")
    return Task("Les œuvres recevables peuvent être transmises au jury.", "Transmettre", "transmission")


def _scoring(now: Situation) -> Task:
    if now.late:
        sentence = f"{_counted(now.late, 'personne')} du jury en retard sur les autres."
        return Task(sentence, "Suivre", "avancement", "Le jury évalue les œuvres ; les notes restent inconnues ici.")
    return Task("Le jury évalue les œuvres. Personne n'est loin derrière les autres.", "Suivre", "avancement")


def _after_scoring(now: Situation) -> Task:
    if now.minutes_signed:
        return Task(
            "Le procès-verbal du jury est signé : vous pouvez lever l'anonymat.", "Lever l'anonymat", "palmares"
        )
    return Task("Le jury délibère. L'anonymat se lève après la signature du procès-verbal.", "Voir l'étape", "palmares")


def _plural(words: str, count: int) -> str:
    return f"{words}s" if count > 1 else words


def _counted(count: int, word: str) -> str:
    return f"{grouped(count)} {_plural(word, count)}"


def _await(count: int) -> str:
    return "attendent" if count > 1 else "attend"
