"""Whatever is sent, to whichever address: never a fault of ours, always a page in French that passes the checks."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from concours.entries.models import Entry
from tests.entries_scene import OPEN
from tests.fakes.clock import FrozenClock
from tests.hostile import ALONE, BODIES, ENVIRONMENTS, QUERIES, SEGMENTS, TEXTS, Attacker, Ration, fields_of
from tests.whole_contest import WholeContest

CONSOLE = "/organisation"
RULE = "Whatever comes, the answer is a page in French."


def furnished(folder: Path, database_url: str) -> WholeContest:
    """Return a contest with something behind every address: a dossier, deposits, a panel."""
    contest = WholeContest(folder, database_url, FrozenClock(OPEN))
    contest.draft_id = contest.complete()
    contest.invite_panel()
    contest.deposit_some()
    return contest


@pytest.fixture
def deposits(tmp_path: Path, sqlite_url: str) -> Iterator[WholeContest]:
    """A contest while deposits are open."""
    contest = furnished(tmp_path, sqlite_url)
    yield contest
    contest.dispose()


@pytest.fixture
def evaluation(deposits: WholeContest) -> WholeContest:
    """A contest while the jury scores."""
    deposits.hand_over()
    return deposits


# --- who tries -------------------------------------------------------------------------------------------------------


def candidate(contest: WholeContest) -> Attacker:
    known = {"entry_id": contest.draft_id, "part": "equipe"}
    return Attacker(contest.sign_in(), contest.app, known=known, room=lambda path: not path.startswith(CONSOLE))


def organiser(contest: WholeContest) -> Attacker:
    with contest.database.read() as session:
        entry_id = session.scalars(select(Entry.id).where(Entry.deposit_id.is_not(None))).first()
    known = {"entry_id": entry_id, "name": "pitch", "member_id": contest.member_id("jure1")}
    return Attacker(contest.organiser, contest.app, known=known, room=lambda path: path.startswith(CONSOLE))


def member(contest: WholeContest, name: str) -> Attacker:
    known = {"number": contest.numbers()[0], "role": "page", "position": 1}
    return Attacker(contest.member(name), contest.jury, "/jury", known=known)


def residents(contest: WholeContest) -> list[Attacker]:
    """Return people who are where they may be."""
    return [candidate(contest), organiser(contest), member(contest, "jure1"), member(contest, "secretaire")]


def strangers(contest: WholeContest) -> list[Attacker]:
    """Return visitors who are not signed in, one for each application, and a candidate at the organisers' door."""
    known = {"entry_id": contest.draft_id, "number": contest.numbers()[0], "role": "page", "position": 1}
    return [
        Attacker(contest.visitor(), contest.app, known=known),
        Attacker(contest.visitor(), contest.jury, "/jury", known=known),
        Attacker(contest.sign_in(), contest.app, known=known, room=lambda path: path.startswith(CONSOLE)),
    ]


def complaints(attackers: Iterable[Attacker]) -> set[str]:
    return {problem for attacker in attackers for problem in attacker.problems}


@pytest.fixture(params=[pytest.param(1, id="one"), pytest.param(None, id="all", marks=pytest.mark.full)])
def ration(request: pytest.FixtureRequest) -> Ration:
    """How much each address is given: one thing in turn, or all of them."""
    return Ration(request.param)


def test_a_ration_gives_everything_in_turn_whatever_else_is_dealt_out_meanwhile() -> None:
    two, given = Ration(2), set[object]()
    for _ in ENVIRONMENTS:
        two.of(QUERIES)
        given |= set(map(str, two.of(ENVIRONMENTS)))
    assert given == set(map(str, ENVIRONMENTS))


# --- what they try ---------------------------------------------------------------------------------------------------


def try_addresses(attacker: Attacker, segments: Sequence[str], ration: Ration) -> None:
    token = attacker.token()
    for rule in attacker.rules():
        for at in rule.arguments:
            for wrong in ration.of(segments):
                for method in {"GET", "POST"} & (rule.methods or set()):
                    data = {"csrf_token": token} if method == "POST" else None
                    attacker.send(rule, attacker.address(rule, wrong, at), wrong, method=method, data=data)


def try_methods(attacker: Attacker, methods: Sequence[str], ration: Ration) -> None:
    for rule in attacker.rules():
        for method in ration.of(methods):
            attacker.send(rule, attacker.address(rule), method, method=method)


def try_headers(attacker: Attacker, ration: Ration) -> None:
    for rule in attacker.rules():
        path = attacker.address(rule)
        for query in ration.of(QUERIES):
            attacker.send(rule, f"{path}?{query}", query)
        for variables in ration.of(ENVIRONMENTS):
            attacker.send(rule, path, str(variables), environ_overrides=variables)


def try_bodies(attacker: Attacker, ration: Ration) -> None:
    headers = {"X-CSRFToken": attacker.token()}
    for rule in attacker.rules():
        path = attacker.address(rule)
        for body, kind in ration.of(BODIES) if "POST" in (rule.methods or ()) else ():
            attacker.send(rule, path, kind, method="POST", data=body, content_type=kind, headers=headers)
        for length in ("-1", "many"):
            attacker.send(rule, path, length, method="POST", environ_overrides={"CONTENT_LENGTH": length})


def try_answers(attacker: Attacker, ration: Ration) -> int:
    """Send every form with one wrong answer at a time, then all of them wrong; return how many fields there were."""
    count, token = 0, {"csrf_token": attacker.token()}
    for rule in attacker.rules():
        path = attacker.address(rule)
        held = fields_of(attacker.client, path) if "POST" in (rule.methods or ()) else {}
        count += len(held)
        for text in ration.of(TEXTS):
            for name in held if text in ALONE else ():
                attacker.send(rule, path, f"{name}={text}", method="POST", data={**held, name: text, **token})
            data = {**dict.fromkeys(held, text), **token}
            attacker.send(rule, path, text, look=text, method="POST", data=data)
        for name in held:
            attacker.send(rule, path, f"{name} thrice", method="POST", data={**held, name: ["a", "b", "c"], **token})
            without = {key: held[key] for key in held if key != name}
            attacker.send(rule, path, f"no {name}", method="POST", data=without | token)
    return count


# --- what they get ---------------------------------------------------------------------------------------------------


def test_addresses_that_nobody_was_given_lead_to_a_page_that_says_so(evaluation: WholeContest, ration: Ration) -> None:
    attackers = residents(evaluation)
    for attacker in attackers:
        try_addresses(attacker, SEGMENTS, ration)
    assert sorted(complaints(attackers)) == [], RULE


@pytest.mark.full
@pytest.mark.parametrize("system", ["postgresql"])
def test_postgresql_too_bears_what_it_cannot_keep(database_url: str, tmp_path: Path, ration: Ration) -> None:
    contest = furnished(tmp_path, database_url)
    contest.hand_over()
    attackers = residents(contest)
    for attacker in attackers:
        try_addresses(attacker, ("a%00b", "9" * 9, "9" * 25), ration)
    contest.dispose()
    assert sorted(complaints(attackers)) == [], RULE


def test_odd_methods_are_answered_to_whoever_asks(evaluation: WholeContest, ration: Ration) -> None:
    known, unknown = residents(evaluation), strangers(evaluation)
    for attacker in known:
        try_methods(attacker, ("HEAD", "OPTIONS", "PUT", "POST"), ration)
    for attacker in unknown:
        try_methods(attacker, ("GET", "POST"), ration)
    assert sorted(complaints([*known, *unknown])) == [], RULE


def test_odd_questions_and_headers_are_answered(evaluation: WholeContest, ration: Ration) -> None:
    attackers = residents(evaluation)
    for attacker in attackers:
        try_headers(attacker, ration)
    assert sorted(complaints(attackers)) == [], RULE


def test_bodies_that_are_no_form_are_answered(deposits: WholeContest, ration: Ration) -> None:
    attackers = [candidate(deposits), organiser(deposits)]
    for attacker in attackers:
        try_bodies(attacker, ration)
    assert sorted(complaints(attackers)) == [], RULE


def test_the_jury_too_answers_bodies_that_are_no_form(evaluation: WholeContest, ration: Ration) -> None:
    juror = member(evaluation, "jure1")
    try_bodies(juror, ration)
    assert sorted(complaints([juror])) == [], RULE


@pytest.mark.parametrize(("who", "least"), [(candidate, 20), (organiser, 50)])
def test_candidates_and_organisers_may_answer_anything(
    deposits: WholeContest, who: Callable[[WholeContest], Attacker], least: int, ration: Ration
) -> None:
    attacker = who(deposits)
    assert try_answers(attacker, ration) >= least
    assert sorted(complaints([attacker])) == [], RULE


def test_the_jury_may_answer_anything(evaluation: WholeContest, ration: Ration) -> None:
    juror = member(evaluation, "jure1")
    assert try_answers(juror, ration) >= 5
    evaluation.close_scoring()
    president = member(evaluation, "presidente")
    assert try_answers(president, ration) >= 10
    assert sorted(complaints([juror, president])) == [], RULE


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.text(max_size=40), query=st.text(max_size=40), method=st.sampled_from(["GET", "POST", "HEAD", "PATCH"]))
def test_an_address_at_random_is_answered(deposits: WholeContest, path: str, query: str, method: str) -> None:
    visitor = deposits.visitor()
    for start in ("/", "/jury/"):
        answer = visitor.open(f"{start}{quote(path)}?{quote(query)}", method=method)
        assert answer.status_code < 500
        answer.close()
