"""The sheets as one text, and the digest that binds the jury to it without telling anything of it. Pure."""

import hashlib
from typing import Any

from jury.robustness.sheets import Sheets

NONCE_BYTES = 32
"""Random bytes digested before the text: nobody finds the scores by trying them all."""

_FORM = 1
"""Of the text: another number where its entries change."""


def sheet_facts(sheets: Sheets) -> dict[str, Any]:
    """Return all that the ranking is made from, as plain values: every sheet that counts, and who judges what.

    Jurors stand by identifier, works by number; remarks, which count for nothing, stay out.
    """
    keys = [criterion.key for criterion in sheets.rule.criteria]
    return {
        "form": _FORM,
        "rule": sheets.rule.digest,
        "jurors": sorted(sheets.jurors),
        "works": sorted(sheets.numbers),
        "recused": sorted([juror, number] for juror, number in sheets.recused),
        "sheets": [
            {"juror": juror, "work": number, "points": dict(zip(keys, points, strict=True))}
            for juror in sorted(sheets.kept)
            for number, points in sorted(sheets.kept[juror].items())
        ],
    }


def commitment_digest(text: str, nonce: bytes) -> str:
    """Return the SHA-256, in hexadecimal, of the nonce followed by the text in UTF-8."""
    return hashlib.sha256(nonce + text.encode()).hexdigest()
