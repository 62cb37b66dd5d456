"""An identity planted wherever a candidate can put one shows in nothing that a member of the jury can reach."""

import base64
import logging
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

import pytest
from werkzeug.test import Client

from jury import api
from tests import canary
from tests.blindness import (
    Findings,
    aggregates_told,
    arrival_told,
    differences_told,
    mails_told,
    odd_counts,
    order_told,
)
from tests.canary import traces
from tests.crawler import HOME, TOKEN, Answer, Crawler
from tests.mark_readers import inflated
from tests.page import Page
from tests.plants import LEAKS, Scene
from tests.sealed_contest import ARRIVAL_WORDS, PHASES, TITLES, SealedContest, Snapshot

ROLES = ("jure1", "presidente", "secretaire")
KEPT_APART = "jure2"
"""Somebody whom the organisers keep from the first work."""
WORDS = (*canary.WORDS, *ARRIVAL_WORDS)
USUAL = ("scoring", "signed")
"""The phases that are walked at each change: what the others show is shown in these."""

SOME = (0, 1, 2, 999, 1000, *range(7, 999, 31))
MAILS = 10
"""Five invitations, two reminders, a code, three about the closing and what follows."""
RULE = "Nothing that a member of the jury can reach tells who made a work, nor when it came."


@pytest.fixture(scope="module")
def sealed(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> SealedContest:
    return SealedContest(tmp_path_factory.mktemp("sealed"), migrated_sqlite)


@pytest.fixture
def scoring(sealed: SealedContest, tmp_path: Path) -> Snapshot:
    return sealed.open("scoring", tmp_path)


def without_token(answer: Answer) -> bytes:
    return TOKEN.sub(b"", answer.body)


# --- who is curious --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "phase", [each if each in USUAL else pytest.param(each, marks=pytest.mark.full) for each in PHASES]
)
def test_no_identity_in_anything_that_a_member_reaches(
    sealed: SealedContest, tmp_path: Path, caplog: pytest.LogCaptureFixture, phase: str
) -> None:
    caplog.set_level(logging.DEBUG)
    snapshot = sealed.open(phase, tmp_path)
    for who in ROLES:
        reached_by(who, phase, snapshot, sealed)
    waits = Crawler(snapshot.member("suppleante")).crawl(inside=HOME).pry(sealed.numbers[:1])
    assert not [path for path in waits.paths() if "oeuvres" in path]
    assert sorted(waits.leaks(WORDS, sealed.secrets) | waits.dated()) == [], RULE
    assert not traces(caplog.text.encode())


def reached_by(who: str, phase: str, snapshot: Snapshot, sealed: SealedContest) -> None:
    everywhere = (phase, who) == ("scoring", "jure1")  # the public pages are the same in every phase, for everybody
    walk = Crawler(snapshot.member(who, alone=not everywhere)).crawl(inside="/" if everywhere else HOME)
    walk.pry(sealed.numbers[:2])
    assert {f"/jury/oeuvres/{number}" for number in sealed.numbers} <= walk.paths()
    assert len([path for path in walk.paths() if "/media/" in path]) >= 14
    assert ("/jury/proces-verbal" in walk.paths()) == (who != "jure1" and phase != "scoring")
    assert all(title in walk.text() for title in TITLES)
    assert [answer.status for answer in walk.answers if answer.path.endswith(".vtt")].count(200)
    packed = [answer for answer in walk.answers if answer.path == f"{HOME}releve" and answer.mime == "application/zip"]
    assert bool(packed) == (who != "jure1" and phase != "scoring")
    assert sorted(walk.leaks(WORDS, sealed.secrets) | walk.dated()) == [], RULE
    assert sorted(odd_counts(walk.text())) == []


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
    client = Client(scoring.alone)
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
    assert len(tables["jury_outbox"]) == MAILS
    assert sorted(mails_told(snapshot, sealed)) == []
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
    told: Findings = set().union(*(order_told(who, scoring, sealed) for who in ROLES))
    assert sorted(told) == []


def test_numbers_and_identifiers_tell_nothing_of_the_arrival(scoring: Snapshot) -> None:
    works = receive_sixty(scoring)
    told = arrival_told("numbers", [work.number for work in works])
    assert sorted(told | arrival_told("identifiers", [work.work_id for work in works])) == []
    assert len({work.number for work in works}) == len(works)


def receive_sixty(snapshot: Snapshot) -> list[api.ReceivedWork]:
    """Hand sixty works over to another jury, in the order in which they came."""
    now = snapshot.clock()
    rules = api.SessionRules("2025", "Une année de plus", (api.Criterion("form", "La forme"),), 0, 10, 5)
    works = [api.IncomingWork("infographie", f"Titre {index}", "Ailleurs", ()) for index in range(60)]
    with snapshot.database.write() as session:
        api.open_session(session, rules=rules, now=now)
        return api.receive_works(session, edition_key="2025", works=works, now=now)


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
    answers = {number: walk.fetch(f"{HOME}oeuvres/{number}") for number in {*SOME, *sealed.numbers, *elsewhere}}
    assert {number for number, answer in answers.items() if answer.status == 200} == set(sealed.numbers)
    others = [answer for number, answer in answers.items() if number not in sealed.numbers]
    assert len({without_token(answer) for answer in others}) == 1
    assert {answer.status for answer in others} == {404}
    assert len({tuple(sorted(name for name, _ in answer.headers)) for answer in others}) == 1
    files = [f"{number}/media/page-1" for number in (*elsewhere, 1000)] + [f"{sealed.numbers[0]}/media/page-99"]
    refused = [walk.fetch(f"{HOME}oeuvres/{file}") for file in files]
    assert {(answer.status, without_token(answer)) for answer in refused} == {(404, without_token(others[0]))}


def test_what_is_hidden_answers_as_what_was_never_drawn(scoring: Snapshot, sealed: SealedContest) -> None:
    elsewhere = min(open_another_jury(scoring) - set(sealed.numbers))
    kept, withdrawn, left, *_ = sealed.numbers
    scoring.keep_apart(KEPT_APART, kept)
    scoring.withdraw(withdrawn)
    walk = Crawler(scoring.member(KEPT_APART))
    scoring.step_back(KEPT_APART, left)
    hidden = {"kept apart": kept, "withdrawn": withdrawn, "left": left, "another jury's": elsewhere}
    assert sorted(differences_told(walk, 1000, hidden)) == []
    assert {answer.status for answer in walk.answers if "/oeuvres/" in answer.path} == {404, 405}


def test_who_is_kept_from_a_work_finds_it_nowhere_at_the_end_either(sealed: SealedContest, tmp_path: Path) -> None:
    snapshot, kept = sealed.open("scoring", tmp_path), sealed.numbers[0]
    snapshot.keep_apart(KEPT_APART, kept)
    snapshot.close()
    walk = (
        Crawler(snapshot.member(KEPT_APART))
        .crawl(inside=HOME)
        .pry([number for number in sealed.numbers if number != kept])
    )
    assert sorted(aggregates_told(walk.answers, kept, snapshot.titles()[kept])) == []
    other = Crawler(snapshot.member("jure1")).crawl(inside=HOME)
    assert aggregates_told(other.answers, kept, snapshot.titles()[kept])


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


@pytest.mark.parametrize("mistake", LEAKS)
def test_a_leak_made_on_purpose_is_named(
    scoring: Snapshot, sealed: SealedContest, monkeypatch: pytest.MonkeyPatch, mistake: str
) -> None:
    leak = LEAKS[mistake]
    scoring.keep_apart(KEPT_APART, sealed.numbers[0])
    leak.plant(Scene(scoring, sealed, monkeypatch))
    told = TOLD[leak.shows_in](scoring, sealed)
    assert [finding for finding in told if leak.named in finding], told


@pytest.mark.parametrize("what", ["answers", "order", "numbers", "mails", "absences"])
def test_nothing_is_named_where_no_leak_was_made(scoring: Snapshot, sealed: SealedContest, what: str) -> None:
    scoring.keep_apart(KEPT_APART, sealed.numbers[0])
    scoring.remind()
    assert sorted(TOLD[what](scoring, sealed)) == []


def answers_told(snapshot: Snapshot, sealed: SealedContest) -> Findings:
    walk = Crawler(snapshot.member("jure1")).look(HOME, f"{HOME}oeuvres/1000")
    return walk.leaks(WORDS, sealed.secrets) | walk.dated()


TOLD: Mapping[str, Callable[[Snapshot, SealedContest], Findings]] = {
    "answers": answers_told,
    "order": lambda snapshot, sealed: order_told("jure1", snapshot, sealed),
    "numbers": lambda snapshot, _: arrival_told("numbers", [work.number for work in receive_sixty(snapshot)]),
    "mails": mails_told,
    "absences": lambda snapshot, sealed: differences_told(
        Crawler(snapshot.member(KEPT_APART)), 1000, {"kept apart": sealed.numbers[0]}
    ),
}


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "mac-roman", "utf-16-le", "utf-16-be", "utf-16"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_the_canary_is_found_in_any_encoding(encoding: str, form: Literal["NFC", "NFD"]) -> None:
    words = unicodedata.normalize(form, f"xé{canary.TEAM}€")
    written = words.encode(encoding, "ignore")
    for content in (written, b"\0" + written, b"\1\0" + written.upper(), b"\0" + base64.b64encode(b"," + written)):
        assert traces(content), content


def test_words_that_give_nobody_away_are_no_canary() -> None:
    assert not traces("La préfecture met la Zone à quatre mers : 06 98 76 54 33".encode())
