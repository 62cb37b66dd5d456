"""The rush when registrations open: more people than seats come within seconds, through the real service."""

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import select

from benchmarks.report import Report, Spread
from benchmarks.sender import Connection, Failed, field_of, timed
from benchmarks.site import Site, cookie_of, open_site
from concours.editions.queries import current_record
from concours.kernel.db import Database
from concours.registrations import queries
from concours.registrations.models import Registration
from tests.registrations_scene import change_event

_P99_S = 2.0


@dataclass(frozen=True)
class Rush:
    """How many come, to how many seats, within how long, over how many connections at once."""

    people: int = 500
    seats: int = 350
    seconds: float = 10
    senders: int = 32


@dataclass
class _Seen:
    """What became of the requests: seconds each, and what went wrong."""

    answers: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def measure(folder: Path, rush: Rush, report: Report) -> None:
    """Let them come, then count who has a seat and who waits."""
    report.section(f"{rush.people} registrations in {rush.seconds:g} seconds for {rush.seats} seats")
    with open_site(folder / "registrations") as site:
        database, seen = Database(site.settings.database_url), _Seen()
        with database.write() as session:
            change_event(session, capacity=rush.seats)
        start = time.monotonic()
        crowd = [
            threading.Thread(target=_send, args=(site, rush, number, start, seen)) for number in range(rush.senders)
        ]
        for sender in crowd:
            sender.start()
        for sender in crowd:
            sender.join()
        _tell(database, rush, seen, time.monotonic() - start, report)
        database.dispose()


def _send(site: Site, rush: Rush, number: int, start: float, seen: _Seen) -> None:
    """Send one share of the registrations, each when its time comes, whatever the others do."""
    dice = random.Random(number)  # noqa: S311 -- who comes when, the same each time
    try:
        cookie, token = _form(site)
        for person in range(number, rush.people, rush.senders):
            due = start + rush.seconds * (person + dice.random()) / rush.people
            time.sleep(max(0.0, due - time.monotonic()))
            seen.answers.append(timed(lambda person=person: _register(site, cookie, token, person)))  # type: ignore[misc]  # bound at once
    except (Failed, OSError) as failure:
        seen.failures.append(f"{type(failure).__name__}: {failure}"[:200])


def _form(site: Site) -> tuple[str, str]:
    with Connection(site.port) as connection:
        answer = connection.request("GET", "/inscription")
    return cookie_of(answer), field_of(answer.body, "csrf_token")


def _register(site: Site, cookie: str, token: str, person: int) -> None:
    said = {
        "csrf_token": token,
        "first_name": "Zoé",
        "last_name": f"Numéro {person}",
        "email": f"personne-{person}@agents.example",
        "administration": "Mairie d'Œuilly",
        "function": "",
        "member": "oui",
        "lunch": "oui",
        "meal_needs": "",
        "accessibility_needs": "",
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    with Connection(site.port) as connection:
        connection.request("POST", "/inscription", headers, around=(urlencode(said).encode(), b""), status=303)


def _tell(database: Database, rush: Rush, seen: _Seen, seconds: float, report: Report) -> None:
    with database.read() as session:
        rows = session.scalars(select(Registration).order_by(Registration.number)).all()
        line = queries.waiting(session, current_record(session).id)
        states = Counter(row.state for row in rows)
    seated, waiting = states["confirmed"], states["waiting"]
    expected = ["confirmed"] * min(rush.seats, rush.people) + ["waiting"] * max(0, rush.people - rush.seats)
    in_order = [row.asked_at for row in line] == sorted(row.asked_at for row in line)
    lost = (
        rush.people - len(rows) + abs(seated - expected.count("confirmed")) + abs(waiting - expected.count("waiting"))
    )
    astray = [row.state for row in rows] != expected or not in_order
    report.promise("registrations lost, oversold or misplaced", Spread([lost]), at_most=0)
    report.promise("waiting list out of order", Spread([int(astray)]), at_most=0)
    report.promise("all registered, since the first came", Spread([seconds], "s"), at_most=rush.seconds * 1.2)
    report.promise("a registration, 99th percentile", Spread([_p99(seen.answers)], "s"), at_most=_P99_S)
    report.beside("confirmed, waiting", f"{seated}, {waiting}")
    for failure in seen.failures[:5]:
        report.note(f"went wrong: {failure}")


def _p99(values: list[float]) -> float:
    return sorted(values)[int(0.99 * (len(values) - 1))] if values else float("inf")
