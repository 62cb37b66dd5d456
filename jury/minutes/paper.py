"""The minutes on paper: a tagged PDF (PDF/UA-1), the same bytes for the same facts."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from concours.kernel.paper import make_pdf
from concours.kernel.text import typographic
from jury.minutes.document import Block, Document
from jury.minutes.rules import Minutes
from jury.minutes.words import document_of

_TEMPLATE = Path(__file__).with_name("minutes.typ")


def minutes_pdf(minutes: Minutes) -> bytes:
    """Return the PDF of the minutes."""
    paper = _set(_plain(document_of(minutes)))
    return make_pdf(_TEMPLATE, {**paper, "draft": minutes.signature is None}, at=minutes.at)


def _plain(document: Document) -> dict[str, Any]:
    sections = [
        {"title": each.title, "level": each.level, "blocks": [_block(block) for block in each.blocks]}
        for each in document.sections
    ]
    return {"title": document.title, "contest": document.contest, "state": document.state, "sections": sections}


def _block(block: Block) -> dict[str, Any]:
    return {"kind": block.kind, **asdict(block)}


def _set(value: Any) -> Any:
    """Return plain values whose texts are in French typography."""
    if isinstance(value, str):
        return typographic(value)
    if isinstance(value, dict):
        return {name: _set(each) for name, each in value.items()}
    if isinstance(value, list | tuple | range):
        return [_set(each) for each in value]
    return value
