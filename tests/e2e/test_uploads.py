"""Large files over bad networks, by clients that we did not write, through the real service: whole, to the byte."""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any, BinaryIO
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest
from sqlalchemy import select
from tusclient.client import TusClient

from concours.accounts.operations import ensure_account, make_sign_in_link
from concours.entries.operations import start_entry
from concours.intake.models import Creation
from concours.kernel.db import Database
from tests import files
from tests.e2e.test_service import descendants, wait_for_end
from tests.fakes.network import BadNetwork
from tests.s3_fixture import environ_of
from tests.service import Service

SIZE = 12 << 20
CANDIDATE = "candidate@agents.example"
SEND = Path(__file__).with_name("send.mjs")


class Sender:
    """A candidate of a running service, and what their programs need to send a file."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.database = Database(f"sqlite:///{service.folder / 'var' / 'concours.db'}")
        now = datetime.now(UTC)
        with self.database.write() as session:
            account = ensure_account(session, email=CANDIDATE, now=now)
            link = make_sign_in_link(session, email=CANDIDATE, now=now, reusable=True)
            self.entry_id = start_entry(session, account_id=account.id, now=now).id
        self.cookies = CookieJar()
        self.opener = build_opener(HTTPCookieProcessor(self.cookies))
        self.get(f"/connexion/lien/{link}")
        shown = self.get(f"/candidatures/{self.entry_id}/creation")
        found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', shown)
        assert found, shown
        cookie = "; ".join(f"{each.name}={each.value}" for each in self.cookies)
        self.headers = {"X-CSRFToken": found[1], "Cookie": cookie}

    def get(self, path: str) -> str:
        with self.opener.open(Request(self.service.address + path), timeout=20) as answer:  # noqa: S310 -- loopback
            return str(answer.read().decode())

    def endpoint(self, at: str = "") -> str:
        return f"{at or self.service.address}/candidatures/{self.entry_id}/envois/"

    def creations(self) -> list[tuple[str, int, str]]:
        with self.database.read() as session:
            return [(each.name, each.size, each.sha256) for each in session.scalars(select(Creation))]

    def node(self, path: Path, *, at: str = "", resume: str = "", stop_after: int = 0) -> list[dict[str, Any]]:
        """Send by tus-js-client; return what it said."""
        words = [
            str(path),
            self.endpoint(at),
            json.dumps(self.headers),
            resume,
            *([str(stop_after)] * bool(stop_after)),
        ]
        done = subprocess.run(
            ["node", str(SEND), *words], capture_output=True, text=True, timeout=120, check=False, cwd=SEND.parent
        )
        return [json.loads(line) for line in done.stdout.splitlines()] or [{"stderr": done.stderr}]


@pytest.fixture(params=["local", pytest.param("s3", marks=pytest.mark.full)])
def storage_environ(request: pytest.FixtureRequest) -> dict[str, str]:
    """The local folder; among the heavier tests the same on a real S3, which the protocol's own meet each time."""
    return environ_of(request.getfixturevalue("own_bucket") if request.param == "s3" else None)


@pytest.fixture
def service(tmp_path: Path, storage_environ: dict[str, str]) -> Iterator[Service]:
    with Service(tmp_path / "service", **storage_environ) as running:
        yield running


@pytest.fixture
def sender(service: Service) -> Iterator[Sender]:
    made = Sender(service)
    yield made
    made.database.dispose()


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real film, made large by a box that players skip."""
    start = files.mp4()
    path = tmp_path_factory.mktemp("films") / "film.mp4"
    path.write_bytes(start + files.box(b"free", os.urandom(SIZE - len(start) - 8)))
    return path


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def node() -> None:
    """tus-js-client needs Node; what needs it is skipped where there is none."""
    if shutil.which("node") is None:
        pytest.skip("Node is not installed (apt-get install nodejs)")


@pytest.mark.usefixtures("node")
def test_tus_js_client_stopped_in_the_middle_is_resumed_by_another(sender: Sender, film: Path) -> None:
    (stopped,) = sender.node(film, stop_after=5 << 20)
    assert 5 << 20 <= stopped["stopped"] < SIZE
    assert sender.creations() == []
    (done,) = sender.node(film, resume=stopped["url"])
    assert done == {"done": stopped["url"]}
    assert sender.creations() == [("film.mp4", SIZE, digest(film))]


@pytest.mark.full
@pytest.mark.usefixtures("node")
def test_tus_js_client_goes_on_by_itself_when_the_network_breaks(sender: Sender, film: Path) -> None:
    with BadNetwork(sender.service.port, cuts_after=[1_500_000, 3_300_000, 700_000]) as network:
        (done,) = sender.node(film, at=network.address)
    assert network.cuts == 3
    assert "done" in done, done
    assert sender.creations() == [("film.mp4", SIZE, digest(film))]


def uploader(sender: Sender, stream: BinaryIO, *, at: str = "", **options: Any) -> Any:
    """Give tuspy's uploader of an open file."""
    client = TusClient(sender.endpoint(at), headers=sender.headers)
    return client.uploader(
        file_stream=stream, **{"chunk_size": 1 << 20, "metadata": {"filename": "film.mp4"}, **options}
    )


@pytest.mark.full
def test_tuspy_goes_on_by_itself_when_the_network_breaks(sender: Sender, film: Path) -> None:
    with BadNetwork(sender.service.port, cuts_after=[700_000, 300_000]) as network, film.open("rb") as stream:
        uploader(sender, stream, at=network.address, retries=8, retry_delay=0.2).upload()
    assert network.cuts == 2
    assert sender.creations() == [("film.mp4", SIZE, digest(film))]


@pytest.mark.full
def test_tuspy_with_checksums_stopped_in_the_middle_is_resumed(sender: Sender, film: Path) -> None:
    with film.open("rb") as stream:
        first = uploader(sender, stream, upload_checksum=True)
        first.upload(stop_at=4 << 20)
        assert first.offset == 4 << 20
        second = uploader(sender, stream, upload_checksum=True, chunk_size=3 << 20, url=first.url)
        assert second.offset == 4 << 20
        second.upload()
    assert sender.creations() == [("film.mp4", SIZE, digest(film))]


def test_a_server_killed_in_mid_upload_loses_nothing_that_it_had_acknowledged(
    tmp_path: Path, storage_environ: dict[str, str], film: Path
) -> None:
    service = Service(tmp_path / "service", **storage_environ)
    with film.open("rb") as stream:
        with service:
            sender = Sender(service)
            first = uploader(sender, stream)
            first.upload(stop_at=7 << 20)
            kill_all(service)
        service.log.unlink()
        with service:
            again = uploader(sender, stream, url=first.url)
            assert again.offset == 7 << 20
            again.upload()
            assert sender.creations() == [("film.mp4", SIZE, digest(film))]
            wait_until_examined(sender)
            sender.database.dispose()


def kill_all(service: Service) -> None:
    """End the service and its children as a power cut does."""
    pids = [service.process.pid, *descendants(service.process.pid)]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    service.process.wait()
    wait_for_end(pids)


def wait_until_examined(sender: Sender, seconds: float = 30) -> None:
    limit = time.monotonic() + seconds
    while True:
        with sender.database.read() as session:
            state = session.scalars(select(Creation.state)).one()
        if state in {"accepted", "ready"}:
            return
        assert time.monotonic() < limit, state
        time.sleep(0.2)
