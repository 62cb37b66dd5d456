"""ODS, one sheet a table, written row by row with the standard library: decision 31 says why."""

import zipfile
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from itertools import chain
from string import ascii_uppercase
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

from concours.exports.formats.cells import held, local
from concours.exports.formats.ods_parts import CONTENT_END, CONTENT_START, MANIFEST, MIME, STYLES, meta, settings
from concours.exports.rules import NAMES, Book, Form, Table

_AT_ONCE = 64 << 10
"""Bytes handed to the compressor together."""


def write_ods(book: Book, tables: Iterable[Table], target: IO[bytes]) -> None:
    """Write the tables, whatever their length, in the same memory."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        archive.writestr("mimetype", MIME, zipfile.ZIP_STORED)  # first and as it is: that is how the file is known
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("styles.xml", STYLES)
        archive.writestr("meta.xml", meta(book))
        names: list[str] = []
        with archive.open("content.xml", "w", force_zip64=True) as content:
            for piece in _pieces(chain([CONTENT_START], _sheets(tables, names))):
                content.write(piece)
        archive.writestr("settings.xml", settings(names))


def _sheets(tables: Iterable[Table], names: list[str]) -> Iterator[str]:
    """Yield every sheet, then which of their cells are filtered; add their names to `names`."""
    ranges = []
    for table in tables:
        names.append(NAMES[table.topic])
        count = yield from _sheet(table, names[-1])
        quoted = "'" + names[-1].replace("'", "''") + "'"
        cells = quoteattr(f"{quoted}.A1:{quoted}.{_letters(len(table.columns) - 1)}{count + 1}")
        ranges.append(
            f'<table:database-range table:name="Table{len(names)}" table:target-range-address={cells}'
            ' table:display-filter-buttons="true"/>'
        )
    yield f"<table:database-ranges>{''.join(ranges)}</table:database-ranges>{CONTENT_END}"


def _sheet(table: Table, name: str) -> Generator[str, None, int]:
    """Yield a sheet; return how many rows it has below its headings."""
    yield f'<table:table table:name={quoteattr(name)} table:style-name="sheet">'
    yield from (f'<table:table-column table:style-name="w{column.width}"/>' for column in table.columns)
    headings = "".join(_text(column.title, ' table:style-name="heading"') for column in table.columns)
    yield f"<table:table-header-rows><table:table-row>{headings}</table:table-row></table:table-header-rows>"
    writers, count = [_WRITERS[column.form] for column in table.columns], 0
    for row in table.rows:
        count += 1
        cells = [_EMPTY if cell is None else write(cell) for write, cell in zip(writers, row, strict=True)]
        yield f"<table:table-row>{''.join(cells)}</table:table-row>"
    yield "</table:table>"
    return count


_EMPTY = "<table:table-cell/>"


def _text(cell: Any, style: str = "") -> str:
    # Several spaces, tabs and line ends are marks of their own: a reader folds plain ones into one space.
    lines = escape(held(cell)).replace("\t", "<text:tab/>").split("\n")
    paragraphs = "".join(f"<text:p>{_spaced(line)}</text:p>" for line in lines)
    return f'<table:table-cell{style} office:value-type="string">{paragraphs}</table:table-cell>'


def _spaced(line: str) -> str:
    line = line.replace("\r", "").replace("  ", " <text:s/>")
    return f"<text:s/>{line[1:]}" if line.startswith(" ") else line


def _number(style: str) -> Callable[[Any], str]:
    return lambda cell: (
        f'<table:table-cell table:style-name="{style}" office:value-type="float" office:value="{cell!r}">'
        f"<text:p>{str(cell).replace('.', ',')}</text:p></table:table-cell>"
    )


def _instant(cell: Any) -> str:
    at = local(cell)
    return (
        f'<table:table-cell table:style-name="instant" office:value-type="date" office:date-value="{at.isoformat()}">'
        f"<text:p>{at:%d/%m/%Y %H:%M:%S}</text:p></table:table-cell>"
    )


_WRITERS: Mapping[Form, Callable[[Any], str]] = {
    Form.TEXT: lambda cell: _text(cell) if cell else _EMPTY,
    Form.PSEUDONYM: _text,
    Form.WHOLE: _number("whole"),
    Form.DECIMAL: _number("decimal"),
    Form.INSTANT: _instant,
}


def _letters(column: int) -> str:
    first, last = divmod(column, 26)
    return (ascii_uppercase[first - 1] if first else "") + ascii_uppercase[last]


def _pieces(texts: Iterable[str]) -> Iterator[bytes]:
    """Gather texts into pieces that are worth compressing."""
    waiting, size = [], 0
    for text in texts:
        waiting.append(text)
        size += len(text)
        if size >= _AT_ONCE:
            yield "".join(waiting).encode()
            waiting, size = [], 0
    yield "".join(waiting).encode()
