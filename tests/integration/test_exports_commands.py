"""`concours export`: the file that it writes, and the one that it does not."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from concours.editions.operations import ensure_edition
from concours.exports.commands import export
from concours.kernel.db import Database
from concours.kernel.errors import Forbidden
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
def test_registrations_are_written_to_the_file(tmp_path: Path) -> None:
    target = tmp_path / "inscriptions.csv"
    done = run("registrations", "-o", str(target))
    assert (done.exit_code, done.stderr) == (0, f"1 ligne : {target}\n")
    content = target.read_bytes()
    assert content.startswith("\N{BOM}Nom;Prénom;".encode())
    assert ZOE.accessibility_needs.encode() not in content


@pytest.mark.usefixtures("contest")
def test_needs_are_written_when_asked_for(tmp_path: Path) -> None:
    target = tmp_path / "inscriptions.csv"
    run("registrations", "--restricted", "-o", str(target))
    assert ZOE.accessibility_needs in target.read_text(encoding="utf-8-sig")


@pytest.mark.usefixtures("contest")
def test_a_refused_export_writes_no_file(tmp_path: Path) -> None:
    target = tmp_path / "laureats.csv"
    done = run("laureates", "-o", str(target))
    assert isinstance(done.exception, Forbidden)
    assert not target.exists()


@pytest.mark.usefixtures("contest")
def test_a_dash_means_the_standard_output() -> None:
    assert run("community", "-o", "-").stdout_bytes.endswith(b"Membre depuis le (heure de Paris)\r\n")


def test_a_restricted_community_is_no_option(tmp_path: Path) -> None:
    assert run("community", "--restricted", "-o", str(tmp_path / "x.csv")).exit_code == 2
