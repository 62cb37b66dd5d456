"""The suite's own promise: with CI=true nothing is skipped in silence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

SKIPPED_TEST = "import pytest\ndef test_x(): pytest.skip('no such program here')\n"
SKIPPED_MODULE = "import pytest\npytest.skip('no such program here', allow_module_level=True)\n"


def run(tmp_path: Path, test: str, ci: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "test_x.py").write_text(test)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.no_skips",
        "-p",
        "no:cacheprovider",
        f"--rootdir={tmp_path}",
    ]
    return subprocess.run(
        [*command, "-c", str(tmp_path / "pytest.ini"), "-rs", str(tmp_path / "test_x.py")],
        cwd=ROOT,
        env=os.environ | {"CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("test", [SKIPPED_TEST, SKIPPED_MODULE])
def test_a_skip_in_ci_is_a_failure_that_keeps_its_reason(tmp_path: Path, test: str) -> None:
    done = run(tmp_path, test, ci="true")
    assert done.returncode != 0
    assert "no such program here" in done.stdout
    assert "nothing may be skipped" in done.stdout


def test_a_skip_elsewhere_is_said_in_words(tmp_path: Path) -> None:
    done = run(tmp_path, SKIPPED_TEST, ci="")
    assert done.returncode == 0
    assert "SKIPPED" in done.stdout
    assert "no such program here" in done.stdout
