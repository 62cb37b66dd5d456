"""The whole deliberation in real browsers: opened, joined, cut off and caught up, voted, signed, unsealed."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from concours.editions.queries import current_record
from jury import api, queries
from tests.axe import violations
from tests.conftest import NewPage
from tests.fakes.clock import FrozenClock
from tests.jury_session import write
from tests.live import answering
from tests.whole_contest import ORGANISER, WholeContest

pytestmark = pytest.mark.browser

MEANS = (9, 8, 7, 6, 5, 5)
"""The last two works are equal at the last place."""
_SOON_MS = 15_000
"""Far more than the two seconds after which a page asks again: the machine may be busy."""


@pytest.fixture
def contest(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> WholeContest:
    made = WholeContest(tmp_path, sqlite_url, clock)
    made.deposit_some(len(MEANS))
    made.invite_panel()
    numbers = made.hand_over()
    with made.database.write() as session:
        criteria = queries.find_session(session, current_record(session).key).criteria_list
        for name in ("presidente", "jure1", "jure2"):
            for number, points in zip(numbers, MEANS, strict=True):
                scores = dict.fromkeys((each.key for each in criteria), points)
                write(session, made.member_id(name), number, scores, now=clock())
    made.close_scoring()
    return made


@pytest.fixture
def address(contest: WholeContest) -> Iterator[str]:
    with answering(contest.both) as found:
        yield found


def seated(contest: WholeContest, address: str, page: Page, name: str) -> Page:
    """Open the session's page as this member."""
    with contest.database.write() as session:
        token = api.make_sign_in_link(session, email=f"{name}@jury.example", now=contest.clock(), reusable=True)
    page.goto(f"{address}/jury/connexion/lien/{token}")
    page.goto(f"{address}/jury/seance/")
    return page


def press(page: Page, name: str | re.Pattern[str]) -> None:
    """Press a button or follow a link of the page's main part, and wait for the page that it leads to."""
    main = page.get_by_role("main")
    with page.expect_navigation():
        main.get_by_role("button", name=name).or_(main.get_by_role("link", name=name)).first.click()


def check(page: Page, width: int) -> None:
    """Nothing overflows, and axe finds nothing."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []


def decide(page: Page, number: int) -> None:
    """Choose between the equal works, record the honours, have the minutes signed."""
    press(page, "Départager les ex æquo")
    page.get_by_text(re.compile(rf"n°\s{number:03d}")).click()
    page.get_by_label("Motif de la décision").fill("À main levée, en séance")
    press(page, "Enregistrer la décision")
    press(page, "Enregistrer le palmarès")
    press(page, "Marquer le procès-verbal comme signé")
    page.get_by_label("Signataires").fill("Odile Varenne, présidente")
    page.get_by_text("Le procès-verbal est signé : le palmarès ne change plus").click()
    page.get_by_role("main").locator("form button[type=submit]").click()


@pytest.mark.full
def test_a_whole_deliberation_from_the_opening_to_the_unsealing(
    contest: WholeContest, address: str, new_page: NewPage
) -> None:
    fifth, sixth = contest.numbers()[4:]
    president = seated(contest, address, new_page(width=1280), "presidente")
    juror = seated(contest, address, new_page(width=320), "jure1")
    expect(juror.get_by_text("La séance n’est pas ouverte")).to_be_visible()
    press(president, "Ouvrir la séance")
    press(president, "Je suis présent·e")
    expect(juror.get_by_text("Séance ouverte le")).to_be_visible(timeout=_SOON_MS)
    press(juror, "Je suis présent·e")
    press(president, re.compile(rf"^Discuter : n°\s{fifth:03d}"))
    now = juror.locator(".cj-now")
    expect(now).to_contain_text(f"n° {fifth:03d}", timeout=_SOON_MS)
    check(juror, 320)
    check(president, 1280)
    juror.context.set_offline(True)
    live = juror.locator("[data-line]")
    expect(live).to_contain_text("Hors ligne, dernier état à", timeout=_SOON_MS)
    press(president, re.compile(rf"^Discuter : n°\s{sixth:03d}"))
    juror.context.set_offline(False)
    expect(now).to_contain_text(f"n° {sixth:03d}", timeout=_SOON_MS)
    expect(live).to_contain_text("En direct")
    press(juror, "Proposer une motion")
    juror.get_by_label("Motion").fill("Retenir cinq œuvres")
    press(juror, "Proposer la motion")
    president.reload()
    press(president, re.compile("^Mettre aux voix"))
    press(president, "Enregistrer le décompte")
    for label, hands in (("Pour", "2"), ("Contre", "0"), ("Abstentions", "0")):
        president.get_by_label(label, exact=True).fill(hands)
    press(president, "Enregistrer le décompte")
    expect(juror.get_by_text("Adoptée")).to_be_visible(timeout=_SOON_MS)
    press(president, "Clore la séance")
    expect(juror.get_by_text("Séance tenue du")).to_be_visible(timeout=_SOON_MS)
    decide(president, sixth)
    expect(president.get_by_text("Retenir cinq œuvres")).to_be_visible()
    expect(president.get_by_text("Procès-verbal signé", exact=True)).to_be_visible()
    organiser = new_page()
    organiser.goto(address + contest.link(ORGANISER))
    organiser.goto(f"{address}/organisation/palmares")
    organiser.locator("main form label").last.click()
    organiser.get_by_role("main").locator("form button[type=submit]").click()
    expect(organiser.get_by_text("L’anonymat est levé.")).to_be_visible()


@pytest.mark.full
def test_the_wall_and_the_papers_are_read_at_any_width(contest: WholeContest, address: str, new_page: NewPage) -> None:
    page = seated(contest, address, new_page(width=320), "secretaire")
    press(page, "Ouvrir la séance")
    for path in ("ecran", "dossier", "motions/nouvelle"):
        page.goto(f"{address}/jury/seance/{path}")
        check(page, 320)
