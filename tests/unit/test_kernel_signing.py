"""The key that signs: made once, kept from others, the same for every process, never replaced."""

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from concours.kernel.disk import kept_file
from concours.kernel.settings import SettingsError, read_settings
from concours.kernel.signing import read_public_keys, read_signing_key

ASK = """
import sys
from pathlib import Path
from concours.kernel.settings import read_settings
from concours.kernel.signing import read_signing_key
sys.stdin.readline()
print(read_signing_key(read_settings({"DATA": sys.argv[1]})).public.id)
"""


def kept(folder: Path) -> Path:
    return folder / "keys" / "receipt.pem"


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    line = [sys.executable, "-c", ASK, str(tmp_path)]
    ready = [subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    with ThreadPoolExecutor(len(ready)) as pool:
        said = list(pool.map(lambda process: process.communicate("\n", timeout=60)[0].strip(), ready))
    assert [process.returncode for process in ready] == [0] * len(ready)
    assert set(said) == {read_signing_key(read_settings({"DATA": str(tmp_path)})).public.id}
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["receipt.pem"]


def test_whoever_comes_second_while_making_takes_the_text_of_the_first(tmp_path: Path) -> None:
    def make_late() -> str:
        assert kept_file(tmp_path / "key", lambda: "first") == "first"
        return "second"

    assert kept_file(tmp_path / "key", make_late) == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_the_key_is_kept_from_others(tmp_path: Path) -> None:
    read_signing_key(read_settings({"DATA": str(tmp_path)}))
    assert stat.S_IMODE(kept(tmp_path).stat().st_mode) == 0o600
    assert stat.S_IMODE(kept(tmp_path).parent.stat().st_mode) == 0o700


def test_a_signature_is_checked_with_the_published_half_alone(tmp_path: Path) -> None:
    key = read_signing_key(read_settings({"DATA": str(tmp_path)}))
    (public,) = read_public_keys(key.public.pem).values()
    signature = key.sign(b"faits")
    assert public.has_signed(b"faits", signature)
    assert not public.has_signed(b"fait", signature)
    assert not public.has_signed(b"faits", signature[:-1])
    assert "PRIVATE" not in key.public.pem
    assert kept(tmp_path).read_text() not in repr(key)


def test_the_settings_may_name_another_file(tmp_path: Path) -> None:
    first = read_signing_key(read_settings({"DATA": str(tmp_path)}))
    settings = read_settings({"DATA": str(tmp_path / "other"), "RECEIPT_KEY": str(kept(tmp_path))})
    assert read_signing_key(settings).public.id == first.public.id
    assert not (tmp_path / "other").exists()
    with pytest.raises(SettingsError, match="RECEIPT_KEY"):
        read_settings({"RECEIPT_KEY": str(tmp_path / "missing.pem")})


@pytest.mark.parametrize(
    "text",
    ["", "rien", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "rsa", "public"],
)
def test_a_file_that_holds_no_such_key_is_refused_and_left_alone(tmp_path: Path, text: str) -> None:
    made = read_signing_key(read_settings({"DATA": str(tmp_path)}))
    held = {"rsa": _rsa(), "public": made.public.pem}.get(text, text)
    kept(tmp_path).write_text(held)
    with pytest.raises(SettingsError, match="RECEIPT_KEY"):
        read_signing_key(read_settings({"DATA": str(tmp_path)}))
    assert kept(tmp_path).read_text() == held


def _rsa() -> str:
    line = ["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]
    return subprocess.run(line, capture_output=True, text=True, check=True).stdout
