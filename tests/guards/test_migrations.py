"""Migrations build exactly the models, and undo, on both database systems."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from sqlalchemy.engine import Connection

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


def test_migrations_undo_and_build_again(empty_database_url: str) -> None:
    upgrade(empty_database_url)
    downgrade(empty_database_url, "base")
    assert tables(empty_database_url) == set()
    upgrade(empty_database_url)
    assert sorted(differences(empty_database_url)) == [], "What was undone was not built again as it was."


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
