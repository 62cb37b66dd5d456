"""What is taken out, and how each kind of file is read back."""

import csv
import json
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

from odf.element import Element
from odf.opendocument import load
from odf.table import Table as OdfTable
from odf.table import TableCell, TableRow
from odf.teletype import extractText
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from sqlalchemy.orm import Session

from concours.exports.formats.every import chunks
from concours.exports.operations import tables, take_out
from concours.exports.rules import NAMED, NAMES, Book, Cell, Column, Form, Format, Kind, Table, Topic, Wanted
from concours.registrations.rules import Attendee

WHY = "Préparer l'accueil."

LONG = "É" * 300
HOSTILE = (
    "=cmd|' /C calc'!A0",
    '+33 services; "l\'aîné"',
    "Zoé d'Œuilly, née Ångström",
    "<r>gras</r>",
    "<r><t>brisé</r>",
    "http://exemple.example/",
    "007",
    "\N{PARTY POPPER} fête",
    "שלום \N{RIGHT-TO-LEFT OVERRIDE}abc",
    "_x0041_",
    LONG,
)
"""What people and machines may well type."""


AT = datetime(2027, 7, 1, 22, 30, 5, tzinfo=UTC)
"""The second of July in Paris, where it is summer."""
PARIS = datetime(2027, 7, 2, 0, 30, 5)  # noqa: DTZ001 -- as a cell says it: its heading has the zone
BOOK = Book(title="Concours : Inscriptions", author="Le secrétariat", words="À garder.", kind=Kind.FULL, at=AT)
COLUMNS: tuple[Column[Any], ...] = (
    Column("name", "Nom", None, NAMED),
    Column("at", "Le", None, NAMED, Form.INSTANT),
    Column("count", "Nombre", None, NAMED, Form.WHOLE),
    Column("mean", "Moyenne", None, NAMED, Form.DECIMAL),
)
ROWS: list[tuple[Cell, ...]] = [*((text, AT, 7, 8.125) for text in HOSTILE), (None, None, None, None)]
SHEET = NAMES[Topic.REGISTRATIONS]


def written(format_: Format, rows: list[tuple[Cell, ...]], *topics: Topic) -> bytes:
    """Return the file that these rows make, once for each table."""
    tables = (Table(topic, COLUMNS, iter(rows)) for topic in topics or (Topic.REGISTRATIONS,))
    return b"".join(chunks(format_, BOOK, tables))


def take(
    session: Session, *topics: Topic, at: datetime, kind: Kind = Kind.FULL, format_: Format = Format.CSV, why: str = WHY
) -> bytes:
    """Take tables out, and return the file."""
    wanted = Wanted(topics=topics, kind=kind, format=format_, purpose=why)
    export = take_out(session, wanted=wanted, actor="command", now=at)
    session.flush()
    return b"".join(chunks(format_, export.book, tables(session, export=export)))


def csv_rows(content: bytes) -> list[list[str]]:
    """Read a CSV as a French Excel does."""
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def xlsx_rows(content: bytes, sheet: str) -> list[list[Any]]:
    """Read a sheet of a workbook, its cells as they are typed."""
    book = load_workbook(BytesIO(content))
    return [[_shown(cell.value) for cell in row] for row in book[sheet].iter_rows()]


def ods_rows(content: bytes, sheet: str) -> list[list[Any]]:
    """Read a sheet of an ODS by its types."""
    tables_of = load(BytesIO(content)).spreadsheet.getElementsByType(OdfTable)
    found = next(each for each in tables_of if each.getAttribute("name") == sheet)
    return [[_value(cell) for cell in row.getElementsByType(TableCell)] for row in found.getElementsByType(TableRow)]


def json_document(content: bytes) -> Any:
    """Read a JSON export."""
    return json.loads(content)


def parts(content: bytes) -> list[str]:
    """Return the names of the files of a workbook."""
    return ZipFile(BytesIO(content)).namelist()


def registered(name: str, number: int = 0) -> Attendee:
    """Return somebody whose every answer is this text, as long as a name may be."""
    name = name[:100]
    return Attendee(
        first_name=name,
        last_name=name,
        email=f"abel{number}@prefecture.example",
        administration=name,
        function="",
        accessibility_needs="",
    )


def _shown(value: Any) -> Any:
    """Return a text as Excel shows it: openpyxl leaves the escapes of the file's own format in texts inside cells."""
    return unescape(value) if isinstance(value, str) else value


def _value(cell: Element) -> Any:
    kind = cell.getAttribute("valuetype")
    if kind == "float":
        return float(cell.getAttribute("value"))
    if kind == "date":
        return datetime.fromisoformat(cell.getAttribute("datevalue"))
    return extractText(cell) if kind == "string" else None
