"""`/etat`: it tells what works, and answers while nothing does."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from concours.accounts.models import Outbox
from concours.kernel import mail, s3
from concours.kernel.mail import Message
from concours.migrations import upgrade
from concours.status import watch
from concours.status.operations import beat
from concours.worker import DUTIES
from tests import files
from tests.axe import WIDTHS, violations
from tests.conftest import NewPage
from tests.entries_scene import OPEN, Scene
from tests.fakes.clock import FrozenClock
from tests.live import answering
from tests.page import page
from tests.postgres import PostgresServer, find_programs
from tests.s3 import S3Server
from tests.s3_fixture import environ_of, start_server
from tests.tus_client import Tus


@pytest.fixture
def scene(tmp_path: Path, database_url: str, clock: FrozenClock) -> Iterator[Scene]:
    made = Scene(tmp_path, database_url, clock)
    yield made
    made.close()


@pytest.fixture
def quick_scene(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> Scene:
    """The same on SQLite alone."""
    return Scene(tmp_path, sqlite_url, clock)


def live(scene: Scene) -> None:
    """Have the worker say that it lives; what was looked at before is old now."""
    scene.clock.advance(timedelta(seconds=31))
    with scene.database.write() as session:
        beat(session, duties=DUTIES, now=scene.clock())


def told(client: FlaskClient) -> dict[str, Any]:
    """Return what a machine is told: the overall word, and each service by its key."""
    answer = client.get("/etat.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found | {service["key"]: service for service in found["services"]}


def test_all_is_well_while_the_worker_lives_and_the_storage_works(scene: Scene) -> None:
    live(scene)
    client = scene.app.test_client()
    found = told(client)
    assert {service["state"] for service in found["services"]} == {"ok"}
    assert (found["overall"], found["words"]) == ("ok", "En service")
    assert [service["key"] for service in found["services"]] == [
        *("database", "storage", "mail", "worker", "examination", "disk")
    ]
    shown = page(client, "/etat")
    assert "Tout fonctionne." in shown.text
    assert not list((scene.settings.uploads / "quarantine").iterdir())


def test_the_worker_s_own_sign_of_life_is_what_counts(quick_scene: Scene) -> None:
    client = quick_scene.app.test_client()
    assert told(client)["worker"]["state"] == "down"
    quick_scene.worker.beat()
    quick_scene.clock.advance(timedelta(seconds=31))
    assert told(client)["worker"]["state"] == "ok"
    quick_scene.clock.advance(timedelta(minutes=3))
    found = told(client)["worker"]
    assert (found["state"], found["words"]) == ("down", "En panne")


def test_what_waits_is_told_without_an_instant_nor_a_name(scene: Scene) -> None:
    client, entry_id = scene.sign_in(), scene.draft()
    scene.upload(client, entry_id, files.pdf(), "bd.pdf")
    came = scene.clock()
    with scene.database.write() as session:
        mail.enqueue(session, Outbox, Message("zoe@mairie.example", "Bonjour", "…"), now=came)
    scene.clock.advance(timedelta(minutes=40))
    live(scene)
    found = told(client)
    assert (found["mail"]["state"], found["examination"]["state"]) == ("down", "down")
    assert "1 fichier en attente, le plus ancien depuis 40 minutes" in found["examination"]["sentence"]
    raw = client.get("/etat").get_data(as_text=True) + client.get("/etat.json").get_data(as_text=True)
    assert came.isoformat() not in raw
    assert "zoe@" not in raw
    assert str(scene.settings.data) not in raw
    scene.work()
    scene.worker.send_mail()
    live(scene)
    found = told(client)
    assert (found["mail"]["state"], found["examination"]["state"]) == ("ok", "ok")
    assert "Délai du dernier : 40 minutes." in found["examination"]["sentence"]


def test_the_disk_counts_what_is_still_to_come(quick_scene: Scene) -> None:
    tus = Tus(quick_scene.sign_in(), quick_scene.draft())
    head = files.pdf()
    address = tus.created(2_000_000, "bd.pdf")
    assert tus.patch(address, 0, head + b"%" * (500_000 - len(head))).status_code == 204
    live(quick_scene)
    assert "les envois en cours en demandent encore 1,5 Mo" in told(quick_scene.app.test_client())["disk"]["sentence"]


def test_visitors_cannot_load_the_storage(quick_scene: Scene) -> None:
    client = quick_scene.app.test_client()
    assert told(client)["storage"]["state"] == "ok"
    quarantine = quick_scene.settings.uploads / "quarantine"
    quarantine.rmdir()
    quarantine.write_text("in the way")
    quick_scene.clock.advance(timedelta(seconds=29))
    assert told(client)["storage"]["state"] == "ok"
    quick_scene.clock.advance(timedelta(seconds=1))
    found = told(client)["storage"]
    assert (found["state"], found["since"]) == ("down", quick_scene.clock().isoformat())
    assert "la réception" in found["sentence"]
    assert "les copies" not in found["sentence"]


def test_the_console_warns_at_the_top_and_shows_the_same(quick_scene: Scene) -> None:
    client = quick_scene.console()
    shown = page(client, "/organisation/")
    assert "Tâches de fond : en panne." in shown.text
    same = shown.follow("État du service")
    assert "Repousser la clôture pour tout le monde" in same.links
    live(quick_scene)
    told(client)
    assert "Quelque chose ne va pas" not in page(client, "/organisation/").text


# --- what is down ----------------------------------------------------------------------------------------------------


def test_it_answers_while_postgresql_is_stopped(tmp_path: Path, clock: FrozenClock) -> None:
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    with PostgresServer(programs) as server, ExitStack() as after:
        url = server.create("concours")
        upgrade(url)
        scene = Scene(tmp_path, url, clock)
        after.callback(scene.close)
        client = scene.sign_in()
        live(scene)
        assert told(client)["overall"] == "ok"
        clock.advance(timedelta(seconds=16))
        with server.stopped():
            _look_without_a_database(client, clock)
            other = page(client, "/candidatures/", status=503)
            assert "Notre base de données ne répond pas" in other.text
            assert other.follow("Voir l'état du service").response.status_code == 200


def test_it_answers_whoever_is_signed_in_while_postgresql_hangs(
    tmp_path: Path, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    monkeypatch.setattr(watch, "PATIENCE_S", 0.5)
    with PostgresServer(programs) as server, ExitStack() as after:
        url = server.create("concours")
        upgrade(url)
        scene = Scene(tmp_path, url, clock)
        after.callback(scene.close)
        client = scene.sign_in()
        live(scene)
        assert told(client)["overall"] == "ok"
        clock.advance(timedelta(seconds=16))
        with server.hanging():
            _look_without_a_database(client, clock)
            assert "Se déconnecter" not in page(client, "/etat").text
        told(client)  # what hung is answered now
        clock.advance(timedelta(seconds=16))
        assert told(client)["database"]["state"] == "ok"
        assert "Se déconnecter" in page(client, "/etat").text


def _look_without_a_database(client: FlaskClient, clock: FrozenClock) -> None:
    found = told(client)
    assert found["overall"] == "down"
    assert (found["database"]["state"], found["database"]["since"]) == ("down", clock().isoformat())
    assert {found[key]["state"] for key in ("mail", "worker", "examination")} == {"unknown"}
    assert found["storage"]["state"] == "ok"
    shown = page(client, "/etat")
    assert "Rien ne peut être enregistré ni déposé." in shown.text


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with start_server() as running:
        yield running


@pytest.mark.full
def test_it_answers_while_the_storage_server_hangs(
    server: S3Server, tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "_ANSWER_LIMIT_S", 1)
    scene = Scene(tmp_path, sqlite_url, FrozenClock(OPEN), **environ_of(server.settings))
    live(scene)
    client = scene.app.test_client()
    assert told(client)["overall"] == "ok"
    with server.paused():
        scene.clock.advance(timedelta(seconds=31))
        found = told(client)
    assert (found["overall"], found["storage"]["state"]) == ("down", "down")
    assert "gardés ailleurs" in found["disk"]["sentence"]


def test_it_tells_of_a_full_disk(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> None:
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(uploads)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here (root may)")
    try:
        scene = Scene(tmp_path, sqlite_url, clock)
        with pytest.raises(OSError, match="No space"):
            (uploads / "filler").write_bytes(bytes(2_000_000))
        found = told(scene.app.test_client())
        assert (found["disk"]["state"], found["storage"]["state"]) == ("down", "down")
        assert found["disk"]["sentence"].startswith("0 octet libre")
    finally:
        subprocess.run(["umount", "--lazy", str(uploads)], check=True)


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_is_for_everybody(quick_scene: Scene, new_page: NewPage, width: int) -> None:
    with answering(quick_scene.app) as address:
        opened = new_page(width)
        opened.goto(f"{address}/etat")
        opened.get_by_role("heading", name="État du service").wait_for()
        assert violations(opened) == []
        assert opened.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
