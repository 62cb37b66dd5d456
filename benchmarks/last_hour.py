"""The last minutes before closing: many candidates at once write, send a file over a slow link, and deposit."""

import random
import statistics
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import func, select

from benchmarks.bodies import MIB, film_body
from benchmarks.report import Report, Spread
from benchmarks.sender import Body, Connection, Failed, Link, timed
from benchmarks.site import Site, open_site
from benchmarks.slow_link import slow_link
from benchmarks.uploads import Watch
from concours.entries.models import Deposit, Entry
from concours.kernel.db import Database

_SAVE_P99_S, _DEPOSIT_P99_S, _MEMORY_MIB = 0.25, 1.0, 600
_PIECE = 32 << 10
"""Bytes that a slow link takes at a time."""


@dataclass(frozen=True)
class Evening:
    """How many come, for how long, and what each sends: in bytes, by chunks, at this many bytes a second."""

    candidates: int = 300
    seconds: float = 600
    size: int = 20 * MIB
    chunk: int = MIB
    speed: int = 80 << 10


@dataclass
class _Seen:
    """What became of the requests: seconds each, and what went wrong."""

    saves: list[float] = field(default_factory=list)
    deposits: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def measure(folder: Path, evening: Evening, report: Report) -> None:
    """Play the evening against the real web processes; renders wait, as they may: no worker runs."""
    report.section(
        f"The last {evening.seconds / 60:.3g} minutes: {evening.candidates} candidates, "
        f"{evening.size / MIB:.3g} MiB each at {evening.speed >> 10} KiB/s"
    )
    with open_site(folder / "evening") as site:
        visitors, seen, body = site.visitors(evening.candidates), _Seen(), film_body(evening.size)
        with slow_link() as through, Watch(site) as watch:
            link, start = Link(through, _PIECE, evening.speed), time.monotonic()
            acts = [
                threading.Thread(
                    target=_Candidate(site, entry_id, cookie, link, seen).play, args=(body, evening, start, number)
                )
                for number, (entry_id, cookie) in enumerate(visitors)
            ]
            for act in acts:
                act.start()
            for act in acts:
                act.join()
        _tell(site, evening, seen, watch.most, report)


class _Candidate:
    """One of them, from the first chunk to the deposit."""

    def __init__(self, site: Site, entry_id: str, cookie: str, link: Link, seen: _Seen) -> None:
        self._site, self._entry_id, self._cookie, self._link, self._seen = site, entry_id, cookie, link, seen
        self._token, self._summary = "", ""

    def play(self, body: Body, evening: Evening, start: float, number: int) -> None:
        """Save after each chunk, then deposit in the last tenth of the time."""
        dice = random.Random(number)  # noqa: S311 -- who comes when, the same each time
        try:
            time.sleep(dice.random() * evening.seconds / 4)
            self._token = self._site.token(self._entry_id, self._cookie)
            where = self._site.announce(self._entry_id, self._cookie, self._token, body.size)
            for at in range(0, body.size, evening.chunk):
                self._send(where, body, (at, min(at + evening.chunk, body.size)))
                self._seen.saves.append(timed(self._save))
            due = start + evening.seconds * (0.9 + dice.random() / 10)
            time.sleep(max(0.0, due - time.monotonic()))
            self._seen.deposits.append(timed(self._deposit))
        except (Failed, OSError) as failure:
            self._seen.failures.append(f"{type(failure).__name__}: {failure}"[:200])

    def _send(self, where: str, body: Body, span: tuple[int, int]) -> None:
        headers = self._site.tus(self._cookie, self._token)
        headers |= {"Upload-Offset": str(span[0]), "Content-Type": "application/offset+octet-stream"}
        with Connection(self._site.port) as connection:
            connection.request_slowly("PATCH", where, headers, body=body, span=span, link=self._link, status=204)

    def _save(self) -> None:
        former, self._summary = self._summary, f"{self._summary}Une phrase de plus, pendant l'envoi. "[-1900:]
        said = {"changed": "summary", "summary": self._summary, "seen-summary": former.strip()}
        self._post(f"/candidatures/{self._entry_id}/reponses/innovation", said, 200)

    def _deposit(self) -> None:
        self._post(f"/candidatures/{self._entry_id}/depot", {}, 303)

    def _post(self, address: str, said: dict[str, str], status: int) -> None:
        content = urlencode({**said, "csrf_token": self._token}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self._cookie}
        with Connection(self._site.port) as connection:
            connection.request("POST", address, headers, around=(content, b""), status=status)


def _tell(site: Site, evening: Evening, seen: _Seen, memory: float, report: Report) -> None:
    made, standing = _deposits(site)
    report.promise("deposits lost or missing", Spread([evening.candidates - standing]), at_most=0)
    report.promise("saving a field, 99th percentile", Spread([_p99(seen.saves)], "s"), at_most=_SAVE_P99_S)
    report.promise("deposit, 99th percentile", Spread([_p99(seen.deposits)], "s"), at_most=_DEPOSIT_P99_S)
    report.promise("memory of the web processes, at most", Spread([memory], "MiB"), at_most=_MEMORY_MIB)
    report.beside("fields saved", f"{len(seen.saves)}, median {statistics.median(seen.saves or [0]):.3f} s")
    report.beside("deposits made", f"{made}, median {statistics.median(seen.deposits or [0]):.3f} s")
    for failure in seen.failures[:5]:
        report.note(f"went wrong: {failure}")


def _deposits(site: Site) -> tuple[int, int]:
    """Return how many deposits were made, and how many dossiers have one."""
    database = Database(site.settings.database_url)
    with database.read() as session:
        made = session.scalar(select(func.count()).select_from(Deposit)) or 0
        standing = session.scalar(select(func.count()).where(Entry.deposit_id.is_not(None))) or 0
    database.dispose()
    return made, standing


def _p99(values: list[float]) -> float:
    return sorted(values)[int(0.99 * (len(values) - 1))] if values else float("inf")
