"""Documents with something in them: programs, links, attachments, bombs, endless page trees."""

import io
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

import pikepdf
import typst
from pikepdf import Array, Dictionary, Name, String

from tests.files import pdf

Change = Callable[[pikepdf.Pdf], None]


def changed(change: Change, **options: Any) -> bytes:
    with pikepdf.open(io.BytesIO(pdf())) as document:
        change(document)
        return saved(document, **options)


def saved(document: pikepdf.Pdf, **options: Any) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer, **options)
    return buffer.getvalue()


def opening(action: Dictionary) -> bytes:
    """A document that does something as soon as it is opened."""

    def change(document: pikepdf.Pdf) -> None:
        document.Root.OpenAction = action

    return changed(change)


def script() -> bytes:
    return opening(Dictionary(S=Name.JavaScript, JS=String("app.alert('bonjour')")))


def disguised_script() -> bytes:
    """The action's name is written with a code in the place of a letter."""
    return raw_pdf(b"", catalog=b"/OpenAction << /S /JavaScr#69pt /J#53 (app.alert\\(1\\)) >>")


def comment() -> bytes:
    return annotated("Text", Contents=String("Relu par Jeanne"))


def sending() -> bytes:
    return opening(Dictionary(S=Name.SubmitForm))


def launch() -> bytes:
    return opening(Dictionary(S=Name.Launch, F=String("cmd.exe")))


def remote_page() -> bytes:
    return opening(Dictionary(S=Name.GoToR, F=String("autre.pdf"), D=Array([0, Name.Fit])))


def annotated(subtype: str, **entries: Any) -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        note = Dictionary(Type=Name.Annot, Subtype=Name(f"/{subtype}"), Rect=Array([10, 10, 90, 90]), **entries)
        document.pages[0].obj.Annots = Array([note])

    return changed(change)


def linked() -> bytes:
    return annotated("Link", A=Dictionary(S=Name.URI, URI=String("https://exemple.fr/")))


def inner_link() -> bytes:
    """A table of contents: it leads to a page of the document."""
    return annotated("Link", Dest=Array([0, Name.Fit]))


def attached() -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        document.attachments["notes.txt"] = b"Bonjour"

    return changed(change)


def form() -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        field = Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, Rect=Array([10, 10, 90, 90]), FT=Name.Tx, T=String("nom")
        )
        fields = Array([document.make_indirect(field)])
        document.pages[0].obj.Annots = fields
        document.Root.AcroForm = Dictionary(Fields=fields)

    return changed(change)


def far_stream() -> bytes:
    """Drawing instructions that are kept in another file."""

    def change(document: pikepdf.Pdf) -> None:
        document.pages[1].obj.Extra = document.make_stream(b"", F=String("dessin.bin"))

    return changed(change)


@cache
def letter(pages: int = 1) -> bytes:
    """Paragraphs and a ruled table, as from a word processor."""
    words = "Monsieur le directeur, voici le compte rendu de notre projet, sans une image. " * 12
    body = "#pagebreak()\n".join(
        f"= Titre\n{words}\n#table(columns: 2)[Un][Deux][Trois][Quatre]\n" for _ in range(pages)
    )
    return bytes(typst.compile(body.encode()))


@cache
def letter_with_drawing() -> bytes:
    return bytes(typst.compile(b"#set text(size: 9pt)\n" + b"Bonjour. " * 100 + b"#circle(radius: 4cm, fill: blue)"))


def sized(width: float, height: float = 300, unit: float = 1) -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        page = document.pages[1].obj
        page.MediaBox = Array([0, 0, width, height])
        if unit != 1:
            page.UserUnit = unit

    return changed(change)


def huge_image(side: int = 30_000) -> bytes:
    """Nine hundred million pixels from a few bytes."""

    def change(document: pikepdf.Pdf) -> None:
        picture = document.make_stream(
            zlib.compress(bytes(1_000_000)),
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=side,
            Height=side,
            BitsPerComponent=8,
            ColorSpace=Name.DeviceGray,
            Filter=Name.FlateDecode,
        )
        page = document.pages[0]
        page.Contents = document.make_stream(b"q 300 0 0 420 0 0 cm /Big Do Q")
        page.obj.Resources = Dictionary(XObject=Dictionary(Big=picture))

    return changed(change)


def certificate_locked() -> bytes:
    return raw_pdf(b"", trailer=b"/Encrypt << /Filter /Adobe.PubSec /V 4 /SubFilter /adbe.pkcs7.s5 >> /ID [<00><00>]")


# --- bombs and trees, written by hand --------------------------------------------------------------------------------


def raw_pdf(kids: bytes, *objects: bytes, count: int = 1, catalog: bytes = b"", trailer: bytes = b"") -> bytes:
    """A document written object by object: 1 is the catalogue, 2 the page tree, 3 a page, then what is given."""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        b"<< /Type /Pages /Count %d /Kids [%b] >>" % (count, kids or b"3 0 R"),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 300] >>",
        *objects,
    ]
    out, places = b"%PDF-1.7\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, part)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1) + b"".join(
        b"%010d 00000 n \n" % at for at in places
    )
    end = b"trailer\n<< /Size %d /Root 1 0 R %b >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, trailer, len(out))
    return out + table + end


def claimed_pages() -> bytes:
    return raw_pdf(b"", count=1_000_000)


@cache
def million_kids() -> bytes:
    return raw_pdf(b"3 0 R " * 1_000_000, count=1_000_000)


def endless_tree() -> bytes:
    """A page tree that holds itself."""
    return raw_pdf(b"2 0 R ")


@cache
def doubling_tree(levels: int = 24) -> bytes:
    """Each branch holds the next one twice: sixteen million pages from a kilobyte."""
    nodes = [
        b"<< /Type /Pages /Parent 2 0 R /Count 2 /Kids [%d 0 R %d 0 R] >>" % (number + 1, number + 1)
        for number in range(4, 4 + levels)
    ]
    return raw_pdf(b"4 0 R", *nodes, b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 300] >>")


@cache
def deep_tree(levels: int = 20_000) -> bytes:
    nodes = [
        b"<< /Type /Pages /Parent 2 0 R /Count 1 /Kids [%d 0 R] >>" % (number + 1) for number in range(4, 4 + levels)
    ]
    return raw_pdf(b"4 0 R", *nodes, b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 300] >>")


@cache
def packed(megabytes: int, content: bytes) -> bytes:
    """A million bytes of the same, again and again, at a thousandth of their size."""
    packer = zlib.compressobj(9)
    start = packer.compress(b" ") + packer.flush(zlib.Z_FULL_FLUSH)
    million = packer.compress(content * (1024**2 // len(content))) + packer.flush(zlib.Z_FULL_FLUSH)
    return start + million * megabytes


def stream(data: bytes, entries: bytes) -> bytes:
    return b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(data), entries, data)


def object_stream_bomb() -> bytes:
    """The catalogue's own objects are in a stream that unfolds to three gigabytes."""
    data = packed(3000, b"0 ")
    objects = stream(data, b"/Type /ObjStm /N 1 /First 10 /Filter /FlateDecode")
    places = b"\1" + (9).to_bytes(4) + b"\0" + b"\2" + (1).to_bytes(4) + b"\0"
    head = b"%PDF-1.7\n1 0 obj\n" + objects + b"\nendobj\n"
    entries = b"/Type /XRef /Size 3 /W [1 4 1] /Index [1 2] /Root 2 0 R"
    return head + b"3 0 obj\n" + stream(places, entries) + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(head)


def index_bomb() -> bytes:
    """The index itself unfolds to three gigabytes."""
    head = b"%PDF-1.7\n"
    entries = b"/Type /XRef /Size 9 /W [1 4 1] /Root 1 0 R /Filter /FlateDecode"
    return (
        head + b"3 0 obj\n" + stream(packed(3000, b"0 "), entries) + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(head)
    )


def second_page_bomb() -> bytes:
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 300] /Contents 5 0 R >>"
    return raw_pdf(b"3 0 R 4 0 R", page, stream(packed(2000, b"0 0 m "), b"/Filter /FlateDecode"), count=2)


def twice_packed_bomb() -> bytes:
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 300] /Contents 5 0 R >>"
    data = zlib.compress(packed(3000, b"0 0 m "), 9)
    return raw_pdf(b"4 0 R", page, stream(data, b"/Filter [/FlateDecode /FlateDecode]"))


def hexadecimal_bomb(megabytes: int = 2000, content: bytes = b"0 0 m ") -> bytes:
    """Packed so that only the reader itself can unfold it: the cell's own limits must hold."""
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 300] /Contents 5 0 R >>"
    data = packed(megabytes, content).hex().encode() + b">"
    return raw_pdf(b"4 0 R", page, stream(data, b"/Filter [/ASCIIHexDecode /FlateDecode]"))
