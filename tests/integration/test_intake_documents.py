"""The document of the jury copy: written anew, looking the same, saying what a screen reader needs and nothing else."""

import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image, ImageChops, ImageStat

from concours.intake import rewrite
from concours.intake.fonts import clean_cmap, clean_type1, family_known, neutral_family
from concours.intake.render import jury_copy
from concours.intake.segments import clean_jpeg, clean_jpeg2000, clean_profile
from tests import files, marked_pdf


@cache
def original() -> bytes:
    return marked_pdf.marked_pdf()


def rewritten(data: bytes, folder: Path, name: str = "copy.pdf") -> tuple[bytes, rewrite.Rewritten]:
    """Write it anew in this process: these files are ours."""
    (folder / "original.pdf").write_bytes(data)
    said = rewrite.document(folder / "original.pdf", folder / name)
    return (folder / name).read_bytes(), said


def drawn(data: bytes) -> list[Image.Image]:
    with pypdfium2.PdfDocument(data) as document:
        return [
            page.render(scale=1.5, may_draw_forms=False, draw_annots=False).to_pil().convert("RGB") for page in document
        ]


def words(data: bytes) -> list[str]:
    with pypdfium2.PdfDocument(data) as document:
        return [page.get_textpage().get_text_range() for page in document]


def elements(tree: Any) -> Iterator[Any]:
    children = tree.get("/K")
    for child in children if isinstance(children, Array) else [children]:
        if isinstance(child, Dictionary) and "/S" in child:
            yield child
            yield from elements(child)


@pytest.mark.parametrize("make", [original, files.pdf, files.scanned_pdf])
def test_every_page_looks_and_reads_the_same(make: Any, tmp_path: Path) -> None:
    copy, _ = rewritten(make(), tmp_path)
    before, after = drawn(make()), drawn(copy)
    assert len(before) == len(after)
    for was, now in zip(before, after, strict=True):
        assert was.size == now.size
        assert max(ImageStat.Stat(ImageChops.difference(was, now)).mean) < 0.5
        assert max(ImageStat.Stat(now).stddev) > 20
    assert words(copy) == words(make())


def test_the_same_document_gives_the_same_bytes(tmp_path: Path) -> None:
    assert rewritten(original(), tmp_path, "one.pdf")[0] == rewritten(original(), tmp_path, "two.pdf")[0]


def test_tags_language_and_alternative_texts_are_kept_and_listed(tmp_path: Path) -> None:
    copy, said = rewritten(original(), tmp_path)
    with pikepdf.open(io.BytesIO(copy)) as document:
        tree = document.Root.StructTreeRoot
        found = list(elements(tree))
        figure = next(each for each in found if Name.Figure == each.S)
        assert (str(figure.Alt), str(figure.ActualText), str(figure.T)) == ("Un carré jaune", "carré", "Figure 1")
        assert {"/Document", "/P", "/Figure"} <= {str(each.S) for each in found}
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "en"
        assert set(document.Root.keys()) == {"/Type", "/Pages", "/StructTreeRoot", "/MarkInfo", "/Lang"}
        assert "/Info" not in document.trailer
    assert {"Langue : en", "Texte de remplacement : Un carré jaune", "Texte lu : carré", "Titre : Figure 1"} <= set(
        said.texts
    )


def test_each_passage_leads_to_its_tag(tmp_path: Path) -> None:
    copy, _ = rewritten(files.pdf(2), tmp_path)
    with pikepdf.open(io.BytesIO(copy)) as document:
        numbers = document.Root.StructTreeRoot.ParentTree.Nums
        for place, page in enumerate(document.pages):
            assert page.obj.StructParents == place
            passages = numbers[2 * place + 1]
            assert len(passages) >= 1
            assert all(str(each.S) in ("/P", "/Span", "/Div") for each in list(passages))
        assert b"/MCID 0" in document.pages[0].Contents.read_bytes()


def test_words_that_nobody_sees_are_listed(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(files.pdf(1))) as document:
        page = document.pages[0]
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        page.obj.Resources.Font["/Apart"] = document.make_indirect(font)
        added = (
            b"\nBT /Apart 12 Tf 1 0 0 1 -900 50 Tm (Loin) Tj ET\nBT /Apart 12 Tf 3 Tr 1 0 0 1 20 20 Tm (Dessous) Tj ET"
        )
        page.contents_add(document.make_stream(added))
        document.save(tmp_path / "original.pdf")
    (tmp_path / "out").mkdir()
    said = jury_copy(tmp_path / "original.pdf", tmp_path / "out", {"kind": "pdf"}, lambda _: None)
    (_, _, _, _, listed), page_row = said["artefacts"]
    assert "Hors de la page 1 : Loin" in listed
    assert "Dessous" in page_row[4]
    assert "Loin" not in page_row[4]


def test_a_document_that_has_to_be_repaired_is_written_whole(tmp_path: Path) -> None:
    data = files.pdf(2)
    broken = data.replace(b"startxref", b"startxxxx").replace(b"/Type/XRef", b"/Type/XXXX")
    assert broken != data
    copy, _ = rewritten(broken, tmp_path)
    assert words(copy) == words(data)


def test_a_part_that_cannot_be_read_leaves_the_rest(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(files.pdf(1))) as document:
        resources = document.pages[0].obj.Resources
        resources.XObject = Dictionary(
            {"/Bad": document.make_stream(b"x", Subtype=Name.Image, ColorSpace=Array([Name.Indexed]))}
        )
        document.pages[0].contents_add(document.make_stream(b"\n/Bad Do\n"))
        document.save(tmp_path / "bad.pdf")
    copy, said = rewritten((tmp_path / "bad.pdf").read_bytes(), tmp_path)
    assert "unreadable_parts" in said.removed
    assert "Une innovation utile" in words(copy)[0]


def test_a_form_that_draws_itself_ends(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(files.pdf(1))) as document:
        box = Array([0, 0, 9, 9])
        form = document.make_stream(b"/Me Do", Type=Name.XObject, Subtype=Name.Form, BBox=box)
        form.Resources = Dictionary(XObject=Dictionary(Me=form))
        document.pages[0].obj.Resources.XObject = Dictionary(Me=form)
        document.pages[0].contents_add(document.make_stream(b"\n/Me Do\n"))
        document.save(tmp_path / "loop.pdf")
    assert rewritten((tmp_path / "loop.pdf").read_bytes(), tmp_path)[0]


def test_a_page_without_end_is_too_heavy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("concours.intake.contents._MOST_WORDS", 50)
    with pytest.raises(MemoryError):
        rewritten(files.pdf(1), tmp_path)


def test_tags_as_deep_as_a_well_leave_the_pages(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(files.pdf(1))) as document:
        below: Any = 0
        for _ in range(2000):
            below = document.make_indirect(Dictionary(S=Name.Div, K=below))
        document.Root.StructTreeRoot = Dictionary(Type=Name.StructTreeRoot, K=below)
        document.save(tmp_path / "deep.pdf")
    copy, _ = rewritten((tmp_path / "deep.pdf").read_bytes(), tmp_path)
    assert "Une innovation utile" in words(copy)[0]


# --- pictures --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"quality": 40, "subsampling": 0}])
def test_a_photograph_keeps_its_pixels_and_loses_its_words(options: dict[str, Any]) -> None:
    buffer = io.BytesIO()
    files.picture((90, 70)).save(buffer, "JPEG", comment=b"Zephyrine", xmp=b"Quatremere", **options)
    clean = clean_jpeg(buffer.getvalue() + b"Ysoldine")
    with Image.open(buffer) as was, Image.open(io.BytesIO(clean)) as now:
        assert was.tobytes() == now.tobytes()
    assert not {word for word in (b"Zephyrine", b"Quatremere", b"Ysoldine") if word in clean}
    assert clean_jpeg(clean) == clean


@pytest.mark.parametrize("form", ["CMYK", "L"])
def test_the_colours_of_a_photograph_for_printers_stay(form: str) -> None:
    buffer = io.BytesIO()
    files.picture((40, 30)).convert(form).save(buffer, "JPEG")
    with Image.open(buffer) as was, Image.open(io.BytesIO(clean_jpeg(buffer.getvalue()))) as now:
        assert (was.mode, was.tobytes()) == (now.mode, now.tobytes())


def test_a_jpeg_2000_keeps_its_pixels_and_loses_its_boxes() -> None:
    data = marked_pdf.jpeg2000()
    clean = clean_jpeg2000(data)
    with Image.open(io.BytesIO(data)) as was, Image.open(io.BytesIO(clean)) as now:
        assert was.tobytes() == now.tobytes()
    assert marked_pdf.word("jpx-xml").encode() not in clean


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8", b"\xff\xd8\xff\xe1\xff\xff", b"no picture", b"\0\0\0\0jP  ", b"\xff\x4f\xff\x51"]
)
def test_what_is_no_picture_harms_nobody(data: bytes) -> None:
    assert len(clean_jpeg(data)) <= 4
    assert len(clean_jpeg2000(data)) <= len(data) + 8
    assert clean_profile(data) == b""


# --- fonts -----------------------------------------------------------------------------------------------------------


def test_a_table_of_characters_is_written_from_its_numbers() -> None:
    said = b"""% Zephyrine
/CMapName /Zephyrine def
1 begincodespacerange <00> <FF> endcodespacerange
2 beginbfchar
<01> <0041> % Z
<02> <0042>
endbfchar
1 beginbfrange <03> <04> [<0043> <0044>] endbfrange"""
    clean = clean_cmap(said)
    assert b"Zephyrine" not in clean
    assert b"2 beginbfchar\n<01> <0041> <02> <0042>\nendbfchar" in clean
    assert b"1 beginbfrange\n<03> <04> [ <0043> <0044> ]\nendbfrange" in clean
    assert b"1 begincodespacerange" in clean


def test_the_notices_of_an_old_font_are_blanked_in_their_place() -> None:
    said = rb"""%!PS-AdobeFont-1.0: Zephyrine 1
%%Title: Zephyrine
/Notice (Zephyrine \) X) def
/FontName /Zephyrine def
currentfile eexec
"""
    clean = clean_type1(said + b"\x80secret", len(said))
    assert b"Zephyrine" not in clean
    assert len(clean) == len(said) + 7
    assert clean.endswith(b"eexec\n\x80secret")


def test_only_fonts_of_every_machine_keep_their_name() -> None:
    assert family_known("/Arial,Bold")
    assert family_known("/ABCDEF+TimesNewRomanPS-BoldMT")
    assert not family_known("/ZephyrineHand")
    assert neutral_family(0, "/ZephyrineHand-Bold") == "/Helvetica-Bold"
    assert neutral_family(2, "/Zephyrine-Italic") == "/Times-Italic"
    assert neutral_family(1, "/Zephyrine") == "/Courier"


def test_a_spoken_text_is_listed_once(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(files.pdf(1))) as document:
        tree = document.Root.StructTreeRoot
        tree.K = Array([Dictionary(S=Name.Figure, Alt=String("Une  fleur\nbleue")) for _ in range(3)])
        document.save(tmp_path / "three.pdf")
    _, said = rewritten((tmp_path / "three.pdf").read_bytes(), tmp_path)
    assert [text for text in said.texts if "fleur" in text] == ["Texte de remplacement : Une fleur bleue"]
