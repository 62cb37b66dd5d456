"""The command line itself: quick, and clear when it refuses."""

import subprocess
import sys

import pytest


def concours(*words: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-X", "importtime", "-m", "concours.cli", *words]
    return subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)


def test_help_loads_no_framework() -> None:
    done = concours("--help")
    assert done.returncode == 0
    assert "serve" in done.stdout
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "click" in loaded
    assert not loaded & {"flask", "sqlalchemy", "gunicorn", "av", "numpy", "scipy", "concours.serve"}


@pytest.mark.parametrize("words", [["nimporte"], ["serve", "--nimporte"]])
def test_wrong_usage_ends_with_status_two(words: list[str]) -> None:
    assert concours(*words).returncode == 2
