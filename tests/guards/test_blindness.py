"""An identity planted wherever a candidate can put one shows in nothing that a member of the jury can reach."""

import base64
import logging
import re
import unicodedata
from pathlib import Path
from typing import Literal

import pytest
from werkzeug.test import Client

from jury import api, queries
from jury.models import JuryMember
from jury.order import work_order
from tests import canary
from tests.canary import traces
from tests.crawler import HOME, Answer, Crawler
from tests.mark_readers import inflated
from tests.page import Page
from tests.plants import PLANTS
from tests.sealed_contest import ARRIVAL_WORDS, PHASES, TITLES, SealedContest, Snapshot

ROLES = ("jure1", "presidente", "secretaire")
WORDS = (*canary.WORDS, *ARRIVAL_WORDS)
RULE = "Nothing that a member of the jury can reach tells who made a work, nor when it came."
_TOKEN = re.compile(rb'<input[^>]*name="csrf_token"[^>]*>')


@pytest.fixture(scope="module")
def sealed(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> SealedContest:
    return SealedContest(tmp_path_factory.mktemp("sealed"), migrated_sqlite)


@pytest.fixture
def scoring(sealed: SealedContest, tmp_path: Path) -> Snapshot:
    return sealed.open("scoring", tmp_path)


def without_token(answer: Answer) -> bytes:
    return _TOKEN.sub(b"", answer.body)


# --- who is curious --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("who", ROLES)
def test_no_identity_in_anything_that_a_member_reaches(
    sealed: SealedContest, tmp_path: Path, caplog: pytest.LogCaptureFixture, phase: str, who: str
) -> None:
    caplog.set_level(logging.DEBUG)
    inside = "/" if phase == "scoring" else HOME  # the public pages are the same in every phase
    walk = Crawler(sealed.open(phase, tmp_path).member(who)).crawl(inside=inside).pry(sealed.numbers)
    assert {f"/jury/oeuvres/{number}" for number in sealed.numbers} <= walk.paths()
    assert len([path for path in walk.paths() if "/media/" in path]) >= 14
    assert ("/jury/proces-verbal" in walk.paths()) == (who != "jure1" and phase != "scoring")
    assert all(title in walk.text() for title in TITLES)
    assert sorted(walk.leaks(WORDS, sealed.secrets) | walk.dated()) == [], RULE
    assert not traces(caplog.text.encode())


def test_no_identity_in_what_follows_a_juror_s_own_acts(scoring: Snapshot, sealed: SealedContest) -> None:
    client = scoring.member("jure2")
    path = f"{HOME}oeuvres/{sealed.numbers[0]}"
    stale = Page(client, client.get(path))
    scores = {each.get("name", ""): "7" for each in stale.all("input") if each.get("name", "").startswith("note-")}
    saved = stale.form().send({**scores, "remark": "Clair"})
    assert "enregistré à" in saved.text
    conflict = stale.form().send({**scores, "remark": "Autre"}, status=409)
    off_scale = saved.form().send(dict.fromkeys(scores, "11"), status=422)
    for seen in (saved, conflict, off_scale):
        assert not traces(seen.response.get_data() + str(seen.response.headers).encode())
    assert sorted(Crawler(client).crawl().leaks()) == [], RULE


def test_no_identity_in_whoever_signs_in_or_tries_to(scoring: Snapshot) -> None:
    client = Client(scoring.both)
    walk = Crawler(client).crawl("/jury/connexion")
    for email in ("jure1@jury.example", canary.ACCOUNT.format(0)):
        form = Page(client, client.get("/jury/connexion")).form()
        asked = form.submit(email=email)
        wrong = asked.form().submit(status=422, code="000000")
        told = asked.response.get_data() + wrong.response.get_data()
        assert bool(traces(told)) == (email != "jure1@jury.example")  # what one types oneself is no leak
    assert sorted(walk.leaks()) == [], RULE


def test_no_identity_in_the_tables_the_mails_and_the_files_of_the_jury(sealed: SealedContest, tmp_path: Path) -> None:
    snapshot = sealed.open("signed", tmp_path)
    tables = snapshot.jury_tables()
    assert len(tables["jury_outbox"]) == 7
    assert {"jury_work", "jury_media", "jury_sheet", "jury_audit", "jury_session"} <= set(tables)
    secrets = sealed.secrets
    rows = {f"{name}: {row!r}" for name, rows in tables.items() for row in rows}
    found = {row[:200] for row in rows if traces(row.encode(), WORDS) or any(secret in row for secret in secrets)}
    files = snapshot.ready_files()
    assert len(files) == 14
    found |= {path.name for path in files if traces(path.read_bytes() + path.name.encode())}
    documents = [path for path in files if path.read_bytes().startswith(b"%PDF")]
    assert len(documents) == 2
    found |= {path.name for path in documents if traces(b"\n".join(inflated(path.read_bytes())))}
    assert sorted(found) == [], RULE


def test_no_identity_in_what_was_logged_from_the_first_dossier_to_the_signature(sealed: SealedContest) -> None:
    assert not traces(sealed.logged.encode())


def test_no_identity_in_the_files_of_the_pages(scoring: Snapshot) -> None:
    walk = Crawler(scoring.member("presidente")).crawl().static()
    assert any(answer.mime == "text/css" for answer in walk.answers)
    assert sorted(walk.leaks()) == [], RULE


# --- order of arrival ------------------------------------------------------------------------------------------------


def test_works_stand_in_an_order_that_is_not_that_of_arrival(scoring: Snapshot, sealed: SealedContest) -> None:
    for who in ROLES:
        page = Crawler(scoring.member(who)).fetch(HOME).body.decode()
        listed = [int(number) for number in re.findall(r'href="/jury/oeuvres/(\d+)"', page)]
        with scoring.database.read() as session:
            member = queries.find_member_by_email(session, f"{who}@jury.example")
        assert isinstance(member, JuryMember)
        seat = member.seat
        drawn = tuple(sealed.numbers) if seat is None else work_order(member.session_id, seat, sealed.numbers)
        assert tuple(listed[-len(drawn) :]) == drawn


def test_rows_lie_on_the_disk_in_the_order_of_the_draw(scoring: Snapshot) -> None:
    tables = scoring.jury_tables()
    numbers = {row[0]: row[2] for row in tables["jury_work"]}
    assert list(numbers.values()) == sorted(numbers.values())
    by_media = [numbers[row[0]] for row in tables["jury_media"]]
    assert by_media == sorted(by_media)


# --- what is absent and what is forbidden ----------------------------------------------------------------------------


def test_every_other_number_answers_the_same(scoring: Snapshot, sealed: SealedContest) -> None:
    elsewhere = open_another_jury(scoring) - set(sealed.numbers)
    walk = Crawler(scoring.member("jure1"))
    walk.fetch(HOME)  # the cookie is set by now
    answers = {number: walk.fetch(f"{HOME}oeuvres/{number}") for number in range(1, 1000)}
    assert {number for number, answer in answers.items() if answer.status == 200} == set(sealed.numbers)
    others = [answer for number, answer in answers.items() if number not in sealed.numbers]
    assert len({without_token(answer) for answer in others}) == 1
    assert {answer.status for answer in others} == {404}
    assert len({tuple(sorted(name for name, _ in answer.headers)) for answer in others}) == 1
    files = [f"{number}/media/page-1" for number in (*elsewhere, 1000)] + [f"{sealed.numbers[0]}/media/page-99"]
    refused = [walk.fetch(f"{HOME}oeuvres/{file}") for file in files]
    assert {(answer.status, without_token(answer)) for answer in refused} == {(404, without_token(others[0]))}


def open_another_jury(snapshot: Snapshot) -> set[int]:
    """Open another edition's jury with some works, and return their numbers."""
    now = snapshot.clock()
    rules = api.SessionRules("2026", "Une autre année", (api.Criterion("form", "La forme"),), 0, 10, 5)
    media = (api.IncomingMedia("page", 1, "a" * 64, "image/webp", 8, 8, 8),)
    works = [api.IncomingWork("infographie", "Ailleurs", "Ailleurs", media)] * 9
    with snapshot.database.write() as session:
        api.open_session(session, rules=rules, now=now)
        return {work.number for work in api.receive_works(session, edition_key="2026", works=works, now=now)}


def test_pages_of_other_roles_answer_as_pages_that_do_not_exist(sealed: SealedContest, tmp_path: Path) -> None:
    walk = Crawler(sealed.open("signed", tmp_path).member("jure1"))
    walk.fetch(HOME)  # the cookie is set by now
    absent = walk.fetch(f"{HOME}oeuvres/1000")
    for door in (
        "avancement",
        "avancement/cloture",
        "classement",
        "palmares",
        "proces-verbal",
        "ecarts",
        "ma-severite",
        "seance/ecran",
        "seance/dossier",
    ):
        closed = walk.fetch(HOME + door)
        assert (closed.status, said(closed), len(closed.headers)) == (404, said(absent), len(absent.headers))


def said(answer: Answer) -> str:
    """Return the main part of a page; its menu may differ by where one stands."""
    return answer.body.decode().partition("<main")[2].partition("</main>")[0]


# --- the crawler itself ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mistake", PLANTS)
def test_a_leak_made_on_purpose_is_reported(sealed: SealedContest, tmp_path: Path, mistake: str) -> None:
    snapshot = sealed.open("closed", tmp_path)
    PLANTS[mistake](snapshot, sealed)
    walk = Crawler(snapshot.member("jure1")).crawl(HOME, f"{HOME}oeuvres/1000", inside=HOME)
    assert walk.leaks(WORDS, sealed.secrets) | walk.dated()


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "mac-roman", "utf-16-le", "utf-16-be", "utf-16"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_the_canary_is_found_in_any_encoding(encoding: str, form: Literal["NFC", "NFD"]) -> None:
    words = unicodedata.normalize(form, f"xé{canary.TEAM}€")
    written = words.encode(encoding, "ignore")
    for content in (written, b"\0" + written, b"\1\0" + written.upper(), b"\0" + base64.b64encode(b"," + written)):
        assert traces(content), content


def test_words_that_give_nobody_away_are_no_canary() -> None:
    assert not traces("La préfecture met la Zone à quatre mers : 06 98 76 54 33".encode())
