"""The règlement as a PDF: tagged, named, in French, the same bytes for the same text."""

from datetime import UTC, datetime
from io import BytesIO

import pikepdf
import pytest

from concours.editions import reglement
from concours.editions.document import parse
from concours.editions.operations import EMBEDDED
from concours.site.pdf import reglement_pdf

PUBLISHED = datetime(2027, 1, 29, 8, 0, tzinfo=UTC)


def make(text: str) -> bytes:
    return reglement_pdf(
        text=text,
        digest=reglement.digest(text),
        number=3,
        published_at=PUBLISHED,
        title="Règlement : « essai »",
        author="Un ministère",
    )


def test_the_pdf_is_tagged_titled_and_in_french() -> None:
    text = reglement.compose(parse(EMBEDDED.read_text(encoding="utf-8")))
    with pikepdf.open(BytesIO(make(text))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang).startswith("fr")
        assert str(pdf.docinfo["/Title"]) == "Règlement\N{NO-BREAK SPACE}: «\N{NO-BREAK SPACE}essai\N{NO-BREAK SPACE}»"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"


def test_the_same_text_gives_the_same_bytes() -> None:
    first = make("## Un règlement")
    reglement_pdf.cache_clear()
    assert make("## Un règlement") == first


@pytest.mark.parametrize(
    "text",
    [
        "",
        "## ",
        "[](https://exemple.fr) [x]()",
        "- a\n  1. b\n\n> c\n\n| d | e |\n|---|---|\n| 1 | 2 |\n\n```\nf\n```\n\n---",
        "#set page(fill: red) $x$ @ref <label> `code`",
        "## Un signe sans dessin : \N{PARTY POPPER}",
    ],
)
def test_whatever_organisers_write_makes_a_tagged_pdf(text: str) -> None:
    with pikepdf.open(BytesIO(make(text))) as pdf:
        assert len(pdf.pages) == 1
        assert pdf.Root.MarkInfo.Marked
