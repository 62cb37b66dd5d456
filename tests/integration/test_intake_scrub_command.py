"""`concours scrub`: the jury copy of a file on the spot, without a database."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from concours.intake.operations import inspect
from concours.intake.rules import Kind, Limits
from concours.intake.sandbox import choose_sandbox
from tests import files


def scrub(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "concours.cli", "scrub", *words]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path.cwd()), "LANG": "C.UTF-8", "HOME": str(folder)}
    return subprocess.run(line, capture_output=True, text=True, timeout=120, check=False, env=environment)


@pytest.mark.parametrize(
    ("data", "names", "roles"),
    [
        (
            files.pdf(2, author="Zephyrine"),
            ["jury.pdf", "manifest.json", "page-001.webp", "page-002.webp"],
            ["document", "page", "page"],
        ),
        (
            files.mp4(seconds=1, marks=(("title", "Zephyrine"),)),
            ["jury-480p.mp4", "jury.mp4", "manifest.json", "poster.webp"],
            ["video", "small", "poster"],
        ),
    ],
)
def test_a_copy_is_written_and_listed(data: bytes, names: list[str], roles: list[str], tmp_path: Path) -> None:
    source, out = tmp_path / "création.bin", tmp_path / "neuf" / "copie"
    source.write_bytes(data)
    done = scrub(str(source), "-o", str(out), "--json", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(path.name for path in out.iterdir()) == names
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest == json.loads(done.stdout)
    assert [each["role"] for each in manifest["files"]] == roles
    assert {"info", "tags"} & set(manifest["removed"])
    for each in manifest["files"]:
        content = (out / each["name"]).read_bytes()
        assert (each["size"], each["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
        assert b"Zephyrine" not in content
        if each["mime"] == "image/webp":
            with Image.open(out / each["name"]) as image:
                assert image.size == (each["width"], each["height"])


def test_a_refusal_has_the_verdict_of_the_site_and_leaves_nothing(tmp_path: Path) -> None:
    source = tmp_path / "film.mp4"
    source.write_bytes(files.docx())
    limits = Limits(kinds=frozenset(Kind), max_bytes=10**9)
    verdict = inspect(source, name=source.name, limits=limits, sandbox=choose_sandbox())
    done = scrub(str(source), "-o", str(tmp_path / "out"), "--json", folder=tmp_path)
    said = json.loads(done.stdout)
    assert done.returncode == 1
    assert (said["verdict"], said["reason"], said["message"]) == ("refused", verdict.reason, verdict.message)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("words", [[], ["absent.pdf", "-o", "out"], ["--nimporte"]])
def test_wrong_usage_ends_with_status_two(words: list[str], tmp_path: Path) -> None:
    assert scrub(*words, folder=tmp_path).returncode == 2


def test_an_earlier_copy_is_replaced_only_when_asked_and_other_files_never(tmp_path: Path) -> None:
    source, out = tmp_path / "bd.pdf", tmp_path / "out"
    source.write_bytes(files.pdf(1))
    out.mkdir()
    (out / "jury.pdf").write_text("mine")
    (out / "page-007.webp").write_text("old")
    (out / "notes.txt").write_text("kept")
    refused = scrub(str(source), "-o", str(out), folder=tmp_path)
    assert refused.returncode == 2
    assert "--force" in refused.stderr
    assert (out / "jury.pdf").read_text() == "mine"
    done = scrub(str(source), "-o", str(out), "--force", folder=tmp_path)
    assert done.returncode == 0
    assert "Trouvé et retiré : info" in done.stdout
    assert sorted(path.name for path in out.iterdir()) == ["jury.pdf", "manifest.json", "notes.txt", "page-001.webp"]
