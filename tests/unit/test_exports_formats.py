"""Files that leave open as what they are: texts, numbers and dates, whatever people have typed."""

import csv
from datetime import UTC, datetime
from io import BytesIO, StringIO
from zipfile import ZIP_STORED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from concours.exports.formats.comma import BOM, csv_chunks, harmless
from concours.exports.rules import NAMED, NAMES, Cell, Column, Format, Table, Topic
from concours.kernel.clock import format_short
from tests.exports_scene import AT, BOOK, HOSTILE, PARIS, ROWS, SHEET, json_document, ods_rows, written, xlsx_rows

# What can stand in a database's text: any character but lone surrogates and NUL.
_CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def texts(*rows: tuple[str, str]) -> Table:
    columns = (Column("a", "a", None, NAMED), Column("b", "b", None, NAMED))
    return Table(Topic.COMMUNITY, columns, rows)


@pytest.mark.parametrize(
    "cell",
    [
        "=cmd|' /C calc'!A0",
        "+33 1 23 45 67 89",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "\N{NO-BREAK SPACE}=1",
        "\N{ZERO WIDTH SPACE}=1",
        "＝1",
        "＋1",
        "－1",
        "＠SUM(A1)",
        "﹣1",
        "−1",
    ],
)
def test_a_cell_that_a_spreadsheet_would_run_begins_with_an_apostrophe(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "Éloïse", "8,43", "l'égalité = un droit", "a-b", "  retrait", "« @ »"])
def test_an_ordinary_cell_stays_as_it_is(cell: str) -> None:
    assert harmless(cell) == cell


@given(_CELLS)
def test_neutralising_only_ever_adds_the_apostrophe(cell: str) -> None:
    assert harmless(cell) in (cell, f"'{cell}")
    assert harmless(harmless(cell)) == harmless(cell)


@given(st.lists(st.tuples(_CELLS, _CELLS)))
def test_semicolons_quotes_and_line_ends_inside_cells_read_back(rows: list[tuple[str, str]]) -> None:
    content = b"".join(csv_chunks(texts(*rows))).decode("utf-8-sig")
    read = csv.reader(StringIO(content, newline=""), delimiter=";")
    assert list(read) == [["a", "b"], *([harmless(a), harmless(b)] for a, b in rows)]


def test_a_csv_is_what_a_french_excel_expects() -> None:
    content = written(Format.CSV, [("Noël; Zoé", AT, 7, 8.125), ("Élie", None, None, 9.0)])
    lines = ["Nom;Le (heure de Paris);Nombre;Moyenne", '"Noël; Zoé";02/07/2027 00:30;7;8,125', "Élie;;;9,00", ""]
    assert content == BOM + "\r\n".join(lines).encode()


@given(st.datetimes(AT.replace(year=1970, tzinfo=None), AT.replace(year=2100, tzinfo=None), timezones=st.just(UTC)))
def test_an_instant_in_a_csv_is_that_of_every_table(at: datetime) -> None:
    content = written(Format.CSV, [("Zoé", at, 7, 8.0)]).decode("utf-8-sig")
    assert content.splitlines()[1] == f"Zoé;{format_short(at)};7;8,00"


def test_a_workbook_reads_back_with_its_types() -> None:
    content = written(Format.XLSX, ROWS)
    headings, *rows = xlsx_rows(content, SHEET)
    assert headings == ["Nom", "Le (heure de Paris)", "Nombre", "Moyenne"]
    # One text alone is changed, by a space: what begins as the library's own markup would leave unescaped.
    assert [row[0] for row in rows] == [f" {text}" if text.startswith("<r>") else text for text in HOSTILE]
    assert all(row[1:] == [PARIS, 7, 8.125] for row in rows)
    sheet = load_workbook(BytesIO(content))[SHEET]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", f"A1:D{len(HOSTILE) + 2}")
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s", "d", "n"}
    assert sheet["B2"].number_format == "dd/mm/yyyy hh:mm:ss"
    assert sheet["A2"].hyperlink is None


def test_a_workbook_says_what_it_is_and_in_which_language() -> None:
    content = written(Format.XLSX, ROWS)
    told = load_workbook(BytesIO(content)).properties
    assert (told.title, told.creator, told.description) == (BOOK.title, BOOK.author, BOOK.words)
    assert b'name="Language"><vt:lpwstr>fr-FR<' in ZipFile(BytesIO(content)).read("docProps/custom.xml")


def test_an_open_document_reads_back_with_its_types() -> None:
    headings, *rows = ods_rows(written(Format.ODS, ROWS), SHEET)
    assert headings == ["Nom", "Le (heure de Paris)", "Nombre", "Moyenne"]
    assert [row[0] for row in rows] == [*HOSTILE, None]
    assert all(row[1:] == [PARIS, 7, 8.125] for row in rows[:-1])
    assert rows[-1] == [None, None, None, None]


def test_an_open_document_is_known_by_its_first_file_and_says_its_language() -> None:
    archive = ZipFile(BytesIO(written(Format.ODS, ROWS)))
    first = archive.infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", ZIP_STORED)
    assert b"<dc:language>fr-FR</dc:language>" in archive.read("meta.xml")
    assert b"VerticalSplitPosition" in archive.read("settings.xml")
    assert f"'{SHEET}'.D{len(ROWS) + 1}".encode() in archive.read("content.xml")


@pytest.mark.parametrize("format_", [Format.XLSX, Format.ODS])
def test_what_xml_forbids_is_shown_as_a_gap_and_blanks_stay(format_: Format) -> None:
    rows: list[tuple[Cell, ...]] = [("a\x00b\x0bc\uffff", None, None, None), ("  deux  espaces\tet\nligne", None, 0, 0)]
    read = xlsx_rows if format_ is Format.XLSX else ods_rows
    [_, gaps, blanks] = read(written(format_, rows), SHEET)
    assert gaps[0] == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c\N{REPLACEMENT CHARACTER}"
    assert blanks[0].replace("\n", "") == "  deux  espaces\tetligne"
    assert blanks[2:] == [0, 0]


@pytest.mark.parametrize("format_", [Format.XLSX, Format.ODS])
def test_a_text_longer_than_a_cell_is_cut_and_says_so(format_: Format) -> None:
    read = xlsx_rows if format_ is Format.XLSX else ods_rows
    [_, row] = read(written(format_, [("\N{PARTY POPPER}" * 20_000, None, None, None)]), SHEET)
    assert row[0].endswith("(suite dans l'export JSON)")
    assert len(row[0].encode("utf-16-le")) // 2 <= 32_767


@pytest.mark.parametrize("format_", [Format.XLSX, Format.ODS])
def test_a_workbook_holds_one_sheet_a_table(format_: Format) -> None:
    content = written(format_, [], Topic.REGISTRATIONS, Topic.COMMUNITY)
    read = xlsx_rows if format_ is Format.XLSX else ods_rows
    assert [len(read(content, NAMES[topic])) for topic in (Topic.REGISTRATIONS, Topic.COMMUNITY)] == [1, 1]


def test_json_has_real_instants_and_numbers() -> None:
    document = json_document(written(Format.JSON, ROWS, Topic.REGISTRATIONS, Topic.COMMUNITY))
    first, second = document["tables"]
    assert first["rows"][0] == {"name": HOSTILE[0], "at": "2027-07-02T00:30:05+02:00", "count": 7, "mean": 8.125}
    assert first["columns"][1] == {"key": "at", "heading": "Le", "zone": "Europe/Paris"}
    assert second["rows"][-1] == {"name": None, "at": None, "count": None, "mean": None}
    assert [row["name"] for row in first["rows"][:-1]] == list(HOSTILE)
