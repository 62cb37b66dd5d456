"""Ways of deposit: at the limit, armed beforehand, with a file found bad, late and admitted, for somebody."""

import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import EnvironBuilder

from concours.accounts.models import AuditEvent
from concours.entries.models import Deposit, Entry
from concours.entries.rules import GRACE
from concours.intake.models import Creation
from concours.kernel.audit import broken_at
from tests import files
from tests.entries_scene import ANSWERS, CLOSING, Scene
from tests.fakes.clock import FrozenClock
from tests.page import Page, page
from tests.tus_client import Tus

EVE = CLOSING - timedelta(days=1)
MILLISECOND = timedelta(milliseconds=1)
AT_THE_LIMIT = [(-MILLISECOND, True), (timedelta(0), False), (MILLISECOND, False)]
BAD = b"%PDF-1.7\n" + 200 * b"nothing " + b"\n%%EOF\n"


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str) -> Scene:
    return Scene(tmp_path, sqlite_url, FrozenClock(EVE))


def deposits(scene: Scene) -> list[Deposit]:
    with scene.database.read() as session:
        return list(session.scalars(select(Deposit).order_by(Deposit.at)))


def counts(scene: Scene, entry_id: str) -> str | None:
    with scene.entry(entry_id) as entry:
        return entry.deposit_id


def events(scene: Scene, action: str) -> list[AuditEvent]:
    with scene.database.read() as session:
        chain = list(session.scalars(select(AuditEvent).order_by(AuditEvent.position)))
    assert broken_at(chain) is None
    return [event for event in chain if event.action == action]


def deposit(scene: Scene, entry_id: str, *, status: int = 200, email: str = "candidate@agents.example") -> Page:
    """Press « Déposer » on a page that was opened in time."""
    client, now = scene.sign_in(email), scene.clock()
    scene.clock.move_to(min(now, CLOSING - timedelta(minutes=5)))
    form = page(client, f"/candidatures/{entry_id}/depot").form()
    scene.clock.move_to(now)
    return form.submit(status=status)


def sent(scene: Scene, tus: Tus, content: bytes, *, status: int = 204, name: str = "bd.pdf") -> str:
    """Announce a file in time, then have its last byte come now; return where it is."""
    now = scene.clock()
    scene.clock.move_to(min(now, CLOSING - timedelta(minutes=5)))
    address = tus.created(len(content), name)
    assert tus.patch(address, 0, content[:100]).status_code == 204
    scene.clock.move_to(now)
    answer = tus.patch(address, 100, content[100:])
    assert answer.status_code == status, answer.get_data(as_text=True)
    return address


@pytest.mark.parametrize(("past", "in_time"), AT_THE_LIMIT)
def test_a_deposit_counts_strictly_before_closing(scene: Scene, past: timedelta, *, in_time: bool) -> None:
    entry_id = scene.complete()
    scene.clock.move_to(CLOSING + past)
    shown = deposit(scene, entry_id, status=200 if in_time else 422)
    assert [made.at for made in deposits(scene)] == [CLOSING + past] * in_time
    late = events(scene, "late_attempt")
    assert [(event.at, event.details["act"]) for event in late] == [(CLOSING + past, "entries.deposit")] * (not in_time)
    assert ("Candidature déposée" in shown.text) is in_time


@pytest.mark.parametrize(("past", "in_time"), AT_THE_LIMIT)
def test_a_chunk_at_the_limit_is_kept_and_the_last_one_decides(scene: Scene, past: timedelta, *, in_time: bool) -> None:
    entry_id, content = scene.draft(), files.pdf()
    tus = Tus(scene.sign_in(), entry_id)
    address = tus.created(len(content), "bd.pdf")
    scene.clock.move_to(CLOSING + past)
    assert tus.patch(address, 0, content[:100]).status_code == 204
    assert tus.offset(address) == 100
    assert tus.patch(address, 100, content[100:]).status_code == (204 if in_time else 422)
    with scene.database.read() as session:
        assert [made.received_at for made in session.scalars(select(Creation))] == [CLOSING + past] * in_time
    late = events(scene, "late_attempt")
    assert [(event.at, event.details["size"]) for event in late] == [(CLOSING + past, len(content))] * (not in_time)


@pytest.mark.parametrize(("past", "in_time"), AT_THE_LIMIT)
def test_a_replacement_at_the_limit_leaves_the_deposit_that_stands(
    scene: Scene, past: timedelta, *, in_time: bool
) -> None:
    entry_id = scene.complete()
    deposit(scene, entry_id)
    (first,) = deposits(scene)
    tus = Tus(scene.sign_in(), entry_id)
    scene.clock.move_to(CLOSING + past)
    sent(scene, tus, files.pdf(pages=3), status=204 if in_time else 422)
    assert counts(scene, entry_id) == first.id
    if in_time:
        deposit(scene, entry_id)
    assert (counts(scene, entry_id) == first.id) is not in_time


def test_a_file_on_its_way_may_go_on_for_two_hours_after_closing(scene: Scene) -> None:
    entry_id, content = scene.draft(), files.pdf()
    tus = Tus(scene.sign_in(), entry_id)
    address = tus.created(len(content), "bd.pdf")
    scene.clock.move_to(CLOSING + GRACE - MILLISECOND)
    assert tus.patch(address, 0, content[:100]).status_code == 204
    scene.clock.move_to(CLOSING + GRACE)
    assert tus.patch(address, 100, content[100:]).status_code == 422
    assert tus.offset(address) == 100
    assert tus.create(len(content), "bd.pdf").status_code == 422


@pytest.mark.parametrize(("past", "in_time"), AT_THE_LIMIT)
def test_an_armed_dossier_is_deposited_by_the_last_byte(scene: Scene, past: timedelta, *, in_time: bool) -> None:
    entry_id, client = scene.draft(), scene.sign_in()
    content = files.mp4(seconds=20, size=(320, 240), fps=10)
    tus = Tus(client, entry_id)
    address = tus.created(len(content), "film.mp4")
    assert tus.patch(address, 0, content[:100_000]).status_code == 204
    asked = page(client, f"/candidatures/{entry_id}/creation").form(address.split("/")[-1]).submit()
    assert "D'ici là, elle n'est pas déposée" in asked.text
    scene.clock.move_to(CLOSING + past)
    assert tus.patch(address, 100_000, content[100_000:]).status_code == (204 if in_time else 422)
    assert [(made.at, made.way) for made in deposits(scene)] == [(CLOSING + past, "armed")] * in_time
    subjects = [mail.subject for mail in scene.mails()]
    assert len(subjects) == 1
    assert subjects[0].startswith("Déposée :" if in_time else "PAS déposée :")
    assert ("le dépôt s'est fait de lui-même" in straight(scene.mails()[0].html or "")) is in_time
    with scene.entry(entry_id) as entry:
        assert entry.armed_upload_id is None


def test_an_armed_dossier_that_lacks_something_meanwhile_is_not_deposited_and_says_so(scene: Scene) -> None:
    entry_id, content, client = scene.draft(), files.pdf(), scene.sign_in()
    tus = Tus(client, entry_id)
    address = tus.created(len(content), "bd.pdf")
    arm(tus, entry_id, address)
    page(client, f"/candidatures/{entry_id}/innovation").form().submit(title="")
    assert tus.patch(address, 0, content).status_code == 204
    assert deposits(scene) == []
    (mail,) = scene.mails()
    assert mail.subject.startswith("PAS déposée :")
    assert "Donnez un titre à la création." in mail.text
    assert [event.details["lacks"] for event in events(scene, "deposit_incomplete")] == [["title"]]


def straight(text: str) -> str:
    """Undo the typography of a page."""
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")


def to_admit(register: Page) -> Page:
    """Follow the one link that admits an attempt."""
    (text,) = [text for text in register.links if text.startswith("Admettre")]
    return register.follow(text)


def arm(tus: Tus, entry_id: str, address: str, *, status: int = 200, stop: bool = False) -> None:
    answer = tus.client.post(
        f"/candidatures/{entry_id}/depot-automatique/{address.rsplit('/', maxsplit=1)[-1]}",
        data={"annuler": "oui"} if stop else {},
        headers={"X-CSRFToken": tus.token, "Accept": "application/json"},
    )
    assert answer.status_code == status, answer.get_data(as_text=True)


def test_a_dossier_is_disarmed_and_another_file_than_the_one_asked_for_deposits_nothing(scene: Scene) -> None:
    entry_id, content = scene.draft(), files.pdf()
    tus = Tus(scene.sign_in(), entry_id)
    first = tus.created(len(content), "bd.pdf")
    arm(tus, entry_id, first)
    sent(scene, tus, files.pdf(pages=2))
    assert deposits(scene) == []
    arm(tus, entry_id, first, stop=True)
    assert tus.patch(first, 0, content).status_code == 204
    assert deposits(scene) == []
    assert scene.mails() == []


def test_what_cannot_be_armed_is_refused(scene: Scene) -> None:
    bare, full = scene.draft(title=""), scene.draft("other@agents.example")
    mine, other = Tus(scene.sign_in(), bare), Tus(scene.sign_in("other@agents.example"), full)
    coming = mine.created(1000, "bd.pdf")
    arm(mine, bare, coming, status=422)  # a title is lacking
    arm(other, bare, coming, status=404)  # somebody else's dossier
    arm(other, full, coming, status=404)  # somebody else's file
    arm(other, full, sent(scene, other, files.pdf()), status=409)  # it has come already
    assert deposits(scene) == []


def test_a_deposit_stands_while_its_file_is_being_examined(scene: Scene) -> None:
    entry_id = scene.draft()
    sent(scene, Tus(scene.sign_in(), entry_id), files.pdf())
    shown = deposit(scene, entry_id)
    assert "Candidature déposée" in shown.text
    home = page(scene.sign_in(), f"/candidatures/{entry_id}")
    assert "Déposée, vérification en cours" in home.text
    assert "c'est à nous de la finir : le dépôt est fait" in home.text.replace("\xa0", " ")
    scene.work()
    assert "vérification en cours" not in page(scene.sign_in(), f"/candidatures/{entry_id}").text
    assert counts(scene, entry_id) == deposits(scene)[0].id


def test_a_replacement_found_bad_gives_way_to_the_deposit_before_it(scene: Scene) -> None:
    entry_id = scene.draft()
    tus = Tus(scene.sign_in(), entry_id)
    for content in (files.pdf(), BAD):
        sent(scene, tus, content)
        deposit(scene, entry_id)
        scene.clock.advance(timedelta(minutes=1))
    good, bad = deposits(scene)
    assert counts(scene, entry_id) == bad.id
    scene.work()
    assert counts(scene, entry_id) == good.id
    mail = scene.mails()[-1]
    assert mail.subject.startswith("Fichier refusé :")
    assert good.receipt_number in mail.text
    assert "RESTE VALABLE" in mail.text
    (event,) = events(scene, "deposited_file_refused")
    assert (event.details["deposit"], event.details["stands"]) == (bad.id, good.id)


def test_a_withdrawn_deposit_does_not_come_back_when_the_next_one_is_bad(scene: Scene) -> None:
    entry_id, client = scene.draft(), scene.sign_in()
    tus = Tus(client, entry_id)
    sent(scene, tus, files.pdf())
    deposit(scene, entry_id)
    page(client, f"/candidatures/{entry_id}/retrait").form().submit()
    scene.clock.advance(timedelta(minutes=1))
    sent(scene, tus, BAD)
    deposit(scene, entry_id)
    scene.work()
    assert counts(scene, entry_id) == deposits(scene)[-1].id
    assert "mais fichier refusé" in page(client, f"/candidatures/{entry_id}").text


def test_a_file_found_bad_after_closing_goes_to_the_secretariat_who_gives_more_time(scene: Scene) -> None:
    entry_id, client = scene.draft(), scene.sign_in()
    tus = Tus(client, entry_id)
    sent(scene, tus, BAD)
    deposit(scene, entry_id)
    scene.clock.move_to(CLOSING + timedelta(minutes=10))
    scene.work()
    assert "peut vous accorder un délai" in scene.mails()[-1].text
    console = scene.console()
    shown = page(console, f"/organisation/candidatures/{entry_id}/delai")
    given = shown.form().submit(until="2027-03-14T12:00", reason="Votre fichier n'a été vérifié qu'après la clôture.")
    assert "Délai accordé" in given.text
    assert "PAS déposée" not in scene.mails()[-1].text
    assert "14 mars 2027" in page(client, f"/candidatures/{entry_id}").text
    sent(scene, tus, files.pdf())
    deposit(scene, entry_id)
    assert counts(scene, entry_id) == deposits(scene)[-1].id
    assert deposits(scene)[-1].at == CLOSING + timedelta(minutes=10)


def test_more_time_goes_to_one_dossier_and_keeps_works_from_the_jury_meanwhile(scene: Scene) -> None:
    mine, other = scene.complete(), scene.complete("other@agents.example")
    scene.clock.move_to(CLOSING + timedelta(hours=1))
    console = scene.console()
    form = page(console, f"/organisation/candidatures/{mine}/delai").form()
    form.submit(status=422, until="2027-03-14T12:00", reason="  ")
    form.submit(status=422, until="2027-03-13T20:30", reason="Panne du service.")
    form.submit(until="2027-03-14T12:00", reason="Panne du service.")
    assert "Un délai accordé court encore" in page(console, "/organisation/transmission").text
    own = page(scene.sign_in(), f"/candidatures/{mine}").text
    assert "Dépôts ouverts jusqu'au dimanche 14 mars 2027 à 12 h 00" in own
    assert "Les dépôts sont clos" not in own
    listed = page(scene.sign_in(), "/candidatures/").text
    assert "sauf là où un délai est accordé" in listed
    assert "vous pouvez la déposer jusqu'au dimanche 14 mars 2027 à 12 h 00" in listed.replace("\u00a0", " ")
    assert "délai" not in page(scene.sign_in("other@agents.example"), "/candidatures/").text
    deposit(scene, mine)
    deposit(scene, other, status=422, email="other@agents.example")
    assert [made.entry_id for made in deposits(scene)] == [mine]
    assert [event.details["until"] for event in events(scene, "more_time")] == ["2027-03-14T11:00:00+00:00"]


def test_a_late_file_is_admitted_with_a_reason_and_dated_from_its_last_byte(scene: Scene) -> None:
    entry_id, content = scene.draft(), files.pdf()
    scene.clock.move_to(CLOSING + timedelta(seconds=25))
    sent(scene, Tus(scene.sign_in(), entry_id), content, status=422)
    scene.clock.move_to(CLOSING + timedelta(hours=20))
    console = scene.console()
    shown = page(console, "/organisation/registre")
    assert "Hors délai" in shown.text
    assert "1 dossier a une tentative hors délai" in page(console, "/organisation/").text
    ask = to_admit(shown)
    ask.form().submit(status=422, reason="")
    ask.form().submit(reason="Le service a répondu lentement entre 19 h 50 et 20 h 01.")
    (made,) = deposits(scene)
    assert (made.at, made.way, made.size) == (CLOSING + timedelta(seconds=25), "late", len(content))
    mail = scene.mails()[-1]
    for said in (mail.text, straight(mail.html or "")):
        assert "l'a admise ; motif : Le service a répondu lentement" in said
        assert "Déposée par" in said
        assert "vous pouvez modifier" not in said
        assert "Les dépôts sont clos" in said
    assert "admise ensuite" in page(console, "/organisation/registre").text
    scene.work()
    with scene.database.read() as session:
        assert session.scalars(select(Creation)).one().state == "ready"
    ask.form().submit(status=409, reason="Une seconde fois.")
    again = page(console, ask.path)
    assert again.errors == []
    assert "Cette tentative est déjà admise" in again.text
    assert again.all("textarea") == []
    assert "tentative hors délai" not in page(console, "/organisation/").text
    assert len(deposits(scene)) == 1


class SlowBody(io.BytesIO):
    """A request's body of which the last byte comes at another instant than its first."""

    def __init__(self, content: bytes, scene: Scene, until: datetime) -> None:
        super().__init__(content)
        self._clock, self._until = scene.clock, until

    def read(self, size: int | None = -1, /) -> bytes:
        self._clock.move_to(self._until)
        return super().read(size)

    def readinto(self, buffer: Any, /) -> int:
        self._clock.move_to(self._until)
        return super().readinto(buffer)


@pytest.mark.parametrize(("begun", "kept"), [(-timedelta(minutes=4), True), (timedelta(0), False)])
def test_a_form_on_its_way_at_closing_is_kept_to_be_admitted_and_one_begun_after_it_is_not(
    scene: Scene, begun: timedelta, *, kept: bool
) -> None:
    entry_id, client, content = scene.draft(), scene.sign_in(), files.pdf()
    form = page(client, f"/candidatures/{entry_id}/creation").form()
    builder = EnvironBuilder(
        path=f"/candidatures/{entry_id}/creation",
        method="POST",
        data={**form.held, "file": (io.BytesIO(content), "bd.pdf")},
    )
    environ = builder.get_environ()
    body = environ["wsgi.input"].read()
    scene.clock.move_to(CLOSING + begun)
    environ["wsgi.input"] = SlowBody(body, scene, CLOSING + timedelta(minutes=3))
    answer = client.open(environ)
    assert answer.status_code == 422
    assert "n'est plus possible" in answer.text.replace("’", "'")
    console = scene.console()
    shown = page(console, "/organisation/registre")
    assert "Hors délai" in shown.text
    stored = [path for path in (scene.settings.uploads / "quarantine").iterdir() if path.is_file()]
    assert [path.read_bytes() for path in stored if not path.name.startswith(".")] == ([content] if kept else [])
    if kept:
        to_admit(shown).form().submit(reason="L'envoi était en cours à la clôture.")
        (made,) = deposits(scene)
        assert (made.at, made.way, made.size) == (CLOSING + timedelta(minutes=3), "late", len(content))
        scene.work()
        with scene.database.read() as session:
            assert session.scalars(select(Creation)).one().state == "ready"


def test_a_late_press_of_the_button_is_admitted_as_the_dossier_stood(scene: Scene) -> None:
    entry_id = scene.complete()
    scene.clock.move_to(CLOSING)
    deposit(scene, entry_id, status=422)
    console = scene.console()
    ask = to_admit(page(console, "/organisation/registre"))
    assert "bd.pdf" in ask.text
    ask.form().submit(reason="Une seconde de trop.")
    (made,) = deposits(scene)
    assert (made.entry_id, made.at, made.way) == (entry_id, CLOSING, "late")


def test_an_attempt_is_not_admitted_once_the_dossier_has_changed_since(scene: Scene) -> None:
    entry_id, client, console = scene.complete(), scene.sign_in(), scene.console()
    scene.clock.move_to(CLOSING)
    deposit(scene, entry_id, status=422)
    more = page(console, f"/organisation/candidatures/{entry_id}/delai").form()
    more.submit(until="2027-03-14T12:00", reason="Panne du service.")
    scene.clock.advance(timedelta(minutes=10))
    page(client, f"/candidatures/{entry_id}/innovation").form().submit(title="Un titre trouvé ensuite")
    ask = to_admit(page(console, "/organisation/registre")).form()
    assert "modifié ou déposé depuis" in ask.submit(status=409, reason="Une seconde de trop.").text
    assert deposits(scene) == []


def test_a_late_file_of_an_incomplete_dossier_is_not_admitted(scene: Scene) -> None:
    entry_id = scene.draft(title="")
    scene.clock.move_to(CLOSING)
    sent(scene, Tus(scene.sign_in(), entry_id), files.pdf(), status=422)
    console = scene.console()
    ask = to_admit(page(console, "/organisation/registre")).form()
    refused = ask.submit(status=422, reason="Une seconde de trop.")
    assert "Donnez un titre à la création." in refused.text
    assert deposits(scene) == []


def test_a_deposit_for_somebody_says_who_made_it_and_waits_for_their_consents(scene: Scene) -> None:
    console = scene.console()
    answers = {
        name: ANSWERS[name] for name in ("team", "administration", "contact_name", "title", "category", "summary")
    }
    ask = page(console, "/organisation/depot-pour-le-compte").form()
    whole = {
        **answers,
        "email": "candidate@agents.example",
        "came_at": "2020-01-31T18:00",
        "reason": "Envoyée par courriel : le service était en panne.",
    }
    file = (io.BytesIO(files.pdf()), "bd.pdf")
    ask.send({**whole, "file": file}, status=422)  # before the opening
    whole["came_at"] = "2027-03-12T18:00"
    made_page = ask.send({**whole, "file": (io.BytesIO(files.pdf()), "bd.pdf")})
    assert "Par le secrétariat, pour le compte de l'équipe" in made_page.text
    (made,) = deposits(scene)
    assert (made.way, made.deposited_by) == ("behalf", scene.account_id("secretariat@concours.example"))
    mail = scene.mails()[-1]
    assert mail.recipient == "candidate@agents.example"
    assert "IL RESTE À CONFIRMER VOS ACCORDS" in mail.text
    assert "Déposée par : Le secrétariat du concours" in mail.text
    assert mail.html
    for said in ("Envoyée par courriel", f"/candidatures/{made.entry_id}/accords", "Il reste à confirmer vos accords"):
        assert said in straight(mail.html)
    for said in (mail.text, mail.html):
        assert ("Règlement en vigueur" in said, "Règlement accepté" in said) == (True, False)
    client = scene.sign_in()
    receipt = page(client, f"/candidatures/{made.entry_id}/depots/{made.id}")
    assert "Le secrétariat du concours" in receipt.text
    assert "secretariat@concours.example" not in receipt.text
    assert "Règlement en vigueur" in receipt.text
    confirm = page(client, f"/candidatures/{made.entry_id}/accords").form()
    confirm.submit(status=422, public_agent="y")
    confirm.submit(public_agent="y", rules_accepted="y", rights_granted="y")
    confirm.submit(public_agent="y", rules_accepted="y")  # a second time changes nothing
    with scene.entry(made.entry_id) as entry:
        assert entry.deposit is not None
        assert not entry.deposit.to_confirm
        assert entry.deposit.answers.rights_granted
        assert not entry.deposit.answers.image_rights
        assert not entry.changed
        assert entry.version == 3
    assert len(events(scene, "deposit_confirmed")) == 1


def test_a_refused_deposit_for_somebody_leaves_nothing_behind(scene: Scene) -> None:
    ask = page(scene.console(), "/organisation/depot-pour-le-compte").form()
    ask.submit(
        status=422,
        email="candidate@agents.example",
        came_at="2027-03-12T18:00",
        reason="",
        file=(io.BytesIO(files.pdf()), "bd.pdf"),
    )
    with scene.database.read() as session:
        assert session.scalars(select(Entry)).all() == []
    assert [path for path in scene.settings.uploads.rglob("*") if path.is_file()] == []


def test_a_problem_is_told_while_the_deposit_stands_and_a_new_one_is_examined_again(scene: Scene) -> None:
    entry_id, client, console = scene.draft(), scene.sign_in(), scene.console()
    tus = Tus(client, entry_id)
    sent(scene, tus, files.pdf())
    deposit(scene, entry_id)
    scene.work()
    form = page(console, f"/organisation/candidatures/{entry_id}/signalement").form()
    form.submit(status=422, reason="")
    form.submit(reason="Un logo se lit à la page 2.")
    assert "RESTE" not in scene.mails()[-1].subject
    assert scene.mails()[-1].subject.startswith("À corriger :")
    home = page(client, f"/candidatures/{entry_id}")
    assert "Un logo se lit à la page 2." in home.text
    assert counts(scene, entry_id) == deposits(scene)[0].id
    page(console, f"/organisation/candidatures/{entry_id}").form(f"/{entry_id}").submit(decision="admitted")
    sent(scene, tus, files.pdf(pages=4))
    scene.clock.advance(timedelta(minutes=1))
    deposit(scene, entry_id)
    assert "Un logo" not in page(client, f"/candidatures/{entry_id}").text
    assert "Nouveau dépôt depuis la décision" in page(console, f"/organisation/candidatures/{entry_id}").text
    scene.clock.move_to(CLOSING)
    form = page(console, f"/organisation/candidatures/{entry_id}/signalement").form()
    form.submit(status=422, reason="Trop tard pour le dire ainsi.")


def test_the_register_holds_every_attempt_of_a_dossier(scene: Scene) -> None:
    entry_id, client = scene.draft(title=""), scene.sign_in()
    tus = Tus(client, entry_id)
    sent(scene, tus, files.pdf())
    answer = client.post(f"/candidatures/{entry_id}/depot", headers={"X-CSRFToken": tus.token})
    assert answer.status_code == 422
    page(client, f"/candidatures/{entry_id}/innovation").form().submit(title="Un titre")
    deposit(scene, entry_id)
    scene.clock.move_to(CLOSING + timedelta(seconds=1))
    sent(scene, tus, files.pdf(pages=2), status=422)
    shown = page(scene.console(), f"/organisation/registre?dossier={entry_id}")
    outcomes = [row for row in shown.text.split("\n") if row]
    text = " ".join(outcomes)
    assert text.index("Hors délai (fin d'un envoi)") < text.index("Déposée") < text.index("dossier incomplet")
    assert "candidate@agents.example" in text
    page(scene.console(), "/organisation/registre/999999999999/admettre", status=404)
    page(scene.console(), "/organisation/registre/1/admettre", status=404)
