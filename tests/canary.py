"""An identity that nothing of the jury may tell, and what finds it however it is written."""

import base64
import html
import json
import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from urllib.parse import quote, unquote

TEAM = "Zéphyrine Quatremère"
ADMINISTRATION = "Préfecture de Chantegrive"
CONTACT = "Ysoldine Brindavoine"
EMAIL = "ysoldine@chantegrive.example"
PHONE = "06 98 76 54 32"
ACCOUNT = "z.quatremere.{}@chantegrive.example"
FILE_NAME = "Film de Zéphyrine Quatremère.{}"

WORDS = ("Zéphyrine", "Quatremère", "Chantegrive", "Ysoldine", "Brindavoine", PHONE)
"""Each one alone gives somebody away."""

_ENCODINGS = ("utf-8", "latin-1", "mac-roman", "utf-16-le", "utf-16-be")
_ASCII = 128
_NO_LETTER = re.compile(r"[^a-z0-9]+")


def traces(content: bytes, words: Iterable[str] = WORDS) -> set[str]:
    """Return the words that stand in these bytes, in any of the ways that programs write them."""
    lowered, read = content.lower(), folded(_read(content))
    return {
        word
        for word in words
        if any(needle in lowered for needle in _needles(word))
        or any(needle in content for needle in _base64_needles(word))
        or folded(word) in read
    }


def traces_in_cookie(cookie: str) -> set[str]:
    """Return the words that a signed cookie holds: its content is packed, not encrypted."""
    payload = cookie.partition("=")[2].partition(";")[0]
    packed, text = payload.startswith("."), payload.lstrip(".").split(".")[0]
    try:
        content = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return traces(zlib.decompress(content) if packed else content)
    except (ValueError, zlib.error):
        return traces(cookie.encode())


def folded(text: str) -> str:
    """Return letters and digits alone, without accents or capitals."""
    return _NO_LETTER.sub("", unicodedata.normalize("NFKD", text).lower())


def _read(content: bytes) -> str:
    """Return a text as a reader sees it: entities, percents and JSON's escapes undone."""
    if b"\0" in content[:4096]:
        return ""
    text = unquote(html.unescape(content.decode("utf-8", "replace")))
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)


@cache
def _needles(word: str) -> frozenset[bytes]:
    return frozenset(needle.lower() for text in _spellings(word) for needle in _written(text))


@cache
def _base64_needles(word: str) -> frozenset[bytes]:
    """Return what the word leaves in base64, wherever its first byte falls among groups of three."""
    found = set()
    for encoded in {each for text in _spellings(word) for each in _encoded(text)}:
        for shift in range(3):
            content = bytes(shift) + encoded
            # Without the signs at either end that hang on the neighbours, too.
            core = base64.b64encode(content)[-(-shift * 8 // 6) : len(content) * 8 // 6]
            found |= {core, core.translate(bytes.maketrans(b"+/", b"-_"))}
    return frozenset(found)


def _spellings(word: str) -> set[str]:
    composed, apart = unicodedata.normalize("NFC", word), unicodedata.normalize("NFD", word)
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    joined = {text.replace(" ", "") for text in (composed, apart, bare)}
    return {each for text in {composed, apart, bare} | joined for each in (text, text.lower(), text.upper())}


def _encoded(text: str) -> Iterator[bytes]:
    for encoding in _ENCODINGS:
        with suppress(UnicodeEncodeError):  # an accent apart from its letter has no place in an encoding of one byte
            yield text.encode(encoding)


def _written(text: str) -> Iterator[bytes]:
    yield from _encoded(text)
    yield from (each.hex().encode() for each in _encoded(text))  # a PDF's strings, among others
    yield "".join(chr(byte) if byte < _ASCII else f"\\{byte:03o}" for byte in text.encode("latin-1", "ignore")).encode()
    yield "".join(chr(byte) if byte < _ASCII else f"={byte:02X}" for byte in text.encode()).encode()
    yield quote(text).encode()
    yield quote(text, encoding="latin-1", errors="ignore").encode()
    yield html.escape(text).encode()
    yield json.dumps(text)[1:-1].encode()
    yield text.encode("ascii", "xmlcharrefreplace")
