"""Copies what a page draws with, key by known key, into a new document. Sandbox only."""

from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from concours.intake.colours import Colours
from concours.intake.contents import Cleaner
from concours.intake.letters import Letters
from concours.intake.plain import MISSHAPEN, Once, picked, plain, words
from concours.intake.segments import clean_jpeg, clean_jpeg2000

_SHORT_NAMES = {"/XObject": "X", "/ExtGState": "G", "/Shading": "S", "/Font": "F", "/Pattern": "P", "/ColorSpace": "C"}
_DEFAULTS = ("/DefaultGray", "/DefaultRGB", "/DefaultCMYK")
_IMAGE_CODINGS = frozenset(("/DCTDecode", "/DCT", "/JPXDecode", "/CCITTFaxDecode", "/CCF", "/JBIG2Decode"))

_PATTERN = ("/PatternType", "/PaintType", "/TilingType", "/BBox", "/XStep", "/YStep", "/Matrix")
_SHADING = (
    *("/ShadingType", "/Background", "/BBox", "/AntiAlias", "/Domain", "/Matrix", "/Coords", "/Extend"),
    *("/BitsPerCoordinate", "/BitsPerComponent", "/BitsPerFlag", "/Decode", "/VerticesPerRow"),
)
_IMAGE = ("/Width", "/Height", "/BitsPerComponent", "/ImageMask", "/Decode", "/Interpolate", "/Intent", "/SMaskInData")
_STATE = words("/LW /LC /LJ /ML /D /RI /OP /op /OPM /FL /SM /SA /BM /CA /ca /AIS /TK")
_PARAMETERS = words("/K /EndOfLine /EncodedByteAlign /Columns /Rows /EndOfBlock /BlackIs1 /ColorTransform")


class Copier:
    """Copies into one document; each thing once."""

    def __init__(self, old: Pdf, new: Pdf, texts: list[str]) -> None:
        self._old, self._texts = old, texts
        self._once = Once(new)
        self._colours = Colours(self._once)
        self._letters = Letters(self._once, self.content)
        self.drawn: dict[tuple[int, int], Object] = {}
        """Copies of pages and forms, by the number of the original: tags point at them."""
        self.lost = False
        """Something that a page draws with could not be read."""

    # --- instructions and the resources that they name ---------------------------------------------------------------

    def content(self, stream: Object, resources: Any) -> tuple[bytes, Dictionary]:
        """Give the instructions that draw, and the resources that they use, all under new names."""
        said = resources if isinstance(resources, Dictionary) else Dictionary()
        used = _Used(self, said)
        cleaner = Cleaner(used.rename, lambda name: used.find("/Properties", name), self._texts)
        page = self._old.make_indirect(Dictionary(Type=Name.Page, Contents=stream))
        return pikepdf.Page(page).get_filtered_contents(cleaner), used.resources()

    def attempt(self, kind: str, source: Object, owner: Object) -> Object | None:
        """Copy one resource; None, and it is remembered, when it is damaged: the rest of the page is drawn."""
        try:
            return self.resource(kind, source, owner)
        except MISSHAPEN:
            self.lost = True
            return None

    def resource(self, kind: str, source: Object, owner: Object) -> Object | None:
        """Copy one resource; None when nothing of it can be drawn. `owner` lends its resources to old-style forms."""
        makers: dict[str, Callable[[Object], Any]] = {
            "/XObject": lambda each: self._drawing(each, owner),
            "/ExtGState": self._state,
            "/Shading": self._shading,
            "/Font": lambda each: self._letters.font(each, owner),
            "/Pattern": lambda each: self._pattern(each, owner),
        }
        if kind == "/ColorSpace":
            return self._colours.space(source)  # type: ignore[no-any-return]  # a name or an array, made once there
        made: Object | None = self._once(source, makers[kind])
        return made

    # --- drawings ----------------------------------------------------------------------------------------------------

    def _drawing(self, source: Object, owner: Object) -> Object | None:
        if not isinstance(source, Stream):
            return None
        if source.get("/Subtype") == Name.Form:
            return self._form(source, owner)
        return self._image(source) if source.get("/Subtype") == Name.Image else None

    def _form(self, source: Object, owner: Object) -> Object:
        data, resources = self.content(source, source.get("/Resources", owner))
        entries = {"/Type": Name.XObject, "/Subtype": Name.Form, **picked(source, ("/FormType", "/BBox", "/Matrix"))}
        made = self._once.stream(data, {**entries, "/Resources": resources, **self.group(source)})
        self.drawn[source.objgen] = made
        return made

    def group(self, source: Object) -> dict[str, Any]:
        """Copy how a page or a form is blended."""
        said = source.get("/Group")
        if not isinstance(said, Dictionary):
            return {}
        space = self._colours.space(said.get("/CS"))
        return {"/Group": Dictionary({**picked(said, ("/S", "/I", "/K")), **({"/CS": space} if space else {})})}

    def _image(self, source: Object) -> Object:
        entries = {"/Type": Name.XObject, "/Subtype": Name.Image, **picked(source, _IMAGE)}
        if (space := self._colours.space(source.get("/ColorSpace"))) is not None:
            entries["/ColorSpace"] = space
        for key in ("/SMask", "/Mask"):
            said = source.get(key)
            if isinstance(said, Stream):
                mask = self._once(said, self._image)
                entries |= {key: mask} if mask is not None else {}
            elif key == "/Mask" and (colours := plain(said)) is not None:
                entries[key] = colours
        entries |= picked(source, ("/Matte",))
        data, coding = self._pixels(source)
        return self._once.stream(data, entries | coding)

    def _pixels(self, source: Object) -> tuple[bytes, dict[str, Any]]:
        """Give the coded pixels, what is said beside them left out, and how they are coded."""
        filters, parameters = _codings(source)
        if not filters or filters[-1] not in _IMAGE_CODINGS:
            return source.read_bytes(), {}
        data = self._before_last(source, filters)
        kept: dict[str, Any] = {"/Filter": Name(filters[-1])}
        if filters[-1] in ("/DCTDecode", "/DCT"):
            data = clean_jpeg(data)
        elif filters[-1] == "/JPXDecode":
            data = clean_jpeg2000(data)
        if isinstance(parameters, Dictionary):
            said = picked(parameters, _PARAMETERS)
            if isinstance(parameters.get("/JBIG2Globals"), Stream):
                said["/JBIG2Globals"] = self._once.stream(parameters.JBIG2Globals.read_bytes(), {})
            kept |= {"/DecodeParms": Dictionary(said)} if said else {}
        return data, kept

    def _before_last(self, source: Object, filters: list[str]) -> bytes:
        """Undo all codings of a stream but the last."""
        raw = source.read_raw_bytes()
        if len(filters) == 1:
            return raw
        entries: dict[str, Any] = {"/Filter": Array([Name(each) for each in filters[:-1]])}
        said = source.get("/DecodeParms")
        if isinstance(said, Array):
            entries["/DecodeParms"] = Array(list(said)[: len(filters) - 1])
        return self._old.make_stream(raw, Dictionary(entries)).read_bytes()

    def _pattern(self, source: Object, owner: Object) -> Object | None:
        entries = picked(source, _PATTERN)
        if isinstance(source, Stream):
            data, resources = self.content(source, source.get("/Resources", owner))
            return self._once.stream(data, {**entries, "/Resources": resources})
        shading = self._once(source.get("/Shading"), self._shading)
        if shading is None:
            return None
        state = source.get("/ExtGState")
        entries |= {"/ExtGState": self._state(state)} if isinstance(state, Dictionary) else {}
        return self._once.shared({**entries, "/Shading": shading})

    def _shading(self, source: Object) -> Object | None:
        if not isinstance(source, Dictionary | Stream):
            return None
        entries = {**picked(source, _SHADING), "/ColorSpace": self._colours.space(source.get("/ColorSpace"))}
        if (function := self._colours.function(source.get("/Function"))) is not None:
            entries["/Function"] = function
        if isinstance(source, Stream):
            return self._once.stream(source.read_bytes(), entries)
        return self._once.shared(entries)

    def _state(self, source: Object) -> Object:
        entries = picked(source, _STATE)
        said = source.get("/SMask")
        if isinstance(said, Dictionary) and isinstance(said.get("/G"), Stream):
            form = self._once(said.get("/G"), lambda each: self._form(each, Dictionary()))
            mask = {**picked(said, ("/S", "/BC")), "/G": form}
            function = self._colours.function(said.get("/TR"))
            entries |= {"/SMask": Dictionary({**mask, **({"/TR": function} if function is not None else {})})}
        elif isinstance(said, Name):
            entries["/SMask"] = Name("/None")
        font = source.get("/Font")
        if isinstance(font, Array) and len(font) == 2:  # noqa: PLR2004 -- a font and its size
            copied = self._once(font[0], lambda each: self._letters.font(each, Dictionary()))
            entries |= {"/Font": Array([copied, font[1]])} if copied is not None else {}
        return self._once.shared(entries)


class _Used:
    """The resources that some instructions name: each is copied when it is first used, and bears a number."""

    def __init__(self, copier: Copier, said: Object) -> None:
        self._copier, self._said = copier, said
        self._names: dict[tuple[str, str], str | None] = {}
        self._kept: dict[str, dict[str, Object]] = {}

    def find(self, kind: str, name: str) -> Any:
        """Give a resource of the original by its name."""
        shelf = self._said.get(kind)
        return shelf.get(name) if isinstance(shelf, Dictionary) and name.startswith("/") else None

    def rename(self, kind: str, name: str) -> str | None:
        """Give the new name of a resource, copied; None when it cannot be drawn."""
        if (kind, name) not in self._names:
            source = self.find(kind, name)
            made = None if source is None else self._copier.attempt(kind, source, self._said)
            self._names[kind, name] = None if made is None else self._keep(kind, made)
        return self._names[kind, name]

    def resources(self) -> Dictionary:
        """Give what was used, and the colours that stand for those of the device."""
        for name in _DEFAULTS:
            source = self.find("/ColorSpace", name)
            made = None if source is None else self._copier.attempt("/ColorSpace", source, self._said)
            if made is not None:
                self._kept.setdefault("/ColorSpace", {})[name] = made
        return Dictionary({kind: Dictionary(shelf) for kind, shelf in self._kept.items()})

    def _keep(self, kind: str, made: Object) -> str:
        shelf = self._kept.setdefault(kind, {})
        name = f"/{_SHORT_NAMES[kind]}{len(shelf) + 1}"
        shelf[name] = made
        return name


def _codings(source: Object) -> tuple[list[str], Any]:
    """Give the filters of a stream, and the parameters of the last."""
    filters, parameters = source.get("/Filter"), source.get("/DecodeParms")
    if isinstance(filters, Array):
        last = parameters[-1] if isinstance(parameters, Array) and len(parameters) else None
        return [str(each) for each in filters], last
    return ([str(filters)] if isinstance(filters, Name) else []), parameters
