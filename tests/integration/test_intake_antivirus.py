"""A real clamd is asked about each accepted file; when it cannot say, the deposit stands and the secretariat knows."""

import io
import signal
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from sqlalchemy import select

from concours.accounts.models import AuditEvent
from concours.intake import antivirus
from concours.intake.antivirus import Antivirus, Unchecked
from concours.intake.findings import FINDINGS, Finding
from concours.intake.models import CreationState
from tests import files
from tests.clamd import EICAR, MARK, PACKAGE, PROGRAM, Clamd
from tests.entries_scene import OPEN, Scene
from tests.fakes.clock import FrozenClock
from tests.page import page

SMALL, LARGE = 1_000, antivirus.ALWAYS_READ_BYTES + 1


def started(*options: str) -> Clamd:
    if not PROGRAM.exists():
        pytest.skip(f"clamd is not installed (apt-get install {PACKAGE})")
    return Clamd(*options)


@pytest.fixture(scope="module")
def clamd() -> Iterator[Clamd]:
    """As docs/exploitation.md asks for it: it says when a file is over its limits."""
    with started("AlertExceedsMax yes", "MaxFileSize 40M", "MaxScanSize 40M") as running:
        yield running


@pytest.fixture(scope="module")
def silent_clamd() -> Iterator[Clamd]:
    """As it is installed: it says « nothing found » of what is over its limits."""
    with started("MaxFileSize 20M") as running:
        yield running


def file_of(folder: Path, content: bytes, size: int = 0) -> Path:
    path = folder / "file"
    path.write_bytes(content + bytes(max(0, size - len(content))))
    return path


def attached(content: bytes) -> bytes:
    """A document of two pages that opens everywhere and that our checks accept, with something inside."""
    document, made = pikepdf.open(io.BytesIO(files.pdf())), io.BytesIO()
    document.attachments["notes.txt"] = pikepdf.AttachedFileSpec(document, content)
    document.save(made, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.all)
    return made.getvalue()


# --- the protocol ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [EICAR, b"%PDF-1.4\n" + MARK, attached(EICAR), attached(MARK)])
def test_what_it_recognises_is_named(clamd: Clamd, tmp_path: Path, content: bytes) -> None:
    assert Antivirus(clamd.socket).scan(file_of(tmp_path, content)).startswith("Concours.")


@pytest.mark.parametrize("content", [b"", b"hello", files.pdf(), files.mp4(), attached(b"hello")])
def test_what_it_does_not_recognise_is_clean(clamd: Clamd, tmp_path: Path, content: bytes) -> None:
    assert Antivirus(clamd.socket).scan(file_of(tmp_path, content)) == ""


def test_it_needs_no_right_on_the_file(clamd: Clamd, tmp_path: Path) -> None:
    path = file_of(tmp_path, EICAR)
    path.chmod(0o600)
    tmp_path.chmod(0o700)
    assert Antivirus(clamd.socket).scan(path)


def test_a_large_file_within_its_limits_is_clean(clamd: Clamd, tmp_path: Path) -> None:
    assert Antivirus(clamd.socket).scan(file_of(tmp_path, b"", LARGE)) == ""


def test_a_file_over_its_limits_is_not_taken_for_clean(clamd: Clamd, tmp_path: Path) -> None:
    with pytest.raises(Unchecked, match="did not read the whole file"):
        Antivirus(clamd.socket).scan(file_of(tmp_path, b"", 41 << 20))


def test_a_clamd_that_hides_its_limits_is_believed_on_small_files_alone(silent_clamd: Clamd, tmp_path: Path) -> None:
    assert Antivirus(silent_clamd.socket).scan(file_of(tmp_path, b"", SMALL)) == ""
    with pytest.raises(Unchecked, match="AlertExceedsMax"):
        Antivirus(silent_clamd.socket).scan(file_of(tmp_path, EICAR, LARGE))


def test_a_clamd_that_is_not_there_or_says_nothing_is_waited_for_in_vain(
    tmp_path: Path, clamd: Clamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(antivirus, "_BASE_SECONDS", 0.5)
    path = file_of(tmp_path, EICAR)
    with pytest.raises(Unchecked, match="cannot be asked"):
        Antivirus(tmp_path / "nowhere").scan(path)
    clamd.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(Unchecked, match="cannot be asked"):
            Antivirus(clamd.socket).scan(path)
    finally:
        clamd.send_signal(signal.SIGCONT)


@pytest.mark.parametrize("answer", ["", "fd[11]: Not a regular file ERROR", "UNKNOWN COMMAND", "OK", "a: FOUND"])
def test_what_is_no_verdict_is_not_taken_for_one(answer: str) -> None:
    with pytest.raises(Unchecked):
        antivirus._found(answer)


# --- from the upload to the secretariat ------------------------------------------------------------------------------


def test_an_infected_file_is_refused_in_words_and_its_signature_told_to_the_secretariat_alone(
    clamd: Clamd, tmp_path: Path, sqlite_url: str
) -> None:
    scene = Scene(tmp_path, sqlite_url, FrozenClock(OPEN), CLAMD=str(clamd.socket))
    client, entry_id = scene.sign_in(), scene.draft()
    scene.upload(client, entry_id, attached(MARK), "bd.pdf")
    scene.work()
    shown = page(client, f"/candidatures/{entry_id}/creation")
    assert "L'antivirus a reconnu un programme malveillant" in shown.text
    assert "Concours.Mark" not in shown.html
    with scene.entry(entry_id) as entry:
        assert entry.creation is not None
        assert (entry.creation.state, entry.creation.reason) == (CreationState.REFUSED, "infected")
    with scene.database.read() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "infected_file")).one()
    assert (event.subject, event.details["signature"]) == (entry_id, "Concours.Mark.UNOFFICIAL")
    journal = page(scene.console(), "/organisation/journal")
    assert "a refusé un fichier à cause de l'antivirus" in journal.text
    assert "Concours.Mark.UNOFFICIAL" in journal.text


def test_without_an_answer_the_deposit_stands_and_the_secretariat_reads_that_it_was_not_checked(
    tmp_path: Path, sqlite_url: str
) -> None:
    scene = Scene(tmp_path, sqlite_url, FrozenClock(OPEN), CLAMD=str(tmp_path / "nowhere"))
    client, entry_id = scene.sign_in(), scene.draft()
    scene.upload(client, entry_id, attached(MARK), "bd.pdf")
    scene.work()
    assert "antivirus" not in page(client, f"/candidatures/{entry_id}/creation").text
    page(client, f"/candidatures/{entry_id}/depot").form().submit()
    with scene.entry(entry_id) as entry:
        assert entry.deposit is not None
        assert entry.deposit.creation.findings == ["attachments", "virus_unchecked"]
    sentence = FINDINGS[Finding.VIRUS_UNCHECKED]
    assert sentence in page(scene.console(), f"/organisation/candidatures/{entry_id}").text


def test_a_file_that_was_checked_bears_no_finding(clamd: Clamd, tmp_path: Path, sqlite_url: str) -> None:
    scene = Scene(tmp_path, sqlite_url, FrozenClock(OPEN), CLAMD=str(clamd.socket))
    client, entry_id = scene.sign_in(), scene.draft()
    scene.upload(client, entry_id, files.pdf(), "bd.pdf")
    scene.work()
    page(client, f"/candidatures/{entry_id}/depot").form().submit()
    with scene.entry(entry_id) as entry:
        assert entry.deposit is not None
        assert entry.deposit.creation.findings == []
    assert "antivirus" not in page(scene.console(), f"/organisation/candidatures/{entry_id}").text
