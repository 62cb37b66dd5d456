"""Tell a document of text alone from one that shows something. Sandbox only."""

from pypdfium2 import PdfDocument, PdfiumError, PdfPage
from pypdfium2 import raw as pdfium

_LEAST_SIDE = 9
"""Points. What is thinner rules a table or underlines a word; a letter drawn as an outline is smaller too."""

_LEAST_SHARE = 0.02
"""Of the page: a smaller picture is an ornament."""

_BACKGROUND_SHARE = 0.95
_LEAST_LETTERS = 200
"""On all pages: fewer words are a title, or the caption of a drawing that we did not see."""


def shows_text_only(document: PdfDocument, pages: int) -> bool:
    """Tell whether the pages hold text, and neither picture nor drawing to speak of.

    `pages` are those that there are: the document's own count may lie.
    """
    letters = 0
    for number in range(min(pages, len(document))):
        page = document[number]
        try:
            if _shows(page):
                return False
        except PdfiumError:  # an object without bounds is no text
            return False
        letters += page.get_textpage().count_chars()
        page.close()
    return letters >= _LEAST_LETTERS


def _shows(page: PdfPage) -> bool:
    width, height = page.get_size()
    area = max(width * height, 1)
    share = 0.0
    for each in page.get_objects(max_depth=4):
        if each.type == pdfium.FPDF_PAGEOBJ_TEXT:
            continue
        if each.type == pdfium.FPDF_PAGEOBJ_SHADING:
            return True
        if each.type not in {pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_PATH}:
            continue
        left, bottom, right, top = each.get_bounds()
        if min(right - left, top - bottom) < _LEAST_SIDE:
            continue
        covered = (right - left) * (top - bottom) / area
        if each.type == pdfium.FPDF_PAGEOBJ_IMAGE or covered < _BACKGROUND_SHARE:
            share += covered
        if share > _LEAST_SHARE:
            return True
    return False
