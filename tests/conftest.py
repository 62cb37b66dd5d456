"""What tests share: a clock that stands still, two kinds of database, a mail server, a browser."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from concours.kernel.db import Database
from concours.migrations import upgrade
from tests.compiled import share_compiled_addresses, share_compiled_statements, share_compiled_templates
from tests.fakes.clock import FrozenClock
from tests.fakes.smtp import SmtpServer
from tests.no_skips import pytest_make_collect_report, pytest_runtest_makereport
from tests.postgres import PostgresServer, find_programs
from tests.s3_fixture import own_bucket, s3_settings, storage_environ

__all__ = ["own_bucket", "pytest_make_collect_report", "pytest_runtest_makereport", "s3_settings", "storage_environ"]

NewPage = Callable[..., Page]

_CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_POSTGRES_TEMPLATE = "migrated"

share_compiled_templates()
share_compiled_addresses()
share_compiled_statements()


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server of this run; what needs it is skipped where Debian's `postgresql` is not installed."""
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    with PostgresServer(programs) as server:
        yield server


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file at the newest migration, to be copied."""
    path = tmp_path_factory.mktemp("template") / "migrated.db"
    upgrade(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: PostgresServer) -> PostgresServer:
    """The server, holding a template database at the newest migration."""
    upgrade(postgres_server.create(_POSTGRES_TEMPLATE))
    return postgres_server


@pytest.fixture(params=["sqlite", "postgresql"])
def system(request: pytest.FixtureRequest) -> str:
    """Each of the two database systems in turn."""
    return str(request.param)


@pytest.fixture
def empty_database_url(system: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table: for what migrates it itself."""
    if system == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        yield from _copy_of(request.getfixturevalue("postgres_server"), "template1")


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """A migrated database without a row, on SQLite alone: for pages, which do not depend on the system below."""
    return f"sqlite:///{shutil.copyfile(migrated_sqlite, tmp_path / 'concours.db')}"


@pytest.fixture
def database_url(system: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated database without a row: for operations and queries."""
    if system == "sqlite":
        yield request.getfixturevalue("sqlite_url")
    else:
        yield from _copy_of(request.getfixturevalue("migrated_postgres"), _POSTGRES_TEMPLATE)


def _copy_of(server: PostgresServer, template: str) -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    yield server.create(name, template)
    server.drop(name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The way in to `database_url`."""
    opened = Database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    """The way in to `sqlite_url`."""
    opened = Database(sqlite_url)
    yield opened
    opened.dispose()


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium; what needs it is skipped where none is installed."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=_CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """Open a page as one more visitor: own cookies, French, a width in CSS pixels; without `scripts` if asked."""
    contexts: list[BrowserContext] = []

    def open_page(width: int = 1280, height: int = 900, *, scripts: bool = True) -> Page:
        context = browser.new_context(
            locale="fr-FR",
            timezone_id="Europe/Paris",
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
        )
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
