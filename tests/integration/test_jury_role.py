"""In PostgreSQL the jury can be given a role that sees its own tables only: the operating guide's own SQL, tried."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from concours.kernel.db import Database
from concours.kernel.web.state import State
from jury.app import create_app
from tests.fakes.clock import FrozenClock
from tests.jury_room import JuryRoom, fill, work_page
from tests.page import page
from tests.postgres import PostgresServer

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "exploitation.md"


@pytest.fixture
def url(migrated_postgres: PostgresServer) -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    yield migrated_postgres.create(name, "migrated")
    migrated_postgres.drop(name)


@pytest.fixture
def role_url(url: str) -> Iterator[str]:
    """The same database, entered as the role that the guide makes."""
    role = f"jury_{uuid4().hex[:8]}"
    found = re.search(r"```sql\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    statements = re.sub(r"\bjury\b(?!\\)", role, found.group(1)).replace("'…'", "'unused'")
    plain = url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(statements.encode())
    yield url.replace("//postgres@", f"//{role}@")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"DROP OWNED BY {role}; DROP ROLE {role}".encode())


@contextmanager
def jury_room(url: str, role_url: str, folder: Path, clock: FrozenClock) -> Iterator[JuryRoom]:
    """A jury set up by the owner of the database, whose application enters it as the role."""
    room = JuryRoom(folder, url, clock)
    owner, room.app = room.app, create_app(replace(room.settings, jury_database_url=role_url), clock=clock)
    yield room
    for app in (owner, room.app):
        cast("State", app.extensions["concours"]).database.dispose()
    room.database.dispose()


def test_a_jury_works_under_a_role_that_sees_its_own_tables_only(
    url: str, role_url: str, tmp_path: Path, clock: FrozenClock
) -> None:
    with jury_room(url, role_url, tmp_path, clock) as room:
        page(room.juror, "/")
        number = room.panel.numbers[0]
        saved = fill(work_page(room.juror, number), dict.fromkeys(("substance", "form", "inspiration"), 7))
        assert "Enregistré" in saved.text


@pytest.mark.parametrize("table", ["account", "entry", "deposit", "creation", "copy_file", "outbox", "registration"])
def test_the_role_cannot_read_the_identity_side(role_url: str, table: str) -> None:
    database = Database(role_url)
    with database.read() as session, pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text(f"SELECT * FROM {table}"))  # noqa: S608 -- our own table names
    database.dispose()
