"""Twenty processes at the last seats: some ask, some give back, two ask for the same address."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select

from concours.kernel.db import Database
from concours.registrations import queries
from concours.registrations.models import Registration
from tests.crowd import run_at_once
from tests.registrations_scene import NOW, ask, link, open_hall, states

CAPACITY, SEATED, CROWD = 12, 10, 20

PROGRAM = """
import json
from itertools import count
from pathlib import Path
from concours.kernel.db import Database
from concours.registrations import operations
from tests.registrations_scene import DESK, NOW, somebody

def number(folder):
    for each in count():
        try:
            (Path(folder) / str(each)).mkdir()
        except FileExistsError:
            continue
        return each

def work(url, folder):
    database, mine, tokens = Database(url), number(folder), json.loads((Path(folder) / "tokens").read_text())
    with database.write() as session:
        if mine < len(tokens):
            operations.cancel(session, token=tokens[mine], desk=DESK, now=NOW)
        else:
            name = f"new{max(mine, len(tokens) + 1)}"
            operations.register(session, attendee=somebody(name), desk=DESK, now=NOW)
    database.dispose()
"""


def test_two_at_once_for_the_last_seat_and_the_same_person_twice(database: Database) -> None:
    with database.write() as session:
        open_hall(session, 2)
    names, gate = ("ada", "ada", "bob", "cem"), Barrier(4)

    def come(name: str) -> None:
        gate.wait()
        with database.write() as session:
            ask(session, name)

    with ThreadPoolExecutor(4) as crowd:
        list(crowd.map(come, names))
    with database.read() as session:
        assert sorted(states(session)) == ["ada", "bob", "cem"]
        assert list(states(session).values()) == ["confirmed", "confirmed", "waiting"]


@pytest.mark.full
def test_twenty_at_once_oversell_nothing_and_lose_nobody(database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        edition_id = open_hall(session, CAPACITY).id
        ask(session, *(f"old{number}" for number in range(SEATED)))
        keys = [link(session, f"old{number}") for number in range(5)]
    (tmp_path / "tokens").write_text(str(keys).replace("'", '"'), encoding="utf-8")
    run_at_once(PROGRAM, database.url, str(tmp_path), count=CROWD)
    with database.read() as session:
        rows = session.scalars(select(Registration).order_by(Registration.number)).all()
        found = {row.first_name: row.state for row in rows}
        came = [name for name in found if name.startswith("New")]
        assert len(came) == CROWD - len(keys) - 1  # two of them are the same person
        assert [found[f"Old{number}"] for number in range(SEATED)] == ["cancelled"] * 5 + ["confirmed"] * 5
        assert queries.tally(session, edition_id, NOW).taken == CAPACITY
        assert len({row.number for row in rows}) == len(rows)
        # Nobody waits while somebody who came after them was given a seat.
        line = [found[name] for name in came]
        assert set(line[line.index("waiting") :]) == {"waiting"}
