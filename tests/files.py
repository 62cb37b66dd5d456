"""Real files made on the spot: good creations, mistaken ones, hostile ones. Nothing here is kept on the disk."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

import pikepdf
import typst
from PIL import Image

from tests.films import (
    Size,
    avi,
    blind_mp4,
    cover_only_mp4,
    edited_mp4,
    encrypted_mp4,
    film,
    lying_avi,
    lying_mp4,
    m4a,
    many_tracks_mp4,
    mkv,
    motion_jpeg_avi,
    mov,
    mp3,
    mp4,
    phone_3gp,
    picture,
    sound_only_mp4,
    wav,
)

__all__ = [
    "Size",
    "avi",
    "blind_mp4",
    "cover_only_mp4",
    "edited_mp4",
    "encrypted_mp4",
    "film",
    "lying_avi",
    "lying_mp4",
    "m4a",
    "many_tracks_mp4",
    "mkv",
    "motion_jpeg_avi",
    "mov",
    "mp3",
    "mp4",
    "phone_3gp",
    "picture",
    "sound_only_mp4",
    "wav",
]
"""What `tests.films` makes, offered here with the rest."""


def image(kind: Literal["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF"], size: Size = (64, 48)) -> bytes:
    return _saved(picture(size), kind)


def truncated(data: bytes, part: float = 0.6) -> bytes:
    return data[: int(len(data) * part)]


def box(kind: bytes, content: bytes = b"", *, claimed: int | None = None) -> bytes:
    """An ISO-BMFF box; `claimed` is a length that lies."""
    return struct.pack(">I", claimed if claimed is not None else 8 + len(content)) + kind + content


def ftyp(major: str, *compatible: str) -> bytes:
    return box(
        b"ftyp", b"".join([major.encode().ljust(4), b"\0\0\0\0", *(word.encode().ljust(4) for word in compatible)])
    )


def heic() -> bytes:
    return ftyp("heic", "mif1", "heic") + box(b"meta", bytes(200))


def hls_playlist() -> bytes:
    return b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n"


def ffconcat_playlist() -> bytes:
    return b"ffconcat version 1.0\nfile /etc/hostname\n"


# --- documents -------------------------------------------------------------------------------------------------------


@cache
def pdf(
    pages: int = 2, text: str = "Une innovation utile", *, author: str = "", width: int = 300, height: int = 420
) -> bytes:
    """A small comic: one coloured panel and a caption on each page."""
    body = "#pagebreak()\n".join(
        f"#rect(width: 100%, height: 60%, fill: rgb(40, 90, {60 + number % 150}))\n{text}, page {number + 1}.\n"
        for number in range(pages)
    )
    who = f', author: "{author}"' if author else ""
    page = f"#set page(width: {width}pt, height: {height}pt, margin: 10pt)\n"
    return bytes(typst.compile(f'#set document(title: "Création"{who})\n{page}{body}'.encode()))


def scanned_pdf(pages: int = 1) -> bytes:
    """Pages that are pictures, without a letter of text."""
    first, *others = [picture((300, 420), step) for step in range(pages)]
    return _saved(first, "PDF", save_all=True, append_images=others)


def blank_pdf(pages: int) -> bytes:
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page(page_size=(200, 300))
        return _pdf_bytes(document)


def password_pdf() -> bytes:
    with pikepdf.open(io.BytesIO(pdf())) as document:
        return _pdf_bytes(document, encryption=pikepdf.Encryption(owner="maître", user="secret"))


def print_locked_pdf() -> bytes:
    """Opens without a password; only printing and copying are forbidden."""
    with pikepdf.open(io.BytesIO(pdf())) as document:
        rights = pikepdf.Permissions(extract=False, print_highres=False)
        return _pdf_bytes(document, encryption=pikepdf.Encryption(owner="maître", user="", allow=rights))


def layered_pdf() -> bytes:
    """A document with a layer hidden at opening."""
    with pikepdf.open(io.BytesIO(pdf())) as document:
        layer = document.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="Brouillon signé"))
        document.Root.OCProperties = pikepdf.Dictionary(OCGs=[layer], D=pikepdf.Dictionary(OFF=[layer]))
        return _pdf_bytes(document)


@cache
def bomb_pdf(megabytes: int = 3000, operators: bytes = b"0 0 m ") -> bytes:
    """A page whose content unfolds to gigabytes, from a thousandth of that."""
    packer = zlib.compressobj(9)
    start = packer.compress(b" ") + packer.flush(zlib.Z_FULL_FLUSH)
    million = packer.compress(operators * (1024 * 1024 // len(operators))) + packer.flush(zlib.Z_FULL_FLUSH)
    with pikepdf.new() as document:
        page = document.add_blank_page()
        page.Contents = document.make_stream(start + million * megabytes, Filter=pikepdf.Name.FlateDecode)
        return _pdf_bytes(document, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)


def pdf_with_zip() -> bytes:
    """A file that is a PDF from its start and an archive from its end."""
    return pdf() + zipped({"invitation.txt": b"x"})


# --- office, archives, programs, text --------------------------------------------------------------------------------


def zipped(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _office(folder: str, part: str) -> bytes:
    return zipped(
        {"[Content_Types].xml": b"<Types/>", "_rels/.rels": b"<Relationships/>", f"{folder}/{part}.xml": b"<document/>"}
    )


def docx() -> bytes:
    return _office("word", "document")


def pptx() -> bytes:
    return _office("ppt", "presentation")


def xlsx() -> bytes:
    return _office("xl", "workbook")


def opendocument(sort: Literal["text", "presentation", "spreadsheet", "graphics"] = "text") -> bytes:
    return zipped({"mimetype": f"application/vnd.oasis.opendocument.{sort}".encode(), "content.xml": b"<office/>"})


def old_office(stream: str) -> bytes:
    """The beginning of a compound file, with the name of the stream that tells Word from PowerPoint."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + stream.encode("utf-16-le").ljust(128, b"\0") + bytes(384)


def archive_zip() -> bytes:
    return zipped({"ma-creation/lisez-moi.txt": b"Bonjour"})


def comic_archive() -> bytes:
    return zipped({f"page-{number}.jpg": image("JPEG") for number in range(2)})


def archive_rar() -> bytes:
    return b"Rar!\x1a\x07\x01\x00" + bytes(200)


def archive_7z() -> bytes:
    return b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(200)


def program_exe() -> bytes:
    stub = b"MZ" + bytes(58) + struct.pack("<I", 64)
    return stub + b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, 240, 0x22) + b"\x0b\x02" + bytes(400)


def program_elf() -> bytes:
    return b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHI", 2, 62, 1) + bytes(100)


def web_page() -> bytes:
    return b"<!DOCTYPE html>\n<html lang='fr'><head><title>Connexion</title></head><body><p>Bonjour</p></body></html>"


def text() -> bytes:
    return "Bonjour,\nvoici notre création.\n".encode()


# --- helpers ---------------------------------------------------------------------------------------------------------


def _saved(drawing: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    drawing.save(buffer, kind, **options)
    return buffer.getvalue()


def _pdf_bytes(document: pikepdf.Pdf, **options: Any) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer, **options)
    return buffer.getvalue()
