"""What may be copied from a PDF as it is: numbers, and names that the format gives a meaning. Sandbox only."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from pikepdf import Array, Dictionary, Name, Object, Pdf, PdfError


def words(text: str) -> tuple[str, ...]:
    """Read a list of names written as words."""
    return tuple(text.split())


NAMES = frozenset(
    words(
        "/DeviceGray /DeviceRGB /DeviceCMYK /CalGray /CalRGB /Lab /ICCBased /Indexed /Pattern /Separation "
        "/DeviceN /All /None /Cyan /Magenta /Yellow /Black /Normal /Compatible /Multiply /Screen /Overlay /Darken "
        "/Lighten /ColorDodge /ColorBurn /HardLight /SoftLight /Difference /Exclusion /Hue /Saturation /Color "
        "/Luminosity /Alpha /Identity /AbsoluteColorimetric /RelativeColorimetric /Perceptual /Transparency /Font "
        "/FontDescriptor /Encoding /Type0 /Type1 /MMType1 /TrueType /Type3 /CIDFontType0 /CIDFontType2 /Type1C "
        "/CIDFontType0C /OpenType /WinAnsiEncoding /MacRomanEncoding /MacExpertEncoding /StandardEncoding "
        "/PDFDocEncoding /Identity-H /Identity-V /Mask /ExtGState /XObject /Image /Form /Condensed /SemiCondensed "
        "/ExtraCondensed /SemiExpanded /Expanded"
    )
)
"""Names that the format gives a meaning (ISO 32000-1); any other is a word of somebody's."""


MISSHAPEN = (PdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError)
"""A key that holds another kind of thing than the format says raises whatever Python raises for it."""

_DEEPEST = 5


def plain(said: Any, depth: int = 0) -> Any:
    """Give numbers, known names and arrays of them; None for all that could hold a word."""
    if isinstance(said, bool | int | Decimal):
        return said
    if isinstance(said, Name):
        return said if str(said) in NAMES else None
    if isinstance(said, Array) and depth < _DEEPEST:
        return Array([plain(each, depth + 1) for each in said])
    return None


def picked(source: Object, keys: Iterable[str]) -> dict[str, Any]:
    """Take those of the keys whose values are plain."""
    return {key: value for key in keys if (value := plain(source.get(key))) is not None}


class Once:
    """Makes the copy of each thing once, in one document."""

    def __init__(self, new: Pdf) -> None:
        self.new = new
        self._made: dict[tuple[int, int], Any] = {}

    def __call__(self, source: Any, make: Callable[[Any], Any]) -> Any:
        """Make the copy of an object, or give the one made before; None for what contains itself."""
        if not isinstance(source, Object) or not source.is_indirect:
            return make(source)
        if source.objgen not in self._made:
            self._made[source.objgen] = None
            self._made[source.objgen] = make(source)
        return self._made[source.objgen]

    def stream(self, data: bytes, entries: dict[str, Any]) -> Object:
        """Put a new stream into the document."""
        return self.new.make_stream(data, Dictionary(entries))

    def shared(self, entries: dict[str, Any]) -> Object:
        """Put a new dictionary into the document, where several may point at it."""
        return self.new.make_indirect(Dictionary(entries))
