"""What the facts say of each service."""

from datetime import UTC, datetime, timedelta

import pytest

from concours.status.rules import (
    DiskFacts,
    ExaminationFacts,
    Health,
    MailFacts,
    Service,
    disk_service,
    duration_words,
    examination_service,
    mail_service,
    overall,
    storage_service,
    worker_service,
)

NOW = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
DUTIES = {"files": "examen", "mail": "courriels"}


def ago(**length: float) -> datetime:
    return NOW - timedelta(**length)


@pytest.mark.parametrize(
    ("facts", "health"),
    [
        (MailFacts(0, None, 0, None), Health.OK),
        (MailFacts(3, ago(minutes=4), 0, ago(hours=2)), Health.OK),
        (MailFacts(3, ago(minutes=5), 0, ago(hours=2)), Health.SLOW),
        (MailFacts(3, ago(minutes=30), 1, ago(hours=2)), Health.DOWN),
        (MailFacts(1, ago(hours=9), 1, ago(minutes=1)), Health.OK),  # refused for itself: the others leave
    ],
)
def test_mail_is_judged_by_what_waits_while_nothing_leaves(facts: MailFacts, health: Health) -> None:
    assert mail_service(facts, NOW).health is health


def test_mail_says_what_waits_and_roughly_when_the_last_left() -> None:
    told = mail_service(MailFacts(2, ago(minutes=12), 1, ago(hours=3)), NOW).sentence
    assert told == (
        "2 messages en attente, le plus ancien depuis 12 minutes ; 1 à réessayer. "
        "Le dernier est parti il y a plus d'une heure."
    )


def test_a_worker_that_was_not_heard_of_for_three_minutes_is_stopped() -> None:
    beats = {"files": ago(minutes=3), "mail": ago(minutes=2, seconds=59)}
    told = worker_service(beats, DUTIES, NOW)
    assert (told.health, told.since) == (Health.DOWN, ago(minutes=3))
    assert "examen." in told.sentence
    assert "courriels" not in told.sentence
    assert worker_service({"files": NOW, "mail": NOW}, DUTIES, NOW).health is Health.OK
    assert worker_service({}, DUTIES, NOW).health is Health.DOWN


@pytest.mark.parametrize(
    ("facts", "health"),
    [
        (DiskFacts(3_000_000_000, 1_000_000_000), Health.OK),
        (DiskFacts(3_000_000_000, 2_500_000_000), Health.SLOW),
        (DiskFacts(49_000_000, 0), Health.DOWN),
    ],
)
def test_a_disk_is_judged_by_what_the_uploads_still_need(facts: DiskFacts, health: Health) -> None:
    assert disk_service(facts, "…").health is health


def test_examination_tells_who_waits_longest_and_the_usual_delay() -> None:
    delays = [timedelta(seconds=seconds) for seconds in (4, 6, 200)]
    told = examination_service(ExaminationFacts(1, ago(minutes=4), delays), NOW)
    assert told.health is Health.SLOW
    assert told.sentence == (
        "1 fichier en attente, le plus ancien depuis 4 minutes. Délai médian des 3 derniers : 6 secondes."
    )
    assert examination_service(ExaminationFacts(1, ago(minutes=20), delays), NOW).health is Health.DOWN
    assert examination_service(ExaminationFacts(0, None, []), NOW).sentence == "Aucun fichier n'attend."


def test_a_storage_that_fails_names_the_place_in_words() -> None:
    told = storage_service(["la réception"], answered=True)
    assert (told.health, "la réception" in told.sentence) == (Health.DOWN, True)
    assert "ne répond pas" in storage_service([], answered=False).sentence


def test_the_worst_service_gives_the_overall_word() -> None:
    def of(*healths: Health) -> Health:
        services = [Service(key="x", name="X", health=health, sentence="…") for health in healths]
        return overall(services)[0]

    assert of(Health.OK, Health.OK) is Health.OK
    assert of(Health.OK, Health.SLOW, Health.UNKNOWN) is Health.UNKNOWN
    assert of(Health.DOWN, Health.UNKNOWN, Health.SLOW) is Health.DOWN


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(0), "0 seconde"),
        (timedelta(seconds=59), "59 secondes"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(hours=26), "1 jour"),
        (timedelta(seconds=-5), "0 seconde"),
    ],
)
def test_durations_are_rounded_down(length: timedelta, words: str) -> None:
    assert duration_words(length) == words
