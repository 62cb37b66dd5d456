"""What the upload's scripts reckon and say, asked of the modules themselves in a real browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.entries_scene import OPEN, Scene
from tests.fakes.clock import FrozenClock
from tests.live import answering

pytestmark = pytest.mark.browser

KIB = 1024

CHUNKS = """async ([speed, count]) => {
  const { Pace } = await import("/static/js/upload-pace.js");
  let now = 0, offset = 0;
  const pace = new Pace(() => now), sent = [];
  for (let n = 0; n < count; n++) {
    const bytes = pace.chunk;
    sent.push(bytes);
    pace.begin(offset);
    now += bytes / speed;
    offset += bytes;
    pace.reach(offset);
    pace.end(offset);
  }
  const before = pace.chunk;
  pace.fail();
  return { sent, speed: pace.speed(), left: pace.left(1_000_000), before, after: pace.chunk };
}"""


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Page]:
    """A page of the site: scripts are imported from there."""
    folder = tmp_path_factory.mktemp("scripts")
    database = shutil.copyfile(migrated_sqlite, folder / "concours.db")
    scene = Scene(folder, f"sqlite:///{database}", FrozenClock(OPEN))
    context = browser.new_context(locale="fr-FR", timezone_id="Indian/Reunion")
    with answering(scene.app) as address:
        opened = context.new_page()
        opened.goto(f"{address}/connexion")
        yield opened
    context.close()


def chunks(page: Page, speed: int, count: int = 8) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(CHUNKS, [speed, count])
    return found


def test_a_fast_network_gets_larger_and_larger_pieces_up_to_four_mebibytes(page: Page) -> None:
    sent = chunks(page, 50_000_000, 6)["sent"]
    assert sent == [64 * KIB, 256 * KIB, 1024 * KIB, 4096 * KIB, 4096 * KIB, 4096 * KIB]


@pytest.mark.parametrize("speed", [4_000, 20_000, 100_000, 300_000])
def test_on_a_slow_network_no_piece_takes_more_than_twenty_seconds(page: Page, speed: int) -> None:
    sent = chunks(page, speed)["sent"]
    assert all(size / speed <= 20 for size in sent)
    assert all(size % (64 * KIB) == 0 for size in sent)


def test_the_speed_is_that_of_the_pieces_and_a_cut_halves_the_next_one(page: Page) -> None:
    found = chunks(page, 100_000)
    assert found["speed"] == pytest.approx(100_000)
    assert found["left"] == pytest.approx(10)
    assert found["after"] == found["before"] // 2 // (64 * KIB) * 64 * KIB


def test_one_short_piece_is_too_little_to_say_anything(page: Page) -> None:
    assert chunks(page, 1_000_000, 1)["speed"] is None


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("size(1)", "1 octet"),
        ("size(379)", "379 octets"),
        ("size(1_234_567_890)", "1,2 Go"),
        ("span(12)", "moins d’une minute"),
        ("span(1080)", "environ 18 min"),
        ("span(3_570)", "environ 1 h 00"),
        ("span(7_500)", "environ 2 h 05"),
        ("span(200_000)", "environ 2 jours"),
        ("percent(0.9999)", "99 %"),
        ("hour(Date.UTC(2027, 2, 13, 18, 58), Date.UTC(2027, 2, 13, 18, 40))", "19 h 58 (heure de Paris)"),
        (
            "hour(Date.UTC(2027, 2, 13, 23, 5), Date.UTC(2027, 2, 13, 18, 40))",
            "dimanche 14 mars à 0 h 05 (heure de Paris)",
        ),
    ],
)
def test_figures_are_said_in_french_and_hours_in_those_of_paris(page: Page, call: str, words: str) -> None:
    names = call.partition("(")[0]
    script = f"const {{ {names} }} = await import('/static/js/upload-words.js'); return {call};"
    said: str = page.evaluate(f"async () => {{ {script} }}")
    assert said.replace("\u00a0", " ").replace("\u202f", " ") == words
