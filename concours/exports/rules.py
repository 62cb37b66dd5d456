"""A table that leaves the service, and the CSV that spreadsheets open without harm."""

import csv
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

BOM = b"\xef\xbb\xbf"
"""Without it, Excel takes UTF-8 for a Windows code page."""

_COMPUTES = frozenset("=+-@\N{MINUS SIGN}")
_CONTROLS = ("\t", "\r", "\n")
_LOOKED_THROUGH = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})
"""Blanks and invisible characters, which some spreadsheets drop before they decide."""


class Kind(StrEnum):
    """What may be exported."""

    LAUREATES = "laureates"
    REGISTRATIONS = "registrations"
    COMMUNITY = "community"


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and rows of text."""

    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


class _Echo:
    """Gives back what the CSV writer writes."""

    def write(self, line: str) -> str:
        """Return the line."""
        return line


def csv_lines(table: Table) -> Iterator[bytes]:
    """Yield the table as CSV: UTF-8 with BOM, semicolons, CRLF, no cell that computes."""
    writer = csv.writer(_Echo(), delimiter=";", lineterminator="\r\n")
    yield BOM
    for row in _rows(table):
        yield writer.writerow(harmless(cell) for cell in row).encode()


def harmless(cell: str) -> str:
    """Return the cell with a leading apostrophe where a spreadsheet would run it instead of showing it."""
    seen = next((c for c in cell if unicodedata.category(c) not in _LOOKED_THROUGH), "")
    # Full-width and small forms fold to the sign itself, as some spreadsheets take them.
    runs = cell.startswith(_CONTROLS) or unicodedata.normalize("NFKC", seen) in _COMPUTES
    return f"'{cell}" if runs else cell


def _rows(table: Table) -> Iterable[tuple[str, ...]]:
    yield table.headings
    yield from table.rows
