"""`concours doctor` finds each fault that was planted, says what mends it, and finds nothing where nothing is wrong."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text, update

from concours.accounts.models import AuditEvent
from concours.cli import main
from concours.kernel.clock import system_clock
from concours.migrations import downgrade, upgrade
from concours.safekeeping import machine
from concours.safekeeping.doctor import LOOKS
from tests.entries_scene import Scene
from tests.fakes.clock import FrozenClock
from tests.ports import free_port
from tests.safekeeping_scene import add_file, checks, codes, small_contest
from tests.unguarded import unguarded


@pytest.fixture
def contest(tmp_path: Path, database_url: str, clock: FrozenClock) -> Iterator[Scene]:
    scene = small_contest(tmp_path / "machine", database_url, clock)
    yield scene
    scene.close()


@pytest.fixture
def lone_contest(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> Iterator[Scene]:
    scene = small_contest(tmp_path / "machine", sqlite_url, clock)
    yield scene
    scene.close()


@pytest.mark.parametrize("system", ["sqlite", pytest.param("postgresql", marks=pytest.mark.full)])
def test_each_fault_is_found_and_its_remedy_told(contest: Scene) -> None:
    files = contest.settings.uploads
    flipped, lost = (files / add_file(contest, f"{name}@agents.example", name.encode()) for name in ("flip", "lose"))
    assert codes(contest.settings, contest) == []
    planted = []

    def found(code: str) -> None:
        planted.append(code)
        assert sorted(codes(contest.settings, contest)) == sorted(planted)

    flipped.write_bytes(b"flop")
    found("damaged")
    lost.unlink()
    found("missing")
    (files / "ready").mkdir(exist_ok=True)
    (files / "ready" / ("0" * 64)).write_bytes(b"")
    found("orphan")
    with unguarded(contest.database) as session:
        session.execute(update(AuditEvent).where(AuditEvent.position == 2).values(action="forged"))
    found("chain")
    (contest.settings.data / "keys" / "receipt.pem").chmod(0o644)
    found("open_key")
    contest.clock.advance(-timedelta(hours=1))
    found("clock_late")

    said = {finding.code: finding for check in checks(contest.settings, contest) for finding in check.findings}
    assert "files/" in said["damaged"].remedy
    assert lost.name in said["missing"].sentence
    assert "sauvegarde" in said["missing"].remedy
    assert "effacez" in said["orphan"].remedy
    assert "acte n° 2" in said["chain"].sentence
    assert said["open_key"].remedy.startswith("chmod 600 ")
    assert "timedatectl" in said["clock_late"].remedy


@pytest.mark.parametrize("system", ["sqlite", pytest.param("postgresql", marks=pytest.mark.full)])
def test_an_old_revision_is_found(empty_database_url: str, lone_contest: Scene) -> None:
    upgrade(empty_database_url)
    downgrade(empty_database_url, "-1")
    (check,) = checks(replace(lone_contest.settings, database_url=empty_database_url), lone_contest, "revision")
    assert [finding.code for finding in check.findings] == ["revision"]
    assert "concours migrate" in check.findings[0].remedy


def test_a_file_that_came_this_very_hour_is_no_orphan(lone_contest: Scene) -> None:
    stray = lone_contest.settings.uploads / "ready" / ("0" * 64)
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"")
    lately = (lone_contest.clock() - timedelta(minutes=59)).timestamp()
    os.utime(stray, (lately, lately))
    assert codes(lone_contest.settings, lone_contest, "orphans") == []
    lone_contest.clock.advance(timedelta(minutes=2))
    assert codes(lone_contest.settings, lone_contest, "orphans") == ["orphan"]


def test_a_library_that_strayed_and_a_broken_key_are_found(
    lone_contest: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "run.txt"
    lock.write_text("flask==0.0.1 \\\n    --hash=sha256:0\nconcours-absent==1.0\n")
    monkeypatch.setattr(machine, "_LOCK", lock)
    assert codes(lone_contest.settings, lone_contest, "versions") == ["library", "library"]
    (lone_contest.settings.data / "keys" / "receipt.pem").write_text("-----BEGIN")
    assert codes(lone_contest.settings, lone_contest, "keys") == ["receipt_key"]


def test_what_cannot_be_looked_at_is_a_failure_and_the_rest_is_looked_at(lone_contest: Scene) -> None:
    with lone_contest.database.write() as session:
        session.execute(text("DROP TABLE jury_audit"))
    said = {check.key: check for check in checks(lone_contest.settings, lone_contest)}
    assert set(said) == set(LOOKS)
    assert said["chains"].failure
    assert not said["files"].failure
    assert not said["files"].findings


@pytest.fixture
def here(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A contest of today, which the commands find by their settings."""
    scene = small_contest(tmp_path / "machine", sqlite_url, FrozenClock(system_clock()))
    scene.close()
    places = {"DATA": scene.settings.data, "UPLOADS": scene.settings.uploads, "DATABASE_URL": sqlite_url}
    for name, value in {**places, "PORT": free_port()}.items():
        monkeypatch.setenv(name, str(value))
    return scene


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def test_the_commands_say_what_they_do_and_how_it_went(here: Scene, tmp_path: Path) -> None:
    copies = str(tmp_path / "copies")
    saved = run("backup", copies)
    assert saved.exit_code == 0, saved.output
    assert "Sauvegarde entière" in saved.stdout
    assert "Base de données : " in saved.stderr
    refused = run("restore", copies)
    assert (refused.exit_code, "--replace" in refused.stderr, refused.stdout) == (1, True, "")
    restored = run("restore", copies, "--replace")
    assert restored.exit_code == 0, restored.output
    assert "Mis de côté : " in restored.stdout
    assert restored.stdout.endswith("Rien à signaler.\n")

    clean = run("doctor", "--json")
    assert (clean.exit_code, json.loads(clean.stdout)["status"]) == (0, 0)
    (kept,) = here.settings.uploads.glob("quarantine/*")
    kept.unlink()
    found = run("doctor", "--only", "files")
    assert (found.exit_code, "Remède : " in found.stdout) == (1, True)
    (tmp_path / "file").touch()
    nowhere = run("backup", str(tmp_path / "file" / "copies"))
    assert (nowhere.exit_code, "n'a pas abouti" in nowhere.stderr) == (1, True)
    assert run("backup", copies).exit_code == 0, "what an earlier backup has is taken from it"
    Path(here.settings.database_url.removeprefix("sqlite:///")).unlink()
    failed = run("doctor", "--only", "revision")
    assert (failed.exit_code, "n'existe pas" in failed.stdout) == (2, True)
