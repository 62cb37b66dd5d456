"""The drawing instructions of a PDF (ISO 32000-1, annex A): those that draw are kept, under new names. Sandbox only."""

from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Dictionary, Object, Token, TokenType

from concours.intake.segments import clean_jpeg
from concours.intake.tags import spoken_properties, standard_tag

Rename = Callable[[str, str], str | None]
"""Takes the kind of a resource (`/Font`) and its name; gives its new name, or None when it is not to be drawn."""

Lookup = Callable[[str], Object | None]
"""Gives a property list of the resources by its name."""

_NUMBERS = frozenset(
    b"b b* B B* BT c cm d d0 d1 EMC ET f F f* G g h i j J K k l m M n q Q re RG rg s S T* Tc Td TD TL Tm Tr Ts Tw Tz v "
    b"w W W* y SC sc".split()
)
_TEXT = frozenset((b"Tj", b"TJ", b"'", b'"'))
_NAMED = {
    b"Do": "/XObject",
    b"gs": "/ExtGState",
    b"sh": "/Shading",
    b"Tf": "/Font",
    b"scn": "/Pattern",
    b"SCN": "/Pattern",
}
_COLOUR_SPACES = frozenset((b"/DeviceGray", b"/DeviceRGB", b"/DeviceCMYK", b"/Pattern", b"/G", b"/RGB", b"/CMYK"))
_INTENTS = frozenset((b"/AbsoluteColorimetric", b"/RelativeColorimetric", b"/Saturation", b"/Perceptual"))
_INLINE_KEYS = frozenset(
    b"/BitsPerComponent /BPC /ColorSpace /CS /Decode /D /DecodeParms /DP /Filter /F /Height /H /ImageMask /IM /Intent "
    b"/Interpolate /I /Width /W".split()
)
_ARRAYS = (TokenType.array_open, TokenType.array_close)
_NUMERIC = (TokenType.integer, TokenType.real)
_NO_OPERAND = (TokenType.space, TokenType.comment, TokenType.eof, TokenType.bad)
_MOST_OPERANDS = 20_000
"""A line of text may hold thousands of letters; more operands before an instruction are no drawing."""


_MOST_WORDS = 20_000_000
"""Of one page: the densest map has a tenth of it, and each costs a microsecond."""


class Cleaner(pikepdf.TokenFilter):
    """Reads instructions one by one, and lets through those that draw."""

    def __init__(self, rename: Rename, properties: Lookup, texts: list[str]) -> None:
        super().__init__()
        self._rename, self._properties, self._texts = rename, properties, texts
        self._operands: list[Token] = []
        self._words = 0
        self._header: list[Token] | None = None
        """What an inline image says of itself, between its BI and its ID."""

    def handle_token(self, token: Token = None) -> Any:  # type: ignore[assignment]  # pikepdf's own signature
        """Keep operands until their instruction comes; give that back, or nothing. Raises MemoryError without end."""
        self._words += 1
        if self._words > _MOST_WORDS:
            raise MemoryError
        if token.type_ in _NO_OPERAND:
            return None
        if token.type_ is TokenType.inline_image:
            return self._inline_image(token)
        if token.type_ is not TokenType.word:
            self._operands.append(token)
            if len(self._operands) > _MOST_OPERANDS:
                self._operands = []
            return None
        operands, self._operands = self._operands, []
        written = self._instruction(token.raw_value, operands)
        return Token(TokenType.word, written + b"\n") if written else None

    def _instruction(self, operator: bytes, operands: list[Token]) -> bytes | None:
        if operator == b"ID":
            self._header = operands
            return None
        if operator in _NAMED:
            return self._named(operator, operands)
        if operator in (b"BMC", b"BDC"):
            return self._marked(operands)
        return self._plain(operator, operands)

    def _plain(self, operator: bytes, operands: list[Token]) -> bytes | None:
        if operator in _NUMBERS:
            kept = [each.raw_value for each in operands if each.type_ in (*_NUMERIC, *_ARRAYS)]
        elif operator in _TEXT:
            kept = [each.raw_value for each in operands if each.type_ in (*_NUMERIC, *_ARRAYS, TokenType.string)]
        elif operator in (b"cs", b"CS"):
            kept = self._colour_space(operands)
        elif operator == b"ri":
            kept = [each.raw_value for each in operands[-1:] if each.raw_value in _INTENTS]
        else:
            return None
        return b" ".join([*kept, operator]) if kept or operator not in (b"cs", b"CS", b"ri") else None

    def _colour_space(self, operands: list[Token]) -> list[bytes]:
        names = [each.raw_value for each in operands[-1:] if each.type_ is TokenType.name_]
        if names and names[0] not in _COLOUR_SPACES:
            renamed = self._rename("/ColorSpace", _name(operands[-1]))
            return [renamed.encode()] if renamed else []
        return names

    def _named(self, operator: bytes, operands: list[Token]) -> bytes | None:
        """Write an instruction that names a resource, under its new name."""
        kept: list[bytes] = []
        for each in operands:
            if each.type_ is TokenType.name_:
                renamed = self._rename(_NAMED[operator], _name(each))
                if renamed is None:
                    return None
                kept.append(renamed.encode())
            elif each.type_ in _NUMERIC:
                kept.append(each.raw_value)
        return b" ".join([*kept, operator])

    def _marked(self, operands: list[Token]) -> bytes:
        """Open a marked passage with a tag that everyone uses, and of its properties what a screen reader says."""
        names = [each for each in operands if each.type_ is TokenType.name_]
        tag = standard_tag(_name(names[0])).encode() if names else b"/Span"
        properties = self._property_list(operands)
        if tag == b"/Artifact" or not isinstance(properties, Dictionary):
            return tag + b" BMC"
        kept = spoken_properties(properties, self._texts)
        return b" ".join([tag, kept.unparse(), b"BDC"]) if kept else tag + b" BMC"

    def _property_list(self, operands: list[Token]) -> Object | None:
        opening = next((at for at, each in enumerate(operands) if each.type_ is TokenType.dict_open), None)
        if opening is None:
            last = operands[-1] if len(operands) > 1 else None
            return self._properties(_name(last)) if last and last.type_ is TokenType.name_ else None
        try:
            return Object.parse(b" ".join(each.raw_value for each in operands[opening:]))
        except (pikepdf.PdfError, ValueError):
            return None

    def _inline_image(self, image: Token) -> Token | None:
        header, self._header = self._header, None
        if header is None:
            return None
        try:
            said = Object.parse(b"<<" + b" ".join(each.raw_value for each in header) + b">>")
            kept = [
                (key, self._inline_value(key, said[key])) for key in dict(said.items()) if key.encode() in _INLINE_KEYS
            ]
        except (pikepdf.PdfError, ValueError):
            return None
        words = b" ".join(key.encode() + b" " + value for key, value in kept if value is not None)
        content = image.raw_value
        if any(b"/DCT" in value for key, value in kept if key in ("/F", "/Filter") and value):
            content = clean_jpeg(content) + b"\n"
        return Token(TokenType.word, b"BI " + words + b" ID " + content + b"EI\n")

    def _inline_value(self, key: str, value: Any) -> bytes | None:
        if key in ("/CS", "/ColorSpace") and isinstance(value, pikepdf.Name):
            if str(value).encode() in {*_COLOUR_SPACES, b"/I", b"/Indexed"}:
                return str(value).encode()
            renamed = self._rename("/ColorSpace", str(value))
            return renamed.encode() if renamed else None
        return value.unparse() if isinstance(value, Object) else str(value).lower().encode()


def _name(token: Token) -> str:
    """Give a name as dictionaries hold it, its escapes undone."""
    try:
        return str(Object.parse(token.raw_value))
    except (pikepdf.PdfError, ValueError, UnicodeDecodeError):
        return ""
