"""A PDF that names its author in every place that we know of: one word a place."""

import io
import re
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import Image, ImageCms

from tests import files

# fmt: off
MARKS = (
    "info-author", "info-title", "info-subject", "info-keywords", "info-creator", "info-producer", "info-custom",
    "xmp-creator", "xmp-history", "identifier", "javascript", "open-action", "annotation-author",
    "annotation-contents", "link-uri", "field-value", "field-name", "attachment-name", "attachment-content",
    "attachment-description", "thumbnail", "page-private-data", "document-private-data", "outline", "page-label",
    "named-destination", "thread", "earlier-version", "jpeg-exif", "jpeg-xmp", "jpeg-comment", "jpeg-after-end",
    "jpx-xml", "profile-description", "output-intent", "property-list", "inline-property", "marked-point",
    "tag-name", "content-comment", "layer-name", "viewer-preferences", "user-property", "class-map", "structure-id",
    "role-name", "resource-name", "unused-resource", "image-metadata", "font-name", "font-family", "ink-name",
    "unknown-page-key", "unknown-root-key", "comment-between-objects", "unreferenced-object", "after-the-end",
)
# fmt: on


def word(mark: str) -> str:
    """The word planted in one place, which stands nowhere else."""
    return f"Zq{MARKS.index(mark):02}Quatremere"


def marked_pdf() -> bytes:
    """Two tagged pages, with pictures of three sorts and all the marks."""
    with pikepdf.open(io.BytesIO(files.pdf(text="Une idée"))) as document:
        for plant in (_root, _names, _pages, _pictures, _contents, _structure, _fonts, _metadata):
            plant(document)
        document.make_indirect(Dictionary(Lost=String(word("unreferenced-object"))))
        first = _saved(document)
    return _second_version(first)


def _saved(document: Pdf) -> bytes:
    buffer = io.BytesIO()
    document.save(
        buffer,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
        preserve_pdfa=False,
        fix_metadata_version=False,
    )
    data = buffer.getvalue()
    identifier = word("identifier").encode().hex().encode()
    return re.sub(
        rb"/ID \[\s*<[0-9a-f]*>\s*<[0-9a-f]*>\s*\]", b"/ID [<" + identifier + b"><" + identifier + b">]", data
    )


def _second_version(first: bytes) -> bytes:
    """Add a version in which one object replaces the one that held the mark, with a comment and words after the end."""
    at, size = len(first), int(re.findall(rb"/Size (\d+)", first)[-1])
    root, info = (re.findall(key + rb" (\d+ 0 R)", first)[-1] for key in (b"/Root", b"/Info"))
    lost = next(number for number, body in _objects(first) if word("earlier-version").encode() in body)
    comment = f"% {word('comment-between-objects')}\n".encode()
    body = b"%d 0 obj\n<< /Gone true >>\nendobj\n" % lost
    start = at + len(comment) + len(body)
    table = b"xref\n%d 1\n%010d 00000 n \n" % (lost, at + len(comment))
    unreferenced = f"{size + 5} 0 obj\n({word('unreferenced-object')})\nendobj\n".encode()
    previous = re.findall(rb"startxref\s+(\d+)", first)[-1]
    trailer = b"trailer\n<< /Size %d /Root %s /Info %s /Prev %s >>\n" % (size, root, info, previous)
    end = b"startxref\n%d\n%%%%EOF\n" % start
    return first + comment + body + table + trailer + end + unreferenced + word("after-the-end").encode() + b"\n"


def _objects(data: bytes) -> list[tuple[int, bytes]]:
    return [(int(found[1]), found[2]) for found in re.finditer(rb"(\d+) 0 obj(.*?)endobj", data, re.DOTALL)]


def _root(document: Pdf) -> None:
    root = document.Root
    root.OpenAction = Dictionary(S=Name.URI, URI=String(f"https://{word('open-action')}.example"))
    root.ViewerPreferences = Dictionary(DisplayDocTitle=True, Owner=String(word("viewer-preferences")))
    root.PieceInfo = Dictionary(Studio=Dictionary(Private=String(word("document-private-data"))))
    root.PageLabels = Dictionary(Nums=Array([0, Dictionary(P=String(word("page-label")))]))
    root[f"/{word('unknown-root-key')}"] = True
    root.Earlier = document.make_indirect(Dictionary(By=String(word("earlier-version"))))
    bead = document.make_indirect(Dictionary(Type=Name.Bead))
    root.Threads = Array([document.make_indirect(Dictionary(F=bead, I=Dictionary(Title=String(word("thread")))))])
    profile = document.make_stream(b"profile " + word("output-intent").encode(), Dictionary(N=3))
    root.OutputIntents = Array([Dictionary(S=Name.GTS_PDFA1, OutputConditionIdentifier="x", DestOutputProfile=profile)])
    with document.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem(word("outline"), 0))
    field = Dictionary(FT=Name.Tx, T=String(word("field-name")), V=String(word("field-value")))
    root.AcroForm = Dictionary(Fields=Array([document.make_indirect(field)]))


def _names(document: Pdf) -> None:
    script = Dictionary(S=Name.JavaScript, JS=String(f"app.alert('{word('javascript')}')"))
    content = document.make_stream(word("attachment-content").encode(), Dictionary(Type=Name.EmbeddedFile))
    attachment = Dictionary(
        Type=Name.Filespec,
        F=String(word("attachment-name")),
        UF=String(word("attachment-name")),
        Desc=String(word("attachment-description")),
        EF=Dictionary(F=content),
    )
    destination = Array([document.pages[0].obj, Name.Fit])
    document.Root.Names = Dictionary(
        JavaScript=Dictionary(Names=Array([String("a"), script])),
        EmbeddedFiles=Dictionary(Names=Array([String("a"), document.make_indirect(attachment)])),
        Dests=Dictionary(Names=Array([String(word("named-destination")), destination])),
    )


def _pages(document: Pdf) -> None:
    page = document.pages[0].obj
    box = Array([10, 10, 60, 60])
    note = Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=box, T=String(word("annotation-author")))
    note.Contents = String(word("annotation-contents"))
    action = Dictionary(S=Name.URI, URI=String(f"https://{word('link-uri')}.example"))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=box, A=action)
    page.Annots = Array([document.make_indirect(note), document.make_indirect(link)])
    entries = Dictionary(Width=8, Height=8, ColorSpace=Name.DeviceGray, BitsPerComponent=8)
    page.Thumb = document.make_stream(word("thumbnail").encode().ljust(64), entries)
    page.PieceInfo = Dictionary(Studio=Dictionary(Private=String(word("page-private-data"))))
    page.Owner = String(word("unknown-page-key"))


def photograph() -> bytes:
    """A JPEG that names its author in four places."""
    image = files.picture((64, 48))
    exif = Image.Exif()
    exif[0x013B] = word("jpeg-exif")
    buffer = io.BytesIO()
    packet = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'><a>{word('jpeg-xmp')}</a></x:xmpmeta>".encode()
    image.save(buffer, "JPEG", quality=90, exif=exif, xmp=packet, comment=word("jpeg-comment").encode())
    return buffer.getvalue() + word("jpeg-after-end").encode()


def jpeg2000() -> bytes:
    buffer = io.BytesIO()
    files.picture((64, 48)).save(buffer, "JPEG2000")
    return buffer.getvalue() + files.box(b"xml ", f"<author>{word('jpx-xml')}</author>".encode())


def named_profile() -> bytes:
    """An sRGB profile whose description, at its length, names somebody."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    name = word("profile-description")
    for text in ("sRGB built-in".encode("utf-16-be"), "No copyright, use freely".encode("utf-16-be")):
        if text in data and len(text) >= len(name.encode("utf-16-be")):
            return data.replace(text, name.encode("utf-16-be").ljust(len(text), b"\0"))
    raise AssertionError("the profile says nothing that could be replaced")


def _pictures(document: Pdf) -> None:
    page = document.pages[0].obj
    shared = {"/Type": Name.XObject, "/Subtype": Name.Image, "/Width": 64, "/Height": 48, "/BitsPerComponent": 8}
    profile = document.make_stream(named_profile(), Dictionary(N=3))
    space = Array([Name.ICCBased, profile])
    note = document.make_stream(word("image-metadata").encode(), Dictionary(Type=Name.Metadata, Subtype=Name.XML))
    photo = Dictionary({**shared, "/ColorSpace": space, "/Filter": Name.DCTDecode, "/Metadata": note})
    scan = Dictionary({**shared, "/Filter": Name.JPXDecode})
    tint = Dictionary(FunctionType=2, Domain=Array([0, 1]), C0=Array([1, 1, 1]), C1=Array([1, 0, 0]), N=1)
    page.Resources.XObject = Dictionary(
        {
            f"/{word('resource-name')}": document.make_stream(photograph(), photo),
            "/Jpx": document.make_stream(jpeg2000(), scan),
            "/Unused": document.make_stream(
                word("unused-resource").encode(),
                Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 1, 1])),
            ),
        }
    )
    page.Resources.ColorSpace[f"/{word('ink-name')}"] = Array(
        [Name.Separation, Name(f"/{word('ink-name')}"), Name.DeviceRGB, tint]
    )
    layer = document.make_indirect(Dictionary(Type=Name.OCG, Name=String(word("layer-name"))))
    note_on_text = Dictionary(Owner=String(word("property-list")))
    page.Resources.Properties = Dictionary({"/L": layer, "/P": note_on_text})


def _contents(document: Pdf) -> None:
    page = document.pages[0]
    added = f"""
% {word("content-comment")}
/{word("tag-name")} BMC q 60 0 0 45 20 30 cm /{word("resource-name")} Do Q EMC
/Span /P BDC q 60 0 0 45 90 30 cm /Jpx Do Q EMC
/OC /L BDC q /{word("ink-name")} cs 0.5 scn 160 30 40 45 re f Q EMC
/Span <</Owner ({word("inline-property")})>> BDC EMC
/Mark ({word("marked-point")}) DP
"""
    data = b"q\n" + page.Contents.read_bytes() + b"\nQ\n" + added.encode()
    page.Contents = document.make_stream(data)


def _structure(document: Pdf) -> None:
    tree = document.Root.StructTreeRoot
    attributes = Dictionary(O=Name.UserProperties, P=Array([Dictionary(N="Auteur", V=String(word("user-property")))]))
    figure = Dictionary(S=Name(f"/{word('role-name')}"), P=tree, Pg=document.pages[0].obj, A=attributes)
    figure.Alt, figure.ActualText = String("Un carré jaune"), String("carré")
    figure.ID, figure.T = String(word("structure-id")), String("Figure 1")
    tree.ClassMap = Dictionary(Author=Dictionary(O=Name.UserProperties, N=String(word("class-map"))))
    tree.RoleMap = Dictionary({f"/{word('role-name')}": Name.Figure})
    children = tree.K if isinstance(tree.K, Array) else Array([tree.K])
    tree.K = Array([*children, document.make_indirect(figure)])


def _fonts(document: Pdf) -> None:
    for each in document.objects:
        if isinstance(each, Dictionary) and each.get("/Type") == Name.FontDescriptor:
            each.FontFamily = String(word("font-family"))
            each.FontName = Name(f"/ABCDEF+{word('font-name')}")
        if isinstance(each, Dictionary) and each.get("/Type") == Name.Font:
            each.BaseFont = Name(f"/ABCDEF+{word('font-name')}")


def _metadata(document: Pdf) -> None:
    said = {"Author": "author", "Title": "title", "Subject": "subject", "Keywords": "keywords", "Creator": "creator"}
    info: dict[str, Any] = {f"/{key}": String(word(f"info-{mark}")) for key, mark in said.items()}
    info |= {"/Producer": String(word("info-producer")), "/Studio": String(word("info-custom"))}
    document.trailer.Info = document.make_indirect(Dictionary(info))
    packet = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:h="http://ns.adobe.com/xap/1.0/mm/">
<dc:creator><rdf:Seq><rdf:li>{word("xmp-creator")}</rdf:li></rdf:Seq></dc:creator>
<h:History>{word("xmp-history")}</h:History></rdf:Description></rdf:RDF></x:xmpmeta>"""
    document.Root.Metadata = document.make_stream(packet.encode(), Dictionary(Type=Name.Metadata, Subtype=Name.XML))
