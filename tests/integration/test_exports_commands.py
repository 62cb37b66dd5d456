"""`concours export`: the file that it writes, and the one that it does not."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from concours.editions.operations import ensure_edition
from concours.exports.commands import export
from concours.exports.rules import NAMES, Topic
from concours.kernel.db import Database
from concours.kernel.errors import DomainError, Forbidden
from tests.exports_scene import WHY, ods_rows, xlsx_rows
from tests.registrations_scene import NOW, ZOE, register


@pytest.fixture
def contest(sqlite_url: str, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    with sqlite_database.write() as session:
        ensure_edition(session, now=NOW)
        register(session)


def run(*words: str) -> Result:
    return CliRunner().invoke(export, words)


@pytest.mark.usefixtures("contest")
def test_the_extension_says_the_format(tmp_path: Path) -> None:
    files = [tmp_path / f"inscriptions.{extension}" for extension in ("csv", "XLSX", "ods", "json")]
    for file in files:
        done = run("registrations", "-o", str(file), "--purpose", WHY)
        assert (done.exit_code, done.stderr) == (0, f"1 ligne : {file}\n")
    text, excel, libre, program = (file.read_bytes() for file in files)
    assert text.startswith("\N{BOM}Nom;Prénom;".encode())
    assert xlsx_rows(excel, NAMES[Topic.REGISTRATIONS])[1][0] == ZOE.last_name
    assert ods_rows(libre, NAMES[Topic.REGISTRATIONS])[1][0] == ZOE.last_name
    assert ZOE.last_name.encode() in program


@pytest.mark.usefixtures("contest")
def test_needs_are_written_with_a_purpose_only(tmp_path: Path) -> None:
    target = tmp_path / "besoins.csv"
    assert isinstance(run("needs", "--kind", "needs", "-o", str(target)).exception, DomainError)
    assert not target.exists()
    run("needs", "--kind", "needs", "--purpose", WHY, "-o", str(target))
    assert ZOE.accessibility_needs in target.read_text(encoding="utf-8-sig")


@pytest.mark.usefixtures("contest")
def test_a_refused_export_writes_no_file(tmp_path: Path) -> None:
    target = tmp_path / "laureats.csv"
    done = run("laureates", "-o", str(target), "--purpose", WHY)
    assert isinstance(done.exception, Forbidden)
    assert not target.exists()


@pytest.mark.usefixtures("contest")
def test_a_dash_means_the_standard_output_and_wants_a_format() -> None:
    done = run("community", "-o", "-", "--format", "csv", "--purpose", WHY)
    assert done.stdout_bytes.endswith(b"Membre depuis le (heure de Paris)\r\n")
    assert run("community", "-o", "-", "--purpose", WHY).exit_code == 2
