"""The blind test: a room full of telephones asks every two seconds what is new, and guesses while a round is open."""

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlencode

from benchmarks.phones import Line
from benchmarks.report import Report, Spread
from benchmarks.sender import Failed, field_of
from benchmarks.site import Site, open_site
from concours.editions.queries import current_record
from concours.honours.game import operations, queries
from concours.honours.game.models import Game, GameRound
from concours.kernel.clock import system_clock
from concours.kernel.db import Database

_P99_S = 0.3
_CODE, _NUMBER = "abc234", 1
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_PARTS = ("they come", "they wait", "they guess", "the answers are closed")


@dataclass(frozen=True)
class Room:
    """How many telephones, for how long, how often each asks; a round opens at a third, closes at two thirds."""

    phones: int = 350
    seconds: float = 45
    every: float = 2.0
    choosing: tuple[float, float] = (1.0, 6.0)
    """How long a person takes to read the answers and press one: at least, at most."""

    @property
    def coming(self) -> float:
        """Within how many seconds they come, once the code stands on the screen."""
        return min(self.every * 3, self.seconds / 4)

    @property
    def marks(self) -> tuple[float, ...]:
        """When each part begins, in seconds from the start."""
        return 0, self.coming, self.seconds / 3, 2 * self.seconds / 3


@dataclass
class _Seen:
    """What was seen in one part of the game: seconds each, and what the processors gave meanwhile."""

    pages: list[float] = field(default_factory=list)
    polls: list[float] = field(default_factory=list)
    guesses: list[float] = field(default_factory=list)
    seconds: float = 0
    server_s: float = 0
    client_s: float = 0


class _Evening:
    """One run: the room, when it began, what each part of it saw."""

    def __init__(self, site: Site, room: Room) -> None:
        self.site, self.room, self.start = site, room, time.monotonic()
        self.parts = [_Seen() for _ in room.marks]
        self.now = _Seen()
        self.counts: Counter[str] = Counter()
        self.failures: list[str] = []

    def all(self, kind: str) -> list[float]:
        """Return the measures of a kind, of the whole game."""
        return [seconds for part in self.parts for seconds in getattr(part, kind)]

    async def until(self, mark: float) -> None:
        """Wait for an instant of the game."""
        await asyncio.sleep(max(0.0, self.start + mark - time.monotonic()))


def measure(folder: Path, room: Room, report: Report) -> None:
    """Let the telephones ask, guess and ask on, through the real service, which nobody has opened the game of yet.

    A question is one request. Each telephone waits for its first page and its news as the page's script does, and its
    owner takes some seconds to choose, drawn from the telephone's own dice: nobody reads four answers in no time. The
    style sheets and scripts of the page are left out: when all come within six seconds, these nine files each are what
    fills two cores, and pages then wait a second or more.
    """
    report.section(f"Blind test: {room.phones} telephones, each asking every {room.every:g} s, for {room.seconds:g} s")
    with open_site(folder / "blind-test") as site:
        database = Database(site.settings.database_url)
        _prepare(database)
        evening = _Evening(site, room)
        asyncio.run(_play(evening, database))
        _tell(database, evening, report)
        database.dispose()


def _prepare(database: Database) -> None:
    now = system_clock()
    with database.write() as session:
        record = current_record(session)
        game = Game(edition_id=record.id, code=_CODE, prepared_at=now)
        session.add(game)
        session.flush()
        options = [f"Administration n° {index}" for index in range(4)]
        session.add(GameRound(game_id=game.id, work_number=_NUMBER, title="Une création", options=options, answer=2))


async def _play(evening: _Evening, database: Database) -> None:
    async with asyncio.TaskGroup() as crowd:
        for number in range(evening.room.phones):
            crowd.create_task(_Phone(evening, random.Random(number)).play())  # noqa: S311 -- the same each time
        acts = (None, None, operations.open_round, operations.close_round)
        for part, mark, act in zip(evening.parts, evening.room.marks, acts, strict=True):
            await evening.until(mark)
            if act:
                await asyncio.to_thread(_on_stage, database, act)
            _begin(evening, part)
    _begin(evening, _Seen())


def _on_stage(database: Database, act: Callable[..., None]) -> None:
    with database.write() as session:
        act(session, number=_NUMBER, actor="command", now=system_clock())


def _begin(evening: _Evening, part: _Seen) -> None:
    """Close the account of one part of the game, and open that of the next."""
    now, used, own = time.monotonic(), evening.site.server.cpu_s(), time.process_time()
    former, evening.now = evening.now, part
    for seen, sign in ((former, 1), (part, -1)):
        seen.seconds += sign * now
        seen.server_s += sign * used
        seen.client_s += sign * own


class _Phone:
    """One of them, from the code on the screen to its last question."""

    def __init__(self, evening: _Evening, dice: random.Random) -> None:
        self._evening, self._dice = evening, dice
        self._line = Line(evening.site.port, evening.counts)
        self._stamp = ""
        self._form = b""
        self._chosen_at = float("inf")

    async def play(self) -> None:
        """Come within some seconds, then ask until the end."""
        try:
            await self._evening.until(self._dice.random() * self._evening.room.coming)
            await self._come()
            while time.monotonic() < self._evening.start + self._evening.room.seconds:
                await self._ask()
                await self._wait()
        except (Failed, OSError, TimeoutError) as failure:
            self._evening.failures.append(f"{type(failure).__name__}: {failure}"[:200])
        finally:
            self._line.close()

    async def _come(self) -> None:
        page = await self._timed("pages", "GET", f"/jeu/{_CODE}")
        found = re.search(rb'data-stamp="([^"]+)"', page)
        self._stamp = f'"{found[1].decode()}"' if found else ""

    async def _ask(self) -> None:
        news = await self._timed("polls", "GET", f"/jeu/{_CODE}/etat", {"If-None-Match": self._stamp})
        if b'name="choix"' in news and not self._form:
            self._form = news
            least, most = self._evening.room.choosing
            self._chosen_at = time.monotonic() + least + (most - least) * self._dice.random()

    async def _wait(self) -> None:
        """Wait for the next question; whoever has chosen meanwhile presses, which puts the question off."""
        every = self._evening.room.every * (0.85 + 0.3 * self._dice.random())
        if time.monotonic() + every > self._chosen_at:
            await asyncio.sleep(max(0.0, self._chosen_at - time.monotonic()))
            self._chosen_at = float("inf")
            await self._guess()
        await asyncio.sleep(every)

    async def _guess(self) -> None:
        said = {"csrf_token": field_of(self._form, "csrf_token"), "choix": self._dice.randrange(4)}
        part = await self._timed("guesses", "POST", f"/jeu/{_CODE}/{_NUMBER}", _FORM, urlencode(said).encode())
        self._evening.counts["kept"] += b'aria-pressed="true"' in part

    async def _timed(
        self, kind: str, method: str, path: str, headers: Mapping[str, str] = MappingProxyType({}), body: bytes = b""
    ) -> bytes:
        began = time.monotonic()
        answer = await self._line.ask(method, path, {"X-By-Itself": "game", **headers}, body)
        getattr(self._evening.now, kind).append(time.monotonic() - began)
        if answer.status not in {200, 304}:
            raise Failed(f"{method} {path}: {answer.status}: {answer.body[:300]!r}")
        self._stamp = answer.headers.get("etag", self._stamp)
        return answer.body


def _tell(database: Database, evening: _Evening, report: Report) -> None:
    room, polls, guesses = evening.room, evening.all("polls"), evening.all("guesses")
    with database.read() as session:
        kept = queries.players(session, queries.game_by_code(session, _CODE))
    report.promise("guesses lost", Spread([evening.counts["kept"] - kept]), at_most=0)
    report.promise("asking what is new, 99th percentile", Spread([_p99(polls)], "s"), at_most=_P99_S)
    report.promise("a guess, 99th percentile", Spread([_p99(guesses)], "s"), at_most=1.0)
    report.beside("the first page, 99th percentile", Spread([_p99(evening.all("pages"))], "s"))
    due = room.phones * (room.seconds - room.coming / 2) / room.every
    report.beside(
        "questions; guesses kept", f"{len(polls)} of some {due:.0f}; {kept} of {len(guesses)}, {room.phones} telephones"
    )
    report.beside("connections", str(evening.counts["connections"]))
    for name, part in zip(_PARTS, evening.parts, strict=True):
        used = f"processor {part.server_s:.1f} s (the measure itself {part.client_s:.1f} s) of {2 * part.seconds:.0f}"
        report.beside(name, f"{len(part.polls)} questions, 99th percentile {_p99(part.polls):.3f} s; {used}")
    for failure in evening.failures[:5]:
        report.note(f"went wrong: {failure}")


def _p99(values: list[float]) -> float:
    return sorted(values)[int(0.99 * (len(values) - 1))] if values else float("inf")
