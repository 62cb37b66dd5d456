"""The closing put off for everybody: only later, with a reason, its consequences shown, and every page follows."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from concours.accounts.models import AuditEvent, Outbox
from concours.editions.queries import current_edition, current_record, current_rules
from concours.editions.rules import Edition, accepts_deposits
from concours.entries.models import EntryMember
from concours.intake.models import Upload
from concours.kernel.db import Database
from concours.kernel.errors import Conflict, DomainError
from concours.kernel.ids import new_id
from concours.organisers import closing
from concours.organisers import operations as organisers
from tests import organisers_contest as contest
from tests.axe import WIDTHS, violations
from tests.conftest import NewPage
from tests.entries_scene import CLOSING, OPEN, Scene, attach, candidate, draft
from tests.fakes.clock import FrozenClock
from tests.live import answering
from tests.page import Page, page

LATER = datetime(2027, 3, 14, 11, 0, tzinfo=UTC)
REASON = "panne du *stockage* <lundi> soir"


def extend(database: Database, *, until: datetime = LATER, now: datetime = OPEN, version: int | None = None) -> None:
    with database.write() as session:
        actor = contest.start(session, now=OPEN)
        closing.extend_closing(
            session,
            until=until,
            reason=REASON,
            version=version or current_record(session).version,
            actor=actor,
            public_url="http://concours.example",
            now=now,
        )


def edition(database: Database) -> Edition:
    with database.read() as session:
        return current_edition(session)


def test_the_closing_that_holds_is_the_later_one(database: Database) -> None:
    extend(database, now=CLOSING + timedelta(hours=1))
    found = edition(database)
    assert (found.closes_at, found.announced_closing) == (LATER, CLOSING)
    assert found.extension is not None
    assert (found.extension.reason, found.extension.at) == (REASON, CLOSING + timedelta(hours=1))
    assert accepts_deposits(found, LATER - timedelta(milliseconds=1))
    assert not accepts_deposits(found, LATER)


def test_a_second_time_it_goes_further_and_the_first_announcement_stays(database: Database) -> None:
    extend(database)
    extend(database, until=LATER + timedelta(days=1))
    found = edition(database)
    assert (found.closes_at, found.announced_closing) == (LATER + timedelta(days=1), CLOSING)
    with database.read() as session:
        query = select(AuditEvent).where(AuditEvent.action == "closing_extended").order_by(AuditEvent.position)
        details = [event.details for event in session.scalars(query)]
    assert [each["from"] for each in details] == [CLOSING.isoformat(), LATER.isoformat()]


def test_it_never_comes_forward_nor_after_the_event_nor_into_the_past(database: Database) -> None:
    with database.write() as session:
        contest.start(session, now=OPEN)
    with pytest.raises(DomainError, match="elle ne s'avance pas"):
        extend(database, until=CLOSING - timedelta(hours=1))
    with pytest.raises(DomainError, match="l'évènement"):
        extend(database, until=CLOSING + timedelta(days=60))
    with pytest.raises(DomainError, match="déjà passée"):
        extend(database, now=LATER)
    assert edition(database).extension is None


def test_a_stale_version_is_refused(database: Database) -> None:
    with database.write() as session:
        contest.start(session, now=OPEN)
    with pytest.raises(Conflict):
        extend(database, version=7)


def test_once_the_works_are_with_the_jury_it_is_refused(database: Database) -> None:
    with database.write() as session:
        contest.start(session, now=OPEN)
        current_record(session).handed_over_at = CLOSING
    with pytest.raises(Conflict, match="transmises au jury"):
        extend(database, now=CLOSING)


def test_everybody_who_has_a_dossier_is_told_once_and_files_on_their_way_are_kept(database: Database) -> None:
    with database.write() as session:
        account_id = candidate(session)
        first = draft(session, account_id)
        attach(session, first)
        second = draft(session, account_id, title="Une autre")
        mate = candidate(session, "mate@agents.example")
        session.add(EntryMember(entry_id=second.id, account_id=mate, joined_at=OPEN))
        session.flush()
        assert closing.consequences(session, first.edition_id).people == 2
        session.add(
            Upload(
                id=new_id(),
                subject=first.id,
                name="bd.pdf",
                size=10,
                key=new_id(),
                created_at=OPEN,
                expires_at=CLOSING + timedelta(hours=24),
            )
        )
    extend(database)
    with database.read() as session:
        mail, other = session.scalars(select(Outbox).order_by(Outbox.recipient))
        (upload,) = session.scalars(select(Upload))
    assert "dimanche 14 mars 2027 à 12 h 00" in mail.subject
    assert "samedi 13 mars 2027 à 20 h 00" in mail.text
    assert "- Une autre : Brouillon — pas encore déposée" in mail.text
    assert (mail.recipient, other.recipient) == ("candidate@agents.example", "mate@agents.example")
    assert [line for line in other.text.splitlines() if line.startswith("- ")] == [
        "- Une autre : Brouillon — pas encore déposée"
    ]
    assert upload.expires_at == LATER + timedelta(hours=24)


def test_the_reglement_gives_both_dates_and_keeps_them_when_an_article_changes(database: Database) -> None:
    extend(database)
    with database.write() as session:
        record = current_record(session)
        rules, present = current_rules(session, record.id), current_edition(session)
        assert rules.number == 2
        assert "Clôture : dimanche 14 mars 2027 à 12 h 00" in rules.text
        assert "annoncée pour le samedi 13 mars 2027 à 20 h 00" in rules.text
        assert r"panne du \*stockage\* \<lundi\> soir" in rules.text
        changed = present.__class__(**{**vars(present), "title": "un autre thème"})
        actor = contest.start(session, now=OPEN)
        names = organisers.edit_edition(session, edition=changed, version=record.version, actor=actor, now=OPEN)
        assert names == ("title",)
    with database.read() as session:
        rules = current_rules(session, current_record(session).id)
        assert (rules.number, "dimanche 14 mars 2027" in rules.text) == (3, True)
    assert (edition(database).closes_at, edition(database).announced_closing) == (LATER, CLOSING)


# --- as people meet it -----------------------------------------------------------------------------------------------


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> Scene:
    return Scene(tmp_path, sqlite_url, clock)


def ask(scene: Scene) -> Page:
    """Fill in the form; return the page of the consequences."""
    form = page(scene.console(), "/organisation/edition/calendrier").follow("Repousser la clôture").form("repousser")
    return form.submit(until="2027-03-14T12:00", reason=REASON)


def test_nothing_changes_before_the_consequences_are_confirmed(scene: Scene) -> None:
    scene.complete()
    shown = ask(scene)
    assert "1 dossier qui n'est pas déposé peut encore l'être." in shown.text
    assert "1 personne qui a un dossier reçoit aussitôt un courriel" in shown.text
    assert re.search(r"Il restera \d+ jours, au lieu de \d+, entre .* : prévenez le jury\.", shown.text)
    assert "rouvrent" not in shown.text
    assert edition(scene.database).extension is None
    again = shown.form("repousser").submit(status=422)
    assert "la clôture n'est pas repoussée" in again.text
    assert edition(scene.database).extension is None
    done = again.form("repousser").submit(confirm="y")
    assert "La clôture est repoussée pour tout le monde : dimanche 14 mars 2027 à 12 h 00" in done.text
    assert edition(scene.database).closes_at == LATER


def test_a_wrong_date_says_why(scene: Scene) -> None:
    form = page(scene.console(), "/organisation/edition/repousser").form("repousser")
    shown = form.submit(until="2027-03-13T19:00", reason=REASON, status=422)
    assert "elle se repousse, elle ne s'avance pas" in shown.text


def test_after_closing_it_reopens_and_says_so(scene: Scene) -> None:
    entry_id = scene.complete()
    scene.clock.move_to(CLOSING + timedelta(hours=1))
    candidate_page = page(scene.sign_in(), "/candidatures/")
    assert "Les dépôts sont clos" in candidate_page.text
    shown = ask(scene)
    assert "Les dépôts sont clos : ils rouvrent aussitôt" in shown.text
    shown.form("repousser").submit(confirm="y")
    client = scene.sign_in()
    deposited = page(client, f"/candidatures/{entry_id}/depot").form().submit()
    assert "clôture repoussée" in scene.mails()[-1].text
    for address in ("/", "/reglement", "/candidatures/", f"/candidatures/{entry_id}", "/etat", "/connexion"):
        told = page(client, address).text
        assert "Clôture repoussée pour tout le monde : les dépôts ferment le dimanche 14 mars 2027 à 12 h 00" in told
        assert REASON in told
    assert "hidden" in page(client, "/").one("div", class_="cc-deadline").attrib
    assert deposited.response.status_code == 200


def test_the_calendar_no_longer_moves_the_closing(scene: Scene) -> None:
    before = page(scene.console(), "/organisation/edition/calendrier").form("calendrier")
    ask(scene).form("repousser").submit(confirm="y")
    client = scene.console()
    calendar = page(client, "/organisation/edition/calendrier")
    assert {"closes_at", "close_now"}.isdisjoint(calendar.form("calendrier").held)
    assert "des équipes comptent sur ce délai" in calendar.text
    assert "Aucun changement" in calendar.form("calendrier").submit().text
    assert "repoussée pour tout le monde pendant que ce formulaire" in before.submit(status=422).text
    with_event = calendar.form("calendrier").submit(event_starts_at="2027-03-14T09:00", status=422)
    assert "l'évènement a lieu après la clôture" in with_event.text.lower()


@pytest.mark.full
@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
def test_the_pages_are_for_everybody(scene: Scene, new_page: NewPage, width: int) -> None:
    scene.console()
    with answering(scene.app) as address:
        opened = new_page(width)
        opened.goto(address + scene.link("secretariat@concours.example"))
        opened.goto(f"{address}/organisation/edition/repousser")
        opened.get_by_label("Nouvelle clôture").fill("2027-03-14T12:00")
        opened.get_by_label("Motif").fill(REASON)
        for button in ("Voir les conséquences", "Repousser la clôture"):
            assert violations(opened) == []
            assert opened.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            if button == "Repousser la clôture":
                opened.get_by_text("J'ai lu les conséquences").or_(opened.get_by_text("J’ai lu")).first.click()
            opened.get_by_role("button", name=button).click()
        opened.get_by_text("Annoncée d’abord pour").wait_for()
        opened.goto(f"{address}/")
        assert violations(opened) == []
        assert opened.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
