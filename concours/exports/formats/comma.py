"""CSV that spreadsheets open without harm, in French conventions: BOM, semicolons, CRLF, decimal commas."""

import csv
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from io import StringIO
from itertools import islice
from typing import Any

from concours.exports.rules import Cell, Form, Table
from concours.kernel.clock import format_short

BOM = b"\xef\xbb\xbf"
"""Without it, Excel takes UTF-8 for a Windows code page."""

_COMPUTES = frozenset("=+-@\N{MINUS SIGN}")
_CONTROLS = ("\t", "\r", "\n")
_LOOKED_THROUGH = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})
"""Blanks and invisible characters, which some spreadsheets drop before they decide."""

_AT_ONCE = 1000
"""Rows that leave together: a row by itself would cost more to send than to write."""


def csv_chunks(table: Table) -> Iterator[bytes]:
    """Yield the table, some rows at a time: UTF-8 with BOM, no cell that computes."""
    written = StringIO(newline="")
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    writer.writerow([harmless(column.title) for column in table.columns])
    yield BOM + _emptied(written)
    shapes = [_SHAPES[column.form] for column in table.columns]
    rows = iter(table.rows)
    while together := list(islice(rows, _AT_ONCE)):
        writer.writerows(_shaped(together, shapes))
        yield _emptied(written)


def harmless(cell: str | None) -> str:
    """Return the cell with a leading apostrophe where a spreadsheet would run it instead of showing it."""
    if not cell or cell[0].isalnum():  # nearly all of them: a letter or a digit computes nothing
        return cell or ""
    seen = next((c for c in cell if unicodedata.category(c) not in _LOOKED_THROUGH), "")
    # Full-width and small forms fold to the sign itself, as some spreadsheets take them.
    runs = cell.startswith(_CONTROLS) or unicodedata.normalize("NFKC", seen) in _COMPUTES
    return f"'{cell}" if runs else cell


def _instant(cell: Any) -> str:
    return format_short(cell) if cell else ""


def _decimal(cell: Any) -> str:
    """Return a number with two decimals at least, six where they are needed."""
    if cell is None:
        return ""
    whole, _, part = f"{cell:.6f}".partition(".")
    return f"{whole},{part.rstrip('0').ljust(2, '0')}"


def _whole(cell: Any) -> str:
    return "" if cell is None else str(cell)


_SHAPES: Mapping[Form, Callable[[Any], str]] = {
    Form.TEXT: harmless,
    Form.PSEUDONYM: harmless,
    Form.WHOLE: _whole,
    Form.DECIMAL: _decimal,
    Form.INSTANT: _instant,
}


def _shaped(rows: Iterable[Sequence[Cell]], shapes: Sequence[Callable[[Any], str]]) -> Iterator[list[str]]:
    return ([shape(cell) for shape, cell in zip(shapes, row, strict=True)] for row in rows)


def _emptied(written: StringIO) -> bytes:
    content = written.getvalue().encode()
    written.seek(0)
    written.truncate()
    return content
