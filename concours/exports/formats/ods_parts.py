"""What an ODS file holds beside its sheets: manifest, styles, properties, and how each sheet is shown."""

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from concours.exports.rules import Book

MIME = "application/vnd.oasis.opendocument.spreadsheet"

_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACES = " ".join(
    f'xmlns:{name}="{address}"'
    for name, address in {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
        "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
        "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
        "number": "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0",
        "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
        "config": "urn:oasis:names:tc:opendocument:xmlns:config:1.0",
        "dc": "http://purl.org/dc/elements/1.1/",
    }.items()
)
_PARTS = ("content.xml", "styles.xml", "meta.xml", "settings.xml")
_WIDTHS = range(8, 61)
"""Widths of columns, in characters."""

MANIFEST = (
    f'{_XML}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
    f' manifest:version="1.3"><manifest:file-entry manifest:full-path="/" manifest:media-type="{MIME}"/>'
    + "".join(f'<manifest:file-entry manifest:full-path="{part}" manifest:media-type="text/xml"/>' for part in _PARTS)
    + "</manifest:manifest>"
)

STYLES = (
    f'{_XML}<office:document-styles {_SPACES} office:version="1.3"><office:styles>'
    '<style:default-style style:family="table-cell"><style:text-properties fo:language="fr" fo:country="FR"/>'
    "</style:default-style></office:styles></office:document-styles>"
)

_FORMATS = (
    '<number:date-style style:name="N-instant" number:language="fr" number:country="FR">'
    '<number:day number:style="long"/><number:text>/</number:text><number:month number:style="long"/>'
    '<number:text>/</number:text><number:year number:style="long"/><number:text> </number:text>'
    '<number:hours number:style="long"/><number:text>:</number:text><number:minutes number:style="long"/>'
    '<number:text>:</number:text><number:seconds number:style="long"/></number:date-style>'
    '<number:number-style style:name="N-decimal" number:language="fr" number:country="FR">'
    '<number:number number:decimal-places="2" number:min-integer-digits="1"/></number:number-style>'
    '<number:number-style style:name="N-whole"><number:number number:decimal-places="0" number:min-integer-digits="1"/>'
    "</number:number-style>"
)
_CELLS = "".join(
    f'<style:style style:name="{name}" style:family="table-cell" style:data-style-name="N-{name}"/>'
    for name in ("instant", "decimal", "whole")
)
_HEADING = (
    '<style:style style:name="heading" style:family="table-cell">'
    '<style:table-cell-properties fo:border-bottom="0.5pt solid #000000" fo:wrap-option="wrap"/>'
    '<style:text-properties fo:font-weight="bold"/></style:style>'
    '<style:style style:name="sheet" style:family="table"><style:table-properties table:display="true"/></style:style>'
)
_COLUMNS = "".join(
    f'<style:style style:name="w{width}" style:family="table-column">'
    f'<style:table-column-properties style:column-width="{width * 0.2:.1f}cm"/></style:style>'
    for width in _WIDTHS
)

CONTENT_START = (
    f'{_XML}<office:document-content {_SPACES} office:version="1.3"><office:automatic-styles>'
    f"{_FORMATS}{_CELLS}{_HEADING}{_COLUMNS}</office:automatic-styles><office:body><office:spreadsheet>"
)
CONTENT_END = "</office:spreadsheet></office:body></office:document-content>"


def meta(book: Book) -> str:
    """Return the properties of the document."""
    return (
        f'{_XML}<office:document-meta {_SPACES} office:version="1.3"><office:meta>'
        f"<dc:title>{escape(book.title)}</dc:title><dc:description>{escape(book.words)}</dc:description>"
        f"<meta:initial-creator>{escape(book.author)}</meta:initial-creator><dc:creator>{escape(book.author)}</dc:creator>"
        f"<meta:creation-date>{book.at:%Y-%m-%dT%H:%M:%SZ}</meta:creation-date><dc:language>fr-FR</dc:language>"
        "</office:meta></office:document-meta>"
    )


def settings(names: Sequence[str]) -> str:
    """Return how the sheets of these names are shown: their first row stays in sight."""
    return (
        f'{_XML}<office:document-settings {_SPACES} office:version="1.3"><office:settings>'
        '<config:config-item-set config:name="ooo:view-settings"><config:config-item-map-indexed config:name="Views">'
        '<config:config-item-map-entry><config:config-item-map-named config:name="Tables">'
        f"{''.join(_frozen(name) for name in names)}</config:config-item-map-named></config:config-item-map-entry>"
        "</config:config-item-map-indexed></config:config-item-set></office:settings></office:document-settings>"
    )


def _frozen(name: str) -> str:
    items = {"VerticalSplitMode": "2", "VerticalSplitPosition": "1", "ActiveSplitRange": "2", "PositionBottom": "1"}
    kinds = {"VerticalSplitMode": "short", "ActiveSplitRange": "short"}
    told = "".join(
        f'<config:config-item config:name="{key}" config:type="{kinds.get(key, "int")}">{value}</config:config-item>'
        for key, value in items.items()
    )
    return f"<config:config-item-map-entry config:name={quoteattr(name)}>{told}</config:config-item-map-entry>"
