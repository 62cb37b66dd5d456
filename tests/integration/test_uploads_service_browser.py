"""A file on its way when the server falls: the page waits for it, and the file ends whole. Real processes."""

import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from concours.intake.models import Creation
from concours.kernel.clock import system_clock
from concours.kernel.db import Database
from tests.axe import violations
from tests.conftest import NewPage
from tests.entries_scene import candidate, draft
from tests.service import Service
from tests.uploads_scene import Network, film, send, sha256, sign_in_by, state

pytestmark = pytest.mark.browser

SPEED = 1_500_000


@contextmanager
def database_of(service: Service) -> Iterator[Database]:
    opened = Database(f"sqlite:///{service.folder / 'var' / 'concours.db'}")
    yield opened
    opened.dispose()


def kill(service: Service) -> None:
    """End the service and all that it started, without a chance to tidy up."""
    below = _below(service.process.pid)
    for pid in [service.process.pid, *below]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    service.process.wait()
    while any(Path(f"/proc/{pid}").exists() for pid in below):
        time.sleep(0.05)


def _below(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    children = [int(word) for word in path.read_text().split()] if path.exists() else []
    return children + [below for child in children for below in _below(child)]


def in_front_of_the_page(service: Service, page: Page) -> None:
    """Sign a candidate in and open the page of a dossier that lacks its file."""
    with database_of(service) as database, database.write() as session:
        entry_id = draft(session, candidate(session), now=system_clock()).id
    with database_of(service) as database:
        sign_in_by(database, system_clock(), service.address, page)
    page.goto(f"{service.address}/candidatures/{entry_id}/creation")


@pytest.mark.full
def test_a_server_that_is_killed_and_started_again_gets_the_rest_of_the_file(tmp_path: Path, new_page: NewPage) -> None:
    path = film(tmp_path / "film.mp4", 12_000_000)
    with Service(tmp_path / "service") as service:
        page = new_page(width=768)
        in_front_of_the_page(service, page)
        network = Network(page, speed=SPEED)
        send(page, path)
        expect(page.locator("[data-fill=percent]").first).to_have_text(re.compile(r"^[2-9]\d\s%"), timeout=20_000)
        kill(service)
        expect(state(page, "offline")).to_be_visible(timeout=15_000)
        assert violations(page) == []
        service.start().wait_until_ready()
        network.set()
        expect(page.get_by_text("Le fichier peut être déposé")).to_be_visible(timeout=60_000)
        with database_of(service) as database, database.read() as session:
            assert session.scalars(select(Creation)).one().sha256 == sha256(path)
