"""A contest to be backed up: real files under real rows, its keys, and what `concours doctor` says of it."""

import gzip
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import func, select

from concours.entries import operations
from concours.entries.models import Entry
from concours.intake.models import Creation
from concours.kernel.db import Database
from concours.kernel.settings import Settings, read_secret
from concours.kernel.signing import read_signing_key
from concours.safekeeping.backup import Made, make_backup
from concours.safekeeping.doctor import examine
from concours.safekeeping.restore import Restored, restore
from concours.safekeeping.rules import DATABASE, Check
from tests import files
from tests.entries_scene import Scene
from tests.fakes.clock import FrozenClock
from tests.organisers_contest import decide
from tests.page import page
from tests.ports import free_port
from tests.whole_contest import WholeContest

NO_ENVIRONMENT: Mapping[str, str] = {}
SIGN_IN = {"link", "login", "code", "jury_link", "jury_login", "jury_code"}


def whole_contest(folder: Path, database_url: str, clock: FrozenClock) -> WholeContest:
    """Return a contest with a film and a document deposited by their candidates, before a jury that has its copies."""
    contest = WholeContest(folder, database_url, clock)
    make_keys(contest)
    entries = {}
    for name, content in (("film.mp4", files.mp4(seconds=1)), ("bd.pdf", files.pdf(2, "Des planches"))):
        email = f"{name[0]}@agents.example"
        entry_id = contest.draft(email)
        contest.upload(contest.sign_in(email), entry_id, content, name)
        entries[email] = entry_id
    contest.work()
    for email, entry_id in entries.items():
        page(contest.sign_in(email), f"/candidatures/{entry_id}/depot").form().submit()
    with contest.database.write() as session:
        for entry_id in entries.values():
            decide(session, session.get_one(Entry, entry_id), actor=contest.organiser_id)
    contest.invite_panel()
    contest.hand_over()
    return contest


def make_keys(scene: Scene) -> None:
    """Have the keys made as a start does; the port is one where nothing listens."""
    scene.settings = replace(scene.settings, port=free_port())
    read_signing_key(scene.settings)
    for name in ("SECRET_KEY", "JURY_SECRET_KEY"):
        read_secret(scene.settings, name, NO_ENVIRONMENT)


def small_contest(folder: Path, database_url: str, clock: FrozenClock, **environ: str) -> Scene:
    """Return a contest with one file that was received, its keys made."""
    scene = Scene(folder, database_url, clock, **environ)
    make_keys(scene)
    add_file(scene, "candidate@agents.example", b"un fichier")
    return scene


def add_file(scene: Scene, email: str, content: bytes) -> str:
    """Have a candidate send these bytes, examination apart; return the key in the stores."""
    received = scene.state.stores.quarantine.receive(io.BytesIO(content), max_bytes=1 << 20)
    entry_id = scene.draft(email)
    with scene.database.write() as session:
        operations.attach_creation(
            session,
            entry_id=entry_id,
            account_id=session.get_one(Entry, entry_id).account_id,
            received=received,
            name="bd.pdf",
            now=scene.clock(),
        )
    return f"quarantine/{received.key}"


def back_up(scene: Scene, folder: Path) -> Made:
    """Make a backup at the scene's instant."""
    return make_backup(scene.settings, NO_ENVIRONMENT, folder, now=scene.clock(), tell=lambda _: None)


def put_back(settings: Settings, scene: Scene, folder: Path, *, replace: bool = False) -> Restored:
    """Restore a backup at the scene's instant."""
    return restore(settings, NO_ENVIRONMENT, folder, replace=replace, now=scene.clock(), tell=lambda _: None)


def checks(settings: Settings, scene: Scene, *only: str) -> list[Check]:
    """Return what the doctor says, of everything or of some things."""
    return list(examine(settings, now=scene.clock(), only=only))


def codes(settings: Settings, scene: Scene, *only: str) -> list[str]:
    """Return the codes of what the doctor finds, failures too: of the contest, unless other things are asked for."""
    said = checks(settings, scene, *(only or ("revision", "files", "orphans", "chains", "clock", "keys")))
    return [finding.code for check in said for finding in check.findings] + [c.failure for c in said if c.failure]


def elsewhere(scene: Scene, folder: Path, database_url: str = "") -> Settings:
    """Return the settings of another machine, where there is nothing yet."""
    url = database_url or f"sqlite:///{folder / 'concours.db'}"
    data, uploads = folder / "var", folder / "uploads"
    return replace(scene.settings, data=data, uploads=uploads, database_url=url, jury_database_url=url)


@contextmanager
def opened_again(settings: Settings) -> Iterator[Database]:
    """Yield a restored database."""
    database = Database(settings.database_url)
    yield database
    database.dispose()


def rows_of(backup: Path) -> dict[str, list[str]]:
    """Return the rows of a backup by table, as JSON; without those that a restoration changes."""
    rows: dict[str, list[str]] = {}
    with gzip.open(backup / DATABASE, "rt", encoding="utf-8") as file:
        for said in map(json.loads, file):
            if isinstance(said, dict):
                columns, held = said["columns"], rows.setdefault(said["table"], [])
            else:
                held.append(json.dumps(dict(zip(columns, said, strict=True)), sort_keys=True))
    return {name: sorted(held) for name, held in rows.items() if name not in {*SIGN_IN, "audit_event"}}


def content_of(path: Path) -> dict[str, bytes]:
    """Return every file under a folder."""
    return {str(each.relative_to(path)): each.read_bytes() for each in path.rglob("*") if each.is_file()}


def creation_count(database: Database) -> int:
    """Return how many files were received."""
    with database.read() as session:
        return session.scalar(select(func.count(Creation.id))) or 0
