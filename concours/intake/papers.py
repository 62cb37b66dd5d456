"""Open a PDF and look at what it holds. Sandbox only."""

from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2

from concours.intake.rules import UNREADABLE, Kind, Limits, Reason, Refused, check_pages

_GLANCE_PIXELS = 64


def probe(source: Path, limits: Limits) -> dict[str, Any]:
    """Give pages, and width and height of the first in points; refuse what cannot be read or shows itself in part."""
    pages = _structure(source, limits)
    try:
        with pypdfium2.PdfDocument(source) as document:
            page = document[0]
            width, height = page.get_size()
            page.render(scale=_GLANCE_PIXELS / max(width, height, 1))
    except pypdfium2.PdfiumError as error:
        raise Refused(Reason.UNREADABLE, UNREADABLE, Kind.PDF.mime) from error
    return {"pages": pages, "width": round(width), "height": round(height)}


def _structure(source: Path, limits: Limits) -> int:
    """Count the pages by walking to each."""
    try:
        with pikepdf.open(source, suppress_warnings=True) as document:
            pages = len(document.pages)
            check_pages(pages, limits)
            _check_layers(document)
    except pikepdf.PasswordError as error:
        raise Refused(
            Reason.PASSWORD,
            "Ce PDF est protégé par un mot de passe : le jury ne pourrait pas l'ouvrir. Enregistrez-le sans mot de "
            "passe depuis votre logiciel, puis envoyez-le.",
            Kind.PDF.mime,
        ) from error
    except pikepdf.PdfError as error:
        raise Refused(Reason.UNREADABLE, UNREADABLE, Kind.PDF.mime) from error
    return pages


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
