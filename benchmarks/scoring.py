"""A juror's page, and a score saved durably, beside a bare Flask answer under the same gunicorn."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.report import Report, Spread, ratios
from benchmarks.sender import Answer, Connection, all_at_once, field_of
from benchmarks.servers import Server, bare_flask
from benchmarks.site import Site, open_site
from concours.kernel.clock import system_clock
from concours.kernel.db import Database
from concours.kernel.ids import new_id
from jury import api
from tests.jury_session import THREE, Panel, open_jury, score

_CLIENTS = 4
_WORKS = 60
_SCORED = 30
_DRAWS = 12
"""Connections fall on the processes as chance will: two and two are twice as fast as four on one. A round has many."""
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Scorer:
    """One juror's browser, in the middle of their works."""

    port: int
    cookie: str
    number: int
    """The work that they have open."""
    token: str = ""
    device: str = field(default_factory=new_id)
    counter: int = 0

    def look(self, connection: Connection) -> Answer:
        """Open the page of the work."""
        return connection.request("GET", f"/jury/oeuvres/{self.number}", {"Cookie": self.cookie})

    def give(self, connection: Connection) -> None:
        """Give the next score, other than the last one."""
        seen, self.counter = self.counter % 11 if self.counter else "", self.counter + 1
        answer = {"field": THREE[0].key, "value": self.counter % 11, "seen": seen, "csrf_token": self.token}
        body = urlencode({**answer, "device": self.device, "counter": self.counter}).encode()
        address = f"/jury/oeuvres/{self.number}/notes"
        connection.request("POST", address, {"Cookie": self.cookie, **_FORM}, around=(body, b""))


def measure(folder: Path, requests: int, rounds: int, report: Report) -> None:
    """Ask each in turn over connections that stay open: the bare answer, the page of a work, a score to keep."""
    with bare_flask(folder / "bare") as bare, open_site(folder / "scoring") as site:
        scorers = _scorers(site)
        acts: dict[str, tuple[Server, list[Callable[[Connection], object]]]] = {
            "bare": (bare, [lambda connection: connection.request("GET", "/sante")] * _CLIENTS),
            "page": (site.server, [scorer.look for scorer in scorers]),
            "save": (site.server, [scorer.give for scorer in scorers]),
        }
        speeds: dict[str, list[float]] = {name: [] for name in acts}
        costs: dict[str, list[float]] = {name: [] for name in acts}
        for turn in range(rounds + 1):
            for name, (server, doers) in acts.items():
                speed, cost = _round(server, doers, requests)
                if turn:
                    speeds[name].append(speed)
                    costs[name].append(cost)
    _tell(report, speeds, costs)


def _round(server: Server, doers: list[Callable[[Connection], object]], requests: int) -> tuple[float, float]:
    """Return requests a second, and the server's processor milliseconds for each, over connections drawn many times."""
    before = server.cpu_s()
    work = [lambda act=act: _repeat(server.port, act, requests) for act in doers]
    seconds = sum(all_at_once(work) for _ in range(_DRAWS))
    count = len(doers) * requests * _DRAWS
    return count / seconds, 1000 * (server.cpu_s() - before) / count


def _repeat(port: int, act: Callable[[Connection], object], requests: int) -> None:
    with Connection(port) as connection:
        for _ in range(requests):
            act(connection)


def _scorers(site: Site) -> list[Scorer]:
    database = Database(site.settings.database_url)
    now = system_clock()
    with database.write() as session:
        panel = open_jury(session, works_count=_WORKS, jurors=_CLIENTS)
        for member in panel.jurors:
            for number in panel.numbers[:_SCORED]:
                score(session, member, number, 5, 6, 7)
        emails = [f"jure{index}@jury.example" for index in range(1, _CLIENTS + 1)]
        links = [api.make_sign_in_link(session, email=email, now=now, reusable=True) for email in emails]
    database.dispose()
    return [_scorer(site.port, link, panel) for link in links]


def _scorer(port: int, link: str, panel: Panel) -> Scorer:
    with Connection(port) as connection:
        answer = connection.request("GET", f"/jury/connexion/lien/{link}", status=303)
        scorer = Scorer(port, answer.headers["set-cookie"].partition(";")[0], panel.numbers[_SCORED])
        scorer.token = field_of(scorer.look(connection).body, "csrf_token")
    return scorer


def _tell(report: Report, speeds: dict[str, list[float]], costs: dict[str, list[float]]) -> None:
    report.section(f"Scoring: a juror's page among {_WORKS} works, and a score saved")
    report.beside("bare Flask answer", Spread(speeds["bare"], "/s"))
    report.beside("bare Flask answer, processor", Spread(costs["bare"], "ms"))
    report.beside("juror's page", Spread(speeds["page"], "/s"))
    report.promise("juror's page, processor", Spread(costs["page"], "ms"), at_most=4, aim=2.5)
    report.promise("juror's page beside it", ratios(speeds["page"], speeds["bare"]), at_least=0.15, aim=0.25)
    report.beside("score saved durably", Spread(speeds["save"], "/s"))
    report.beside("score saved durably, processor", Spread(costs["save"], "ms"))
    report.promise("score saved beside it", ratios(speeds["save"], speeds["bare"]), at_least=0.15, aim=0.25)
