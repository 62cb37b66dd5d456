"""The archive of an edition outlives the server: whole or absent, public apart from internal, and any change shows."""

import json
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from shutil import copytree, rmtree

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from concours.accounts.models import AuditEvent
from concours.archive.checks import faults
from concours.archive.commands import archive
from concours.archive.making import Archived, make_archive
from concours.archive.rules import MINUTES, RECORD, SIGNED, SUMS
from concours.editions.queries import current_record
from concours.intake.models import JuryFile
from concours.kernel.db import Database
from concours.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from concours.kernel.settings import S3, read_settings
from concours.kernel.storage import ReadyStore, open_stores
from jury.bundle.archive import read_bundle
from tests.archive_scene import CAPTIONS, published, sign_on_paper
from tests.axe import violations
from tests.conftest import NewPage
from tests.s3_fixture import environ_of
from tests.stage_scene import AFTER, FIRST, SECOND, unsealed

CONTACT = "contact@concours.example"


def store(folder: Path, settings: S3 | None = None) -> ReadyStore:
    return open_stores(read_settings({"UPLOADS": str(folder / "uploads"), **environ_of(settings)})).ready


def archived(database: Database, ready: ReadyStore, folder: Path, key: str = "2027") -> Archived:
    now = AFTER + timedelta(hours=1)
    return make_archive(database, ready, key=key, folder=folder, contact=CONTACT, actor="command", now=now)


@pytest.fixture
def made(sqlite_database: Database, tmp_path: Path) -> Path:
    """An archive, made on SQLite and the local folder."""
    ready = store(tmp_path)
    with sqlite_database.write() as session:
        published(session, ready, tmp_path)
    return archived(sqlite_database, ready, tmp_path / "archive").folder


@pytest.mark.parametrize("place", ["local", pytest.param("s3", marks=pytest.mark.full)])
def test_an_archive_is_whole_says_what_is_public_and_is_on_record(
    database: Database, tmp_path: Path, place: str, request: pytest.FixtureRequest
) -> None:
    ready = store(tmp_path, request.getfixturevalue("own_bucket") if place == "s3" else None)
    with database.write() as session:
        judged = published(session, ready, tmp_path)
        signed = sign_on_paper(session, ready, tmp_path, judged)
    done = archived(database, ready, tmp_path / "archive")
    folder = done.folder
    assert faults(folder) == []
    subprocess.run(["sha256sum", "--quiet", "--strict", "-c", SUMS], cwd=folder, check=True)
    with database.read() as session:
        acts = session.scalars(select(AuditEvent).order_by(AuditEvent.position)).all()[-2:]
        last = acts[0]
    assert [act.action for act in acts] == ["archive_begun", "archived"]
    assert acts[1].details == {"digest": done.digest}
    # What is internal is nowhere else; what is shown is what its team agreed to.
    assert (folder / SIGNED).read_bytes() == signed
    assert (folder / MINUTES).read_bytes().startswith(b"%PDF-")
    assert read_bundle((folder / RECORD).read_bytes()).chain[-1]["action"] == "record_exported"
    shown = {path.parent.name for path in folder.glob("palmares/creations/*/film.mp4")}
    assert shown == {str(judged.numbers[FIRST])}
    assert next(folder.glob("palmares/creations/*/sous-titres.vtt")).read_text() == CAPTIONS
    laureates = json.loads((folder / "documents/laureats.json").read_text())["tables"][0]["rows"]
    assert [(row["title"], row["published"]) for row in laureates] == [(FIRST, "oui"), (SECOND, "non")]
    told = (folder / "LISEZMOI.txt").read_text()
    assert f"concours:{last.position}:{last.digest}" in told
    assert "1er février 2032" in told  # five years after the deposit
    public = b"".join(path.read_bytes() for path in folder.glob("[!i]*/**/*") if path.is_file())
    assert b"@agents.example" not in public


def test_nothing_is_written_where_an_archive_may_not_be(sqlite_database: Database, tmp_path: Path) -> None:
    ready, target = store(tmp_path), tmp_path / "archive"
    with sqlite_database.write() as session:
        unsealed(session)
    with pytest.raises(Forbidden, match="pas encore public : décidez"):
        archived(sqlite_database, ready, target)
    with pytest.raises(NotFound, match=r"« 1999 »\. Éditions connues : 2027"):
        archived(sqlite_database, ready, target, "1999")
    with pytest.raises(DomainError, match="n'est pas un dossier"):
        archived(sqlite_database, ready, tmp_path / "absent" / "archive")
    assert list(tmp_path.glob("*archive*")) == []
    with sqlite_database.read() as session:
        assert not session.scalars(select(AuditEvent).where(AuditEvent.action == "archive_begun")).all()


def test_a_lost_or_damaged_file_or_a_folder_in_the_way_leaves_nothing_half_written(
    sqlite_database: Database, tmp_path: Path
) -> None:
    ready, target = store(tmp_path), tmp_path / "archive"
    with sqlite_database.write() as session:
        judged = published(session, ready, tmp_path)
    film = max((tmp_path / "uploads" / "ready").iterdir(), key=lambda path: path.stat().st_size)
    content = film.read_bytes()
    film.write_bytes(content[:-1] + b"!")
    with pytest.raises(DomainError, match=rf"abîmé dans le stockage : .* de l'œuvre n° {judged.numbers[FIRST]}"):
        archived(sqlite_database, ready, target)
    film.unlink()
    with pytest.raises(DomainError, match="manque dans le stockage"):
        archived(sqlite_database, ready, target)
    assert not list(tmp_path.glob("*archive*"))
    film.write_bytes(content)
    target.mkdir()
    with pytest.raises(Conflict, match="existe déjà"):
        archived(sqlite_database, ready, target)
    assert list(target.iterdir()) == []


@contextmanager
def changed(made: Path, folder: Path) -> Iterator[Path]:
    copy = copytree(made, folder / "copy")
    yield copy
    rmtree(copy)


def test_each_tampering_is_told_by_the_check(made: Path, tmp_path: Path) -> None:
    page = "palmares/index.html"
    film = next(made.glob("palmares/creations/*/film.mp4")).relative_to(made).as_posix()
    with changed(made, tmp_path) as copy:
        (copy / film).write_bytes((copy / film).read_bytes()[:-1])
        assert faults(copy) == [f"{film} : a changé."]
    with changed(made, tmp_path) as copy:
        (copy / film).unlink()
        led = f"{page} : mène à {film.removeprefix('palmares/')}, qui n'est pas dans l'archive."
        assert faults(copy) == [f"{film} : manque.", led]
    with changed(made, tmp_path) as copy:
        (copy / "documents" / "note.txt").write_text("en plus")
        assert faults(copy) == ["documents/note.txt : n'est pas dans le sommaire."]
    with changed(made, tmp_path) as copy:
        (copy / film).rename(copy / "film")
        (copy / film).symlink_to(made / film)
        assert f"{film} : a changé." in faults(copy)
    with changed(made, tmp_path) as copy:
        text = (copy / page).read_text()
        hooks = '<script src="https://ailleurs.example/x.js"></script><a href="../interne/releve-jury.zip">x</a>'
        (copy / page).write_text(text.replace("</main>", f'{hooks}<a href="#nulle-part">y</a></main>'))
        found = "\n".join(faults(copy))
        for words in ("a changé", "porte un programme", "mène ailleurs", "interne/releve-jury.zip", "#nulle-part"):
            assert words in found
    with changed(made, tmp_path) as copy:
        (copy / SUMS).write_text((copy / SUMS).read_text() + f"{'0' * 64}  ../../etc/passwd\n")
        assert len(faults(copy)) == 1
    with pytest.raises(NotFound, match="n'est pas une archive"):
        faults(tmp_path)


def test_the_command_makes_and_checks_and_says_what_is_wrong(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("UPLOADS", str(tmp_path / "uploads"))
    database, target = Database(sqlite_url), tmp_path / "archive"
    with database.write() as session:
        published(session, store(tmp_path), tmp_path)
        current_record(session).publish_at = AFTER.replace(year=2020)  # the command reads the machine's own clock
    database.dispose()
    done = CliRunner().invoke(archive, ["2027", str(target)])
    assert (done.exit_code, "Archive entière" in done.output) == (0, True), done.exception
    told = CliRunner().invoke(archive, ["--check", str(target)])
    digest = next(line for line in done.output.splitlines() if "Empreinte" in line).rpartition(" ")[2]
    assert (told.exit_code, digest in told.output) == (0, True)
    (target / "LISEZMOI.txt").unlink()
    assert isinstance(CliRunner().invoke(archive, ["--check", str(target)]).exception, DomainError)
    assert CliRunner().invoke(archive, ["2027"]).exit_code == 2


def test_a_disk_that_fills_up_is_a_sentence_and_leaves_nothing(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("UPLOADS", str(tmp_path / "uploads"))
    database, ready = Database(sqlite_url), store(tmp_path)
    (tmp_path / "large").write_bytes(b"\0" * (12 << 20))
    with database.write() as session:
        published(session, ready, tmp_path)
        facts = {"digest": ready.add(tmp_path / "large"), "size": 12 << 20}
        session.execute(update(JuryFile).where(JuryFile.role == "video").values(**facts))
        current_record(session).publish_at = AFTER.replace(year=2020)
    database.dispose()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8 << 20, limits[1]))
    try:
        done = CliRunner().invoke(archive, ["2027", str(tmp_path / "archive")])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert isinstance(done.exception, DomainError)
    assert "L'archive n'a pas abouti : File too large. Rien de l'archive n'est resté" in str(done.exception)
    assert not list(tmp_path.glob("*archive*"))


def test_the_palmares_opens_from_a_disk_plays_its_film_and_hinders_nobody(made: Path, new_page: NewPage) -> None:
    page = new_page(360, scripts=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((made / "palmares" / "index.html").as_uri())
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    played = page.evaluate(
        """async () => { const film = document.querySelector('video'); film.muted = true; await film.play();
        await new Promise(done => { film.ontimeupdate = () => film.currentTime > 0.1 && done(); });
        return film.textTracks[0].cues.length + ' ' + film.textTracks[0].cues[0].text; }"""
    )
    assert played == "1 Trois semaines plus tard."
    page.get_by_role("link", name="Mentions légales", exact=True).click()
    assert violations(page) == []
    assert all(url.startswith(("file://", "data:")) for url in asked)
    assert page.context.cookies() == []
