"""Font programs and their tables without names, notices and dates; no letter changes its form. Sandbox only."""

import re
import struct
from collections.abc import Iterator
from itertools import pairwise

from concours.intake.plain import words

_FAMILIES = frozenset(
    words(
        "arial arialmt arialnarrow bookantiqua bookmanoldstyle calibri calibrilight cambria cambriamath candara "
        "centurygothic comicsansms consolas constantia corbel courier couriernew couriernewpsmt franklingothic "
        "garamond georgia helvetica helveticaneue impact lucidaconsole lucidasans palatino palatinolinotype "
        "segoeui symbol tahoma times timesnewroman timesnewromanps timesnewromanpsmt trebuchetms verdana "
        "wingdings zapfdingbats msgothic msmincho simsun simhei liberationsans liberationserif dejavusans"
    )
)
"""Fonts of every machine, which a document may leave out and name: the name alone brings the right letters."""

_FIXED_PITCH, _SERIF, _ITALIC, _BOLD = 1, 2, 64, 1 << 18
_STYLES = {(False, False): "", (True, False): "Bold", (False, True): "Oblique", (True, True): "BoldOblique"}
_TIMES = {"": "Roman", "Bold": "Bold", "Oblique": "Italic", "BoldOblique": "BoldItalic"}

_SFNT_TABLES = frozenset(
    b"OS/2|cmap|cvt |fpgm|glyf|head|hhea|hmtx|loca|maxp|post|prep|vhea|vmtx|VORG|CFF |gasp".split(b"|")
)
_MOST_TABLES = 64

_NAMES_IN_CFF = frozenset((0, 1, 2, 3, 4, 0x0C00, 0x0C15, 0x0C16, 0x0C26))
"""Operators of the top dictionary that name a string: version, notice, names, weight, copyright, PostScript, base."""

_STANDARD_STRINGS = 391
_ESCAPE, _REAL, _SHORT, _LONG = 12, 30, 28, 29

_SAID_IN_TYPE1 = re.compile(
    rb"(/(?:version|Notice|Copyright|FullName|FamilyName|Weight|BaseFontName)\s*)\(((?:[^()\\]|\\.)*)\)"
)
_NAMED_IN_TYPE1 = re.compile(rb"(/FontName\s*/)([^\s/(){}<>\[\]%]+)")
_COMMENT = re.compile(rb"%[^\r\n]*")

_CMAP_BLOCKS = re.compile(
    rb"begin(codespacerange|bfchar|bfrange|cidchar|cidrange|notdefchar|notdefrange)\b(.*?)end\1\b", re.DOTALL
)
_CMAP_TOKENS = re.compile(rb"<[0-9A-Fa-f\s]*>|\d+|[\[\]]")
_WRITING_MODE = re.compile(rb"/WMode\s+([01])\b")


def family_known(name: str) -> bool:
    """Tell whether a font is one of every machine: its name then says nothing."""
    family = re.split(r"[-,]", name.lstrip("/").rpartition("+")[2])[0]
    return re.sub(r"[^a-z]", "", family.lower()) in _FAMILIES


def neutral_family(flags: int, name: str) -> str:
    """Name the standard font that comes nearest to one that is neither embedded nor known."""
    bold = bool(flags & _BOLD) or "bold" in name.lower()
    italic = bool(flags & _ITALIC) or bool({"italic", "oblique"} & set(re.split(r"[^a-z]", name.lower())))
    style = _STYLES[bold, italic]
    family = "Courier" if flags & _FIXED_PITCH else "Times" if flags & _SERIF else "Helvetica"
    style = _TIMES[style] if family == "Times" else style
    return f"/{family}-{style}" if style else f"/{family}"


def clean_program(data: bytes) -> bytes:
    """Clean a font program, whichever of the three forms it has."""
    if data[:4] in (b"\0\1\0\0", b"true", b"OTTO"):
        return _sfnt(data)
    if data[:2] == b"\x01\x00":
        return _cff(data)
    return data


def _sfnt(data: bytes) -> bytes:
    """Rebuild a TrueType or OpenType font from the tables that draw (ISO/IEC 14496-22); its dates are zero."""
    count = min(int.from_bytes(data[4:6]), _MOST_TABLES)
    entries = [
        struct.unpack_from(">4sIII", data, 12 + 16 * place) for place in range(count) if 28 + 16 * place <= len(data)
    ]
    tables = {name: data[start : start + size] for name, _, start, size in entries if name in _SFNT_TABLES}
    if (head := tables.get(b"head", b"")) and len(head) >= 36:  # noqa: PLR2004 -- up to its dates
        tables[b"head"] = head[:20] + bytes(16) + head[36:]
    if (os2 := tables.get(b"OS/2", b"")) and len(os2) >= 62:  # noqa: PLR2004 -- up to the maker's sign
        tables[b"OS/2"] = os2[:58] + bytes(4) + os2[62:]
    if b"CFF " in tables:
        tables[b"CFF "] = _cff(tables[b"CFF "])
    return _sfnt_of(data[:4], dict(sorted(tables.items())))


def _sfnt_of(version: bytes, tables: dict[bytes, bytes]) -> bytes:
    count = len(tables)
    power = max(0, count.bit_length() - 1)
    index, body, start = b"", b"", 12 + 16 * count
    for name, content in tables.items():
        padded = content + bytes(-len(content) % 4)
        index += struct.pack(">4sIII", name, _checksum(padded), start + len(body), len(content))
        body += padded
    return version + struct.pack(">HHHH", count, 16 << power, power, 16 * count - (16 << power)) + index + body


def _checksum(padded: bytes) -> int:
    words: tuple[int, ...] = struct.unpack(f">{len(padded) // 4}I", padded)
    return sum(words) & 0xFFFFFFFF


def _cff(data: bytes) -> bytes:
    """Blank the names and notices of a compact font in their place (Adobe technical note 5176)."""
    clean = bytearray(data)
    try:
        names, after = _index(data, data[2])
        tops, after = _index(data, after)
        strings, _ = _index(data, after)
    except (IndexError, ValueError):
        return data
    for begin, end in names:
        clean[begin:end] = b"F" * (end - begin)
    for begin, end in tops:
        for operator, operand in _dictionary(data[begin:end]):
            place = operand - _STANDARD_STRINGS
            if operator in _NAMES_IN_CFF and 0 <= place < len(strings):
                start, stop = strings[place]
                clean[start:stop] = b"F" * (stop - start)
    return bytes(clean)


def _index(data: bytes, at: int) -> tuple[list[tuple[int, int]], int]:
    """Give where each object of an INDEX begins and ends, and where the next structure begins."""
    count = int.from_bytes(data[at : at + 2])
    if count == 0:
        return [], at + 2
    width = data[at + 2]
    if not 1 <= width <= 4 or at + 3 + (count + 1) * width > len(data):  # noqa: PLR2004 -- bytes of an offset
        raise ValueError
    base = at + 2 + (count + 1) * width
    offsets = [int.from_bytes(data[at + 3 + width * each : at + 3 + width * (each + 1)]) for each in range(count + 1)]
    return [(base + one, base + two) for one, two in pairwise(offsets)], base + offsets[-1]


def _dictionary(data: bytes) -> Iterator[tuple[int, int]]:
    """Give each operator of a DICT with its last operand, when that is a whole number."""
    at, operand = 0, -1
    while at < len(data):
        first = data[at]
        if first <= 21:  # noqa: PLR2004 -- operators end there
            operator = first << 8 | data[at + 1] if first == _ESCAPE else first
            at += 2 if first == _ESCAPE else 1
            yield operator, operand
            operand = -1
        else:
            operand, at = _operand(data, at)


def _operand(data: bytes, at: int) -> tuple[int, int]:
    first = data[at]
    if first == _REAL:
        at += 1
        while at < len(data) and data[at] & 0x0F != 0x0F and data[at] >> 4 != 0x0F:  # noqa: PLR2004 -- its last half-byte
            at += 1
        return -1, at + 1
    if first in (_SHORT, _LONG):
        size = 2 if first == _SHORT else 4
        return int.from_bytes(data[at + 1 : at + 1 + size], signed=True), at + 1 + size
    if first < 247:  # noqa: PLR2004 -- one byte
        return first - 139, at + 1
    if first < 251:  # noqa: PLR2004 -- two bytes, positive
        return (first - 247) * 256 + data[at + 1] + 108, at + 2
    return -(first - 251) * 256 - data[at + 1] - 108, at + 2


def clean_type1(data: bytes, clear_length: int) -> bytes:
    """Blank, at their length, names, notices and comments in the clear part of a Type 1 font (Adobe, 1990)."""
    clear = data[:clear_length]
    signed, rest = clear[:14], clear[14:]  # %!PS-AdobeFont
    rest = _COMMENT.sub(lambda found: b"%".ljust(len(found[0])), rest)
    rest = _SAID_IN_TYPE1.sub(lambda found: found[1] + b"(" + b" " * len(found[2]) + b")", rest)
    rest = _NAMED_IN_TYPE1.sub(lambda found: found[1] + b"F" * len(found[2]), rest)
    return signed + re.sub(rb"^[^\r\n]*", lambda found: b" " * len(found[0]), rest, count=1) + data[clear_length:]


def clean_cmap(data: bytes) -> bytes:
    """Write a table of characters anew from its numbers alone (Adobe technical note 5014)."""
    mode = _WRITING_MODE.search(data)
    parts = [
        b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo << /Registry (Adobe) "
        b"/Ordering (Identity) /Supplement 0 >> def\n/CMapName /C def\n/CMapType 2 def\n/WMode "
        + (mode[1] if mode else b"0")
        + b" def\n"
    ]
    for found in _CMAP_BLOCKS.finditer(data):
        tokens = _CMAP_TOKENS.findall(_COMMENT.sub(b"", found[2]))
        count = found[2].count(b"\n") if not tokens else _entries(found[1], tokens)
        parts.append(b"%d begin%s\n%s\nend%s\n" % (count, found[1], b" ".join(tokens), found[1]))
    return b"".join(parts) + b"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"


def _entries(kind: bytes, tokens: list[bytes]) -> int:
    """Count the lines of a block: an array is one value."""
    depth = values = 0
    for token in tokens:
        values += depth == 0 and token != b"]"
        depth += (token == b"[") - (token == b"]")
    return values // (3 if kind.endswith(b"range") and kind != b"codespacerange" else 2)
