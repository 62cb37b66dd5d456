"""Text that people read (French typography) and text that people type (cleaning). Knows no framework but Jinja."""

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from jinja2.ext import Extension
from markupsafe import Markup

if TYPE_CHECKING:
    from jinja2 import Environment

NBSP = "\u00a0"

_SET_KEPT = 4096
"""Texts whose setting is remembered: labels and sentences come back on each page."""

_SPACE_BEFORE = re.compile(r"(?<!\s) (?=[:;?!»%])")
_HOUR = re.compile(r"(?<=\d) h (?=\d\d\b)")
_SMALL_UNIT = re.compile(r"(?<=\d) (?=(?:min|s)\b)|(?<=\d[ \u00a0]min) (?=\d\d[ \u00a0]s\b)")
_ZONE = re.compile(r"\(heure de Paris\)")
_SPACE_AFTER = re.compile(r"« (?!\s)")
# An elision may stand right before a tag or an expression: l'<em>œuvre</em>, l'{{ event }}. Hence the end of the piece.
_ELISION = re.compile(r"(?<=[^\W\d_])'(?=\w|«|\Z)")

# Jinja first, taken whole with its strings, so that neither a `>` nor a `}}` inside one ends a piece too early.
_JINJA = r"""(?:
    \{%-?\s*raw\s*-?%\}.*?\{%-?\s*endraw\s*-?%\}
  | \{\#.*?\#\}
  | \{\{(?>"(?>\\.|[^"\\])*+"|'(?>\\.|[^'\\])*+'|(?!\}\})[^"'])*+\}\}
  | \{%(?>"(?>\\.|[^"\\])*+"|'(?>\\.|[^'\\])*+'|(?!%\})[^"'])*+%\}
)"""
_MARKUP = rf"""(?:
    <!--.*?-->
  | <(?P<opaque>script|style|textarea|pre|code)\b.*?</(?P=opaque)\s*>
  | <[a-zA-Z/!](?>{_JINJA}|"(?>{_JINJA}|[^"])*+"|'(?>{_JINJA}|[^'])*+'|[^>"'])*+>
)"""
_FIXED = re.compile(rf"(?P<fixed>{_JINJA}|{_MARKUP})", re.DOTALL | re.VERBOSE)

# Characters that change how neighbours are shown (bidirectional controls) or that show nothing at all.
_INVISIBLE = "\u00ad\u2060\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"
# With these, controls but the tab (Unicode's category Cc; line ends are told apart before) and lone surrogates (Cs).
_UNSEEN = re.compile(f"[{_INVISIBLE}\x00-\x08\x0a-\x1f\x7f-\x9f\ud800-\udfff]+")

# A word processor's own line ends: a pasted text brings them.
_LINE_END = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_WORD_BULLET = "\uf0b7"
"""The bullet of a list, in the symbol font of word processors: nothing to any other."""


@lru_cache(_SET_KEPT)
def typographic(text: str) -> str:
    """Return plain `text` with no-break spaces before `: ; ? ! » %`, after `«`, within hours, and curly apostrophes."""
    text = _SPACE_BEFORE.sub(NBSP, text)
    text = _SPACE_AFTER.sub("«" + NBSP, text)
    text = _HOUR.sub(f"{NBSP}h{NBSP}", text)
    text = _SMALL_UNIT.sub(NBSP, text)
    text = _ZONE.sub(f"(heure{NBSP}de{NBSP}Paris)", text)
    return _ELISION.sub("’", text)


def typographic_source(source: str) -> str:
    """Return template or HTML `source` where only the text between tags and Jinja constructs was set."""
    pieces: list[str] = []
    position = 0
    for fixed in _FIXED.finditer(source):
        pieces += typographic(source[position : fixed.start()]), fixed.group()
        position = fixed.end()
    pieces.append(typographic(source[position:]))
    return "".join(pieces)


def typo(text: str) -> str:
    """Jinja filter: set a string that comes from Python; markup stays markup and its tags are left alone."""
    if isinstance(text, Markup):
        return Markup(typographic_source(text))  # noqa: S704 -- it was markup already, only spaces and apostrophes changed
    return typographic(str(text))


class Typographic(Extension):
    """Jinja extension: sets every template's own text when it is compiled; brings `typo`, `grouped`, `capital`."""

    def __init__(self, environment: "Environment") -> None:
        super().__init__(environment)
        environment.filters["typo"] = typo
        environment.filters["grouped"] = grouped
        environment.filters["capital"] = capital

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Set the template's text; Jinja calls this once for each template."""
        del name, filename
        return typographic_source(source)


def grouped(number: int) -> str:
    """Return « 33 180 »: thousands apart, without a break."""
    return f"{number:,}".replace(",", NBSP)


def capital(text: str) -> str:
    """Return the text with a capital first, the other letters as they are: « BD » stays."""
    return text[:1].upper() + text[1:]


def fold(text: str) -> str:
    """Return what is left of `text` without capitals or accents: what sorting and searching by name compare."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text).lower()
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def clean_text(text: str) -> str:
    """Return typed text in Unicode NFC, with plain line ends, without control or invisible characters, stripped."""
    lines = _LINE_END.sub("\n", unicodedata.normalize("NFC", text).replace(_WORD_BULLET, "•")).split("\n")
    return "\n".join(_visible(line).rstrip() for line in lines).strip()


def clean_line(text: str) -> str:
    """Return typed text as one clean line: see `clean_text`; line ends and tabs become spaces."""
    return " ".join(_visible(part) for part in re.split(r"[ \t\n]+", clean_text(text)) if _visible(part)).strip()


def _visible(text: str) -> str:
    return _UNSEEN.sub("", text)
