"""The honours stay under embargo until an organiser publishes; then each candidate is told once, from the record."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from concours.accounts.models import AuditEvent
from concours.editions.queries import current_record, to_edition
from concours.entries.models import Admissibility, Entry
from concours.honours import gallery, letters, publishing
from concours.honours.operations import unseal
from concours.honours.rules import hour_warning
from concours.honours.turn import keep_honours
from concours.kernel.db import Database
from concours.kernel.errors import Conflict, DomainError, Forbidden
from tests.entries_scene import PUBLIC_URL, Scene
from tests.fakes.clock import FrozenClock
from tests.honours_scene import SIGNED, judge, sign
from tests.organisers_contest import CLOSED, OPEN, Console
from tests.page import page
from tests.stage_scene import AFTER, FIRST, OTHER, REVEAL, SECOND, keep_pictures, mails, unsealed

ORGANISER = "secretariat@concours.example"


def test_nothing_is_published_nor_told_before_the_unsealing(database: Database) -> None:
    with database.write() as session:
        judged = judge(session, {FIRST: (9, 9, 9)})
        with pytest.raises(Forbidden):
            publishing.publish(session, at=None, actor=judged.organiser, now=AFTER)
        with pytest.raises(Forbidden):
            letters.tell_laureates(session, public_url=PUBLIC_URL, actor=judged.organiser, now=AFTER)
        with pytest.raises(Conflict):
            letters.approve(session, public_url=PUBLIC_URL, actor=judged.organiser, now=AFTER)


def test_laureates_alone_are_told_under_embargo_and_once(database: Database) -> None:
    with database.write() as session:
        judged = unsealed(session)
        facts = {"public_url": PUBLIC_URL, "actor": judged.organiser}
        assert letters.tell_laureates(session, **facts, now=AFTER) == 2
        assert letters.tell_laureates(session, **facts, now=AFTER + timedelta(hours=1)) == 0
        written = mails(session)
        assert {mail.subject for mail in written} == {
            f"Sous embargo : « {title} » est lauréate" for title in (FIRST, SECOND)
        }
        assert all("SOUS EMBARGO" in mail.text for mail in written)
        acts = session.scalars(select(AuditEvent).where(AuditEvent.action == "laureates_told")).all()
        assert [act.details for act in acts] == [{"messages": 2}]
        publishing.publish(session, at=None, actor=judged.organiser, now=AFTER)
        with pytest.raises(Conflict):
            letters.tell_laureates(session, **facts, now=AFTER)


def test_at_the_publication_each_candidate_is_told_once_what_was_decided(database: Database) -> None:
    with database.write() as session:
        judged = unsealed(session)
        publishing.publish(session, at=REVEAL, actor=judged.organiser, now=AFTER)
        assert letters.approve(session, public_url=PUBLIC_URL, actor=judged.organiser, now=AFTER) == 0
    for now in (REVEAL - timedelta(seconds=1), REVEAL, REVEAL + timedelta(minutes=1)):
        keep_honours(database, public_url=PUBLIC_URL, now=now)
        with database.read() as session:
            subjects = sorted(mail.subject for mail in mails(session))
            assert len(subjects) == (0 if now < REVEAL else 3)
    assert subjects == [
        f"Palmarès : « {SECOND} » est lauréate",
        f"Palmarès : « {FIRST} » est lauréate",
        f"Résultat du concours : « {OTHER} »",
    ]
    with database.write() as session:
        assert letters.approve(session, public_url=PUBLIC_URL, actor=judged.organiser, now=REVEAL) == 0
        with pytest.raises(Conflict, match="déjà public"):
            publishing.publish(session, at=None, actor=judged.organiser, now=REVEAL)


def test_whoever_was_refused_is_not_told_twice_and_a_half_sent_batch_goes_on(database: Database) -> None:
    with database.write() as session:
        judged = unsealed(session)
        publishing.publish(session, at=None, actor=judged.organiser, now=AFTER)
        refused = session.scalars(
            select(Admissibility).join(Entry, Entry.id == Admissibility.entry_id).where(Entry.title == OTHER)
        ).one()
        refused.decision, refused.reason = "refused", "Une image montre l'administration."
        session.flush()
        assert letters.approve(session, public_url=PUBLIC_URL, actor=judged.organiser, now=AFTER) == 2
        refused.decision = "admitted"  # as if the run had been cut short before this one
        session.flush()
        assert letters.approve(session, public_url=PUBLIC_URL, actor=judged.organiser, now=AFTER) == 1
        assert len(mails(session)) == 3


def test_an_hour_to_come_may_be_changed_and_taken_back_never_one_that_is_past(database: Database) -> None:
    with database.write() as session:
        judged = unsealed(session)
        with pytest.raises(DomainError, match="passée"):
            publishing.publish(session, at=AFTER - timedelta(hours=1), actor=judged.organiser, now=AFTER)
        publishing.publish(session, at=REVEAL, actor=judged.organiser, now=AFTER)
        publishing.publish(session, at=REVEAL + timedelta(hours=1), actor=judged.organiser, now=AFTER)
        letters.approve(session, public_url=PUBLIC_URL, actor=judged.organiser, now=AFTER)
        publishing.put_back(session, actor=judged.organiser, now=AFTER)
        record = current_record(session)
        assert (record.publish_at, record.letters_at) == (None, None)
        with pytest.raises(Conflict):
            publishing.put_back(session, actor=judged.organiser, now=AFTER)


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> Scene:
    made = Scene(tmp_path, sqlite_url, clock)
    clock.move_to(AFTER)
    return made


def test_the_gallery_does_not_exist_until_an_organiser_publishes_it(scene: Scene, tmp_path: Path) -> None:
    with scene.database.write() as session:
        judged = unsealed(session)
        keep_pictures(session, scene.state.stores, tmp_path)
    first, second = judged.numbers[FIRST], judged.numbers[SECOND]
    organiser, visitor = scene.sign_in(ORGANISER), scene.app.test_client()
    files = {number: f"/palmares/2027/{number}/page-1" for number in (first, second)}
    nothing = page(visitor, "/palmares/1999", status=404).text
    for path in ("/palmares", "/palmares/2027"):
        assert page(visitor, path, status=404).text == nothing
    assert visitor.get(files[first]).status_code == 404
    form = page(organiser, "/organisation/palmares/publication").form("publication")
    assert form.submit(status=422, when="plus-tard", at="", understood="y").errors == [
        "Heure de la révélation : indiquez la date et l'heure."
    ]
    letters_page = form.submit(when="maintenant", understood="y")
    assert "Votre création n'y figure pas." in letters_page.text
    sent = letters_page.form("resultats").submit()
    assert "Messages partis : 3." in sent.text
    gallery = page(visitor, "/palmares")
    for words in (FIRST, "Mairie d'Œuilly", "Motif de « Le guichet ».", "On y voit Le guichet.", SECOND):
        assert words in gallery.text
    assert "zephyrine" not in gallery.html.lower()
    assert "L'équipe n'a pas souhaité que sa création soit publiée." in gallery.text
    assert "On y voit Le camion." not in gallery.text
    assert (visitor.get(files[first]).status_code, visitor.get(files[second]).status_code) == (200, 404)
    assert "Palmarès" in page(visitor, "/").links
    assert page(visitor, "/palmares/2027").text == gallery.text


def test_an_hour_set_in_advance_publishes_nothing_without_the_unsealing(database: Database) -> None:
    early, late = SIGNED - timedelta(minutes=1), SIGNED + timedelta(days=1)
    with database.write() as session:
        judged = judge(session, {FIRST: (9, 9, 9)})
        actor, record = judged.organiser, current_record(session)
        with pytest.raises(DomainError, match="la révélation vient après"):
            publishing.publish(session, at=OPEN + timedelta(days=1), actor=actor, now=OPEN)
        publishing.publish(session, at=early, actor=actor, now=CLOSED)
        assert not gallery.any_published(session, SIGNED)
        assert "rien n'est public" in hour_warning(to_edition(session, record), SIGNED)
        with pytest.raises(Forbidden):
            letters.approve(session, public_url=PUBLIC_URL, actor=actor, now=SIGNED)
        sign(session, judged, {FIRST: 1})
        unseal(session, actor=actor, now=SIGNED)  # after that hour: it falls, nothing is public at once
        assert (record.publish_at, gallery.any_published(session, late)) == (None, False)
        publishing.publish(session, at=late, actor=actor, now=SIGNED)
        assert (gallery.any_published(session, SIGNED), gallery.any_published(session, late)) == (False, True)
        assert "avant l'évènement" in hour_warning(to_edition(session, record), SIGNED)


def test_the_hour_is_set_changed_and_taken_back_on_its_page(
    tmp_path: Path, sqlite_url: str, clock: FrozenClock
) -> None:
    console = Console(tmp_path, sqlite_url, clock)
    form = console.page("palmares/heure").form("heure")
    refused = form.submit(status=422, at="2027-03-01T10:00")
    assert "la révélation vient après" in refused.text
    kept = form.submit(at="2027-03-20T16:00")
    assert "samedi 20 mars 2027 à 16 h 00 (heure de Paris), si l'anonymat est levé" in kept.text
    assert "samedi 20 mars 2027 à 16 h 00" in console.page("edition").text
    assert "Aucune heure n'est fixée" in kept.form("annulation").submit().text
