"""What becomes of files that a stop or their owner left half-way: taken up, or removed in time, never a creation's."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from concours.accounts.models import AuditEvent
from concours.entries import queries
from concours.entries.rules import Late
from concours.intake import uploads
from concours.intake.models import Creation, Upload
from concours.kernel.audit import broken_at
from concours.kernel.db import Database
from concours.kernel.errors import NotFound
from concours.kernel.ids import new_id
from concours.worker import Worker
from tests import files
from tests.entries_scene import CLOSING, OPEN, Scene
from tests.fakes.clock import FrozenClock


@pytest.fixture
def scene(tmp_path: Path, sqlite_url: str) -> Scene:
    return Scene(tmp_path, sqlite_url, FrozenClock(OPEN))


@pytest.fixture
def worker(scene: Scene) -> Worker:
    return scene.worker


def coming(scene: Scene, content: bytes, *, announced: int | None = None) -> Upload:
    """Have these bytes come for a dossier, and the server fall before it does anything with them."""
    entry_id, key = scene.draft(), new_id()
    place = scene.worker.arrivals.receiver.create(key)
    scene.worker.arrivals.receiver.partials.append(key, place, [content])
    now = scene.clock()
    upload = uploads.promise(
        subject=entry_id,
        name="bd.pdf",
        size=announced or len(content),
        key=key,
        place=place,
        expires_at=uploads.expiry(begun=now, closes_at=CLOSING),
        now=now,
    )
    with scene.database.write() as session:
        uploads.announce(session, upload=upload)
    return upload


def owner(scene: Scene, upload: Upload) -> str:
    with scene.database.read() as session:
        return queries.owner_of(session, upload.subject)


def creations(database: Database) -> list[Creation]:
    with database.read() as session:
        return list(session.scalars(select(Creation)))


def kept(scene: Scene) -> list[str]:
    return [path.name for path in scene.settings.uploads.rglob("*") if path.is_file()]


def test_a_file_that_was_all_there_is_taken_up_a_minute_later(scene: Scene, worker: Worker) -> None:
    content = files.pdf()
    upload = coming(scene, content)
    worker.sweep_uploads()
    assert creations(scene.database) == []  # whoever received it may still be at it
    scene.clock.advance(timedelta(minutes=2))
    worker.sweep_uploads()
    (made,) = creations(scene.database)
    assert (made.size, made.received_at) == (len(content), OPEN + timedelta(minutes=2))
    with scene.entry(upload.subject) as entry:
        assert entry.creation_id == made.id
    worker.sweep_uploads()
    assert len(creations(scene.database)) == 1


def test_a_file_that_is_not_all_there_waits_for_its_owner(scene: Scene, worker: Worker) -> None:
    upload = coming(scene, files.pdf(), announced=1_000_000)
    scene.clock.advance(timedelta(days=3))
    worker.sweep_uploads()
    assert creations(scene.database) == []
    assert worker.arrivals.receiver.offset(uploads.slot_of(upload)) == len(files.pdf())


def test_what_nobody_finished_is_removed_when_its_time_is_over(scene: Scene, worker: Worker) -> None:
    coming(scene, files.pdf(), announced=1_000_000)
    scene.clock.move_to(CLOSING + timedelta(hours=24))
    worker.sweep_uploads()
    assert kept(scene) == []
    with scene.database.read() as session:
        assert session.scalars(select(Upload)).all() == []


def test_a_creation_keeps_its_bytes_when_its_upload_is_forgotten(scene: Scene, worker: Worker) -> None:
    content = files.pdf()
    coming(scene, content)
    scene.clock.advance(timedelta(minutes=2))
    worker.sweep_uploads()
    scene.clock.move_to(CLOSING + timedelta(hours=24))
    worker.sweep_uploads()
    (made,) = creations(scene.database)
    with scene.worker.stores.quarantine.local_copy(made.quarantine_key, len(content)) as path:
        assert path.read_bytes() == content


def test_a_file_taken_up_after_closing_is_late_on_record_and_not_asked_for_again(scene: Scene, worker: Worker) -> None:
    upload = coming(scene, files.pdf())
    scene.clock.move_to(CLOSING)
    worker.sweep_uploads()
    assert creations(scene.database) == []
    with scene.database.read() as session:
        assert session.get_one(Upload, upload.id).completed_at == CLOSING
        assert uploads.pending(session, before=CLOSING, now=CLOSING) == []


def test_two_who_settle_the_same_file_make_one_creation(scene: Scene, worker: Worker) -> None:
    upload = coming(scene, files.pdf())
    made = worker.arrivals.settle(upload, account_id=owner(scene, upload))
    again = worker.arrivals.settle(upload, account_id=owner(scene, upload))
    assert made is not None
    assert again is None
    assert len(creations(scene.database)) == 1


def test_files_settled_in_one_go_do_not_suffer_from_those_that_are_refused(scene: Scene, worker: Worker) -> None:
    came = [coming(scene, files.pdf(pages=pages)) for pages in range(1, 7)]
    owners = [owner(scene, upload) for upload in came]
    owners[2] = new_id()

    def settle(upload: Upload, account_id: str) -> Creation | Exception | None:
        try:
            return worker.arrivals.settle(upload, account_id=account_id)
        except NotFound as error:
            return error

    with ThreadPoolExecutor(len(came)) as pool:
        with scene.database.write():  # all of them wait for this writer, so that they go together
            running = [pool.submit(settle, *each) for each in zip(came, owners, strict=True)]
            time.sleep(0.3)
        outcomes = [each.result() for each in running]
    assert [isinstance(each, Creation) for each in outcomes] == [True, True, False, True, True, True]
    assert isinstance(outcomes[2], NotFound)
    made = {each.quarantine_key for each in creations(scene.database)}
    assert made == {upload.key for upload in came} - {came[2].key}
    with scene.database.read() as session:
        assert session.get_one(Upload, came[2].id).completed_at is None
        assert broken_at(session.scalars(select(AuditEvent).order_by(AuditEvent.position))) is None


def test_a_late_file_is_refused_and_kept(scene: Scene, worker: Worker) -> None:
    upload = coming(scene, files.pdf())
    scene.clock.move_to(CLOSING)
    with pytest.raises(Late):
        worker.arrivals.settle(upload, account_id=owner(scene, upload))
    assert kept(scene) == [upload.key]


def test_pieces_that_no_record_knows_are_removed_once_they_are_old(scene: Scene, worker: Worker) -> None:
    known, orphan = coming(scene, files.pdf(), announced=1_000_000), new_id()
    place = worker.arrivals.receiver.create(orphan)
    worker.arrivals.receiver.partials.append(orphan, place, [b"x"])
    worker.arrivals.receiver.partials.sweep({known.key}, datetime(2020, 1, 1, tzinfo=UTC))
    assert worker.arrivals.receiver.partials.size(orphan, place) == 1
    for path in scene.settings.uploads.rglob(".*.part"):
        os.utime(path, (0, 0))
    worker.sweep_uploads()
    with pytest.raises(NotFound):
        worker.arrivals.receiver.partials.size(orphan, place)
    assert worker.arrivals.receiver.offset(uploads.slot_of(known)) == len(files.pdf())


def test_a_dossier_that_is_gone_does_not_stop_the_sweep_of_the_others(scene: Scene, worker: Worker) -> None:
    lost, good = coming(scene, files.pdf(pages=3)), coming(scene, files.pdf())
    with scene.database.write() as session:
        session.get_one(Upload, lost.id).subject = new_id()
    scene.clock.advance(timedelta(minutes=2))
    worker.sweep_uploads()
    (made,) = creations(scene.database)
    assert made.quarantine_key == good.key
