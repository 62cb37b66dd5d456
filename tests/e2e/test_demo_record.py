"""The record and the minutes of the demonstration, taken home and checked: what anybody may do after `make demo`."""

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from concours.cli import main
from concours.kernel.clock import system_clock
from concours.kernel.db import Database
from concours.kernel.settings import read_settings
from demo.command import populate
from jury.bundle.archive import read_bundle, write_bundle
from jury.bundle.operations import export_bundle
from jury.minutes.queries import sealed_minutes
from jury.models import JuryMember, JurySession
from tests.tagged_pdf import read_tagged
from tests.tamperings import TAMPERINGS

pytestmark = pytest.mark.full


class Home(NamedTuple):
    """What the president took home."""

    folder: Path
    record: Path
    minutes: Path


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("demo")
    environ = {**os.environ, "DATA": str(folder / "var"), "UPLOADS": str(folder / "uploads"), "DEMO": "1"}
    settings = read_settings(environ)
    settings.data.mkdir(parents=True, exist_ok=True)
    populate(settings, "honours")
    database = Database(settings.database_url)
    found = Home(folder, folder / "releve.zip", folder / "proces-verbal.pdf")
    with database.write() as session:
        jury = session.scalars(select(JurySession)).one()
        president = session.scalars(select(JuryMember.id).where(JuryMember.role == "president")).one()
        found.record.write_bytes(export_bundle(session, jury, member_id=president, now=system_clock()))
        sealed = sealed_minutes(session, jury)
        assert sealed is not None
        found.minutes.write_bytes(sealed.paper)
    yield found
    database.dispose()


def verify(record: Path, *words: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["verify", str(record), *words])


def test_the_demonstration_s_record_and_minutes_hold_together(home: Home) -> None:
    done = verify(home.record, "--minutes", str(home.minutes))
    assert done.exit_code == 0, done.output
    assert "Le fichier du procès-verbal est celui qui a été scellé" in done.stdout
    assert read_tagged(home.minutes.read_bytes()).part == "1"
    results = read_bundle(home.record.read_bytes()).results
    assert results["minutes"]["paper"] == sha256(home.minutes.read_bytes()).hexdigest()


def test_twelve_tamperings_of_the_demonstration_s_record_are_refused_each_with_its_sentence(home: Home) -> None:
    good, said = read_bundle(home.record.read_bytes()), dict[str, bool]()
    for name, (change, sentence) in TAMPERINGS.items():
        if good.results["tie"] is None and "tie" in name:
            continue
        path = home.folder / "tampered.zip"
        path.write_bytes(write_bundle(change(good)))
        done = verify(path)
        refused = [line for line in done.stdout.splitlines() if "NON" in line and sentence in line]
        said[name] = done.exit_code == 1 and bool(refused)
    assert len(said) >= 12
    assert [name for name, refused in said.items() if not refused] == []
