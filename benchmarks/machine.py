"""On what it was measured: a figure without its machine says nothing."""

import os
import platform
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

import av

from benchmarks.report import Report
from benchmarks.servers import nginx_program

_GIB = 1 << 30


def tell(folder: Path, report: Report) -> None:
    """Print the facts."""
    report.section("Machine")
    report.beside("processors, load", f"{len(os.sched_getaffinity(0))} ({_processor()}), load {_load()}")
    report.beside("disk of the measures", _disk(folder))
    report.beside("system", f"{platform.system()} {platform.release()}")
    versions = f"Python {platform.python_version()}, Flask {version('flask')}, gunicorn {version('gunicorn')}"
    report.beside("programs", f"{versions}, PyAV {av.__version__}, {_nginx()}")


def load(report: Report) -> None:
    """Print the load of the machine at this moment."""
    report.beside("load now", _load())


def _load() -> str:
    return " ".join(f"{each:.1f}" for each in os.getloadavg())


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def _disk(folder: Path) -> str:
    device = folder.stat().st_dev
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()]
    kinds = [fields[2] for fields in mounts if Path(fields[1]).exists() and Path(fields[1]).stat().st_dev == device]
    return f"{kinds[-1] if kinds else 'unknown'}, {shutil.disk_usage(folder).free / _GIB:.0f} GiB free"


def _nginx() -> str:
    try:
        said = subprocess.run([nginx_program(), "-v"], capture_output=True, text=True, check=True)  # noqa: S603 -- Debian's
    except OSError:
        return "no nginx"
    return said.stderr.strip().rpartition(": ")[2]
