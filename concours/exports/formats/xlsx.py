"""XLSX, one sheet a table, written row by row: numbers are numbers, dates are dates, a text stays a text."""

from collections.abc import Callable, Iterable, Mapping
from typing import IO, Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format as Style
from xlsxwriter.worksheet import Worksheet

from concours.exports.formats.cells import held, local
from concours.exports.rules import NAMES, Book, Column, Form, Table

_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}

_CODES = {Form.INSTANT: "dd/mm/yyyy hh:mm:ss", Form.DECIMAL: "0.00", Form.WHOLE: "0"}
_RICH = "<r>"


def write_xlsx(book: Book, tables: Iterable[Table], target: IO[bytes]) -> None:
    """Write the tables, whatever their length, in the same memory."""
    with Workbook(target, _OPTIONS) as workbook:
        told = {"title": book.title, "author": book.author, "comments": book.words, "created": book.at}
        workbook.set_properties(told)
        workbook.set_custom_property("Language", "fr-FR")
        heading = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        styles = {form: workbook.add_format({"num_format": code}) for form, code in _CODES.items()}
        for table in tables:
            _write_sheet(workbook.add_worksheet(NAMES[table.topic]), table, heading, styles)


def _write_sheet(sheet: Worksheet, table: Table, heading: Style, styles: Mapping[Form, Style]) -> None:
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    for n, column in enumerate(table.columns):
        sheet.set_column(n, n, column.width)
        sheet.write_string(0, n, _safe(column.title), heading)
    writers = [_writer(sheet, column, styles) for column in table.columns]
    last = 0
    for last, row in enumerate(table.rows, start=1):
        for n, (write, cell) in enumerate(zip(writers, row, strict=True)):
            if cell is not None:
                write(last, n, cell)
    sheet.autofilter(0, 0, last, len(table.columns) - 1)


def _writer(sheet: Worksheet, column: Column[Any], styles: Mapping[Form, Style]) -> Callable[[int, int, Any], object]:
    style = styles.get(column.form)
    if column.form is Form.INSTANT:
        return lambda row, n, cell: sheet.write_datetime(row, n, local(cell), style)
    if style is not None:
        return lambda row, n, cell: sheet.write_number(row, n, cell, style)
    return lambda row, n, cell: sheet.write_string(row, n, _safe(cell)) if cell else None


def _safe(text: str) -> str:
    """Return a text that the library takes for one: what begins as its own markup would be written unescaped."""
    text = held(text)
    return f" {text}" if text.startswith(_RICH) else text
