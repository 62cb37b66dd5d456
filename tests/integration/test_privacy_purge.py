"""What is erased when its time is over, what is not, and what is left behind: a clean store and a valid chain."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text

from concours.accounts.models import Account, AuditEvent
from concours.editions.document import DocumentError, parse
from concours.editions.operations import EMBEDDED
from concours.editions.queries import current_record
from concours.editions.retention import months_after
from concours.kernel.audit import broken_at
from concours.kernel.ids import new_id
from concours.migrations.tables import METADATA
from concours.organisers.models import BulkAct, BulkLine, GroupMail, GroupMessage
from concours.privacy import turn
from concours.privacy.commands import purge as command
from concours.privacy.rules import Kind, read_report
from concours.registrations.models import Registration
from jury.models import JuryWork
from tests.entries_scene import Scene
from tests.fakes.clock import FrozenClock
from tests.privacy_scene import DRAFT, LOST, PERSONAL, WON, Ended
from tests.registrations_scene import ZOE
from tests.safekeeping_scene import codes

DRAFTS_GO = datetime(2027, 3, 20, 19, 0, tzinfo=UTC)
"""Seven days after the closing, at the hour of Paris."""
NEEDS_GO = datetime(2027, 3, 27, 16, 0, tzinfo=UTC)
ALL_GO = datetime(2027, 6, 30, 9, 0, tzinfo=UTC)


@pytest.fixture
def ended(tmp_path: Path, database_url: str, clock: FrozenClock) -> Iterator[Ended]:
    scene = Ended(tmp_path, database_url, clock)
    yield scene
    scene.close()


def everything(scene: Scene) -> str:
    """Return every row of the identity side and of the works, as one text; sealed papers apart."""
    with scene.database.read() as session:
        tables = [
            name for name in METADATA.tables if not name.startswith("jury_") or name in {"jury_work", "jury_media"}
        ]
        read = (session.execute(text(f'SELECT * FROM "{name}"')) for name in tables)  # noqa: S608 -- our own tables
        return "".join(str(tuple(row)) for rows in read for row in rows)  # a row's own text would be cut


def write_of(ended: Ended, entry_id: str, words: str) -> None:
    """Leave in the console what organisers wrote of an entry: a bulk act and a message."""
    with ended.database.write() as session:
        act = BulkAct(id=new_id(), edition_id=current_record(session).id, act="clear", done_by="x", done_at=ALL_GO)
        facts = {"audience": "choice", "chosen": [entry_id], "removed": [], "subject": words, "body": words}
        message = GroupMessage(edition_id=act.edition_id, written_by="x", created_at=ALL_GO, sent_at=ALL_GO, **facts)
        session.add_all([act, message])
        session.flush()
        session.add(BulkLine(bulk_act_id=act.id, entry_id=entry_id, before={"reason": words}))
        session.add(GroupMail(message_id=message.id, mail_id=new_id()))


def test_a_purge_in_mid_contest_erases_only_what_is_due(ended: Ended) -> None:
    assert ended.purge().empty
    assert ended.left() == {WON, LOST, DRAFT}
    ended.clock.move_to(DRAFTS_GO - timedelta(seconds=1))
    assert ended.purge().empty
    ended.clock.move_to(DRAFTS_GO)
    report = ended.purge()
    assert (report.counts[Kind.DRAFTS], report.counts[Kind.ENTRIES]) == (1, 0)
    ended.clock.move_to(ALL_GO + timedelta(days=900))  # the palmarès is not out: whoever deposited is waited for
    ended.purge()
    assert ended.left() == {WON, LOST}
    ended.unseal()
    assert codes(ended.settings, ended) == []


def test_three_months_after_the_palmares_the_others_are_gone_and_the_doctor_finds_nothing(ended: Ended) -> None:
    ended.unseal()
    ended.clock.move_to(NEEDS_GO)
    assert ended.purge().counts[Kind.NEEDS] == 1
    assert ZOE.accessibility_needs not in everything(ended)
    with ended.database.read() as session:
        assert session.scalars(select(Registration.last_name)).all() == [ZOE.last_name]
    write_of(ended, ended.entries[LOST], written := "Logo de la mairie page 2")
    ended.clock.move_to(ALL_GO)
    stored = len(list(ended.settings.uploads.rglob("*")))
    rehearsed = turn.rehearse(ended.database, now=ended.clock())
    assert ended.left() == {WON, LOST}
    report = ended.purge()
    assert report.facts() == rehearsed.facts()
    assert (report.counts[Kind.ENTRIES], report.counts[Kind.REGISTRATIONS], report.counts[Kind.FILES]) == (1, 1, 1)
    assert report.entries == [ended.entries[LOST]]
    assert ended.left() == {WON}
    assert len(list(ended.settings.uploads.rglob("*"))) == stored - 3  # the original and its two pages
    assert codes(ended.settings, ended) == []
    with ended.database.read() as session:
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.position)).all()
        assert broken_at(events) is None
        assert read_report(events[-1].details).entries == [ended.entries[LOST]]
        lost = session.scalars(select(JuryWork).where(JuryWork.title == LOST)).one()
        assert (lost.summary, lost.media) == ("", [])
        assert len(session.scalars(select(Account).where(Account.role == "")).all()) == 1  # the laureate's
    said = everything(ended)
    assert ZOE.last_name not in said
    assert written not in said
    assert said.count(PERSONAL[1]) == 2  # the laureate's dossier and its deposit
    assert ended.purge().empty


def test_a_file_that_could_not_be_removed_is_removed_the_next_night(ended: Ended) -> None:
    ended.clock.move_to(DRAFTS_GO)
    folder = ended.settings.uploads / "quarantine"
    folder.rename(folder.with_name("away"))
    folder.write_bytes(b"no folder")
    with pytest.raises(OSError, match="Not a directory"):
        ended.purge()
    folder.unlink()
    folder.with_name("away").rename(folder)
    assert len(list(folder.iterdir())) == 3
    ended.purge()
    assert len(list(folder.iterdir())) == 2
    ended.unseal()
    assert codes(ended.settings, ended) == []


def test_the_command_says_what_it_would_erase_and_erases_nothing(
    tmp_path: Path, sqlite_url: str, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Ended(tmp_path, sqlite_url, clock)
    scene.unseal()
    for name, value in (
        ("DATABASE_URL", sqlite_url),
        ("UPLOADS", scene.settings.uploads),
        ("DATA", scene.settings.data),
    ):
        monkeypatch.setenv(name, str(value))
    clock.move_to(ALL_GO)
    monkeypatch.setattr("concours.privacy.commands.system_clock", clock)
    said = CliRunner().invoke(command, ["--dry-run"])
    assert "Candidatures non lauréates : 1" in said.output
    assert scene.left() == {WON, LOST, DRAFT}
    said = CliRunner().invoke(command)
    assert f"candidature {scene.entries[LOST]}" in said.output
    assert scene.left() == {WON}
    assert "Rien à effacer" in CliRunner().invoke(command).output


def test_durations_are_settings_of_the_edition() -> None:
    document = EMBEDDED.read_text()
    longer = document.replace("entries_months = 3", "entries_months = 12")
    assert parse(longer).retention.entries_months == 12
    assert parse(document.replace("[retention]", "[former]")).retention == parse(document).retention
    for wrong in ("drafts_days = 0", 'drafts_days = "7"', "drafts_day = 7"):
        with pytest.raises(DocumentError, match="retention"):
            parse(document.replace("drafts_days = 7", wrong))
    assert months_after(datetime(2026, 11, 30, 9, 0, tzinfo=UTC), 3) == datetime(2027, 2, 28, 9, 0, tzinfo=UTC)
    assert months_after(datetime(2026, 12, 31, 9, 0, tzinfo=UTC), 6) == datetime(2027, 6, 30, 8, 0, tzinfo=UTC)


def test_a_night_comes_once() -> None:
    night, before = turn.Night(), datetime(2027, 3, 20, 1, 0, tzinfo=UTC)
    assert [night.comes(before + timedelta(hours=hours)) for hours in (0, 1, 2, 25)] == [False, True, False, True]
