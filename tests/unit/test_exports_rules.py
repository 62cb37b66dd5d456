"""What leaves in a CSV opens in a spreadsheet as text, and reads back whole."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concours.exports.rules import BOM, Table, csv_lines, harmless

# What can stand in a database's text: any character but lone surrogates and NUL.
_CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


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


def test_the_file_begins_with_the_mark_that_excel_needs_and_ends_its_lines_for_it() -> None:
    content = b"".join(csv_lines(Table(("Nom", "Prénom"), [("Noël", "Zoé")])))
    assert content == BOM + "Nom;Prénom\r\nNoël;Zoé\r\n".encode()


@given(st.lists(st.tuples(_CELLS, _CELLS)))
def test_semicolons_quotes_and_line_ends_inside_cells_read_back(rows: list[tuple[str, str]]) -> None:
    content = b"".join(csv_lines(Table(("a", "b"), rows))).decode("utf-8-sig")
    read = csv.reader(StringIO(content, newline=""), delimiter=";")
    assert list(read) == [["a", "b"], *([harmless(a), harmless(b)] for a, b in rows)]
