"""The pages of a seat in a real browser: legible at each width, and without an accessibility problem."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from concours.registrations import operations
from tests.axe import WIDTHS, violations
from tests.conftest import NewPage
from tests.entries_scene import PUBLIC_URL, Scene
from tests.fakes.clock import FrozenClock
from tests.live import answering
from tests.registrations_scene import DESK, ask, change_event, link, mails, team
from tests.uploads_scene import sign_in

pytestmark = pytest.mark.browser
ORGANISER = "secretariat@concours.example"


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> Scene:
    return Scene(tmp_path, sqlite_url, clock)


@pytest.fixture
def address(scene: Scene) -> Iterator[str]:
    """Where the application answers."""
    with answering(scene.app) as found:
        yield found


def pages_of(scene: Scene) -> list[str]:
    """Fill a hall in which somebody is in each state; return the pages, the ticket's last."""
    with scene.database.write() as session:
        change_event(session, capacity=3)
        team(session, "un")
        ask(session, "ada", "bob", "cem", "dia", "eve", now=scene.clock())
        operations.cancel(session, token=link(session, "bob"), desk=DESK, now=scene.clock())
        keys = [link(session, name) for name in ("ada", "bob", "dia", "eve")]
        ticket = next(line for mail in mails(session) for line in mail.text.splitlines() if "/billet/" in line)
    console = "/organisation/inscriptions"
    return [
        "/inscription",
        "/inscription/envoyee",
        *(f"/inscription/{key}" for key in keys),
        *(console, f"{console}/ajouter", f"{console}/equipes", "/organisation/edition/calendrier"),
        f"/billet/{ticket.rpartition('/')[2]}",
    ]


@pytest.mark.parametrize("width", [WIDTHS[0], WIDTHS[-1]])
def test_every_page_of_a_seat_hinders_nobody_and_the_ticket_scans(
    scene: Scene, address: str, new_page: NewPage, width: int
) -> None:
    paths, page = pages_of(scene), new_page(width=width)
    scene.console(ORGANISER)
    sign_in(scene, address, page, ORGANISER)
    for path in paths:
        page.goto(f"{address}{path}")
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    [code] = zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot(full_page=True))))
    assert code.text == f"{PUBLIC_URL}{paths[-1]}"
