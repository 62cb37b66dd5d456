"""The receipt on paper: a tagged PDF (PDF/UA-1) whose code leads to the page that checks it."""

from pathlib import Path

from concours.entries.receipts.rules import Receipt, told
from concours.entries.rules import Dossier
from concours.kernel.clock import format_instant
from concours.kernel.paper import make_pdf, qr_code
from concours.kernel.text import typographic

_TEMPLATE = Path(__file__).with_name("receipt.typ")
_APART = frozenset({"Concours", "Numéro", "Déposée le"})
"""Facts that stand at the head of the page."""


def receipt_pdf(receipt: Receipt, dossier: Dossier) -> bytes:
    """Return the PDF of a receipt; `dossier` is what was deposited. The same receipt gives the same bytes."""
    facts = receipt.facts
    paper = {
        "title": typographic(f"Accusé de réception n° {receipt.number}"),
        "contest": typographic(f"{facts['contest']}, édition {facts['edition']}"),
        "at": typographic(format_instant(receipt.at, seconds=True)),
        "entry": [
            [typographic(name), value]
            for name, value in (
                ("Titre", dossier.title),
                ("Équipe", dossier.team),
                ("Administration", dossier.administration),
                ("Catégorie", dossier.category_label),
            )
        ],
        "proof": [[typographic(name), typographic(value)] for name, value in told(facts) if name not in _APART],
        "signature": receipt.signature,
        "check": facts["check"],
        "code": qr_code(receipt.check_url),
        "code_url": receipt.check_url,
    }
    return make_pdf(_TEMPLATE, paper, at=receipt.at)
