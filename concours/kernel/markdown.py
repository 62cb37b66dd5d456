"""Organisers' Markdown as HTML: nothing of theirs runs, headings keep their order, French typography is set."""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from concours.kernel.text import typographic_source

_LOWEST = 6
_SIGNS = re.compile(r"[\\`*_\[\]<>|&#!~]")

_markdown = MarkdownIt("commonmark", {"html": False}).disable("image").enable("table")
# The parser gathers its rules when it first meets a text, and another thread would then find none of them.
_markdown.parse("a *word*")


def to_html(text: str, *, top: int) -> Markup:
    """Return the text as HTML whose highest headings are `<h{top}>` and whose levels never skip."""
    return render(parse(text, top=top))


def plain(line: str) -> str:
    """Return a line's Markdown that reads as the line itself, whatever signs it holds."""
    return _SIGNS.sub(r"\\\g<0>", line)


def parse(text: str, *, top: int) -> list[Token]:
    """Return the text's tokens with their headings moved: see `to_html`."""
    tokens = _markdown.parse(text)
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    for token, level in zip(headings, _levels([int(token.tag[1:]) for token in headings], top), strict=True):
        token.tag = f"h{level}"
    return tokens


def _levels(levels: Sequence[int], top: int) -> list[int]:
    """Return heading levels that begin at `top` and go down one at a time, closing tags like their opening ones."""
    moved: list[int] = []
    parents: list[int] = []
    for level in levels:
        while parents and parents[-1] >= level:
            parents.pop()
        parents.append(level)
        moved.append(min(top + len(parents) - 1, _LOWEST))
    return moved


def render(tokens: Sequence[Token]) -> Markup:
    """Return the tokens as HTML."""
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    return Markup(typographic_source(html))  # noqa: S704 -- the renderer escapes; raw HTML is switched off
