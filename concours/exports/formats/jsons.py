"""JSON for programs: one document, written row by row; instants with their offset, numbers as numbers."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from concours.exports.rules import NAMES, Book, Cell, Form, Table
from concours.kernel.clock import to_paris


def json_chunks(book: Book, tables: Iterable[Table]) -> Iterator[bytes]:
    """Yield the document: what it is, then each table with its columns and its rows."""
    head = {"title": book.title, "kind": book.kind, "exported_at": _value(book.at), "notice": book.words}
    yield (_text(head).removesuffix("}") + ', "tables": [').encode()
    for number, table in enumerate(tables):
        yield (", " if number else "").encode() + _opening(table)
        yield from _rows(table)
        yield b"]}"
    yield b"]}\n"


def _opening(table: Table) -> bytes:
    columns = [{"key": each.key, "heading": each.heading} | _zone(each.form) for each in table.columns]
    told = {"topic": table.topic, "name": NAMES[table.topic], "columns": columns}
    return (_text(told).removesuffix("}") + ', "rows": [').encode()


def _rows(table: Table) -> Iterator[bytes]:
    keys = [column.key for column in table.columns]
    for number, row in enumerate(table.rows):
        values = {key: _value(cell) for key, cell in zip(keys, row, strict=True)}
        yield (("," if number else "") + "\n" + _text(values)).encode()


def _zone(form: Form) -> dict[str, str]:
    return {"zone": "Europe/Paris"} if form is Form.INSTANT else {}


def _value(cell: Cell) -> Any:
    return to_paris(cell).isoformat() if isinstance(cell, datetime) else cell


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
