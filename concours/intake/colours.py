"""Copies colour spaces and functions of a PDF (ISO 32000-1, 8.6, 7.10), names and notices left out. Sandbox only."""

import re
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream, String

from concours.intake.plain import NAMES, Once, picked, plain, words
from concours.intake.segments import clean_profile

_FUNCTION = words("/FunctionType /Domain /Range /Size /BitsPerSample /Order /Encode /Decode /C0 /C1 /N /Bounds")
_CALCULATOR = re.compile(rb"%[^\r\n]*|([{}]|-?[0-9.]+|[a-z]+)")


class Colours:
    """Copies what colours are made of."""

    def __init__(self, once: Once) -> None:
        self._once = once

    def space(self, source: Any) -> Any:
        """Copy a colour space."""
        if isinstance(source, Name):
            return plain(source)
        if isinstance(source, Array) and len(source):
            return self._once(source, self._colour_array)
        return None

    def _colour_array(self, source: Object) -> Any:
        family, parts = str(source[0]), list(source)[1:]
        if family == "/ICCBased" and isinstance(parts[0], Stream):
            return self._once(parts[0], self._profile)
        if family in ("/CalGray", "/CalRGB", "/Lab"):
            return Array(
                [source[0], Dictionary(picked(parts[0], ("/WhitePoint", "/BlackPoint", "/Gamma", "/Matrix", "/Range")))]
            )
        if family == "/Indexed":
            table = parts[2].read_bytes() if isinstance(parts[2], Stream) else bytes(parts[2])
            return Array([source[0], self.space(parts[0]), parts[1], String(table)])
        if family in ("/Separation", "/DeviceN"):
            inks = [parts[0]] if family == "/Separation" else list(parts[0])
            names = [each if str(each) in NAMES else Name(f"/Ink{place}") for place, each in enumerate(inks)]
            ink = names[0] if family == "/Separation" else Array(names)
            return Array([source[0], ink, self.space(parts[1]), self.function(parts[2])])
        if family == "/Pattern":
            return Array([source[0], *(self.space(each) for each in parts[:1])])
        return plain(source[0])

    def _profile(self, source: Object) -> Any:
        """Copy a colour profile, or name the device's colours where it cannot be read."""
        device = {1: "/DeviceGray", 3: "/DeviceRGB", 4: "/DeviceCMYK"}.get(int(source.get("/N", 3)), "/DeviceRGB")
        try:
            profile = clean_profile(source.read_bytes())
        except pikepdf.PdfError:
            profile = b""
        if not profile:
            return Name(device)
        entries = {**picked(source, ("/N", "/Range")), "/Alternate": Name(device)}
        return self._once.new.make_indirect(Array([Name.ICCBased, self._once.stream(profile, entries)]))

    def function(self, source: Any) -> Any:
        """Copy a function, or an array of them."""
        if isinstance(source, Array):
            return Array([self.function(each) for each in source])
        if not isinstance(source, Dictionary | Stream):
            return plain(source)
        return self._once(source, self._function)

    def _function(self, source: Object) -> Object:
        entries = picked(source, _FUNCTION)
        if isinstance(source, Stream):
            data = source.read_bytes()
            if source.get("/FunctionType") == 4:  # noqa: PLR2004 -- a small program: numbers, braces, operators
                data = b" ".join(found[1] for found in _CALCULATOR.finditer(data) if found[1])
            return self._once.stream(data, entries)
        inner = source.get("/Functions")
        entries |= {"/Functions": self.function(inner)} if isinstance(inner, Array) else {}
        return self._once.shared(entries)
