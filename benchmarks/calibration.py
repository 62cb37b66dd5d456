"""Calibration of large panels: seconds of one core, memory, growth, and statsmodels beside it."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.report import Report, Spread

_ONE_CORE = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_LIMIT_S, _LIMIT_MIB = 2.0, 500.0


@dataclass(frozen=True)
class Panel:
    """Works, jurors, and how many jurors see each work."""

    works: int
    jurors: int
    sheets: int

    def __str__(self) -> str:
        return f"{self.works} works x {self.jurors} jurors, {self.works * self.sheets} scores"


@dataclass(frozen=True)
class Panels:
    """What is measured."""

    promised: Panel
    growing: Sequence[Panel]
    beside: Panel
    """The one that statsmodels is given too."""
    rounds: int


PANELS = Panels(
    promised=Panel(10_000, 1000, 20),
    growing=[Panel(works, works // 10, 20) for works in (500, 1000, 2000, 4000, 8000)],
    beside=Panel(400, 40, 5),
    rounds=5,
)
QUICK = Panels(promised=Panel(300, 30, 5), growing=[Panel(200, 20, 5)], beside=Panel(40, 10, 5), rounds=1)


def measure(folder: Path, panels: Panels, report: Report) -> None:
    """Measure each panel in processes of their own, on one core."""
    report.section("Calibration (one core)")
    found = [_run("ours", panels.promised, folder) for _ in range(panels.rounds)]
    report.beside("panel", str(panels.promised))
    seconds = Spread([each["estimates_s"] for each in found], "s")
    report.promise("variances, estimates and intervals, processor time", seconds, at_most=_LIMIT_S)
    report.promise("memory", Spread([each["most_mib"] for each in found], "MiB"), at_most=_LIMIT_MIB)
    report.beside("probabilities, processor time", Spread([each["chances_s"] for each in found], "s"))
    report.beside("loading NumPy and SciPy", Spread([each["load_s"] for each in found], "s"))
    for panel in panels.growing:
        report.beside(f"growth: {panel}", Spread([_run("ours", panel, folder)["estimates_s"]], "s"))
    mine, theirs = (_run(task, panels.beside, folder)["estimates_s"] for task in ("ours", "statsmodels"))
    report.beside(f"{panels.beside}", Spread([mine], "s"))
    report.beside("the same by statsmodels", Spread([theirs], "s"))


def _run(task: str, panel: Panel, folder: Path) -> dict[str, Any]:
    words = [sys.executable, "-m", "benchmarks.calibrated", task, *map(str, (panel.works, panel.jurors, panel.sheets))]
    environ = {**os.environ, **_ONE_CORE, "TMPDIR": str(folder)}
    done = subprocess.run(words, env=environ, capture_output=True, text=True, check=True)  # noqa: S603 -- ours
    found: dict[str, Any] = json.loads(done.stdout)
    return found
