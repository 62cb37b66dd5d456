"""The blind test: drawn among what an organiser ticked, played round by round, anonymous, erased."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from concours.accounts.models import AuditEvent
from concours.honours import publishing
from concours.honours.game import operations, queries
from concours.honours.game.models import Game, GameGuess, GameRound
from concours.honours.game.pace import Pace
from concours.kernel.db import Database
from concours.kernel.errors import Conflict, DomainError, NotFound, TooManyTries
from tests.asked import asked_of, verbs
from tests.entries_scene import Scene
from tests.fakes.clock import FrozenClock
from tests.honours_scene import Judged
from tests.page import page
from tests.stage_scene import AFTER, BODIES, FIRST, OTHER, REVEAL, SECOND, agree, play, unsealed


def test_only_what_consented_and_was_ticked_is_proposed_and_the_right_answer_is_among_it(database: Database) -> None:
    with database.write() as session:
        judged = unsealed(session)
        with pytest.raises(DomainError, match="au moins deux"):
            operations.prepare(session, proposed=[BODIES[FIRST]], actor=judged.organiser, now=AFTER)
        [only] = play(session, judged).rounds  # the second laureate's creation may not be shown
        assert only.work_number == judged.numbers[FIRST]
        assert sorted(only.options) == sorted([BODIES[FIRST], BODIES[OTHER]])
        assert only.options[only.answer] == BODIES[FIRST]
        assert only.opened_at is None


def test_a_round_takes_guesses_while_it_is_open_and_scores_once_it_is_revealed(database: Database) -> None:
    with database.write() as session:
        judged = unsealed(session)
        code = play(session, judged).code
        number, actor = judged.numbers[FIRST], judged.organiser
        with pytest.raises(Conflict):
            operations.guess(session, code=code, number=number, choice=0, player="a")
        operations.open_round(session, number=number, actor=actor, now=AFTER)
        played = queries.game_by_code(session, code).rounds[0]
        right, wrong = played.answer, 1 - played.answer
        for player, choice in (("a", wrong), ("a", right), ("b", wrong), ("c", right)):
            operations.guess(session, code=code, number=number, choice=choice, player=player)
        with pytest.raises(DomainError):
            operations.guess(session, code=code, number=number, choice=2, player="d")
        assert queries.tally(session, played).counts == ((2, 1) if right == 0 else (1, 2))
        assert queries.table_of(session, code, "a").score == 0
        assert queries.table_of(session, code, "a").now.answer is None  # type: ignore[union-attr]
        operations.close_round(session, number=number, actor=actor, now=AFTER)
        with pytest.raises(Conflict, match="Trop tard"):
            operations.guess(session, code=code, number=number, choice=right, player="b")
        operations.reveal_round(session, number=number, actor=actor, now=AFTER)
        assert [queries.table_of(session, code, player).score for player in "abcd"] == [1, 0, 1, 0]
        assert queries.scores(session, queries.game_by_code(session, code)) == {1: 2, 0: 1}
        with pytest.raises(Conflict, match="commencé"):
            play(session, judged)
        acts = session.scalars(select(AuditEvent.action).where(AuditEvent.action.startswith("blind_test"))).all()
        assert sorted(acts) == [f"blind_test_{act}" for act in ("closed", "opened", "prepared", "revealed")]


def test_opening_a_round_closes_the_other_and_each_press_counts_once(database: Database) -> None:
    with database.write() as session:
        judged = unsealed(session)
        agree(session)
        game = play(session, judged)
        first, second = judged.numbers[FIRST], judged.numbers[SECOND]
        for number in (second, second, first):
            operations.open_round(session, number=number, actor=judged.organiser, now=AFTER)
        session.flush()
        session.refresh(game)
        assert {each.work_number: each.open for each in game.rounds} == {first: True, second: False}
        assert game.version == 3
        shown = queries.table_of(session, game.code, "a").now
        assert shown is not None
        assert (shown.number, shown.open) == (first, True)  # opened at the same instant as the other


def test_everything_is_erased_the_day_after_the_event(database: Database) -> None:
    with database.write() as session:
        judged = unsealed(session)
        code, number = play(session, judged).code, judged.numbers[FIRST]
        operations.open_round(session, number=number, actor=judged.organiser, now=AFTER)
        operations.guess(session, code=code, number=number, choice=0, player="a")
        operations.erase_old(session, now=REVEAL)
        assert session.scalar(select(func.count()).select_from(GameGuess)) == 1
        operations.erase_old(session, now=REVEAL + timedelta(days=2))
        assert [session.scalar(select(func.count()).select_from(each)) for each in (Game, GameRound, GameGuess)] == [
            0
        ] * 3
        with pytest.raises(NotFound):
            queries.version_of(session, code)


def test_a_telephone_that_asks_too_often_waits_and_the_room_that_shares_its_address_does_not() -> None:
    pace = Pace(by_player=3, by_address=100)
    for _ in range(3):
        pace.count("a", "room", AFTER)
    with pytest.raises(TooManyTries):
        pace.count("a", "room", AFTER)
    for _ in range(50):
        pace.count("", "room", AFTER)  # telephones that come, without a token yet
    pace.count("b", "room", AFTER)
    pace.count("a", "room", AFTER + timedelta(seconds=10))


def played_after(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> tuple[Scene, Judged, str, int]:
    """Return a scene once the honours are revealed, with its game's code and the number of a round."""
    scene = Scene(tmp_path, sqlite_url, clock)
    clock.move_to(AFTER)
    with scene.database.write() as session:
        judged = unsealed(session)
        return scene, judged, play(session, judged).code, judged.numbers[FIRST]


def test_a_telephone_plays_without_a_script_and_gives_nothing_of_its_owner(
    tmp_path: Path, sqlite_url: str, clock: FrozenClock
) -> None:
    scene, judged, code, number = played_after(tmp_path, sqlite_url, clock)
    phone = scene.app.test_client()
    page(phone, "/jeu/nul234", status=404)
    waiting = page(phone, f"/jeu/{code}")
    assert "Le jeu va commencer." in waiting.text
    token = phone.get_cookie("jeu", path="/jeu/")
    assert token is not None
    assert (token.http_only, token.expires) == (True, None)
    live = f"/jeu/{code}/etat"
    stamp = phone.get(live).headers["ETag"]
    assert phone.get(live, headers={"If-None-Match": stamp}).status_code == 304
    with scene.database.write() as session:
        operations.open_round(session, number=number, actor=judged.organiser, now=AFTER)
        played = queries.game_by_code(session, code).rounds[0]
    assert BODIES[SECOND] not in phone.get(live, headers={"If-None-Match": stamp}).text  # its team did not agree
    form = page(phone, f"/jeu/{code}").form(f"/{number}")
    for nonsense in ("", "9", "9" * 5000, "-1", "²"):
        page(phone, f"/jeu/{code}/{number}", status=422, data={**form.held, "choix": nonsense})
    chosen = page(phone, f"/jeu/{code}/{number}", data={**form.held, "choix": str(played.answer)})
    assert "Réponse enregistrée." in chosen.text
    with scene.database.write() as session:
        [guess] = session.scalars(select(GameGuess))
        assert guess.player != token.value
        publishing.publish(session, at=REVEAL, actor=judged.organiser, now=AFTER)
        operations.reveal_round(session, number=number, actor=judged.organiser, now=AFTER)
    assert "Bravo ! C'était Mairie d'Œuilly. 1 bonne réponse sur 1" in page(phone, f"/jeu/{code}").text


def test_a_question_asks_little_of_the_database_and_telephones_share_a_drawing_but_no_token(
    tmp_path: Path, sqlite_url: str, clock: FrozenClock
) -> None:
    scene, judged, code, number = played_after(tmp_path, sqlite_url, clock)
    with scene.database.write() as session:
        operations.open_round(session, number=number, actor=judged.organiser, now=AFTER)
    phones, live = [scene.app.test_client() for _ in range(2)], f"/jeu/{code}/etat"
    for phone in phones:
        page(phone, f"/jeu/{code}")
    with asked_of(scene.state.database) as asked:
        news = [phone.get(live) for phone in phones]
    assert verbs(asked) == ["BEGIN", "SELECT", "SELECT"] * 2
    tokens = [_token(answer.text) for answer in news]
    assert len(set(tokens)) == 2
    assert len({answer.text.replace(token, "") for answer, token in zip(news, tokens, strict=True)}) == 1
    with asked_of(scene.state.database) as asked:
        assert phones[0].get(live, headers={"If-None-Match": news[0].headers["ETag"]}).status_code == 304
    assert verbs(asked) == ["BEGIN", "SELECT"]

    def press(phone: FlaskClient, token: str, choice: int) -> TestResponse:
        return phone.post(
            f"/jeu/{code}/{number}", data={"csrf_token": token, "choix": choice}, headers={"X-By-Itself": "game"}
        )

    assert "aria-pressed" not in press(phones[0], tokens[1], 0).text  # a token of somebody else's
    with asked_of(scene.state.database) as asked:
        answers = [press(phones[0], tokens[0], 1), press(phones[1], tokens[1], 0), press(phones[0], tokens[0], 0)]
    first, again = ["BEGIN", "SELECT", "SELECT", "SAVEPOINT", "INSERT", "RELEASE"], ["BEGIN", "SELECT", "UPDATE"]
    assert verbs(asked) == [*first, *first, *again]
    assert [_pressed(answer.text) for answer in answers] == [1, 0, 0]
    assert _pressed(phones[0].get(live).text) == 0


def _token(part: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', part)
    assert found
    return found[1]


def _pressed(part: str) -> int | None:
    found = re.search(r'value="(\d)" aria-pressed="true"', part)
    return int(found[1]) if found else None
