"""« Mes données », what the organisers see of what is kept, and the pages that say it to everybody."""

import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from concours.accounts.models import Account, AuditEvent, Outbox
from concours.entries.models import Entry
from concours.intake.models import Creation
from concours.kernel.audit import broken_at
from concours.registrations.models import Registration
from concours.site.site_map import OTHERS
from tests.entries_scene import ANSWERS, Scene
from tests.fakes.clock import FrozenClock
from tests.page import page
from tests.privacy_scene import LOST, Ended
from tests.registrations_scene import ZOE, register, states, token
from tests.whole_contest import WholeContest

MAIL = "candidate@agents.example"


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> Scene:
    return Scene(tmp_path, sqlite_url, clock)


def unzipped(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_one_sees_takes_away_and_erases_all_that_is_held(scene: Scene) -> None:
    entry_id = scene.complete(MAIL)
    scene.complete("autre@agents.example", team="Une autre équipe")
    client = scene.sign_in(MAIL)
    shown = page(client, "/compte/donnees")
    assert str(ANSWERS["contact_name"]) in shown.text
    assert "vous, « a commencé une candidature »" in shown.text
    assert "Une autre équipe" not in shown.html
    files = unzipped(client.get("/compte/donnees/mes-donnees.zip").data)
    with scene.entry(entry_id) as entry:
        assert entry.creation
        digest, key = entry.creation.sha256, entry.creation.quarantine_key
    assert files["empreintes.txt"] == f"{digest}  bd.pdf\n"
    assert json.loads(files["donnees.json"])["candidatures"][0]["réponses"]["contact"] == ANSWERS["contact_name"]
    assert (scene.settings.uploads / "quarantine" / key).exists()
    unticked = page(client, "/compte/donnees/effacer").form().submit(status=422)
    assert unticked.errors == ["Cochez cette case pour confirmer : rien n'a été effacé."]
    assert "sont effacés" in unticked.form().submit(understood="y").text
    with scene.database.read() as session:
        assert session.scalars(select(Account.email).where(Account.email == MAIL)).all() == []
        assert session.scalars(select(Entry.team)).all() == ["Une autre équipe"]
        assert session.scalar(select(func.count(Creation.id))) == 1
        assert session.scalar(select(func.count(Outbox.id)).where(Outbox.recipient == MAIL)) == 0
        assert broken_at(session.scalars(select(AuditEvent).order_by(AuditEvent.position))) is None
    assert not (scene.settings.uploads / "quarantine" / key).exists()
    assert client.get("/compte/donnees").status_code == 303


def test_what_a_running_contest_needs_is_kept_and_the_request_goes_to_the_organisers(
    tmp_path: Path, sqlite_url: str, clock: FrozenClock
) -> None:
    contest = WholeContest(tmp_path, sqlite_url, clock)
    contest.deposit_some(1)
    with contest.database.read() as session:
        email = session.scalars(select(Account.email).where(Account.role == "")).one()
    client = contest.sign_in(email)
    refused = page(client, "/compte/donnees/effacer")
    assert "« Titre 1 » est déposée dans un concours en cours" in refused.text
    assert "jusqu'à 3 mois après le palmarès" in refused.text
    assert "Votre demande est transmise" in refused.form().submit().text
    assert "Votre demande est transmise" in page(client, "/compte/donnees/effacer").text
    assert email in page(contest.organiser, "/organisation/conservation").text
    assert [each.recipient for each in contest.mails() if each.subject == "Demande d'effacement"] == [
        contest.settings.contact_email
    ]
    assert "Vous organisez le concours" in page(contest.organiser, "/compte/donnees/effacer").text
    contest.dispose()


def test_a_mailed_link_shows_and_erases_a_registration_whose_seat_goes_to_the_next(scene: Scene) -> None:
    with scene.database.write() as session:
        register(session, ZOE)
        mail = session.scalars(select(Outbox)).one()
        link = f"/inscription/{token(mail)}"
    client = scene.app.test_client()
    assert "Mes données" in page(client, link).text
    shown = page(client, f"{link}/donnees")
    assert ZOE.accessibility_needs in shown.text
    held = json.loads(unzipped(client.get(f"{link}/mes-donnees.zip").data)["donnees.json"])
    assert held["inscriptions"][0]["besoins pour le repas"] == ZOE.meal_needs
    assert "inscription est effacée" in shown.form().submit(understood="y").text
    with scene.database.read() as session:
        assert states(session) == {}
        assert session.scalars(select(Registration.id)).all() == []
        assert session.scalars(select(Outbox.id)).all() == []
    assert client.get(f"{link}/donnees").status_code == 404


def test_durations_are_the_same_wherever_they_are_said_and_the_report_stays(
    tmp_path: Path, sqlite_url: str, clock: FrozenClock
) -> None:
    ended = Ended(tmp_path, sqlite_url, clock)
    ended.unseal()
    organiser = ended.console()
    form = page(organiser, "/organisation/conservation")
    assert "mercredi 16 juin 2027" in form.text
    clock.move_to(datetime(2027, 7, 1, 9, 0, tzinfo=UTC))
    ended.purge()
    organiser = ended.console()
    after = page(organiser, "/organisation/conservation")
    assert "Candidatures non lauréates : 1" in after.text
    assert ended.entries[LOST] in after.text
    assert "a effacé les données" in page(organiser, "/organisation/journal").text
    for path in ("/donnees-personnelles", "/organisation/registre-traitements"):
        said = page(organiser, path).text
        assert "3 mois après le palmarès" in said
        assert "7 jours après l'évènement" in said


def test_the_site_map_names_every_page_that_everybody_may_open(scene: Scene) -> None:
    said = page(scene.app.test_client(), "/plan-du-site")
    assert OTHERS not in said.text, "Name the page in concours/site/site_map.py, or say there that it is a step."
    hrefs = {link.get("href") for link in said.one("main").iter("a")}
    assert {"/", "/aide", "/reglement", "/inscription", "/accessibilite", "/compte/donnees"} <= hrefs
