"""Twenty jurors writing at once, from several processes: nothing is lost, on SQLite as on PostgreSQL."""

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from concours.kernel.audit import broken_at
from concours.kernel.db import Database
from concours.kernel.errors import Conflict
from jury import operations, queries, tallies
from jury.models import JuryAudit, JuryScore, JurySheet
from jury.sheets import StaleSheet
from tests.jury_session import KEY, NOW, Panel, open_jury, score

JURORS = 19  # and the president
PROCESSES = 4


def fill_in(url: str, members: Sequence[str], numbers: Sequence[int]) -> int:
    """Let these members score each work, all at once; return how many sheets were refused because scoring closed."""
    database = Database(url)
    with ThreadPoolExecutor(len(members)) as crowd:
        refused = sum(crowd.map(lambda member: _fill_in_one(database, member, numbers), members))
    database.dispose()
    return refused


def _fill_in_one(database: Database, member: str, numbers: Sequence[int]) -> int:
    refused = 0
    for number in numbers:
        try:
            with database.write() as session:
                score(session, member, number, number % 11, 5, 6)
        except Conflict:
            refused += 1
    return refused


@pytest.fixture
def crowd(database: Database) -> Panel:
    with database.write() as session:
        return open_jury(session, works_count=4, jurors=JURORS)


def start(pool: ProcessPoolExecutor, url: str, panel: Panel) -> list[int]:
    """Start the crowd in four processes and return what each refused."""
    parts = [panel.scorers[index::PROCESSES] for index in range(PROCESSES)]
    return list(pool.map(fill_in, [url] * PROCESSES, parts, [panel.numbers] * PROCESSES))


def test_twenty_jurors_write_at_once_and_every_sheet_is_there(
    database: Database, database_url: str, crowd: Panel
) -> None:
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn")) as pool:
        assert sum(start(pool, database_url, crowd)) == 0
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(JurySheet)) == 20 * 4
        assert session.scalar(select(func.count()).select_from(JuryScore)) == 20 * 4 * 3
        ranking = tallies.ranking_of(session, queries.find_session(session, KEY))
        assert {place.sheets for place in ranking.places} == {20}
        assert broken_at(session.scalars(select(JuryAudit).order_by(JuryAudit.position))) is None


def test_one_juror_in_many_windows_at_once_keeps_one_sheet(database: Database, crowd: Panel) -> None:
    def save(value: int) -> bool:
        try:
            with database.write() as session:
                score(session, crowd.president, crowd.numbers[0], value, value, value)
        except StaleSheet:
            return False
        return True

    with ThreadPoolExecutor(8) as windows:
        kept = list(windows.map(save, range(8)))
    assert kept.count(True) == 1
    with database.read() as session:
        sheet = session.scalars(select(JurySheet)).one()
    assert sheet.points["form"] == kept.index(True)


def test_no_sheet_slips_in_after_the_closing(database: Database, crowd: Panel) -> None:
    def close() -> int:
        with database.write() as session:
            operations.close_scoring(session, member_id=crowd.secretary, now=NOW + timedelta(seconds=1))
            return session.scalar(select(func.count()).select_from(JurySheet)) or 0

    with ThreadPoolExecutor(9) as at_once:
        writers = [at_once.submit(_fill_in_one, database, member, crowd.numbers) for member in crowd.scorers[:8]]
        at_closing = at_once.submit(close).result()
        refused = sum(writer.result() for writer in writers)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(JurySheet)) == at_closing == 8 * 4 - refused
