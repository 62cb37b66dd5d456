"""A candidate's browser in front of the page that sends a file: how to slow it, cut it and count its bytes."""

import hashlib
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Locator, Page, Request
from sqlalchemy import select

from concours.accounts.operations import make_sign_in_link
from concours.intake.models import Creation
from concours.kernel.db import Database
from tests import files
from tests.entries_scene import Scene

CANDIDATE = "candidate@agents.example"


def sign_in(scene: Scene, address: str, page: Page, email: str = CANDIDATE) -> None:
    """Sign somebody in, the short way."""
    sign_in_by(scene.database, scene.clock(), address, page, email)


def sign_in_by(database: Database, now: datetime, address: str, page: Page, email: str = CANDIDATE) -> None:
    """Sign somebody in on a service whose database is at hand."""
    with database.write() as session:
        token = make_sign_in_link(session, email=email, now=now, reusable=True)
    page.goto(f"{address}/connexion/lien/{token}")


def film(path: Path, size: int, *, seed: bytes = b"film") -> Path:
    """Write a film of this many bytes, most of them filling that players skip; two seeds give other bytes."""
    head = files.mp4()
    path.write_bytes(head + files.box(b"free", hashlib.shake_256(seed).digest(size - len(head) - 8)))
    assert path.stat().st_size == size
    return path


def choose(page: Page, path: Path) -> None:
    """Choose a file, without sending it."""
    page.set_input_files("input[type=file]", path)


def send(page: Page, path: Path) -> None:
    """Choose a file and send it."""
    choose(page, path)
    page.get_by_role("button", name="Envoyer le fichier").click()


class Network:
    """The network of one page, from now on: bytes a second that it may send, -1 for as many as it can."""

    def __init__(self, page: Page, *, speed: int = -1) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("Network.enable")
        self.set(speed=speed)

    def set(self, *, speed: int = -1, offline: bool = False) -> None:
        """Change it, requests on their way included."""
        conditions = {"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": speed}
        self._session.send("Network.emulateNetworkConditions", conditions)


def state(page: Page, name: str) -> Locator:
    """Return the panel, found only while the file on its way is in this state."""
    return page.locator(f"[data-panel][data-state={name}]")


def bodies(page: Page) -> list[Request]:
    """Return the list, filled from now on, of the requests that bring bytes of a file."""
    seen: list[Request] = []

    def note(request: Request) -> None:
        if "/envois/" in request.url and request.method in {"POST", "PATCH"}:
            seen.append(request)

    page.on("request", note)
    return seen


def only_creation(scene: Scene) -> Creation:
    """Return the one file that the dossiers have."""
    with scene.database.read() as session:
        return session.scalars(select(Creation)).one()


def sha256(path: Path) -> str:
    """Return the file's digest."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
