"""What binds the jury to its sheets at closing, the record that is written of a session, and `concours verify`."""

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from concours.cli import main
from concours.kernel.db import Database
from concours.kernel.errors import Conflict
from jury import operations
from jury.bundle.archive import Bundle, read_bundle, write_bundle
from jury.bundle.queries import bundle_of
from jury.commitment.models import JuryCommitment
from jury.commitment.rules import commitment_digest
from jury.deliberation.operations import decide_tie, mark_minutes_signed, record_laureates
from jury.deliberation.rules import Choice
from jury.models import JuryMember, JuryOutbox, JurySession
from tests.fakes.clock import FrozenClock
from tests.jury_room import JuryRoom
from tests.jury_session import NOW, Panel, open_jury, score, score_all, write
from tests.page import page
from tests.tamperings import TAMPERINGS

CLOSED = NOW + timedelta(days=1)
TIED = (9, 8, 7, 6, 5, 5)
"""Six works for five places: the last two are equal."""


def deliberated(session: Session) -> Panel:
    """Return a panel that has scored, closed, settled a tie, chosen and signed."""
    panel = open_jury(session)
    score_all(session, panel, TIED)
    operations.close_scoring(session, member_id=panel.secretary, now=CLOSED)
    acts: dict[str, Any] = {"member_id": panel.president, "now": CLOSED}
    last = max(panel.numbers[4:])
    decide_tie(session, chosen=[last], reason="La plus claire des deux.", casting_vote=True, **acts)
    chosen = [*panel.numbers[:4], last]
    choices = [Choice(number, rank, "Une œuvre qui inspire.") for rank, number in enumerate(chosen, start=1)]
    record_laureates(session, choices=choices, departure_reason="", **acts)
    mark_minutes_signed(session, signed_by="La présidente", signed_on=CLOSED.date(), **acts)
    return panel


def record(session: Session) -> Bundle:
    """Return the record of the one session."""
    return bundle_of(session, session.scalars(select(JurySession)).one())


def run(folder: Path, content: bytes, *words: str) -> Result:
    """Run the command on a file."""
    path = folder / "releve.zip"
    path.write_bytes(content)
    return CliRunner().invoke(main, ["verify", str(path), *words])


# --- the commitment --------------------------------------------------------------------------------------------------


def test_closing_binds_the_jury_to_the_sheets_that_count(database: Database) -> None:
    with database.write() as session:
        panel = open_jury(session, works_count=3)
        score(session, panel.president, panel.numbers[0], 1, 2, 3)
        write(session, panel.jurors[0], panel.numbers[1], {"form": 4}, remark="À finir.")
        score(session, panel.jurors[1], panel.numbers[2], 10, 0, 5)
        operations.close_scoring(session, member_id=panel.secretary, now=CLOSED)
    with database.read() as session:
        jury, kept = session.scalars(select(JurySession)).one(), session.scalars(select(JuryCommitment)).one()
        assert jury.commitment == commitment_digest(kept.sheets, bytes.fromhex(kept.nonce))
        facts = json.loads(kept.sheets)
        assert (facts["rule"], facts["works"]) == (jury.rule_digest, sorted(panel.numbers))
        assert {(sheet["juror"], sheet["work"]): list(sheet["points"].values()) for sheet in facts["sheets"]} == {
            (panel.president, panel.numbers[0]): [2, 3, 1],
            (panel.jurors[1], panel.numbers[2]): [0, 5, 10],
        }
        assert len(kept.nonce) == 64
        assert "À finir" not in kept.sheets


def test_each_juror_is_mailed_the_digest_and_nothing_of_a_score(database: Database) -> None:
    with database.write() as session:
        panel = open_jury(session)
        score_all(session, panel, TIED)
        operations.close_scoring(session, member_id=panel.secretary, now=CLOSED)
    with database.read() as session:
        digest = session.scalars(select(JurySession.commitment)).one()
        mails = session.scalars(select(JuryOutbox).where(JuryOutbox.subject.startswith("L'évaluation est close"))).all()
        scorers = session.scalars(select(JuryMember.email).where(JuryMember.id.in_(panel.scorers))).all()
        assert sorted(mail.recipient for mail in mails) == sorted(scorers)
        for mail in mails:
            assert str(digest) in mail.text
            told = re.sub(rf"(?:{digest}|Bonjour .*|SHA-256|identifiant \S+|depuis le [^.]*)", "", mail.text)
            assert re.findall(r"\d+", told) == [str(len(panel.scorers) * len(panel.numbers))]


def test_there_is_no_record_before_scoring_is_closed(database: Database) -> None:
    with database.write() as session:
        score_all(session, open_jury(session), TIED)
        with pytest.raises(Conflict, match="quand l'évaluation est close"):
            record(session)


# --- a record that holds ---------------------------------------------------------------------------------------------


def test_the_record_of_a_session_holds_and_says_what_it_does_not_prove(database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        deliberated(session)
        bundle = record(session)
        content = write_bundle(bundle)
        assert content == write_bundle(record(session))
        assert read_bundle(content) == bundle
    done = run(tmp_path, content)
    assert done.exit_code == 0, done.output
    assert done.stdout.count("  oui  ") == 9
    assert bundle.results["commitment"] in done.stdout
    assert "Ce que cela ne prouve pas" in done.stdout
    compared = run(tmp_path, content, "--commitment", bundle.results["commitment"])
    assert "celle que vous avez reçue" in compared.stdout
    other = run(tmp_path, content, "--commitment", "0" * 64)
    assert (other.exit_code, "celui d'autres fiches" in other.stdout) == (1, True)


def test_a_record_made_before_the_deliberation_holds_too(sqlite_database: Database, tmp_path: Path) -> None:
    with sqlite_database.write() as session:
        panel = open_jury(session)
        score_all(session, panel, TIED)
        operations.close_scoring(session, member_id=panel.secretary, now=CLOSED)
        content = write_bundle(record(session))
    done = run(tmp_path, content)
    assert (done.exit_code, "pas encore enregistré" in done.stdout) == (0, True)


def test_the_command_loads_no_web_framework() -> None:
    program = "import sys, jury.bundle.command; sys.exit('flask' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


# --- twelve ways to cheat --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def good(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    copy = tmp_path_factory.mktemp("bundle") / "copy.db"
    copy.write_bytes(migrated_sqlite.read_bytes())
    database = Database(f"sqlite:///{copy}")
    with database.write() as session:
        deliberated(session)
        found = record(session)
    database.dispose()
    return found


@pytest.mark.parametrize("name", TAMPERINGS)
def test_a_record_that_was_changed_is_refused_in_a_sentence(good: Bundle, tmp_path: Path, name: str) -> None:
    change, sentence = TAMPERINGS[name]
    done = run(tmp_path, write_bundle(change(good)))
    assert done.exit_code == 1
    assert [line for line in done.stdout.splitlines() if "NON" in line and sentence in line], done.stdout


def test_each_tampering_has_its_own_sentence() -> None:
    assert len({sentence for _, sentence in TAMPERINGS.values()}) == len(TAMPERINGS) >= 12


# --- what is no record -----------------------------------------------------------------------------------------------


def zipped(files: dict[str, bytes]) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def files_of(bundle: Bundle) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(write_bundle(bundle))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda _: b"", "n'est pas une archive ZIP entière"),
        (lambda good: write_bundle(good)[:-40], "n'est pas une archive ZIP entière"),
        (lambda good: zipped({**files_of(good), "../../ailleurs": b"x"}), "n'en a pas les six fichiers"),
        (lambda good: zipped({**files_of(good), "regle.json": b"{"}), "n'est pas du JSON"),
        (lambda good: zipped({**files_of(good), "regle.json": b"[" * 100_000}), "n'a pas la forme attendue"),
        (lambda good: zipped({**files_of(good), "resultats.json": b"[]"}), "n'a pas la forme attendue"),
        (lambda good: zipped({**files_of(good), "journal.json": b"[" + b" " * (70 << 20) + b"]"}), "trop grand"),
    ],
    ids=["empty", "cut", "path", "json", "deep", "shape", "bomb"],
)
def test_what_is_no_record_is_said_without_a_traceback(
    good: Bundle, tmp_path: Path, change: Callable[[Bundle], bytes], sentence: str
) -> None:
    done = run(tmp_path, change(good))
    assert (done.exit_code, type(done.exception)) == (2, SystemExit)
    assert sentence in " ".join(done.stderr.split())


@pytest.mark.parametrize("name", ["regle.json", "resultats.json", "journal.json", "fiches.json", "nombre-secret.txt"])
def test_a_file_of_another_shape_is_refused_not_stumbled_over(good: Bundle, tmp_path: Path, name: str) -> None:
    odd = b"[]" if name == "journal.json" else b"\xc3\xa9" if name.endswith("txt") else b"{}"
    done = run(tmp_path, zipped({**files_of(good), name: odd}))
    assert done.exit_code == 1, done.output
    assert "NON CONFORME" in done.stderr


# --- the page --------------------------------------------------------------------------------------------------------


def test_the_president_takes_the_record_home_and_the_chain_says_so(
    tmp_path: Path, sqlite_url: str, clock: FrozenClock
) -> None:
    room = JuryRoom(tmp_path, sqlite_url, clock)
    assert "peuvent encore changer" in page(room.president, "/releve", status=409).text
    room.judge(9, 8, 7, 6, 5, 4)
    digest = page(room.juror, "/").one("code", **{"class": "cj-digest"}).text
    shown = page(room.president, "/proces-verbal").follow("Relevé de la session, pour qui veut tout recalculer")
    taken = room.president.post("/releve", data=shown.form().held)
    assert taken.mimetype == "application/zip"
    found = read_bundle(taken.data)
    assert (found.chain[-1]["action"], found.results["commitment"]) == ("record_exported", digest)
    assert run(tmp_path, taken.data, "--commitment", str(digest)).exit_code == 0
    assert room.juror.get("/releve").status_code == 404
