"""LibreOffice opens the workbooks, and shows what was written."""

import csv
import subprocess
from io import StringIO
from pathlib import Path

import pytest

from concours.exports.rules import Format
from tests.exports_scene import HOSTILE, ROWS, written
from tests.mark_readers import need

# To CSV: commas, double quotes, UTF-8, from the first line, cells as they are shown.
_AS_SHOWN = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true"


@pytest.mark.full
@pytest.mark.parametrize("format_", [Format.XLSX, Format.ODS])
def test_libreoffice_shows_texts_as_texts_and_dates_as_dates(tmp_path: Path, format_: Format) -> None:
    program = need("soffice", "libreoffice-calc-nogui")
    file = tmp_path / f"inscriptions.{format_}"
    file.write_bytes(written(format_, ROWS))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [program, profile, "--headless", "--convert-to", _AS_SHOWN, "--outdir", str(tmp_path), str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    shown = list(csv.reader(StringIO((tmp_path / "inscriptions.csv").read_text(encoding="utf-8"))))
    assert shown[0] == ["Nom", "Le (heure de Paris)", "Nombre", "Moyenne"]
    typed = [f" {text}" if text.startswith("<r>") and format_ is Format.XLSX else text for text in HOSTILE]
    assert [row[0] for row in shown[1 : len(HOSTILE) + 1]] == typed
    assert {(row[1], row[2]) for row in shown[1 : len(HOSTILE) + 1]} == {("02/07/2027 00:30:05", "7")}
