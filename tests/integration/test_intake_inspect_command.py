"""`concours inspect`: the site's verdict from the command line."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from concours.editions.document import parse
from concours.editions.operations import EMBEDDED
from concours.entries.rules import limits_of
from concours.intake import inspect_command
from tests import files

KEYS = ["file", "verdict", "kind", "reason", "message", "detected", "duration_s", "width", "height", "pages", "sha256"]


def concours(*words: str | bytes, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    line = [sys.executable, "-m", "concours.cli", "inspect", *words]
    environ = {**os.environ, "PYTHONPATH": str(Path.cwd()), "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    return subprocess.run(line, cwd=cwd, env=environ, capture_output=True, timeout=60, check=False)


def objects(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_one_object_a_line_in_the_order_given(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(files.mp4())
    (tmp_path / "bd.pdf").write_bytes(files.docx())
    done = concours("--json", "film.mp4", "bd.pdf", cwd=tmp_path)
    film, paper = objects(done)
    assert [list(each) for each in (film, paper)] == [[*KEYS, "findings"]] * 2
    assert (film["file"], film["verdict"], film["kind"], film["reason"]) == ("film.mp4", "accepted", "mp4", None)
    assert (film["detected"], film["width"], film["height"], film["pages"]) == ("video/mp4", 160, 120, None)
    assert (paper["verdict"], paper["kind"], paper["reason"]) == ("refused", None, "wrong_format")
    assert paper["message"].startswith("Ce fichier est un document Word (.docx) renommé en .pdf. ")
    assert (done.returncode, done.stderr) == (1, b"")


def test_all_accepted_ends_with_zero_and_reads_in_french(tmp_path: Path) -> None:
    (tmp_path / "bd.pdf").write_bytes(files.pdf())
    done = concours("bd.pdf", cwd=tmp_path)
    assert (done.returncode, done.stdout.decode()) == (0, "bd.pdf : Fichier accepté : PDF de 2 pages.\n")


def test_what_is_no_file_is_said_and_the_others_are_examined(tmp_path: Path) -> None:
    (tmp_path / "bd.pdf").write_bytes(files.pdf())
    os.mkfifo(tmp_path / "tube")
    done = concours("--json", "absent.mp4", ".", "tube", "bd.pdf", cwd=tmp_path)
    assert [each["file"] for each in objects(done)] == ["bd.pdf"]
    assert done.returncode == 2
    said = done.stderr.decode().splitlines()
    assert [line.partition(" : ")[0] for line in said] == ["absent.mp4", ".", "tube"]
    assert "n'existe pas" in said[0]
    assert "dossier" in said[1]


def test_wrong_usage_ends_with_two(tmp_path: Path) -> None:
    assert "au moins un fichier" in concours(cwd=tmp_path).stderr.decode()
    for words in ([], ["--max-pages", "0", "x"], ["--max-bytes", "beaucoup", "x"], ["--jsno"]):
        assert concours(*words, cwd=tmp_path).returncode == 2


def test_strange_names_neither_break_a_line_nor_pass_for_options(tmp_path: Path) -> None:
    names = [b"-hd.pdf", b"a\nb.pdf", b"\xff.pdf", "\u202efdp.exe".encode(), "🎬.pdf".encode(), b"x" * 255]
    for name in names:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(b"abc")
    said = objects(concours("--json", *names, cwd=tmp_path))
    assert [each["file"] for each in said] == [name.decode("utf-8", "backslashreplace") for name in names]
    plain = concours(*names, cwd=tmp_path)
    lines = plain.stdout.decode().splitlines()
    assert len(lines) == len(names)
    assert lines[1].startswith("a\\u000ab.pdf : ")
    assert "\u202e" not in plain.stdout.decode()
    assert plain.returncode == 1
    long = concours("y" * 300, cwd=tmp_path)
    assert (long.returncode, b"Traceback" in long.stderr) == (2, False)


def test_limits_may_be_given(tmp_path: Path) -> None:
    (tmp_path / "bd.pdf").write_bytes(files.pdf())
    (tmp_path / "film.mp4").write_bytes(files.mp4())
    assert objects(concours("--json", "--max-pages", "1", "bd.pdf", cwd=tmp_path))[0]["reason"] == "pages"
    assert objects(concours("--json", "--max-bytes", "99", "bd.pdf", cwd=tmp_path))[0]["reason"] == "too_large"
    assert objects(concours("--json", "--max-seconds", "1", "film.mp4", cwd=tmp_path))[0]["reason"] == "too_long"


def test_the_limits_are_those_of_the_embedded_edition() -> None:
    limits = limits_of(parse(EMBEDDED.read_text(encoding="utf-8")))
    assert (limits.max_seconds, limits.max_bytes, limits.max_pages) == (
        inspect_command.MAX_SECONDS,
        inspect_command.MAX_BYTES,
        inspect_command.MAX_PAGES,
    )
