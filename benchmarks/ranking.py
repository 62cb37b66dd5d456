"""The jury's large pages: progress and ranking of a whole panel, beside a bare Flask answer in the same run."""

import random
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from benchmarks.report import Report, Spread
from benchmarks.sender import Connection
from benchmarks.servers import bare_flask
from benchmarks.site import Site, cookie_of, open_site
from concours.kernel.clock import system_clock
from concours.kernel.db import Database
from concours.kernel.ids import new_id
from concours.kernel.questions import writer_of
from jury import api, operations
from jury.freezing import freeze
from jury.models import JuryScore, JurySession, JurySheet
from jury.rules import weighted_sum
from tests.jury_session import RULES, Panel, open_jury

_MANY = 20
"""Bare answers for each page: they are too short to be timed one by one."""
_SCORES = random.Random(20270315)  # noqa: S311 -- invented scores, the same at each run


@dataclass(frozen=True)
class Sizes:
    """How large the panel is."""

    works: int = 2_000
    jurors: int = 20
    rounds: int = 7


def measure(folder: Path, sizes: Sizes, report: Report) -> None:
    """Ask for each page and for bare answers in turn, over connections that stay open."""
    with bare_flask(folder / "bare") as bare, open_site(folder / "ranking") as site:
        panel = fill(site, sizes)
        close(site, panel)
        cookie = enter(site, "secretaire")
        report.section(f"The jury's large pages: {sizes.works} works, {sizes.jurors} jurors")
        for name, path in (("progress", "/jury/avancement"), ("ranking", "/jury/classement")):
            pages, answers = list[float](), list[float]()
            for turn in range(sizes.rounds + 1):
                page = _seconds(site.port, path, {"Cookie": cookie}, 1)
                answer = _seconds(bare.port, "/sante", {}, _MANY)
                if turn:
                    pages.append(page)
                    answers.append(answer)
            ratios = [page / answer for page, answer in zip(pages, answers, strict=True)]
            report.promise(f"{name} page / bare Flask answer, latency", Spread(ratios, "x"), at_most=250, aim=120)
            report.beside(f"{name} page", Spread([1000 * page for page in pages], "ms"))
            report.beside("bare Flask answer", Spread([1000 * answer for answer in answers], "ms"))


def _seconds(port: int, path: str, headers: dict[str, str], times: int) -> float:
    """Return how long one answer takes, over as many as are asked for."""
    with Connection(port) as connection:
        connection.request("GET", path, headers)
        start = time.perf_counter()
        for _ in range(times):
            connection.request("GET", path, headers)
        return (time.perf_counter() - start) / times


def fill(site: Site, sizes: Sizes) -> Panel:
    """Make a panel that has scored everything."""
    database = Database(site.settings.database_url)
    with database.write() as session:
        panel = open_jury(session, works_count=sizes.works, jurors=sizes.jurors - 1)
        jury = session.scalars(select(JurySession)).one()
        freeze(writer_of(session), jury.id, now=system_clock())
        _write_sheets(session, jury, panel)
    database.dispose()
    return panel


def close(site: Site, panel: Panel) -> None:
    """Close scoring."""
    database = Database(site.settings.database_url)
    with database.write() as session:
        operations.close_scoring(session, member_id=panel.secretary, now=system_clock())
    database.dispose()


def enter(site: Site, name: str) -> str:
    """Sign a member in and return their cookie."""
    database = Database(site.settings.database_url)
    with database.write() as session:
        email = f"{name}@jury.example"
        token = api.make_sign_in_link(session, email=email, now=system_clock(), reusable=True)
    database.dispose()
    with Connection(site.port) as connection:
        return cookie_of(connection.request("GET", f"/jury/connexion/lien/{token}", status=303))


def _write_sheets(session: Session, jury: JurySession, panel: Panel) -> None:
    now, sheets, scores = system_clock(), list[dict[str, object]](), list[dict[str, object]]()
    for member_id in panel.scorers:
        for position, work in enumerate(panel.works, start=1):
            who = {"id": new_id(), "session_id": jury.id, "work_id": work.work_id, "member_id": member_id}
            points = {criterion.key: _SCORES.randint(0, 10) for criterion in RULES.criteria}
            added = {"scored": len(points), "total": weighted_sum(points, RULES.criteria)}
            at = {"created_at": now, "updated_at": now}
            sheets.append(who | added | at | {"position": position, "acts": {}, "remark": "", "version": 1})
            scores += [{"sheet_id": who["id"], "criterion": key, "points": value} for key, value in points.items()]
    session.execute(insert(JurySheet), sheets)
    session.execute(insert(JuryScore), scores)
