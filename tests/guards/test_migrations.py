"""Migrations build exactly the models, and undo, on both database systems."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from concours.kernel.db import Base, Database
from concours.migrations import compare_type, downgrade, upgrade
from concours.migrations.tables import METADATA
from tests.guards.source import ROOT, code, name_of


@contextmanager
def connection_to(url: str) -> Iterator[Connection]:
    database = Database(url)
    with database.engine.connect() as connection:
        yield connection
    database.dispose()


def differences(url: str) -> list[str]:
    with connection_to(url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": compare_type})
        return [repr(difference) for difference in compare_metadata(context, METADATA)]


def tables(url: str) -> set[str]:
    with connection_to(url) as connection:
        return set(inspect(connection).get_table_names()) - {"alembic_version"}


def test_migrations_build_exactly_the_models(database_url: str) -> None:
    assert tables(database_url) == set(METADATA.tables)
    assert sorted(differences(database_url)) == [], "Models and migrations differ: write the migration that is missing."


def test_sqlite_keeps_rows_in_the_order_of_their_key_where_the_models_say_so(sqlite_url: str) -> None:
    wanted = {name for name, table in METADATA.tables.items() if not table.dialect_options["sqlite"]["with_rowid"]}
    with connection_to(sqlite_url) as connection:
        made = connection.execute(text("SELECT name FROM sqlite_master WHERE sql LIKE '%WITHOUT ROWID%'")).scalars()
        assert set(made) == wanted, "Building a table anew (batch_alter_table) forgets it: give table_kwargs."


def test_migrations_undo_and_build_again(empty_database_url: str) -> None:
    upgrade(empty_database_url)
    downgrade(empty_database_url, "base")
    assert tables(empty_database_url) == set()
    upgrade(empty_database_url)
    assert sorted(differences(empty_database_url)) == [], "What was undone was not built again as it was."


def put(session: Session, table: str, **values: object) -> None:
    """Write a row as an older version of the program would."""
    columns, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
    session.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({marks})"), values)  # noqa: S608 -- our own names


def test_a_jury_at_work_survives_what_came_after_it(empty_database_url: str) -> None:
    upgrade(empty_database_url, "0009")
    database, now = Database(empty_database_url), "2027-03-15 10:00:00"
    words = {"title": "t", "departure_reason": "", "minutes_signed_by": "", "criteria": "[]"}
    person = {"email": "m@jury.example", "name": "M", "function": "", "role": "juror", "order_seed": "x"}
    with database.write() as session:
        rules = {"scale_low": 0, "scale_high": 10, "laureates_max": 5}
        put(session, "jury_session", id="s", edition_key="2027", opened_at=now, **words, **rules)
        put(session, "jury_member", id="m", session_id="s", invited_at=now, joined_at=now, **person)
        put(session, "jury_work", id="w", session_id="s", number=1, category="", title="", summary="")
        times = {"created_at": now, "updated_at": now}
        put(session, "jury_sheet", id="h", session_id="s", work_id="w", member_id="m", remark="", version=1, **times)
        put(session, "jury_score", sheet_id="h", criterion="form", points=7)
    upgrade(empty_database_url)
    with database.read() as session:
        found = session.execute(text("SELECT joined_at = accepted_at, charter_digest FROM jury_member")).one()
        assert tuple(found) == (True, "")
        assert session.execute(text("SELECT member_id FROM jury_sheet")).scalar_one() == "m"
        assert session.execute(text("SELECT sheet_id, criterion, points FROM jury_score")).one() == ("h", "form", 7)
    database.dispose()


def test_no_model_is_unknown_to_the_migrations() -> None:
    models = [name_of(path)[:-3].replace("/", ".") for path, _ in code() if path.name == "models.py"]
    assert "jury.models" in models
    script = "import sys, concours.migrations.tables; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert sorted(set(models) - set(done.stdout.split())) == [], "concours/migrations/tables.py imports every model."


def test_a_table_is_the_jury_s_when_its_name_says_so() -> None:
    misnamed = [
        f"{mapper.class_.__module__}: {mapper.local_table}"
        for mapper in Base.registry.mappers
        if str(mapper.local_table).startswith("jury_") != mapper.class_.__module__.startswith("jury.")
    ]
    assert sorted(misnamed) == [], (
        "Tables of the jury are named jury_*, and no other: the database's roles follow the names."
    )


def test_no_table_of_the_jury_points_at_the_identity_side() -> None:
    crossing = [
        f"{table.name}.{column.name} -> {key.target_fullname}"
        for table in METADATA.tables.values()
        if table.name.startswith("jury_")
        for column in table.columns
        for key in column.foreign_keys
        if not key.target_fullname.startswith("jury_")
    ]
    assert sorted(crossing) == [], "A foreign key goes from entry to work, never back."
