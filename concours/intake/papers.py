"""Open a PDF and look at what it holds. Sandbox only."""

from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
from pikepdf.exceptions import PikepdfError

from concours.intake import inventory
from concours.intake.drawings import shows_text_only
from concours.intake.findings import Finding
from concours.intake.rules import MAX_PAGE_POINTS, UNREADABLE, Kind, Limits, Reason, Refused, check_pages

_GLANCE_PIXELS = 64
_AS_IT_IS: dict[str, Any] = {
    "suppress_warnings": True,
    "access_mode": pikepdf.AccessMode.stream,  # a mapped file would count in the child's memory
    "inherit_page_attributes": False,  # would walk to every page before we have counted them
}
_COUNTED_PAGES = 10_000
"""Beyond this many, how many more there are is not worth the time."""


def probe(source: Path, limits: Limits) -> dict[str, Any]:
    """Give pages, width and height of the first in points, findings; refuse what cannot be read or shown whole."""
    pages, findings = _structure(source, limits)
    try:
        with pypdfium2.PdfDocument(source) as document:
            page = document[0]
            width, height = page.get_size()
            page.render(scale=_GLANCE_PIXELS / max(width, height, 1))
            if shows_text_only(document, pages):
                findings.append(Finding.TEXT_ONLY)
    except pypdfium2.PdfiumError as error:
        raise Refused(Reason.UNREADABLE, UNREADABLE, Kind.PDF.mime) from error
    return {"pages": pages, "width": round(width), "height": round(height), "findings": findings}


def _structure(source: Path, limits: Limits) -> tuple[int, list[Finding]]:
    """Count the pages by walking to each, and go through all that the file holds."""
    try:
        with pikepdf.open(source, **_AS_IT_IS) as document:
            check_pages(_count(document.Root.get("/Pages")), limits)
            pages = len(document.pages)
            check_pages(pages, limits)
            for page in document.pages:
                _check_size(page)
            _check_layers(document)
            return pages, inventory.find(document)
    except pikepdf.PasswordError as error:
        raise Refused(
            Reason.PASSWORD,
            "Ce PDF est protégé par un mot de passe : le jury ne pourrait pas l'ouvrir. Enregistrez-le sans mot de "
            "passe depuis votre logiciel, puis envoyez-le.",
            Kind.PDF.mime,
        ) from error
    except (PikepdfError, UnicodeDecodeError) as error:
        raise _unopened(error) from error


def _unopened(error: Exception) -> Refused:
    if "encrypt" not in str(error):
        return Refused(Reason.UNREADABLE, UNREADABLE, Kind.PDF.mime)
    return Refused(
        Reason.ENCRYPTED,
        "Ce PDF est chiffré (par un certificat ou une protection d'entreprise) : le jury ne pourrait pas l'ouvrir. "
        "Enregistrez-le sans protection depuis votre logiciel, puis envoyez-le.",
        Kind.PDF.mime,
    )


def _count(tree: pikepdf.Object | None) -> int:
    """Count the leaves of the page tree without making anything of them; a branch met again counts once."""
    waiting, seen, leaves = [tree], set(), 0
    while waiting and leaves <= _COUNTED_PAGES:
        node = waiting.pop()
        kids = node.get("/Kids") if isinstance(node, pikepdf.Dictionary) else None
        if node is None or not isinstance(kids, pikepdf.Array):
            leaves += 1
        elif not node.is_indirect or node.objgen not in seen:
            seen.add(node.objgen)
            room = _COUNTED_PAGES + 1 - leaves
            waiting.extend(kids[at] for at in range(min(len(kids), room)))
    return leaves


def _check_size(page: pikepdf.Page) -> None:
    """Refuse a page that cannot be drawn usefully."""
    try:
        left, bottom, right, top = (float(edge) for edge in page.mediabox)
        longest = max(abs(right - left), abs(top - bottom)) * float(page.obj.get("/UserUnit", 1))
    except (AttributeError, TypeError, ValueError) as error:  # no four numbers
        raise Refused(Reason.UNREADABLE, UNREADABLE, Kind.PDF.mime) from error
    if longest > MAX_PAGE_POINTS:
        raise Refused(
            Reason.PAGE_SIZE,
            f"Une page de ce PDF mesure {_metres(longest)} m ; la limite est de {_metres(MAX_PAGE_POINTS)} m. "
            "Exportez-le dans un format de page plus petit (A4, A3…), puis envoyez-le.",
            Kind.PDF.mime,
        )


def _metres(points: float) -> str:
    return f"{points / 72 * 0.0254:.2f}".replace(".", ",")


def _check_layers(document: pikepdf.Pdf) -> None:
    """Refuse layers: what is hidden in one reader shows in another, the author's notes included."""
    properties = document.Root.get("/OCProperties")
    if isinstance(properties, pikepdf.Dictionary) and properties.get("/OCGs") not in (None, pikepdf.Array()):
        raise Refused(
            Reason.LAYERS,
            "Ce PDF contient des calques, dont certains peuvent être masqués. Exportez-le à plat : dans votre "
            "logiciel, décochez « Créer des calques Acrobat » à l'export, ou choisissez Imprimer > Enregistrer au "
            "format PDF ; puis envoyez ce PDF.",
            Kind.PDF.mime,
        )
