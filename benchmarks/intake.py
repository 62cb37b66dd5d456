"""Examining a file and making the jury's copy: seconds, processor seconds, memory of the sandbox's children."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import encoders
from benchmarks.bodies import bomb_file, film_file, paper_file
from benchmarks.report import Report, Spread
from concours.kernel.settings import ROOT

_LIMIT_S = 900
_FILM_S, _PAPER_S = 1.5, 1.0
_CHILD_MIB = 700
_RENDER_TARGET = 1.1


@dataclass(frozen=True)
class Films:
    """What is examined."""

    seconds: int = 120
    height: int = 1080
    pages: int = 20
    rounds: int = 5
    bomb: bool = True


def inspect(folder: Path, films: Films, report: Report) -> None:
    """Measure the examination, sandbox included; each file in a process of its own, for its children's memory."""
    length = f"{films.seconds} s at {films.height}p"
    promised = {
        f"MP4, {length}": (film_file(folder, "mp4", films.seconds, films.height), _FILM_S),
        f"AVI, {length}": (film_file(folder, "avi", films.seconds, films.height), _FILM_S),
        f"PDF, {films.pages} pages": (paper_file(folder, films.pages), _PAPER_S),
    }
    report.section("Examination of a file (inspect), sandbox included")
    most = {}
    for name, (path, seconds) in promised.items():
        measured = run("inspect", str(path), str(films.rounds))
        report.promise(f"{name} ({path.stat().st_size >> 20} MiB)", Spread(measured["seconds"], "s"), at_most=seconds)
        most[name] = measured["most_mib"]
    if films.bomb:
        most["PDF that unfolds to 3 GB (refused)"] = run("inspect", str(bomb_file(folder)), "1")["most_mib"]
    for name, figure in most.items():
        report.promise(f"memory of its largest child: {name}", Spread([figure], "MiB"), at_most=_CHILD_MIB)


def render(folder: Path, films: Films, report: Report) -> None:
    """Compare the processor seconds of a jury copy to those of the same encoding by ffmpeg, and by PyAV alone."""
    source = folder / "film.mp4"
    if not source.exists():
        film_file(folder, "mp4", films.seconds, films.height)
    copies, by_command, by_loop = (folder / name for name in ("copies", "command", "loop"))
    for each in (copies, by_command, by_loop):
        each.mkdir()
    ours = run("copy", str(source), str(copies))
    outputs = encoders.outputs(copies)
    command = run("command", *encoders.command(source, outputs, by_command))
    loop = run("loop", str(source), str(by_loop), json.dumps([each.__dict__ for each in outputs]))
    debian, bundled = encoders.x264_of(by_command), encoders.x264_of(by_loop)
    shapes = " + ".join(f"{each.width}x{each.height}" for each in outputs)
    report.section(f"Jury copy of a film of {films.seconds} s at {films.height}p ({shapes}), processor seconds")
    ratio = Spread([ours["cpu_s"] / command["cpu_s"]])
    report.promise("copy / ffmpeg doing the same encoding", ratio, at_most=_RENDER_TARGET)
    report.beside("copy / the same encoding in a plain PyAV loop", Spread([ours["cpu_s"] / loop["cpu_s"]]))
    for name, measured in (("copy", ours), ("ffmpeg", command), ("PyAV loop", loop)):
        report.beside(f"processor seconds: {name}", Spread([measured["cpu_s"]], "s"))
    report.promise("memory of its largest child", Spread([ours["most_mib"]], "MiB"), at_most=_CHILD_MIB)
    report.note(f"{encoders.ffmpeg_version()} with {debian}; PyAV's own libraries with {bundled}")


def run(*words: str) -> dict[str, Any]:
    """Run one measure in a process of its own and return its figures; raises CalledProcessError."""
    command = [sys.executable, "-m", "benchmarks.measured", *words]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, timeout=_LIMIT_S)  # noqa: S603 -- ours
    return dict(json.loads(done.stdout))
