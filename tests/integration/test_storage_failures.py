"""A disk that is full, a storage server that is down or slow: said in words, nothing kept by halves, nothing lost."""

import hashlib
import io
import os
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from concours.intake.models import Creation, CreationState
from concours.kernel import s3
from concours.kernel.settings import S3
from tests import files
from tests.axe import WIDTHS, violations
from tests.conftest import NewPage
from tests.entries_scene import OPEN, Scene
from tests.fakes.clock import FrozenClock
from tests.live import answering
from tests.page import Page, page
from tests.ports import free_port
from tests.s3 import S3Server
from tests.s3_fixture import environ_of, start_server
from tests.tus_client import Tus


def send(client: FlaskClient, entry_id: str, content: bytes) -> TestResponse:
    held = page(client, f"/candidatures/{entry_id}/creation").form().held
    return client.post(f"/candidatures/{entry_id}/creation", data={**held, "file": (io.BytesIO(content), "bd.pdf")})


def check_failure(client: FlaskClient, answer: TestResponse, status: int) -> None:
    """Look at a failure's page: its status, in French, with the remedy, and when to come back."""
    shown = Page(client, answer)
    shown.check()
    assert answer.status_code == status
    assert answer.headers["Retry-After"] == "60"
    assert "réessayez dans quelques minutes" in shown.text
    assert "La cause est de notre côté" in shown.text
    assert "n'est perdu" in shown.text
    assert "Traceback" not in shown.text
    answer.close()
    answer.request.input_stream.close()  # where the test client has put a body that is large


def check_pause(answer: TestResponse, status: int) -> None:
    """Look at what an upload by pieces is told: to come back, and that nothing is lost."""
    assert answer.status_code == status
    assert answer.mimetype == "text/plain"
    assert answer.headers["Retry-After"] == "15"
    assert "Ce qui est arrivé" in answer.get_data(as_text=True)


def assert_untouched(scene: Scene, entry_id: str) -> None:
    """The dossier still has the file that it had before, and no other."""
    with scene.entry(entry_id) as entry:
        assert entry.creation is not None
        assert entry.creation.name == "avant.pdf"
        assert entry.title == "Le guichet qui vient à vous"


# --- a disk that is full ---------------------------------------------------------------------------------------------


@pytest.fixture
def cramped(tmp_path: Path, sqlite_url: str) -> Iterator[Scene]:
    """A scene whose files are on a disk of two megabytes."""
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(uploads)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here (root may)")
    yield Scene(tmp_path, sqlite_url, FrozenClock(OPEN))
    subprocess.run(["umount", "--lazy", str(uploads)], check=True)


def test_a_full_disk_is_said_and_the_file_before_stays(cramped: Scene, caplog: pytest.LogCaptureFixture) -> None:
    client, entry_id = cramped.sign_in(), cramped.draft()
    cramped.upload(client, entry_id, files.pdf(), "avant.pdf")
    cramped.work()
    check_failure(client, send(client, entry_id, files.pdf() + b"%" + os.urandom(3_000_000)), 507)
    assert "No space left" in caplog.text
    assert_untouched(cramped, entry_id)
    assert len(list((cramped.settings.uploads / "quarantine").iterdir())) == 1
    assert cramped.upload(client, entry_id, files.pdf(pages=3), "apres.pdf").response.status_code == 200


def test_a_full_disk_pauses_an_upload_which_goes_on_once_there_is_room(cramped: Scene) -> None:
    content = files.pdf() + b"%" + os.urandom(3_000_000) + b"\n%%EOF\n"
    tus = Tus(cramped.sign_in(), cramped.draft())
    address = tus.created(len(content), "bd.pdf")
    assert tus.patch(address, 0, content[:1_000_000]).status_code == 204
    check_pause(tus.patch(address, 1_000_000, content[1_000_000:]), 507)
    reached = tus.offset(address)
    assert 1_000_000 <= reached < len(content)
    subprocess.run(["mount", "-o", "remount,size=8m", str(cramped.settings.uploads)], check=True)
    assert tus.patch(address, reached, content[reached:]).status_code == 204
    with cramped.database.read() as session:
        assert session.scalars(select(Creation)).one().sha256 == hashlib.sha256(content).hexdigest()


def test_a_disk_that_fills_up_while_the_worker_writes_leaves_the_file_waiting(cramped: Scene) -> None:
    client, entry_id = cramped.sign_in(), cramped.draft()
    cramped.upload(client, entry_id, files.pdf(), "avant.pdf")
    filler = cramped.settings.uploads / "filler"
    with pytest.raises(OSError, match="No space"):
        filler.write_bytes(bytes(4_000_000))
    cramped.work()
    with cramped.entry(entry_id) as entry:
        assert entry.creation is not None
        assert entry.creation.state == CreationState.ACCEPTED
    filler.unlink()
    cramped.clock.advance(timedelta(minutes=2))
    cramped.work()
    with cramped.entry(entry_id) as entry:
        assert entry.creation is not None
        assert entry.creation.state == CreationState.READY


@pytest.fixture
def stranded(tmp_path: Path, sqlite_url: str) -> tuple[Scene, str]:
    """A scene whose storage server is stopped, and the address of a picture that was kept there."""
    before = Scene(tmp_path, sqlite_url, FrozenClock(OPEN))
    client, entry_id = before.sign_in(), before.draft()
    before.upload(client, entry_id, files.pdf(), "avant.pdf")
    before.work()
    (first, _) = page(client, f"/candidatures/{entry_id}/creation").one("div", id="fichier").iter("img")
    nowhere = S3(f"http://127.0.0.1:{free_port()}", "concours", "default", "key", "secret")
    return Scene(tmp_path, sqlite_url, FrozenClock(OPEN), **environ_of(nowhere)), first.get("src", "")


# --- a server that is down, then back --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    """A server of this module's own, to be paused.

    What lay in its socket is carried out once it goes on: whole, under a key that nobody knows.
    """
    with start_server() as running:
        yield running


@pytest.fixture
def remote(server: S3Server, tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A scene whose files are on that server, which is not waited for long."""
    monkeypatch.setattr(s3, "_ANSWER_LIMIT_S", 1)
    return Scene(tmp_path, sqlite_url, FrozenClock(OPEN), **environ_of(server.settings))


@pytest.mark.full
def test_a_server_that_hangs_pauses_an_upload_which_goes_on_once_it_is_back(server: S3Server, remote: Scene) -> None:
    content = files.pdf()
    tus = Tus(remote.sign_in(), remote.draft())
    address = tus.created(len(content), "bd.pdf")
    assert tus.patch(address, 0, content[:500]).status_code == 204
    with server.paused():
        check_pause(tus.patch(address, 500, content[500:]), 503)
        check_pause(tus.create(1000), 503)
    reached = tus.offset(address)
    assert reached in {500, len(content)}  # what lay in the server's socket may be carried out once it goes on
    assert tus.patch(address, reached, content[reached:]).status_code == 204
    with remote.database.read() as session:
        assert session.scalars(select(Creation)).one().sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.full
def test_a_server_that_hangs_is_said_and_once_back_takes_the_same_file(
    server: S3Server, remote: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    client, entry_id = remote.sign_in(), remote.draft()
    remote.upload(client, entry_id, files.pdf(), "avant.pdf")
    remote.work()
    (first, _) = page(client, f"/candidatures/{entry_id}/creation").one("div", id="fichier").iter("img")
    with server.paused():
        check_failure(client, send(client, entry_id, files.pdf(pages=3)), 503)
        check_failure(client, client.get(first.get("src", "")), 503)
        assert page(client, f"/candidatures/{entry_id}").response.status_code == 200
    assert "the S3 server fails" in caplog.text
    assert_untouched(remote, entry_id)
    assert client.get(first.get("src", "")).status_code == 200
    assert remote.upload(client, entry_id, files.pdf(pages=3), "apres.pdf").response.status_code == 200


@pytest.mark.full
def test_a_worker_whose_server_hangs_gives_no_file_up(server: S3Server, remote: Scene) -> None:
    client, entry_id = remote.sign_in(), remote.draft()
    remote.upload(client, entry_id, files.pdf(), "avant.pdf")
    with server.paused():
        remote.work()
    with remote.entry(entry_id) as entry:
        assert entry.creation is not None
        assert entry.creation.state == CreationState.RECEIVED
    remote.clock.advance(timedelta(minutes=2))
    remote.work()
    with remote.entry(entry_id) as entry:
        assert entry.creation is not None
        assert entry.creation.state == CreationState.READY


def test_a_server_that_is_stopped_is_said_at_once(stranded: tuple[Scene, str]) -> None:
    scene, path = stranded
    client = scene.sign_in()
    check_failure(client, client.get(path), 503)
    other = scene.draft(title="Un autre")
    check_failure(client, send(client, other, files.pdf()), 503)
    with scene.entry(other) as entry:
        assert entry.creation is None


@pytest.mark.full
@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_of_a_failure_is_for_everybody(stranded: tuple[Scene, str], new_page: NewPage, width: int) -> None:
    scene, path = stranded
    with answering(scene.app) as address:
        opened = new_page(width)
        opened.goto(address + scene.link())
        opened.goto(address + path)
        opened.get_by_role("heading", name="Service momentanément indisponible").wait_for()
        assert violations(opened) == []
        assert opened.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
