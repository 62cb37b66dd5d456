"""What the facts say of each service, in a word and a sentence that a stranger may read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median

ALIVE = timedelta(minutes=3)
"""A worker that was not heard of for so long is taken for stopped."""

_MAIL_SLOW, _MAIL_DOWN = timedelta(minutes=5), timedelta(minutes=30)
_EXAMINATION_SLOW, _EXAMINATION_DOWN = timedelta(minutes=3), timedelta(minutes=20)
_RESERVE = 1_000_000_000
"""Bytes that a disk keeps free beside what the files on their way need."""
_FULL = 50_000_000
"""A disk with fewer bytes left takes nothing in."""


class Health(StrEnum):
    """How a service is."""

    OK = "ok"
    SLOW = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"


WORDS: Mapping[Health, str] = {
    Health.OK: "En service",
    Health.SLOW: "Perturbé",
    Health.DOWN: "En panne",
    Health.UNKNOWN: "Inconnu",
}
_OVERALL: Mapping[Health, str] = {
    Health.OK: "Tout fonctionne.",
    Health.SLOW: "Le service fonctionne, avec des perturbations.",
    Health.DOWN: "Une partie du service est en panne.",
    Health.UNKNOWN: "L'état d'une partie du service n'est pas connu.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service as visitors are told of it."""

    key: str
    name: str
    health: Health
    sentence: str
    since: datetime | None = None
    """Since when it is known to be so. Never the instant of somebody's message or file: it would tell when it came."""

    @property
    def word(self) -> str:
        """Its health in words."""
        return WORDS[self.health]


@dataclass(frozen=True, slots=True)
class MailFacts:
    """The outboxes of both sides together."""

    waiting: int
    oldest: datetime | None
    """When the message that waits longest was written."""
    failing: int
    """Messages among them whose last sending failed."""
    last_sent: datetime | None


@dataclass(frozen=True, slots=True)
class ExaminationFacts:
    """The files that wait to be examined, and how long the last ones took."""

    waiting: int
    oldest: datetime | None
    delays: Sequence[timedelta]


@dataclass(frozen=True, slots=True)
class DiskFacts:
    """Bytes that are free, and those that the files on their way still need."""

    free: int
    needed: int


def overall(services: Iterable[Service]) -> tuple[Health, str]:
    """Return the whole service's health, and the sentence that says it."""
    found = {service.health for service in services}
    worst = next((each for each in (Health.DOWN, Health.UNKNOWN, Health.SLOW) if each in found), Health.OK)
    return worst, _OVERALL[worst]


def database_service(*, answers: bool) -> Service:
    """Judge the database."""
    health = Health.OK if answers else Health.DOWN
    sentence = (
        "Dossiers, dépôts et inscriptions s'enregistrent."
        if answers
        else "Rien ne peut être enregistré ni déposé. Ce qui l'était auparavant est conservé."
    )
    return Service(key="database", name="Dossiers et inscriptions", health=health, sentence=sentence)


def mail_service(facts: MailFacts, now: datetime) -> Service:
    """Judge the mail: a message refused for itself, while others leave, is no breakdown."""
    waited = now - facts.oldest if facts.oldest else timedelta()
    passing = bool(facts.oldest and facts.last_sent and facts.last_sent >= facts.oldest)
    health = Health.OK
    if not passing and waited >= _MAIL_SLOW:
        health = Health.DOWN if waited >= _MAIL_DOWN else Health.SLOW
    sentence = f"{_mail_words(facts, waited)} {_last_left(facts.last_sent, now)}"
    return Service(key="mail", name="Courriels", health=health, sentence=sentence)


def storage_service(failures: Sequence[str], *, answered: bool) -> Service:
    """Judge the storage by a small write, read and deletion; `failures` names the places where it did not work."""
    health, sentence = Health.OK, "Un fichier d'essai s'écrit, se relit et s'efface."
    if not answered:
        health, sentence = Health.DOWN, "L'espace où sont gardés les fichiers ne répond pas : aucun envoi n'aboutit."
    elif failures:
        health = Health.DOWN
        sentence = f"L'essai d'écriture échoue : {' et '.join(failures)}. Ce qui était enregistré est conservé."
    return Service(key="storage", name="Stockage des fichiers", health=health, sentence=sentence)


def worker_service(beats: Mapping[str, datetime], duties: Mapping[str, str], now: datetime) -> Service:
    """Judge the tasks behind the pages, by their last signs of life; `duties` names each in words."""
    silent = [words for duty, words in duties.items() if duty not in beats or now - beats[duty] >= ALIVE]
    seen = [beats[duty] for duty in duties if duty in beats]
    health, sentence, since = Health.OK, "Les tâches de fond travaillent.", None
    if silent:
        health, since = Health.DOWN, min(seen, default=None)
        sentence = (
            f"Arrêtées depuis trois minutes au moins : {', '.join(silent)}. Rien n'est perdu, tout reprend au retour."
        )
    return Service(key="worker", name="Tâches de fond", health=health, sentence=sentence, since=since)


def disk_service(facts: DiskFacts, sentence: str) -> Service:
    """Judge the room that is left, which the sentence tells."""
    health = Health.OK
    if facts.free < _FULL:
        health = Health.DOWN
    elif facts.free < facts.needed + _RESERVE:
        health = Health.SLOW
    return Service(key="disk", name="Place sur le disque", health=health, sentence=sentence)


def examination_service(facts: ExaminationFacts, now: datetime) -> Service:
    """Judge how long files wait to be examined."""
    waited = now - facts.oldest if facts.oldest else timedelta()
    health = Health.OK
    if waited >= _EXAMINATION_SLOW:
        health = Health.DOWN if waited >= _EXAMINATION_DOWN else Health.SLOW
    sentence = _examination_words(facts, waited)
    return Service(key="examination", name="Examen des fichiers", health=health, sentence=sentence)


def unknown_service(key: str, name: str) -> Service:
    """Return what is said of a service that nothing tells of."""
    sentence = "Rien ne peut en être dit pour le moment."
    return Service(key=key, name=name, health=Health.UNKNOWN, sentence=sentence)


def duration_words(length: timedelta) -> str:
    """Return « 40 secondes », « 12 minutes », « 3 heures », « 2 jours »: rounded down."""
    seconds = max(int(length.total_seconds()), 0)
    for unit, factor in (("jour", 86_400), ("heure", 3600), ("minute", 60)):
        if seconds >= factor:
            return _counted(seconds // factor, unit)
    return _counted(seconds, "seconde")


def _mail_words(facts: MailFacts, waited: timedelta) -> str:
    if not facts.waiting:
        return "Aucun message n'attend."
    words = f"{_counted(facts.waiting, 'message')} en attente, le plus ancien depuis {duration_words(waited)}"
    return f"{words} ; {facts.failing} à réessayer." if facts.failing else f"{words}."


def _last_left(last_sent: datetime | None, now: datetime) -> str:
    """Say roughly when a message last left: the very instant may be that of somebody's deposit."""
    if last_sent is None:
        return "Aucun n'est encore parti."
    ago = now - last_sent
    rough = "d'une heure" if ago < timedelta(days=1) else "d'un jour"
    return f"Le dernier est parti il y a {'moins' if ago < timedelta(hours=1) else 'plus'} {rough}."


def _examination_words(facts: ExaminationFacts, waited: timedelta) -> str:
    words = "Aucun fichier n'attend."
    if facts.waiting:
        words = f"{_counted(facts.waiting, 'fichier')} en attente, le plus ancien depuis {duration_words(waited)}."
    if not facts.delays:
        return words
    count, usual = (
        len(facts.delays),
        duration_words(timedelta(seconds=median(each.total_seconds() for each in facts.delays))),
    )
    return (
        f"{words} Délai médian des {count} derniers : {usual}." if count > 1 else f"{words} Délai du dernier : {usual}."
    )


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'s' if number > 1 else ''}"
