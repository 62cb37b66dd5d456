"""Copies the fonts of a PDF (ISO 32000-1, 9) under names that say nothing. Sandbox only."""

import re
from collections.abc import Callable
from typing import Any

from pikepdf import Array, Dictionary, Name, Object, Stream, String

from concours.intake.fonts import clean_cmap, clean_program, clean_type1, family_known, neutral_family
from concours.intake.plain import NAMES, Once, picked, words

_GLYPH = re.compile(r"/[A-Za-z0-9._-]{1,40}")
_CMAPS = re.compile(r"/([A-Za-z0-9-]{1,24}-)?[HV]")
_ORDERINGS = ("Identity", "Japan1", "GB1", "CNS1", "Korea1", "KR")
_FONT = words("/Type /Subtype /FirstChar /LastChar /Widths /DW /W /DW2 /W2 /FontBBox /FontMatrix")
_DESCRIPTOR = words(
    "/Type /FontStretch /FontWeight /Flags /FontBBox /ItalicAngle /Ascent /Descent /Leading /CapHeight "
    "/XHeight /StemV /StemH /AvgWidth /MaxWidth /MissingWidth"
)

Content = Callable[[Object, Any], tuple[bytes, Dictionary]]
"""Cleans drawing instructions; gives them with the resources that they use."""


class Letters:
    """Copies fonts; those whose letters are drawings, through `content`."""

    def __init__(self, once: Once, content: Content) -> None:
        self._once, self._content = once, content
        self._count = 0

    def font(self, source: Object, owner: Object) -> Object | None:
        """Copy a font. `owner` lends its resources to letters that are drawn."""
        if not isinstance(source, Dictionary):
            return None
        self._count += 1
        entries = picked(source, _FONT)
        if source.get("/Subtype") == Name.Type3:
            return self._drawn_font(source, entries, owner)
        entries |= self._named_font(source) | self._encoding(source.get("/Encoding")) | self._characters(source)
        descendants = source.get("/DescendantFonts")
        if isinstance(descendants, Array) and len(descendants):
            below = self.font(descendants[0], owner)
            entries |= {"/DescendantFonts": Array([below])}
            entries |= {"/BaseFont": below.BaseFont} if below is not None and "/BaseFont" in below else {}
        return self._once.shared(entries)

    def _named_font(self, source: Object) -> dict[str, Any]:
        """Copy the font's description under a name that says nothing."""
        said, name = source.get("/FontDescriptor"), str(source.get("/BaseFont", "/Helvetica"))
        flags = int(said.get("/Flags", 0)) if isinstance(said, Dictionary) else 0
        embedded = isinstance(said, Dictionary) and bool({"/FontFile", "/FontFile2", "/FontFile3"} & set(said.keys()))
        if embedded:
            new = Name(f"/AAAAAA+F{self._count}")
        else:
            new = Name(name if family_known(name) else neutral_family(flags, name))
        kept: dict[str, Any] = {"/BaseFont": new}
        if isinstance(said, Dictionary):
            description = {**picked(said, _DESCRIPTOR), "/FontName": new, **self._program(said)}
            kept["/FontDescriptor"] = self._once.shared(description)
        return kept | self._collection(source)

    def _collection(self, source: Object) -> dict[str, Any]:
        """Copy how the letters of a large font are numbered."""
        kept: dict[str, Any] = {}
        said, numbers = source.get("/CIDSystemInfo"), source.get("/CIDToGIDMap")
        if isinstance(said, Dictionary):
            ordering = str(said.get("/Ordering", ""))
            ordering = ordering if ordering in _ORDERINGS else "Identity"
            supplement = said.get("/Supplement", 0) if ordering != "Identity" else 0
            kept["/CIDSystemInfo"] = Dictionary(
                Registry=String("Adobe"), Ordering=String(ordering), Supplement=supplement
            )
        if isinstance(numbers, Stream):
            kept["/CIDToGIDMap"] = self._once.stream(numbers.read_bytes(), {})
        elif isinstance(numbers, Name):
            kept["/CIDToGIDMap"] = Name.Identity
        return kept

    def _program(self, description: Object) -> dict[str, Any]:
        for key in ("/FontFile", "/FontFile2", "/FontFile3"):
            said = description.get(key)
            if isinstance(said, Stream):
                return {key: self._once(said, lambda each, key=key: self._letters(each, key))}  # type: ignore[misc]
        return {}

    def _letters(self, source: Object, key: str) -> Object:
        data, lengths = source.read_bytes(), picked(source, ("/Length1", "/Length2", "/Length3", "/Subtype"))
        if key == "/FontFile":
            return self._once.stream(clean_type1(data, int(source.get("/Length1", 0))), lengths)
        data = clean_program(data)
        return self._once.stream(data, lengths | ({"/Length1": len(data)} if key == "/FontFile2" else {}))

    def _encoding(self, said: Any) -> dict[str, Any]:
        if isinstance(said, Name):
            return {"/Encoding": said} if str(said) in NAMES or _CMAPS.fullmatch(str(said)) else {}
        if isinstance(said, Stream):
            entries = {"/Type": Name.CMap, "/CMapName": Name("/C"), **picked(said, ("/WMode",))}
            collection = Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0)
            return {
                "/Encoding": self._once.stream(clean_cmap(said.read_bytes()), {**entries, "/CIDSystemInfo": collection})
            }
        if not isinstance(said, Dictionary):
            return {}
        kept = picked(said, ("/BaseEncoding",))
        if isinstance(said.get("/Differences"), Array):
            kept["/Differences"] = Array([_glyph(each) for each in said.Differences])
        return {"/Encoding": Dictionary(kept)}

    def _characters(self, source: Object) -> dict[str, Any]:
        said = source.get("/ToUnicode")
        return {"/ToUnicode": self._once.stream(clean_cmap(said.read_bytes()), {})} if isinstance(said, Stream) else {}

    def _drawn_font(self, source: Object, entries: dict[str, Any], owner: Object) -> Object:
        """Copy a font whose letters are small drawings."""
        resources = source.get("/Resources", owner)
        drawings: Any = source.get("/CharProcs")
        letters = {}
        for name in drawings.keys() if isinstance(drawings, Dictionary) else ():
            if isinstance(drawings[name], Stream):
                data, used = self._content(drawings[name], resources)
                letters[str(_glyph(Name(name)))] = self._once.stream(data, {"/Resources": used} if len(used) else {})
        kept = self._encoding(source.get("/Encoding")) | self._characters(source)
        return self._once.shared({**entries, **kept, "/CharProcs": Dictionary(letters)})


def _glyph(said: Any) -> Any:
    """Keep the number or the usual name of a letter."""
    return said if isinstance(said, int) or _GLYPH.fullmatch(str(said)) else Name("/.notdef")
