"""The benchmarks run: what they measure is no test's business."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.servers import nginx_program

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 300


@pytest.mark.full
def test_every_promise_is_measured_and_nothing_is_left_behind(tmp_path: Path) -> None:
    if not shutil.which("ffmpeg") or not Path(nginx_program()).exists():
        pytest.skip("ffmpeg or nginx is not installed (apt-get install ffmpeg nginx-light)")
    command = [sys.executable, "-m", "benchmarks", "--quick", "--folder", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for promise in ("tus, one request", "at once", "growth from", "AVI, 12 s", "copy / ffmpeg", "bare Flask answer"):
        assert promise in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.full
def test_a_part_that_does_not_run_is_told_by_the_exit_status(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", "--quick", "--folder", str(tmp_path), "render"]
    done = subprocess.run(
        command, cwd=ROOT, env={"PATH": "/nowhere"}, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )
    assert done.returncode == 1
    assert "DID NOT RUN: render" in done.stdout
