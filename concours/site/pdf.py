"""The règlement as a PDF: tagged (PDF/UA-1), the same bytes for the same text."""

from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from markdown_it.tree import SyntaxTreeNode

from concours.kernel.clock import format_instant
from concours.kernel.markdown import parse
from concours.kernel.paper import make_pdf
from concours.kernel.text import typographic

_TEMPLATE = Path(__file__).with_name("reglement.typ")


@lru_cache(maxsize=8)
def reglement_pdf(*, text: str, digest: str, number: int, published_at: datetime, title: str, author: str) -> bytes:
    """Return the PDF of a published text. `digest` is the text's own; `published_at` dates the file."""
    paper = {
        "title": typographic(title),
        "author": typographic(author),
        "description": typographic(f"Règlement, version {number}"),
        "version": typographic(f"Version {number}, publiée le {format_instant(published_at)}"),
        "digest": digest,
        "blocks": [_node(node) for node in SyntaxTreeNode(parse(text, top=1)).children],
    }
    return make_pdf(_TEMPLATE, paper, at=published_at)


def _node(node: SyntaxTreeNode) -> dict[str, Any]:
    """Return what the template needs of a node, and of those inside it."""
    plain = node.type in ("text", "code_inline", "fence", "code_block")
    return {
        "type": node.type,
        "text": typographic(node.content) if node.type == "text" else node.content if plain else "",
        "href": node.attrs.get("href", ""),
        "filled": any(child.content for child in node.children),
        "level": int(node.tag[1:]) if node.type == "heading" else 0,
        "children": [_node(child) for child in node.children],
    }
