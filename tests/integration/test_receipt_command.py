"""`concours receipt verify` as another machine runs it: an empty folder, the file, the public key."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from concours.kernel.settings import ROOT
from concours.kernel.signing import SigningKey
from tests.entries_scene import KEY
from tests.receipts import FILE

COMMAND = ("-m", "concours.cli", "receipt", "verify")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder with the two files alone."""
    (tmp_path / "recu.json").write_bytes(FILE)
    (tmp_path / "cle.pem").write_text(KEY.public.pem)
    return tmp_path


def run(folder: Path, *line: str) -> subprocess.CompletedProcess[str]:
    """Run a program in the folder, with an environment that knows neither data nor database."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(line, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


def verify(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command; it leaves the folder as it was, and never fails otherwise than by a sentence."""
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    done = run(folder, sys.executable, *COMMAND, *words)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert "Traceback" not in done.stderr
    return done


def test_a_receipt_is_checked_with_the_public_key_alone(machine: Path) -> None:
    done = verify(machine, "recu.json", "--key", "cle.pem")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("VALABLE")
    for fact in ("2027-K7QF-3MPT", "lundi 1er février 2027 à 10 h 00 min 05 s (heure de Paris)", "ab" * 32, "cd" * 32):
        assert fact in done.stdout


@pytest.mark.parametrize("place", [0, FILE.index(b"K7QF"), FILE.index(b"1234"), FILE.index(b"ab" * 32), len(FILE) - 1])
def test_one_altered_byte_is_refused(machine: Path, place: int) -> None:
    (machine / "recu.json").write_bytes(FILE[:place] + bytes([FILE[place] ^ 1]) + FILE[place + 1 :])
    done = verify(machine, "recu.json", "--key", "cle.pem")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("NON VALABLE. ")


def test_the_key_of_somebody_else_is_refused(machine: Path) -> None:
    other = SigningKey(Ed25519PrivateKey.generate()).public
    (machine / "cle.pem").write_text(other.pem)
    done = verify(machine, "recu.json", "--key", "cle.pem")
    assert done.returncode == 1
    assert f"autre clé ({KEY.public.id})" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Indiquez le fichier"),
        (("recu.json",), "--key CLE.pem"),
        (("absent.json", "--key", "cle.pem"), "'absent.json' ne peut pas être lu"),
        (("recu.json", "--key", "absent.pem"), "'absent.pem' ne peut pas être lu"),
        ((".", "--key", "cle.pem"), "ne peut pas être lu"),
        (("recu.json", "--key", "recu.json"), "ne contient aucune clé publique"),
        (("recu.json", "cle.pem", "--key", "cle.pem"), ""),
    ],
)
def test_wrong_usage_ends_with_status_two(machine: Path, words: tuple[str, ...], said: str) -> None:
    done = verify(machine, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_neither_application_nor_database_is_loaded(machine: Path) -> None:
    done = run(machine, sys.executable, "-X", "importtime", *COMMAND, "recu.json", "--key", "cle.pem")
    assert done.returncode == 0
    loaded = {name.rpartition("|")[2].strip() for name in done.stderr.splitlines()}
    assert "concours.entries.receipts.rules" in loaded
    assert not loaded & {"flask", "sqlalchemy", "typst", "concours.app", "concours.entries.models"}


def test_openssl_finds_the_same_signature_good(machine: Path) -> None:
    (machine / "faits").write_bytes(_facts_by_hand(FILE))
    (machine / "signature").write_bytes(bytes.fromhex(FILE.rpartition(b'": "')[2][:128].decode()))
    words = "pkeyutl -verify -pubin -inkey cle.pem -rawin -in faits -sigfile signature"
    line = ("openssl", *words.split(" "))
    assert run(machine, *line).returncode == 0
    (machine / "faits").write_bytes(_facts_by_hand(FILE).replace(b"1234", b"1235"))
    assert run(machine, *line).returncode == 1


def _facts_by_hand(content: bytes) -> bytes:
    """Return what is signed, without a line of ours: the file's own text between its braces, spaces left out."""
    facts = content[content.index(b'"receipt": ') + 11 : content.rindex(b',\n  "signature"')]
    return b"".join(part if inside else b"".join(part.split()) for inside, part in _strings(facts))


def _strings(text: bytes) -> list[tuple[bool, bytes]]:
    pieces = text.split(b'"')
    return [(bool(rank % 2), b'"' + piece + b'"' if rank % 2 else piece) for rank, piece in enumerate(pieces)]
