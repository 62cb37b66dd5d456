"""Pictures and colour profiles without what they say beside their pixels; the pixels are not touched. Sandbox only."""

import struct
from collections.abc import Iterator

_JPEG_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))
"""Markers without a length (ITU-T T.81, table B.1)."""

_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_APP0, _APP14 = 0xE0, 0xEE
_JFIF = b"JFIF\0"
_ADOBE = b"Adobe"
_ADOBE_LENGTH = 12

_JP2_BOXES = frozenset((b"jP  ", b"ftyp", b"jp2h", b"jp2c"))
_JP2_HEADERS = frozenset((b"ihdr", b"bpcc", b"colr", b"pclr", b"cmap", b"cdef"))
_ENUMERATED = 1
_CODESTREAM = b"\xff\x4f"
_COMMENT, _START_OF_TILE = 0xFF64, 0xFF90

_PROFILE_HEADER = 128
_PROFILE_TAGS = frozenset(
    b"A2B0 A2B1 A2B2 B2A0 B2A1 B2A2 gamt rXYZ gXYZ bXYZ rTRC gTRC bTRC kTRC wtpt bkpt chad".split()
)
_PROFILE_TYPES = frozenset((b"XYZ ", b"curv", b"para", b"mft1", b"mft2", b"mAB ", b"mBA ", b"sf32"))
_MOST_TAGS = 100


def clean_jpeg(data: bytes) -> bytes:
    """Keep what decodes to pixels; leave out APP segments (EXIF, XMP, IPTC, profiles), comments, what follows the end.

    Of APP0 its density, of APP14 the colour transform, stay: readers use them.
    """
    begin = data.find(b"\xff\xd8")
    if begin < 0:
        return b""
    return b"\xff\xd8" + b"".join(_jpeg_parts(data, begin + 2))


def _jpeg_parts(data: bytes, at: int) -> Iterator[bytes]:
    while at + 4 <= len(data) and data[at] == 0xFF:  # noqa: PLR2004 -- the sign of a marker
        marker = data[at + 1]
        if marker == _END_OF_IMAGE:
            break
        if marker == 0xFF:  # noqa: PLR2004 -- filling before a marker
            at += 1
            continue
        length = 0 if marker in _JPEG_ALONE else int.from_bytes(data[at + 2 : at + 4])
        end = at + 2 + length
        yield _jpeg_segment(marker, data[at:end])
        if marker == _START_OF_SCAN:
            begin, end = end, _scan_end(data, end)
            yield data[begin:end]
        at = end
    yield b"\xff\xd9"


def _jpeg_segment(marker: int, segment: bytes) -> bytes:
    content = segment[4:]
    if marker == _APP0 and content.startswith(_JFIF):
        return b"\xff\xe0\0\x10" + content[:12].ljust(12, b"\0") + b"\0\0"  # without its thumbnail
    if marker == _APP14 and content.startswith(_ADOBE):
        return b"\xff\xee\0\x0e" + content[:_ADOBE_LENGTH].ljust(_ADOBE_LENGTH, b"\0")
    if _APP0 <= marker <= 0xEF or marker >= 0xF0 or marker == 0x01:  # noqa: PLR2004 -- APPn, extensions and comment
        return b""
    return segment


def _scan_end(data: bytes, at: int) -> int:
    """Find the marker that ends the coded pixels: not a stuffed zero, not a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            return len(data)
        if data[at + 1] != 0 and not 0xD0 <= data[at + 1] <= 0xD7:  # noqa: PLR2004 -- RST0 to RST7
            return at
        at += 2


def clean_jpeg2000(data: bytes) -> bytes:
    """Keep the boxes that decode to pixels (ISO/IEC 15444-1, annex I); leave out XML, UUID, captions, comments."""
    if data.startswith(_CODESTREAM):
        return _codestream(data)
    return b"".join(_box(kind, _jp2_content(kind, content)) for kind, content in _boxes(data) if kind in _JP2_BOXES)


def _jp2_content(kind: bytes, content: bytes) -> bytes:
    if kind == b"jp2c":
        return _codestream(content)
    if kind == b"jp2h":
        return b"".join(_box(name, _colour(name, part)) for name, part in _boxes(content) if name in _JP2_HEADERS)
    return content


def _colour(kind: bytes, content: bytes) -> bytes:
    """Clean a profile inside a colour box."""
    if kind != b"colr" or content[:1] == bytes([_ENUMERATED]):
        return content
    return content[:3] + clean_profile(content[3:])


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size, head = int.from_bytes(data[at : at + 4]), 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16]), 16
        end = len(data) if size == 0 else at + max(size, head)
        yield data[at + 4 : at + 8], data[at + head : end]
        at = end


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def _codestream(data: bytes) -> bytes:
    """Leave out the comments of the main header (ISO/IEC 15444-1, A.9.2), and what follows the end."""
    parts, at = [data[:2]], 2
    while at + 4 <= len(data) and (marker := int.from_bytes(data[at : at + 2])) != _START_OF_TILE:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        parts += [] if marker == _COMMENT else [data[at:end]]
        at = end
    end = data.rfind(b"\xff\xd9")
    return b"".join(parts) + data[at : end + 2 if end > at else None]


def clean_profile(data: bytes) -> bytes:
    """Rebuild a colour profile (ICC.1:2010, 7) from the tags that change colours: no description, device, date, name.

    Gives nothing back when it is none.
    """
    if data[36:40] != b"acsp" or len(data) < _PROFILE_HEADER + 4:
        return b""
    count = min(int.from_bytes(data[128:132]), _MOST_TAGS)
    entries = [
        struct.unpack_from(">4sII", data, 132 + 12 * place) for place in range(count) if 144 + 12 * place <= len(data)
    ]
    kept = {name: data[start : start + size] for name, start, size in entries if name in _PROFILE_TAGS}
    kept = {name: content for name, content in kept.items() if content[:4] in _PROFILE_TYPES}
    return _profile(data, kept)


def _profile(data: bytes, tags: dict[bytes, bytes]) -> bytes:
    text = b"desc\0\0\0\0\0\0\0\x02c\0".ljust(92, b"\0"), b"text\0\0\0\0\0\0\0\0"
    tags = {b"desc": text[0], b"cprt": text[1], **tags}
    start, index, body = _PROFILE_HEADER + 4 + 12 * len(tags), b"", b""
    for name, content in tags.items():
        index += struct.pack(">4sII", name, start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    size = start + len(body)
    header = struct.pack(">I", size) + bytes(4) + data[8:24] + bytes(12) + b"acsp" + bytes(24) + data[64:80] + bytes(48)
    return header + struct.pack(">I", len(tags)) + index + body
