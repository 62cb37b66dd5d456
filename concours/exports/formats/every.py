"""An export in its format: as it comes, or as a file that is whole before its first byte leaves."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import IO

from concours.exports.formats.comma import csv_chunks
from concours.exports.formats.jsons import json_chunks
from concours.exports.formats.ods import write_ods
from concours.exports.formats.ods_parts import MIME as ODS_MIME
from concours.exports.formats.xlsx import write_xlsx
from concours.exports.rules import Book, Format, Table

_AT_ONCE = 256 << 10

MIMES: Mapping[Format, str] = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.ODS: ODS_MIME,
    Format.CSV: "text/csv",
    Format.JSON: "application/json",
}

_WRITERS: Mapping[Format, Callable[[Book, Iterable[Table], IO[bytes]], None]] = {
    Format.XLSX: write_xlsx,
    Format.ODS: write_ods,
}


def chunks(format_: Format, book: Book, tables: Iterable[Table]) -> Iterator[bytes]:
    """Yield the file. A workbook is written on the disk first: a ZIP file is no stream."""
    if format_ is Format.CSV:
        return (chunk for table in tables for chunk in csv_chunks(table))
    if format_ is Format.JSON:
        return json_chunks(book, tables)
    return _written(_WRITERS[format_], book, tables)


def _written(
    write: Callable[[Book, Iterable[Table], IO[bytes]], None], book: Book, tables: Iterable[Table]
) -> Iterator[bytes]:
    with tempfile.TemporaryFile() as file:
        write(book, tables, file)
        file.seek(0)
        while chunk := file.read(_AT_ONCE):
            yield chunk
