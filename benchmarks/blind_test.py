"""The blind test: a room full of telephones asks every two seconds what is new, and guesses when a round opens."""

import random
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.report import Report, Spread
from benchmarks.sender import Answer, Connection, Failed, field_of, timed
from benchmarks.site import Site, open_site
from concours.editions.queries import current_record
from concours.honours.game import operations, queries
from concours.honours.game.models import Game, GameRound
from concours.kernel.clock import system_clock
from concours.kernel.db import Database

_P99_S = 0.3
_CODE, _NUMBER = "abc234", 1


@dataclass(frozen=True)
class Room:
    """How many telephones, for how long, how often each asks; a round opens at a third, closes at two thirds."""

    phones: int = 350
    seconds: float = 45
    every: float = 2.0


@dataclass
class _Seen:
    """Seconds each, and what went wrong."""

    polls: list[float] = field(default_factory=list)
    guesses: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def measure(folder: Path, room: Room, report: Report) -> None:
    """Let the telephones ask, guess and ask on, through the real service."""
    report.section(f"Blind test: {room.phones} telephones, each asking every {room.every:g} s, for {room.seconds:g} s")
    with open_site(folder / "blind-test") as site:
        database, seen = Database(site.settings.database_url), _Seen()
        actor = _prepare(database)
        start = time.monotonic()
        crowd = [
            threading.Thread(target=_play, args=(site, room, number, start, seen)) for number in range(room.phones)
        ]
        for phone in crowd:
            phone.start()
        for act, share in ((operations.open_round, 1 / 3), (operations.close_round, 2 / 3)):
            time.sleep(max(0.0, start + room.seconds * share - time.monotonic()))
            with database.write() as session:
                act(session, number=_NUMBER, actor=actor, now=system_clock())
        for phone in crowd:
            phone.join()
        _tell(database, room, seen, report)
        database.dispose()


def _prepare(database: Database) -> str:
    now = system_clock()
    with database.write() as session:
        record = current_record(session)
        game = Game(edition_id=record.id, code=_CODE, prepared_at=now)
        session.add(game)
        session.flush()
        options = [f"Administration n° {index}" for index in range(4)]
        session.add(GameRound(game_id=game.id, work_number=_NUMBER, title="Une création", options=options, answer=2))
    return "command"


def _play(site: Site, room: Room, number: int, start: float, seen: _Seen) -> None:
    try:
        with Connection(site.port) as connection:
            _Phone(connection, random.Random(number), seen).play(room, start)  # noqa: S311 -- the same each time
    except (Failed, OSError) as failure:
        seen.failures.append(f"{type(failure).__name__}: {failure}"[:200])


class _Phone:
    """One of them, from the code on the screen to its last question."""

    def __init__(self, connection: Connection, dice: random.Random, seen: _Seen) -> None:
        self._connection, self._dice, self._seen = connection, dice, seen
        self._cookies: list[str] = []
        self._stamp = ""

    def play(self, room: Room, start: float) -> None:
        """Come within some seconds, then ask until the end; guess as soon as there is something to guess."""
        time.sleep(self._dice.random() * min(room.every * 3, room.seconds / 4))
        self._take(self._connection.request("GET", f"/jeu/{_CODE}"))
        while time.monotonic() < start + room.seconds:
            began = time.monotonic()
            news = self._ask()
            self._seen.polls.append(time.monotonic() - began)
            if news and b'name="choix"' in news:
                self._seen.guesses.append(timed(lambda news=news: self._guess(news)))  # type: ignore[misc]  # bound at once
            time.sleep(room.every * (0.85 + 0.3 * self._dice.random()))

    def _ask(self) -> bytes | None:
        headers = {**self._headers(), "If-None-Match": self._stamp}
        try:
            self._connection.request("GET", f"/jeu/{_CODE}/etat", headers, status=304)
        except Failed:
            answer = self._connection.request("GET", f"/jeu/{_CODE}/etat", self._headers())
            self._take(answer)
            self._stamp = answer.headers["etag"]
            return answer.body
        return None

    def _guess(self, body: bytes) -> None:
        said = urlencode({"csrf_token": field_of(body, "csrf_token"), "choix": self._dice.randrange(4)}).encode()
        headers = {**self._headers(), "Content-Type": "application/x-www-form-urlencoded"}
        self._connection.request("POST", f"/jeu/{_CODE}/{_NUMBER}", headers, around=(said, b""))

    def _take(self, answer: Answer) -> None:
        if "set-cookie" in answer.headers:
            self._cookies.append(answer.headers["set-cookie"].partition(";")[0])

    def _headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(self._cookies), "X-By-Itself": "game"}


def _tell(database: Database, room: Room, seen: _Seen, report: Report) -> None:
    with database.read() as session:
        kept = queries.players(session, queries.game_by_code(session, _CODE))
    report.promise("guesses lost", Spread([len(seen.guesses) - kept]), at_most=0)
    report.promise("asking what is new, 99th percentile", Spread([_p99(seen.polls)], "s"), at_most=_P99_S)
    report.promise("a guess, 99th percentile", Spread([_p99(seen.guesses)], "s"), at_most=1.0)
    report.beside("questions, guesses kept", f"{len(seen.polls)}, {kept} of {room.phones}")
    for failure in seen.failures[:5]:
        report.note(f"went wrong: {failure}")


def _p99(values: list[float]) -> float:
    return sorted(values)[int(0.99 * (len(values) - 1))] if values else float("inf")
