"""Exports and the organisers' lists, beside a bare Flask answer; what a large workbook takes in memory."""

import http.client
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from benchmarks.ranking import Sizes as PanelSizes
from benchmarks.ranking import close, fill
from benchmarks.report import Report, Spread
from benchmarks.sender import Connection, Failed, field_of
from benchmarks.servers import Server, bare_flask
from benchmarks.site import Site, cookie_of, open_site
from concours.accounts.operations import make_organiser, make_sign_in_link
from concours.editions.queries import current_record
from concours.kernel.clock import system_clock
from concours.kernel.db import Database
from concours.kernel.ids import new_id
from concours.organisers.rules import Decision
from concours.registrations.models import Registration
from concours.registrations.rules import SeatState
from jury.models import JurySession
from tests.organisers_contest import decide, deposited

_ORGANISER = "secretariat@concours.example"
_EXPORTS = "/organisation/exports"
_MANY = 20
"""Bare answers for each of ours: they are too short to be timed one by one."""
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_EACH_S = 0.02
"""How often memory is looked at."""


@dataclass(frozen=True)
class Sizes:
    """How much there is."""

    entries: int = 2_000
    rows: int = 40_000
    large: int = 100_000
    panel: PanelSizes = field(default_factory=PanelSizes)
    rounds: int = 7


QUICK = Sizes(entries=20, rows=200, large=500, panel=PanelSizes(works=20, jurors=3), rounds=1)


class _Organiser:
    """An organiser's browser."""

    def __init__(self, site: Site) -> None:
        self._port = site.port
        with _written(site) as session:
            make_organiser(session, email=_ORGANISER, actor="command", now=system_clock())
            token = make_sign_in_link(session, email=_ORGANISER, now=system_clock(), reusable=True)
        with Connection(site.port) as connection:
            self.cookie = {"Cookie": cookie_of(connection.request("GET", f"/connexion/lien/{token}", status=303))}
            self._token = field_of(connection.request("GET", _EXPORTS, self.cookie).body, "csrf_token")

    def take(self, table: str, format_: str, kind: str = "complet") -> int:
        """Take a table out; return how many bytes came."""
        wanted = {"csrf_token": self._token, "tables": table, "format": format_, "purpose": "Mesure"}
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        try:
            headers = {**_FORM, **self.cookie}
            connection.request("POST", f"{_EXPORTS}?genre={kind}", urlencode(wanted), headers)
            answer, size = connection.getresponse(), 0
            if answer.status != 200:
                raise Failed(f"{table}: {answer.status} {answer.read()[:300]!r}")
            while piece := answer.read(1 << 18):
                size += len(piece)
            return size
        finally:
            connection.close()


def measure(folder: Path, sizes: Sizes, report: Report) -> None:
    """Measure the lists of entries, then exports of many rows, then the memory of a large one."""
    with bare_flask(folder / "bare") as bare, open_site(folder / "exports") as site:
        organiser = _Organiser(site)
        _fill(site, sizes)
        report.section(f"The organisers' pages: {sizes.entries} entries")
        pages = {"dashboard": "/organisation/", "list of entries": "/organisation/candidatures"}
        pages["list of entries, searched"] = f"{pages['list of entries']}?q=guichet+ombre"
        for name, path in pages.items():
            act = _asking(site, path, organiser.cookie)
            _beside(report, name, act, bare, sizes, at_most=250, aim=120)
        report.section(f"Exports: {sizes.rows} rows")
        each = f"CSV of {sizes.rows} registrations"
        _beside(report, each, lambda: organiser.take("inscriptions", "csv"), bare, sizes, at_most=450, aim=300)
        each = f"CSV of the ranking of {sizes.panel.works * sizes.panel.jurors} sheets"
        _beside(report, each, lambda: organiser.take("classement", "csv"), bare, sizes, at_most=450, aim=300)
        _workbooks(report, site, organiser, sizes)


def _workbooks(report: Report, site: Site, organiser: _Organiser, sizes: Sizes) -> None:
    report.section(f"Workbooks: {sizes.large} registrations")
    with _written(site) as session:
        _register(session, sizes.large - sizes.rows, first=sizes.rows)
    for format_ in ("xlsx", "ods", "csv"):
        organiser.take("avancement", format_)  # what the first file of a format loads is not what a large one takes
        start = time.perf_counter()
        with _watched(site.server) as memory:
            size = organiser.take("inscriptions", format_)
        seconds = Spread([time.perf_counter() - start], "s")
        report.promise(f"{format_}, memory beside that of rest", Spread([max(memory) - memory[0]], "MiB"), at_most=120)
        report.beside(f"{format_}, {size / 2**20:.1f} MiB", seconds)


def _beside(
    report: Report, name: str, act: Callable[[], object], bare: Server, sizes: Sizes, *, at_most: float, aim: float
) -> None:
    ours, answers = list[float](), list[float]()
    for turn in range(sizes.rounds + 1):
        mine, theirs = _timed(act), _bare(bare.port)
        if turn:
            ours.append(mine)
            answers.append(theirs)
    ratios = [mine / theirs for mine, theirs in zip(ours, answers, strict=True)]
    report.promise(f"{name} / bare Flask answer, latency", Spread(ratios, "x"), at_most=at_most, aim=aim)
    report.beside(name, Spread([1000 * each for each in ours], "ms"))
    report.beside("bare Flask answer", Spread([1000 * each for each in answers], "ms"))


def _asking(site: Site, path: str, cookie: dict[str, str]) -> Callable[[], object]:
    connection = Connection(site.port)
    return lambda: connection.request("GET", path, cookie)


def _timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def _bare(port: int) -> float:
    with Connection(port) as connection:
        connection.request("GET", "/sante")
        return _timed(lambda: [connection.request("GET", "/sante") for _ in range(_MANY)]) / _MANY


@contextmanager
def _watched(server: Server) -> Iterator[Sequence[float]]:
    """Yield what the server takes in memory, in MiB, as it is looked at until the block ends."""
    seen, over = [_pss_mib(server)], threading.Event()

    def look() -> None:
        while not over.wait(_EACH_S):
            seen.append(_pss_mib(server))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def _pss_mib(server: Server) -> float:
    files = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in server.processes]
    return sum(int(text.partition("\nPss:")[2].split()[0]) for text in files) / 1024


@contextmanager
def _written(site: Site) -> Iterator[Session]:
    database = Database(site.settings.database_url)
    with database.write() as session:
        yield session
    database.dispose()


def _fill(site: Site, sizes: Sizes) -> None:
    """Make the entries, a third of them decided; the jury with its sheets and its minutes; the registrations."""
    panel = fill(site, sizes.panel)
    close(site, panel)
    with _written(site) as session:
        jury = session.scalars(select(JurySession)).one()
        session.execute(update(JurySession).where(JurySession.id == jury.id).values(minutes_signed_at=system_clock()))
        organiser = make_organiser(session, email=_ORGANISER, actor="command", now=system_clock()).id
        for number in range(sizes.entries):
            entry = deposited(session, f"Le guichet {number}")
            if number % 3 == 0:
                decide(session, entry, Decision.ADMITTED, actor=organiser)
        _register(session, sizes.rows)


def _register(session: Session, count: int, *, first: int = 0) -> None:
    now, edition_id = system_clock(), current_record(session).id
    rows = [
        {
            "id": new_id(),
            "edition_id": edition_id,
            "first_name": "Zéphyrine",
            "last_name": f"Quatremère-{number}",
            "email": f"zephyrine.{number}@val-ombre.example",
            "administration": "Communauté de communes du Val d'Ombre",
            "function": "Chargée d'accueil",
            "member": number % 3 == 0,
            "accessibility_needs": "",
            "lunch": number % 2 == 0,
            "meal_needs": "",
            "created_at": now + timedelta(milliseconds=number),
            "state": SeatState.CONFIRMED.value,
            "asked_at": now + timedelta(milliseconds=number),
            "number": number + 1,
            "seated_at": now,
            "mailed_at": now,
        }
        for number in range(first, first + count)
    ]
    session.execute(insert(Registration), rows)
