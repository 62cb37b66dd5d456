"""A crowd of jurors at the real service on SQLite, at once and without a pause: what was accepted is there, once."""

import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from concours.kernel.audit import broken_at
from concours.kernel.clock import system_clock
from concours.kernel.db import Database
from concours.kernel.ids import new_id
from jury import api
from jury.models import JuryAudit, JuryMember, JurySheet, JuryWork
from tests.jury_session import THREE, Panel, open_jury
from tests.service import Service

CROWDS = ((10, 5.0), pytest.param(30, 60.0, marks=pytest.mark.full))
"""How many jurors, the president among them, and for how many seconds."""
LEAST = 2
"""Sheets that each one saves, however slow the machine."""
_HIDDEN = re.compile(r'name="(csrf_token|version)"[^>]*?value="([^"]*)"')


@dataclass
class Juror:
    """Somebody who fills in sheets over HTTP, as a browser does."""

    name: str
    port: int
    token: str
    accepted: dict[int, tuple[int, str]] = field(default_factory=dict)
    """The last points and remark that the service said it saved, by number."""
    given: dict[int, dict[str, int]] = field(default_factory=dict)
    """The last scores that the service said it saved one by one, by number and criterion."""
    saves: int = 0
    acts: int = 0
    faults: list[str] = field(default_factory=list)
    device: str = field(default_factory=new_id)
    _cookie: str = ""
    _csrf: str = ""

    def work(self, numbers: list[int], until: float) -> None:
        """Sign in, then save one sheet after the other until the time is over and some are saved."""
        self._send("GET", f"/jury/connexion/lien/{self.token}")
        while not self.faults and (self.saves < LEAST or time.monotonic() < until):
            half, turn = len(numbers) // 2, self.saves
            self._save(numbers[turn % half], turn % 11, f"{self.name} {turn}")
            for criterion in THREE:
                self._give(numbers[half + turn % half], criterion.key, (turn + self.acts) % 11)

    def _give(self, number: int, criterion: str, points: int) -> None:
        """Give one score as the page's script does, and send it again: a network that fails does."""
        seen = self.given.setdefault(number, {}).get(criterion)
        if seen == points:
            return
        answer = {"field": criterion, "value": points, "seen": "" if seen is None else seen, "csrf_token": self._csrf}
        body = urlencode({**answer, "device": self.device, "counter": self.acts + 1})
        outcomes = []
        for _ in range(2):
            status, text = self._send("POST", f"/jury/oeuvres/{number}/notes", body)
            outcomes.append(json.loads(text)["outcome"] if status == 200 else status)
        if outcomes == ["saved", "known"]:
            self.given[number][criterion] = points
            self.acts += 1
        else:
            self.faults.append(f"{self.name}: {outcomes} for {number}")

    def _save(self, number: int, points: int, remark: str) -> None:
        _, page = self._send("GET", f"/jury/oeuvres/{number}")
        hidden = dict(_HIDDEN.findall(page))
        self._csrf = hidden["csrf_token"]
        scores = {f"note-{criterion.key}": points for criterion in THREE}
        status, _ = self._send("POST", f"/jury/oeuvres/{number}", urlencode({**hidden, **scores, "remark": remark}))
        if status == 303:
            self.accepted[number] = (points, remark)
            self.saves += 1
        else:
            self.faults.append(f"{self.name}: {status} for {number}")

    def _send(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Cookie": self._cookie} | ({"Content-Type": "application/x-www-form-urlencoded"} if body else {})
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            self._cookie = cookie.partition(";")[0]
        if answer.status >= 500:
            self.faults.append(f"{self.name}: {answer.status} at {path}")
        return answer.status, text


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with Service(tmp_path) as running:
        yield running


@pytest.fixture
def database(service: Service) -> Iterator[Database]:
    """The service's own database, from outside."""
    opened = Database(f"sqlite:///{service.folder / 'var' / 'concours.db'}")
    yield opened
    opened.dispose()


def seat(database: Database, port: int, count: int) -> tuple[Panel, list[Juror]]:
    """Open a jury and give each scorer a link."""
    now = system_clock()
    with database.write() as session:
        panel = open_jury(session, works_count=4, jurors=count - 1)
        names = ["presidente", *(f"jure{index}" for index in range(1, count))]
        tokens = [
            api.make_sign_in_link(session, email=f"{name}@jury.example", now=now, reusable=True) for name in names
        ]
    return panel, [Juror(name, port, token) for name, token in zip(names, tokens, strict=True)]


@pytest.mark.parametrize(("count", "seconds"), CROWDS)
def test_jurors_save_at_once_and_every_accepted_score_is_there_once(
    service: Service, database: Database, count: int, seconds: float
) -> None:
    panel, jurors = seat(database, service.port, count)
    until = time.monotonic() + seconds
    with ThreadPoolExecutor(len(jurors)) as crowd:
        list(crowd.map(lambda juror: juror.work(list(panel.numbers), until), jurors))
    assert not [fault for juror in jurors for fault in juror.faults]
    assert all(juror.saves >= LEAST for juror in jurors)
    with database.read() as session:
        forms, acts = stored(session)
        assert forms == {(juror.name, number): saved for juror in jurors for number, saved in juror.accepted.items()}
        assert acts == {(juror.name, number): points for juror in jurors for number, points in juror.given.items()}
        saved = select(func.count()).where(JuryAudit.action == "sheet_saved")
        assert session.scalar(saved) == sum(juror.saves + juror.acts for juror in jurors)
        assert broken_at(session.scalars(select(JuryAudit).order_by(JuryAudit.position))) is None
    assert "Traceback" not in service.output()


def stored(
    session: Session,
) -> tuple[dict[tuple[str, int], tuple[int, str]], dict[tuple[str, int], dict[str, int]]]:
    """Return the sheets that lie in the database, by juror and number: those of forms, and those given score by score.

    Fails on a form that is not of one piece.
    """
    query = (
        select(JurySheet, JuryMember.email, JuryWork.number)
        .join(JuryMember, JuryMember.id == JurySheet.member_id)
        .join(JuryWork, JuryWork.id == JurySheet.work_id)
    )
    forms: dict[tuple[str, int], tuple[int, str]] = {}
    acts: dict[tuple[str, int], dict[str, int]] = {}
    for sheet, email, number in session.execute(query):
        key = email.partition("@")[0], number
        assert key not in {*forms, *acts}
        if not sheet.remark:
            acts[key] = sheet.points
            continue
        (points,) = set(sheet.points.values())
        assert len(sheet.points) == len(THREE)
        forms[key] = (points, sheet.remark)
    return forms, acts
