"""The jury's process knows nothing of the identity side: seen from a fresh Python, where nothing is imported yet."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.guards.source import ROOT

PROBE = """
import json, sys
import wsgi
wsgi.{app}
from concours.kernel.db import Base
print(json.dumps({{"modules": sorted(sys.modules), "tables": sorted(Base.metadata.tables)}}))
"""


def look_inside(app: str, folder: Path) -> dict[str, Any]:
    """Return the modules and the tables that a process serving this application alone knows."""
    settings = {"DATA": str(folder / "var"), "UPLOADS": str(folder / "uploads")}
    done = subprocess.run(
        [sys.executable, "-c", PROBE.format(app=app)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def jury_process(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return look_inside("jury_app", tmp_path_factory.mktemp("jury"))


def belongs_to(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def test_the_jury_s_process_loads_nothing_of_the_identity_side(jury_process: dict[str, Any]) -> None:
    assert "jury.views" in jury_process["modules"]
    loaded = [name for name in jury_process["modules"] if belongs_to(name, "concours")]
    foreign = [name for name in loaded if name != "concours" and not belongs_to(name, "concours.kernel")]
    assert sorted(foreign) == [], "wsgi:jury_app loads concours.kernel and nothing else of concours."


def test_the_jury_s_process_knows_no_table_but_its_own(jury_process: dict[str, Any]) -> None:
    assert jury_process["tables"]
    foreign = [name for name in jury_process["tables"] if not name.startswith("jury_")]
    assert sorted(foreign) == [], "Every table that the jury's process maps is named jury_*."


def test_the_candidates_process_loads_no_page_of_the_jury(tmp_path: Path) -> None:
    modules = look_inside("concours_app", tmp_path)["modules"]
    assert "concours.app" in modules
    assert not [name for name in modules if belongs_to(name, "jury.views", "jury.forms", "jury.app")]
