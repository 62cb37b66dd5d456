"""Which of the accepted formats the first bytes are, by their structure alone: no name, no library, no disk."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from concours.intake.doubles import ambiguous, in_head
from concours.intake.rules import Kind, Reason, Refused, spoken_kinds

HEAD_BYTES = 64 * 1024
"""How much of the file is needed."""

# fmt: off
BRANDS = frozenset({
    "isom", "iso2", "iso3", "iso4", "iso5", "iso6", "iso7", "iso8", "iso9", "mp41", "mp42", "mp71", "avc1", "avc3",
    "hvc1", "hev1", "av01", "M4V", "M4VH", "M4VP", "MP4V", "MSNV", "XAVC", "dash", "msdh", "cmfc", "cmff", "cmfs",
    "cmf2", "mmp4", "f4v", "F4V", "NDSC", "NDSH", "NDSM", "NDSP", "NDSS", "NDXC", "NDXH", "NDXM", "NDXP", "NDXS",
    "CAEP", "caqv", "dby1",
})
"""Brands of films that cameras, phones and editing software write (mp4ra.org, and files met)."""

OTHER_MEDIA = (
    "3gp", "3gr", "3gs", "3ge", "3gg", "3g2", "kddi", "M4A", "M4B", "M4P", "F4A", "F4B", "heic", "heix", "heim",
    "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "mif2", "msf1", "avif", "avis", "crx", "jp2", "jpx", "jpm",
    "mjp2",
)
"""Beginnings of major brands that are no MP4 film, whatever the compatible brands claim (an AVIF lists iso8)."""

OUTER_BOXES = frozenset({
    b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"mfra", b"sidx", b"ssix", b"free", b"skip", b"wide", b"uuid", b"meta",
    b"prft", b"emsg", b"pdin", b"udta", b"junk",
})
"""Boxes that stand at the outer level (ISO/IEC 14496-12): past the end of the file, they were cut."""
# fmt: on

_BEFORE_FTYP = frozenset({b"free", b"skip", b"wide", b"uuid"})
_AVI_LISTS = frozenset({b"LIST", b"JUNK"})
_AVIH_BYTES = 56
_BOX_HEADER = 8
_LARGE_BOX_HEADER = 16


@dataclass(frozen=True)
class Box:
    """One box: the offsets in the file at which it and its content start, and at which both end."""

    kind: bytes
    start: int
    body: int
    end: int


def sniff(head: bytes, size: int, kinds: frozenset[Kind]) -> Kind:
    """Give the format of a file of `size` bytes that begins with `head`; raise Refused on anything else."""
    if size == 0:
        raise Refused(
            Reason.EMPTY,
            "Ce fichier est vide (0 octet). Enregistrez à nouveau votre création, vérifiez qu'elle s'ouvre, "
            "puis envoyez-la.",
            "application/x-empty",
        )
    kind = _structure(head, size)
    if second := in_head(head, kind):
        raise ambiguous(kind, second)
    if kind not in kinds:
        raise Refused(
            Reason.NOT_IN_EDITION,
            f"Ce fichier est bien un {kind.name}, mais cette édition accepte seulement le format "
            f"{spoken_kinds(kinds)}. Déposez votre création au format {spoken_kinds(kinds)}.",
            kind.mime,
        )
    return kind


def boxes(read: Callable[[int, int], bytes], size: int, start: int = 0) -> Iterator[Box]:
    """Walk the ISO-BMFF boxes that stand from `start` to `size`, read by (offset, count); stop at what is no box."""
    while start + _BOX_HEADER <= size and len(header := read(start, _LARGE_BOX_HEADER)) >= _BOX_HEADER:
        length, kind, body = int.from_bytes(header[:4]), header[4:8], start + _BOX_HEADER
        if length == 1:
            body = start + _LARGE_BOX_HEADER
            length = int.from_bytes(header[8:])
        end = size if length == 0 else start + length
        if end < body or not _four_letters(kind):
            return
        yield Box(kind, start, body, end)
        start = end


def head_boxes(head: bytes, size: int) -> list[Box]:
    """List the outer boxes whose headers lie in `head`."""
    return list(boxes(lambda at, count: head[at : at + count], size))


def _structure(head: bytes, size: int) -> Kind:
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        return _avi(head, size)
    if _pdf_header(head):
        return Kind.PDF
    walk = head_boxes(head, size)
    before = [box.kind for box in walk]
    if b"ftyp" in before and _BEFORE_FTYP.issuperset(before[: before.index(b"ftyp")]):
        return _mp4(head, size, walk)
    raise Refused(
        Reason.WRONG_FORMAT,
        "Le format de ce fichier n'est pas reconnu. Déposez une vidéo AVI ou MP4, ou un document PDF.",
    )


def _avi(head: bytes, size: int) -> Kind:
    """Check the header list and the announced length; an OpenDML file goes on after it, in further RIFF chunks."""
    if int.from_bytes(head[4:8], "little") + _BOX_HEADER > size + 1:  # some writers count a last padding byte
        raise truncated(Kind.AVI)
    position = 12
    while head[position : position + 4] in _AVI_LISTS:
        length = int.from_bytes(head[position + 4 : position + 8], "little")
        if head[position + 8 : position + 16] == b"hdrlavih":
            if int.from_bytes(head[position + 16 : position + 20], "little") < _AVIH_BYTES:
                break
            return Kind.AVI
        position += _BOX_HEADER + length + length % 2
    raise Refused(
        Reason.UNREADABLE,
        "Ce fichier commence comme une vidéo AVI, mais son en-tête est abîmé. Exportez à nouveau la vidéo depuis "
        "votre logiciel, de préférence en MP4, puis envoyez-la.",
        Kind.AVI.mime,
    )


def _pdf_header(head: bytes) -> bool:
    """Tell `%PDF-1.4` at the start, after nothing but a byte order mark or blank lines."""
    start = head[:1024].removeprefix(b"\xef\xbb\xbf").lstrip(b"\t\n\x0c\r ")
    return start.startswith(b"%PDF-") and start[5:6].isdigit() and start[6:7] == b"."


def _mp4(head: bytes, size: int, walk: list[Box]) -> Kind:
    _check_brands(head, next(box for box in walk if box.kind == b"ftyp"))
    if any(box.end > size and box.kind in OUTER_BOXES for box in walk):
        raise truncated(Kind.MP4)
    whole = len(head) >= size
    if whole and b"moov" not in {box.kind for box in walk}:
        raise truncated(Kind.MP4)
    return Kind.MP4


def _check_brands(head: bytes, ftyp: Box) -> None:
    """Accept a known major brand, or an unknown one that claims a known one."""
    words = [head[at : at + 4].decode("latin-1").strip() for at in range(ftyp.body, min(ftyp.end, len(head)), 4)]
    major, compatible = (words[0] if words else ""), words[2:]
    if major in BRANDS or (not major.startswith(OTHER_MEDIA) and BRANDS.intersection(compatible)):
        return
    raise Refused(
        Reason.WRONG_FORMAT,
        "Ce fichier utilise une variante du format MP4 qui n'est pas une vidéo MP4 ordinaire. Exportez votre vidéo en "
        "MP4 (H.264), puis envoyez-la.",
    )


def truncated(kind: Kind) -> Refused:
    """Say that the end of the file is missing."""
    return Refused(
        Reason.TRUNCATED,
        f"Ce fichier {kind.name} est incomplet : sa fin manque. La copie ou l'enregistrement a sans doute été "
        "interrompu. Vérifiez que le fichier s'ouvre jusqu'au bout sur votre poste, puis envoyez-le à nouveau.",
        kind.mime,
    )


def _four_letters(kind: bytes) -> bool:
    """Tell whether a box name is made of printable characters, as all registered ones (and ©xyz) are."""
    return all(0x20 <= byte < 0x7F or byte == 0xA9 for byte in kind)  # noqa: PLR2004 -- ASCII's printable range
