"""Measure what the service promises to be fast at: `python -m benchmarks [--quick] [PART …]`.

Ends with 0 whatever the figures, with 1 when something did not run.
"""

import argparse
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Collection
from pathlib import Path

from benchmarks import (
    answers,
    blind_test,
    calibration,
    coverage,
    exports,
    growth,
    intake,
    last_hour,
    machine,
    ranking,
    registrations,
    scoring,
    uploads,
)
from benchmarks.blind_test import Room
from benchmarks.bodies import MIB
from benchmarks.intake import Films
from benchmarks.last_hour import Evening
from benchmarks.registrations import Rush
from benchmarks.report import Report
from benchmarks.uploads import Sizes

_QUICK_SIZES = Sizes(one=8 * MIB, many=MIB // 4, count=4, large=16 * MIB, rounds=1)
_QUICK_EVENING = Evening(candidates=4, seconds=4, size=MIB // 4, chunk=MIB // 8, speed=MIB)
_QUICK_ROOM = Room(phones=5, seconds=3, every=0.1, choosing=(0.1, 0.4))
_QUICK_RUSH = Rush(people=20, seats=12, seconds=1, senders=4)
_LAST_HOUR = "last-hour"
_COVERAGE, _GROWTH = "coverage", "growth"
_EXPORTS = "exports"
_BLIND_TEST = "blind-test"
_JURY = ("ranking", "scoring", "calibration")
_ON_DEMAND = frozenset({_LAST_HOUR, _COVERAGE, _GROWTH, _EXPORTS, _BLIND_TEST, *_JURY})
"""Take minutes by themselves: measured when they are named, and in the quick look."""
_QUICK_FILMS = Films(seconds=12, height=120, pages=3, rounds=1, bomb=False)


def main() -> int:
    """Measure the parts that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes: proves that it runs, measures nothing")
    parser.add_argument("--folder", type=Path, help="where to write, on the disk to be measured")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"all, or some of: {', '.join(_parts(quick=False))}")
    asked = parser.parse_args()
    parts = _parts(quick=asked.quick)
    if unknown := set(asked.parts).difference(parts):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    # Ended from outside, it still ends the servers that it started.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    with tempfile.TemporaryDirectory(prefix="concours-bench-", dir=asked.folder) as folder:
        return _run(
            {name: parts[name] for name in asked.parts or _usual(parts, quick=asked.quick)},
            Path(folder),
            Report(judges=not asked.quick),
        )


def _parts(*, quick: bool) -> dict[str, Callable[[Path, Report], None]]:
    sizes, films = (_QUICK_SIZES, _QUICK_FILMS) if quick else (Sizes(), Films())
    requests, rounds = (20, 1) if quick else (200, 5)
    panel = ranking.Sizes(works=20, jurors=3, rounds=1) if quick else ranking.Sizes()
    growing = [ranking.Sizes(works=20, jurors=3, rounds=1)] if quick else growth.SIZES
    panels = calibration.QUICK if quick else calibration.PANELS
    evening = _QUICK_EVENING if quick else Evening()
    return {
        "uploads": lambda folder, report: uploads.measure(folder, sizes, report),
        "inspect": lambda folder, report: intake.inspect(folder, films, report),
        "render": lambda folder, report: intake.render(folder, films, report),
        "ranking": lambda folder, report: ranking.measure(folder, panel, report),
        "answers": lambda folder, report: answers.measure(folder, requests, rounds, report),
        "scoring": lambda folder, report: scoring.measure(folder, requests // 2, rounds, report),
        "calibration": lambda folder, report: calibration.measure(folder, panels, report),
        _GROWTH: lambda folder, report: growth.measure(folder, growing, report),
        _COVERAGE: lambda _folder, report: coverage.measure(2 if quick else 1000, report),
        _EXPORTS: lambda folder, report: exports.measure(folder, exports.QUICK if quick else exports.Sizes(), report),
        "registrations": lambda folder, report: registrations.measure(folder, _QUICK_RUSH if quick else Rush(), report),
        _BLIND_TEST: lambda folder, report: blind_test.measure(folder, _QUICK_ROOM if quick else Room(), report),
        _LAST_HOUR: lambda folder, report: last_hour.measure(folder, evening, report),
    }


def _usual(parts: Collection[str], *, quick: bool) -> list[str]:
    return [name for name in parts if quick or name not in _ON_DEMAND]


def _run(parts: dict[str, Callable[[Path, Report], None]], folder: Path, report: Report) -> int:
    """Run each part, whatever becomes of the others."""
    start, failed = time.monotonic(), []
    machine.tell(folder, report)
    for name, part in parts.items():
        try:
            part(folder, report)
        except Exception:  # noqa: BLE001 -- whatever goes wrong in one part, the figures of the others are wanted
            traceback.print_exc()
            failed.append(name)
    machine.load(report)
    report.note(f"{time.monotonic() - start:.0f} seconds in all")
    if failed:
        report.note(f"DID NOT RUN: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
