"""The tags of a PDF (ISO 32000-1, 14.7 and 14.8), rebuilt from those that everyone uses. Sandbox only."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from concours.intake.plain import words

_STANDARD = frozenset(
    words(
        "/Document /DocumentFragment /Part /Art /Sect /Div /Aside /BlockQuote /Caption /TOC /TOCI /Index "
        "/NonStruct /Private /P /H /H1 /H2 /H3 /H4 /H5 /H6 /L /LI /Lbl /LBody /Table /TR /TH /TD /THead /TBody "
        "/TFoot /Span /Quote /Note /FENote /Reference /BibEntry /Code /Link /Annot /Ruby /RB /RT /RP /Warichu /WT "
        "/WP /Figure /Formula /Form /Title /Sub /Em /Strong /Artifact"
    )
)
_SPOKEN = {"/Alt": "Texte de remplacement", "/ActualText": "Texte lu", "/E": "Abréviation", "/T": "Titre"}
"""What a screen reader says in the place of what is drawn, or beside it."""

_ATTRIBUTES = {
    "/List": ("/ListNumbering",),
    "/Table": ("/RowSpan", "/ColSpan", "/Scope"),
    "/Layout": ("/Placement", "/BBox", "/Width", "/Height", "/WritingMode"),
}
_ATTRIBUTE_NAMES = frozenset(
    words(
        "/None /Unordered /Ordered /Description /Disc /Circle /Square /Decimal /UpperRoman /LowerRoman "
        "/UpperAlpha /LowerAlpha /Row /Column /Both /Block /Inline /Before /Start /End /LrTb /RlTb /TbRl /Auto"
    )
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}")
_DEEPEST, _MOST = 60, 100_000
"""Levels and elements: beyond, the rest of the tags is left out, never the pages."""


def standard_tag(name: str) -> str:
    """Give a tag that everyone uses: this one, or the neutral one."""
    return name if name in _STANDARD else "/Span"


def language_of(source: Object) -> str | None:
    """Give the language that an element names, when it is one."""
    said = source.get("/Lang")
    return str(said) if isinstance(said, String) and _LANGUAGE.fullmatch(str(said)) else None


def spoken_properties(source: Object, texts: list[str]) -> Dictionary | None:
    """Copy what a screen reader says, the language, and the number that ties a passage to its tag; list the words."""
    kept = spoken(source, texts)
    number: Any = source.get("/MCID")
    if isinstance(number, int) and number >= 0:
        kept["/MCID"] = number
    return Dictionary(kept) if kept else None


def spoken(source: Object, texts: list[str]) -> dict[str, Any]:
    """Copy what a screen reader says and in which language; list the words."""
    kept: dict[str, Any] = {}
    for key, label in _SPOKEN.items():
        said = source.get(key)
        if isinstance(said, String) and str(said).strip():
            kept[key] = String(str(said))
            texts.append(f"{label} : {' '.join(str(said).split())}")
    if language := language_of(source):
        kept["/Lang"] = String(language)
        texts.append(f"Langue : {language}")
    return kept


class TagCopier:
    """Copies the tree of tags of a document onto pages that were copied already."""

    def __init__(self, new: Pdf, texts: list[str], drawn: dict[tuple[int, int], Object], roles: Object | None) -> None:
        """`drawn` gives the copy of each page and of each form, by the number of the original."""
        self._new, self._texts, self._drawn = new, texts, drawn
        self._roles = roles if isinstance(roles, Dictionary) else Dictionary()
        self._seen: set[tuple[int, int]] = set()
        self._count = 0
        self._parents: dict[tuple[int, int], dict[int, Object]] = {}
        """The elements of each page or form, by the number of the passage."""

    def copy(self, tree: Object) -> None:
        """Give the new document its tags; none when nothing of them can be used."""
        root = self._new.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        children = list(self._children(tree, root, None, 0))
        if not children:
            return
        root["/K"] = Array(children)
        root["/ParentTree"] = self._new.make_indirect(Dictionary(Nums=Array(self._numbered())))
        root["/ParentTreeNextKey"] = len(self._parents)
        self._new.Root["/StructTreeRoot"] = root
        self._new.Root["/MarkInfo"] = Dictionary(Marked=True)

    def _numbered(self) -> Iterator[Any]:
        for place, (number, passages) in enumerate(sorted(self._parents.items())):
            self._new.get_object(number)["/StructParents"] = place
            yield place
            yield self._new.make_indirect(Array([passages.get(each) for each in range(max(passages) + 1)]))

    def _children(self, source: Object, parent: Object, page: Object | None, depth: int) -> Iterator[Any]:
        said = source.get("/K")
        for child in said if isinstance(said, Array) else [said]:
            copied = self._child(child, parent, page, depth)
            if copied is not None:
                yield copied

    def _child(self, child: Any, parent: Object, page: Object | None, depth: int) -> Any:
        if isinstance(child, int):
            return self._passage(child, parent, page)
        if not isinstance(child, Dictionary):
            return None
        if child.get("/S") is not None:
            return self._element(child, parent, page, depth)
        if child.get("/Type") == Name.MCR:
            return self._reference(child, parent, page)
        return None

    def _element(self, source: Object, parent: Object, page: Object | None, depth: int) -> Object | None:
        if depth > _DEEPEST or self._count > _MOST or source.objgen in self._seen:
            return None
        if source.is_indirect:
            self._seen.add(source.objgen)
        self._count += 1
        page = self._copy_of(source.get("/Pg")) or page
        made = self._new.make_indirect(Dictionary(S=Name(self._role(str(source.get("/S")))), P=parent))
        if page is not None:
            made["/Pg"] = page
        for key, value in {**spoken(source, self._texts), **_attributes(source.get("/A"))}.items():
            made[key] = value
        children = list(self._children(source, made, page, depth + 1))
        if children:
            made["/K"] = Array(children)
        return made

    def _passage(self, number: int, parent: Object, place: Object | None) -> int | None:
        """Tie a marked passage of a page, or of a form drawn on it, to its element."""
        if place is None or not 0 <= number < _MOST:
            return None
        self._parents.setdefault(place.objgen, {})[number] = parent
        return number

    def _reference(self, source: Object, parent: Object, page: Object | None) -> Object | None:
        page = self._copy_of(source.get("/Pg")) or page
        form = self._copy_of(source.get("/Stm"))
        number: Any = source.get("/MCID")
        if page is None or not isinstance(number, int) or self._passage(number, parent, form or page) is None:
            return None
        made = Dictionary(Type=Name.MCR, Pg=page, MCID=number)
        if form is not None:
            made["/Stm"] = form
        return made

    def _copy_of(self, original: Object | None) -> Object | None:
        return self._drawn.get(original.objgen) if isinstance(original, Object) else None

    def _role(self, name: str) -> str:
        """Follow the document's own names to one that everyone uses."""
        for _ in range(10):
            if name in _STANDARD or name not in self._roles:
                break
            name = str(self._roles[name])
        return standard_tag(name)


def _attributes(said: Object | None) -> dict[str, Any]:
    """Copy how lists are numbered, tables spanned, figures placed."""
    owners: Iterable[Any] = said if isinstance(said, Array) else [said]
    kept = []
    for each in owners:
        if isinstance(each, Dictionary) and (keys := _ATTRIBUTES.get(str(each.get("/O")))):
            values = {key: value for key in keys if (value := _value(each.get(key))) is not None}
            kept += [Dictionary({"/O": each.get("/O"), **values})] if values else []
    return {"/A": Array(kept)} if kept else {}


def _value(said: Any) -> Any:
    if isinstance(said, int | Decimal):
        return said
    if isinstance(said, Name):
        return said if str(said) in _ATTRIBUTE_NAMES else None
    if isinstance(said, Array) and len(said) == 4 and all(isinstance(each, int | Decimal) for each in said):  # noqa: PLR2004 -- a box
        return Array(list(said))
    return None
