"""A backup brings everything back, on either database system, and is refused rather than half believed."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shutil import rmtree

import pytest
from sqlalchemy import text

from concours.kernel.errors import DomainError
from concours.kernel.settings import S3
from concours.migrations import revision_of, revisions, upgrade
from concours.safekeeping.backup import make_backup
from concours.safekeeping.doctor import LOOKS
from concours.safekeeping.rules import MANIFEST, read_manifest
from tests.entries_scene import Scene
from tests.fakes.clock import FrozenClock
from tests.live import answering
from tests.postgres import PostgresServer
from tests.s3_fixture import environ_of
from tests.safekeeping_scene import (
    NO_ENVIRONMENT,
    SIGN_IN,
    add_file,
    back_up,
    codes,
    content_of,
    creation_count,
    elsewhere,
    opened_again,
    put_back,
    rows_of,
    small_contest,
    whole_contest,
)


@pytest.fixture
def contest(tmp_path: Path, database_url: str, clock: FrozenClock) -> Iterator[Scene]:
    """A small contest on each system in turn."""
    scene = small_contest(tmp_path / "machine", database_url, clock)
    yield scene
    scene.close()


@pytest.fixture
def lone_contest(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> Iterator[Scene]:
    """A small contest on SQLite: for what does not depend on the system."""
    scene = small_contest(tmp_path / "machine", sqlite_url, clock)
    yield scene
    scene.close()


def lose(scene: Scene) -> None:
    """Lose database, files and keys."""
    rmtree(scene.settings.uploads, ignore_errors=True)
    rmtree(scene.settings.data)
    if scene.settings.database_url.startswith("sqlite"):
        Path(scene.settings.database_url.removeprefix("sqlite:///")).unlink()
    else:
        with opened_again(scene.settings) as database, database.write() as session:
            session.execute(text("DROP SCHEMA public CASCADE"))
            session.execute(text("CREATE SCHEMA public"))


def test_a_contest_that_lost_everything_comes_back_whole(tmp_path: Path, database_url: str, clock: FrozenClock) -> None:
    contest = whole_contest(tmp_path / "machine", database_url, clock)
    made = back_up(contest, tmp_path / "copies")
    contest.close()
    contest.dispose()
    files, keys = content_of(contest.settings.uploads), content_of(contest.settings.data / "keys")
    assert len(files) > 4
    assert set(keys) == {"receipt.pem", "secret_key.txt", "jury_secret_key.txt"}
    lose(contest)

    put_back(contest.settings, contest, tmp_path / "copies")

    assert codes(contest.settings, contest, *LOOKS) == []
    assert content_of(contest.settings.uploads) == files
    assert content_of(contest.settings.data / "keys") == keys
    clock.advance(timedelta(hours=1))
    copy = back_up(contest, tmp_path / "copies")
    again = copy.manifest
    assert rows_of(copy.folder) == rows_of(made.folder)
    assert {**again.rows, "audit_event": again.rows["audit_event"] - 1} == {
        **made.manifest.rows,
        **dict.fromkeys(SIGN_IN, 0),
    }
    assert again.heads["jury_audit"] == made.manifest.heads["jury_audit"]
    assert made.manifest.rows["login"] > 0


@pytest.mark.full
@pytest.mark.parametrize("system", ["sqlite", "postgresql"])
def test_a_backup_of_one_system_comes_back_on_the_other(
    system: str, database_url: str, postgres_server: PostgresServer, clock: FrozenClock, tmp_path: Path
) -> None:
    contest = whole_contest(tmp_path / "machine", database_url, clock)
    made = back_up(contest, tmp_path / "copies")
    url = postgres_server.create("other_system") if system == "sqlite" else ""
    contest.settings = elsewhere(contest, tmp_path / "other", url)
    put_back(contest.settings, contest, tmp_path / "copies")
    assert codes(contest.settings, contest) == []
    clock.advance(timedelta(hours=1))
    assert rows_of(back_up(contest, tmp_path / "copies").folder) == rows_of(made.folder)
    contest.close()
    contest.dispose()


def test_what_a_backup_holds_is_for_its_owner_alone(lone_contest: Scene, tmp_path: Path) -> None:
    made = back_up(lone_contest, tmp_path / "copies")
    paths = [made.folder, *made.folder.rglob("*")]
    assert {path.name for path in paths} >= {"manifest.json", "receipt.pem", "database.jsonl.gz", "edition.toml"}
    assert [path for path in paths if path.stat().st_mode & 0o077] == []


def test_a_restoration_over_a_service_that_answers_is_refused(lone_contest: Scene, tmp_path: Path) -> None:
    back_up(lone_contest, tmp_path / "copies")
    there = elsewhere(lone_contest, tmp_path / "other")
    with answering(lone_contest.app) as address, pytest.raises(DomainError, match="Arrêtez le service"):
        put_back(replace(there, port=int(address.rpartition(":")[2])), lone_contest, tmp_path / "copies")
    assert not (tmp_path / "other").exists()


def test_a_restoration_under_an_open_connection_is_refused(contest: Scene, tmp_path: Path) -> None:
    back_up(contest, tmp_path / "copies")
    before = content_of(contest.settings.uploads)
    with contest.database.read() as session:
        session.execute(text("SELECT 1"))
        with pytest.raises(DomainError, match=r"connexions ouvertes|ouverte par"):
            put_back(contest.settings, contest, tmp_path / "copies", replace=True)
    assert content_of(contest.settings.uploads) == before
    assert creation_count(contest.database) == 1


def test_a_database_that_is_not_empty_is_replaced_on_demand_and_kept_aside(contest: Scene, tmp_path: Path) -> None:
    back_up(contest, tmp_path / "copies")
    add_file(contest, "other@agents.example", b"un autre")
    contest.close()
    with pytest.raises(DomainError, match="--replace"):
        put_back(contest.settings, contest, tmp_path / "copies")

    done = put_back(contest.settings, contest, tmp_path / "copies", replace=True)

    assert creation_count(contest.database) == 1
    assert codes(contest.settings, contest) == ["orphan"]
    (aside,) = done.aside
    if contest.settings.database_url.startswith("sqlite"):
        with closing(sqlite3.connect(aside)) as former:
            assert former.execute("SELECT count(*) FROM creation").fetchone() == (2,)
    else:
        schema = aside.split()[2]
        with contest.database.read() as session:
            assert session.scalar(text(f"SELECT count(*) FROM {schema}.creation")) == 2  # noqa: S608 -- our own words


@pytest.mark.parametrize("pattern", ["database.jsonl.gz", "files/quarantine/*", "keys/receipt.pem", MANIFEST])
def test_a_byte_that_flipped_is_refused_before_anything_is_written(
    lone_contest: Scene, tmp_path: Path, pattern: str
) -> None:
    made = back_up(lone_contest, tmp_path / "copies")
    (path,) = made.folder.glob(pattern)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(DomainError, match="abîmée"):
        put_back(elsewhere(lone_contest, tmp_path / "other"), lone_contest, tmp_path / "copies")
    assert not (tmp_path / "other").exists()


def test_a_backup_that_was_cut_is_refused_and_its_files_serve_the_next(lone_contest: Scene, tmp_path: Path) -> None:
    def cut(words: str) -> None:
        if words.startswith("Fichiers"):
            raise OSError("cut")

    copies = tmp_path / "copies"
    with pytest.raises(OSError, match="cut"):
        make_backup(lone_contest.settings, NO_ENVIRONMENT, copies, now=lone_contest.clock(), tell=cut)
    for folder in (copies, copies / ".partial"):
        with pytest.raises(DomainError, match="aucune sauvegarde entière"):
            put_back(elsewhere(lone_contest, tmp_path / "other"), lone_contest, folder)
    (half,) = copies.glob(".partial/files/quarantine/*")
    number = half.stat().st_ino
    (whole,) = back_up(lone_contest, copies).folder.glob("files/quarantine/*")
    assert whole.stat().st_ino == number
    assert {path.name for path in copies.iterdir() if path.is_dir()} == {whole.parents[2].name}


def test_files_of_an_earlier_backup_are_linked_unless_they_have_changed(lone_contest: Scene, tmp_path: Path) -> None:
    clock, copies = lone_contest.clock, tmp_path / "copies"
    (first,) = back_up(lone_contest, copies).folder.glob("files/quarantine/*")
    clock.advance(timedelta(days=1))
    (second,) = back_up(lone_contest, copies).folder.glob("files/quarantine/*")
    assert second.samefile(first)
    second.write_bytes(b"un  ichier")
    clock.advance(timedelta(days=1))
    (third,) = back_up(lone_contest, copies).folder.glob("files/quarantine/*")
    assert third.read_bytes() == b"un fichier"


@pytest.mark.parametrize("system", ["sqlite", pytest.param("postgresql", marks=pytest.mark.full)])
def test_a_backup_made_while_files_arrive_holds_every_file_that_it_names(contest: Scene, tmp_path: Path) -> None:
    stop, begun = threading.Event(), threading.Event()

    def arrive() -> None:
        number = 0
        while not stop.is_set():
            add_file(contest, f"c{number}@agents.example", f"fichier {number}".encode())
            number += 1
            if number == 3:
                begun.set()

    arrivals = threading.Thread(target=arrive)
    arrivals.start()
    try:
        assert begun.wait(30)
        made = [back_up(contest, tmp_path / "copies")]
        contest.clock.advance(timedelta(seconds=1))
        made.append(back_up(contest, tmp_path / "copies"))
    finally:
        stop.set()
        arrivals.join()
    assert [each.manifest.missing for each in made] == [[], []]
    other = elsewhere(contest, tmp_path / "other")
    put_back(other, contest, made[0].folder)
    assert codes(other, contest) == []
    with opened_again(other) as database:
        assert creation_count(database) == made[0].manifest.rows["creation"] > 3


@pytest.mark.full
def test_a_lost_file_does_not_prevent_a_backup_which_tells_it(lone_contest: Scene, tmp_path: Path) -> None:
    (lost,) = lone_contest.settings.uploads.glob("quarantine/*")
    lost.unlink()
    made = back_up(lone_contest, tmp_path / "copies")
    assert made.manifest.missing == [f"quarantine/{lost.name}"]
    other = elsewhere(lone_contest, tmp_path / "other")
    put_back(other, lone_contest, tmp_path / "copies")
    assert codes(other, lone_contest) == ["missing"]


@pytest.mark.full
def test_a_backup_of_an_older_version_is_brought_up(
    empty_database_url: str, lone_contest: Scene, tmp_path: Path
) -> None:
    there = elsewhere(lone_contest, tmp_path / "machine", empty_database_url)
    upgrade(there.database_url, "0005")
    with opened_again(there) as database, database.write() as session:
        row = {"id": "a" * 26, "email": "é@agents.example", "at": "2026-01-01 10:00:00"}
        session.execute(
            text("INSERT INTO account (id, email, organiser, created_at) VALUES (:id, :email, false, :at)"), row
        )
    made = make_backup(there, NO_ENVIRONMENT, tmp_path / "copies", now=lone_contest.clock(), tell=lambda _: None)
    assert made.manifest.revision == "0005"
    other = elsewhere(lone_contest, tmp_path / "other")
    put_back(other, lone_contest, tmp_path / "copies")
    with opened_again(other) as database, database.read() as session:
        assert revision_of(session) == revisions()[0]
        assert session.scalars(text("SELECT email FROM account")).all() == ["é@agents.example"]


def test_a_backup_of_a_newer_program_is_refused(lone_contest: Scene, tmp_path: Path) -> None:
    with lone_contest.database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    back_up(lone_contest, tmp_path / "copies")
    with pytest.raises(DomainError, match="plus récent"):
        put_back(elsewhere(lone_contest, tmp_path / "other"), lone_contest, tmp_path / "copies")
    assert not (tmp_path / "other").exists()


@pytest.mark.full
def test_the_log_of_a_lost_database_is_not_written_over_the_new_one(lone_contest: Scene, tmp_path: Path) -> None:
    made = back_up(lone_contest, tmp_path / "copies")
    add_file(lone_contest, "other@agents.example", b"un autre")
    file = Path(lone_contest.settings.database_url.removeprefix("sqlite:///"))
    file.unlink()
    assert file.with_name(f"{file.name}-wal").stat().st_size > 0
    put_back(lone_contest.settings, lone_contest, tmp_path / "copies")
    with opened_again(lone_contest.settings) as database:
        assert creation_count(database) == made.manifest.rows["creation"] == 1


@pytest.mark.full
def test_a_key_that_differs_is_put_aside(lone_contest: Scene, tmp_path: Path) -> None:
    back_up(lone_contest, tmp_path / "copies")
    there = elsewhere(lone_contest, tmp_path / "other")
    own = there.data / "keys" / "secret_key.txt"
    own.parent.mkdir(parents=True)
    own.write_text("une autre")
    done = put_back(there, lone_contest, tmp_path / "copies")
    assert own.read_bytes() == (lone_contest.settings.data / "keys" / "secret_key.txt").read_bytes()
    assert [Path(path).read_text() for path in done.aside] == ["une autre"]


@pytest.mark.full
def test_files_of_a_bucket_are_saved_and_come_back(
    own_bucket: S3, sqlite_url: str, clock: FrozenClock, tmp_path: Path
) -> None:
    scene = small_contest(tmp_path / "machine", sqlite_url, clock, **environ_of(own_bucket))
    made = back_up(scene, tmp_path / "copies")
    (key,) = (file.path.removeprefix("files/") for file in made.manifest.files if file.path.startswith("files/"))
    assert codes(scene.settings, scene) == []
    scene.state.stores.quarantine.delete(key.removeprefix("quarantine/"))
    assert codes(scene.settings, scene) == ["missing"]
    scene.close()
    put_back(scene.settings, scene, tmp_path / "copies", replace=True)
    assert codes(scene.settings, scene) == []
    assert MANIFEST in content_of(made.folder)
    assert read_manifest((made.folder / MANIFEST).read_text()).files
    scene.close()


def test_an_unknown_database_is_told_before_anything(lone_contest: Scene, tmp_path: Path) -> None:
    there = elsewhere(lone_contest, tmp_path / "other")
    with pytest.raises(DomainError, match="n'existe pas"):
        make_backup(there, NO_ENVIRONMENT, tmp_path / "copies", now=lone_contest.clock(), tell=lambda _: None)
    assert not (tmp_path / "other").exists()
