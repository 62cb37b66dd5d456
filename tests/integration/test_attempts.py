"""What a fault of ours prevents is proved: on record, by mail, or signed when nothing can be recorded."""

import io
import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import select

from concours.accounts.models import AuditEvent
from concours.cli import main
from concours.kernel.settings import S3
from concours.migrations import upgrade
from tests import files
from tests.axe import WIDTHS, violations
from tests.conftest import NewPage
from tests.entries_scene import OPEN, Scene
from tests.fakes.clock import FrozenClock
from tests.live import answering
from tests.page import Page, page
from tests.ports import free_port
from tests.postgres import PostgresServer, find_programs
from tests.s3_fixture import environ_of
from tests.tus_client import Tus

NUMBER = re.compile(r"T-2027-\w{4}-\w{4}")


@pytest.fixture
def scene(tmp_path: Path, database_url: str, clock: FrozenClock) -> Iterator[Scene]:
    made = Scene(tmp_path, database_url, clock)
    yield made
    made.close()


def break_storage(scene: Scene) -> None:
    """Put a file where the folder of the originals was."""
    quarantine = scene.settings.uploads / "quarantine"
    if quarantine.exists():
        quarantine.rename(quarantine.with_name("elsewhere"))
    quarantine.parent.mkdir(exist_ok=True)
    quarantine.write_text("in the way")


def mend_storage(scene: Scene) -> None:
    quarantine = scene.settings.uploads / "quarantine"
    quarantine.unlink()
    quarantine.with_name("elsewhere").rename(quarantine)


def recorded(scene: Scene) -> list[AuditEvent]:
    with scene.database.read() as session:
        query = select(AuditEvent).where(AuditEvent.action == "attempt_failed").order_by(AuditEvent.position)
        return list(session.scalars(query))


def deposit(client: FlaskClient, entry_id: str, *, status: int = 200) -> Page:
    return page(client, f"/candidatures/{entry_id}/depot").form().submit(status=status)


def send(client: FlaskClient, entry_id: str) -> Page:
    held = page(client, f"/candidatures/{entry_id}/creation").form().held
    data = {**held, "file": (io.BytesIO(files.pdf()), "bd.pdf")}
    return page(client, f"/candidatures/{entry_id}/creation", status=503, data=data)


def test_a_deposit_whose_file_is_out_of_reach_is_refused_with_a_proof(scene: Scene) -> None:
    client, entry_id = scene.sign_in(), scene.complete()
    break_storage(scene)
    shown = deposit(client, entry_id, status=503)
    (event,) = recorded(scene)
    number = event.details["number"]
    assert NUMBER.fullmatch(number)
    assert (event.subject, event.actor, event.at) == (entry_id, scene.account_id(), scene.clock())
    assert event.details == {"act": "deposit", "bytes": None, "cause": "down", "number": number}
    assert number in shown.text
    assert "lundi 1er février 2027 à 10 h 00 min 00 s (heure de Paris)" in shown.text
    assert "Ce n'est pas un accusé de réception" in shown.text
    assert "candidate@agents.example" in shown.text
    (mail,) = scene.mails()
    assert number in mail.subject
    assert "pas encore déposée" in mail.text
    with scene.entry(entry_id) as entry:
        assert entry.deposit_id is None
    mend_storage(scene)
    assert "Déposée" in deposit(client, entry_id).text


def test_a_file_that_is_cut_short_is_not_deposited(scene: Scene) -> None:
    client, entry_id = scene.sign_in(), scene.complete()
    (kept,) = (scene.settings.uploads / "quarantine").iterdir()
    kept.write_bytes(kept.read_bytes()[:-1])
    deposit(client, entry_id, status=503)
    assert len(recorded(scene)) == 1


def test_what_is_deposited_already_is_shown_again_without_the_storage(scene: Scene) -> None:
    client, entry_id = scene.sign_in(), scene.complete()
    form = page(client, f"/candidatures/{entry_id}/depot").form()
    first = form.submit()
    break_storage(scene)
    assert form.submit().path == first.path
    assert recorded(scene) == []


def test_a_form_upload_is_refused_with_a_proof_of_its_size(scene: Scene) -> None:
    client, entry_id = scene.sign_in(), scene.draft()
    break_storage(scene)
    shown = send(client, entry_id)
    (event,) = recorded(scene)
    assert event.details["act"] == "form"
    assert event.details["bytes"] >= len(files.pdf())
    assert event.details["number"] in shown.text


def test_pieces_keep_one_number_while_the_browser_tries_again(scene: Scene) -> None:
    tus = Tus(scene.sign_in(), scene.draft())
    address = tus.created(1_000_000, "bd.pdf")
    break_storage(scene)
    answers = [tus.create(5000), tus.patch(address, 0, files.pdf()), tus.create(5000)]
    (event,) = recorded(scene)
    assert event.details | {"number": ""} == {"act": "upload", "bytes": 5000, "cause": "down", "number": ""}
    assert answers[0].status_code == answers[2].status_code == 503
    assert event.details["number"] in answers[0].text
    assert event.details["number"] in answers[2].text
    assert len(scene.mails()) == 1
    scene.clock.advance(timedelta(minutes=15))
    tus.create(5000)
    assert len(recorded(scene)) == 2


def test_another_s_dossier_leaves_no_proof(scene: Scene) -> None:
    entry_id, other = scene.complete(), scene.sign_in("autre@agents.example")
    break_storage(scene)
    token = page(other, "/candidatures/").form().held["csrf_token"]
    answer = other.post(f"/candidatures/{entry_id}/depot", data={"csrf_token": token})
    assert answer.status_code == 404
    assert recorded(scene) == []


def test_looking_proves_nothing(tmp_path: Path, sqlite_url: str) -> None:
    nowhere = S3(f"http://127.0.0.1:{free_port()}", "concours", "default", "key", "secret")
    scene = Scene(tmp_path, sqlite_url, FrozenClock(OPEN), **environ_of(nowhere))
    client, entry_id = scene.sign_in(), scene.draft()
    tus = Tus(client, entry_id)
    assert page(client, f"/candidatures/{entry_id}/creation").response.status_code == 200
    assert recorded(scene) == []
    assert tus.create(5000).status_code == 503
    (event,) = recorded(scene)
    assert event.details["cause"] == "down"


def test_a_command_looks_a_number_up(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    client, entry_id = scene.sign_in(), scene.complete()
    break_storage(scene)
    deposit(client, entry_id, status=503)
    (event,) = recorded(scene)
    monkeypatch.setenv("DATABASE_URL", scene.settings.database_url.replace("+psycopg", ""))
    monkeypatch.setenv("DATA", str(scene.settings.data))
    done = CliRunner().invoke(main, ["attempt", "verify", event.details["number"]])
    assert (done.exit_code, "Dépôt de la candidature" in done.output) == (0, True)
    assert entry_id in done.output
    assert CliRunner().invoke(main, ["attempt", "verify", "T-2027-XXXX-XXXX"]).exit_code == 1


def test_without_a_database_the_command_says_so_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA", str(tmp_path))
    for url in ("", f"postgresql://concours@127.0.0.1:{free_port()}/concours"):
        monkeypatch.setenv("DATABASE_URL", url)
        done = CliRunner().invoke(main, ["attempt", "verify", "T-2027-K7QF-3MPT"])
        assert (done.exit_code, "La base de données ne répond pas" in done.stderr) == (1, True), done.stderr
        assert "Traceback" not in done.stderr


def test_while_the_database_is_down_the_page_bears_what_we_sign(
    tmp_path: Path, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    with PostgresServer(programs) as server, ExitStack() as after:
        url = server.create("concours")
        upgrade(url)
        scene = Scene(tmp_path, url, clock)
        after.callback(scene.close)
        client, entry_id = scene.sign_in(), scene.complete()
        held = page(client, f"/candidatures/{entry_id}/depot").form().held
        tus = Tus(client, entry_id)
        statement_page = _while_stopped(server, client, entry_id, held, tus)
        statement = statement_page.one("code").text or ""
        monkeypatch.setenv("DATABASE_URL", url.replace("+psycopg", ""))
        monkeypatch.setenv("DATA", str(scene.settings.data))
        done = CliRunner().invoke(main, ["attempt", "verify", statement])
        assert (done.exit_code, "candidate@agents.example" in done.output) == (0, True), done.output
        assert "lundi 1er février 2027 à 10 h 00 min 00 s" in done.output
        forged = CliRunner().invoke(main, ["attempt", "verify", statement[:-1] + "x"])
        assert forged.exit_code == 1


def _while_stopped(server: PostgresServer, client: FlaskClient, entry_id: str, held: dict[str, str], tus: Tus) -> Page:
    with server.stopped():
        shown = page(client, f"/candidatures/{entry_id}/depot", status=503, data=held)
        assert "Notre base de données ne répond pas" in shown.text
        assert "n'a pas pu y être consignée" in shown.text
        again = tus.create(5000)
        assert (again.status_code, again.headers["Retry-After"]) == (503, "15")
        assert "base de données" in again.text
        assert not page(client, "/candidatures/", status=503).all("code")
    return shown


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
def test_the_proof_is_for_everybody(tmp_path: Path, sqlite_url: str, new_page: NewPage, width: int) -> None:
    scene = Scene(tmp_path, sqlite_url, FrozenClock(OPEN))
    entry_id = scene.complete()
    break_storage(scene)
    with answering(scene.app) as address:
        opened = new_page(width)
        opened.goto(address + scene.link())
        opened.goto(f"{address}/candidatures/{entry_id}/depot")
        opened.locator("main form button[type=submit]").click()
        opened.get_by_role("heading", name="Preuve de tentative").wait_for()
        assert violations(opened) == []
        assert opened.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
