"""Reads what a PDF says to assistive technology: its structure in order, and whatever it draws outside of it."""

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name

_DRAWING = frozenset({"Tj", "TJ", "'", '"', "Do", "S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "sh", "EI"})
"""Operators that put something on the page."""


@dataclass(frozen=True)
class Node:
    """One element of the structure: its type, and the types of its children."""

    kind: str
    below: tuple["Node", ...]

    def all(self, *kinds: str) -> list["Node"]:
        """Every element of these types, in reading order, this one included."""
        return [*([self] if self.kind in kinds else []), *(found for each in self.below for found in each.all(*kinds))]


@dataclass(frozen=True)
class Tagged:
    """What stands in the file for assistive technology."""

    title: str
    language: str
    marked: bool
    shows_title: bool
    part: str
    """Of PDF/UA."""
    root: Node
    untagged: tuple[str, ...]
    """What is drawn neither as content of the structure nor as an artifact."""

    @property
    def headings(self) -> list[int]:
        """The level of each heading, in reading order."""
        return [int(node.kind[1]) for node in self.root.all(*(f"H{level}" for level in range(1, 7)))]


def read_tagged(content: bytes) -> Tagged:
    """Read a tagged PDF."""
    with pikepdf.open(io.BytesIO(content)) as document:
        root = document.Root
        with document.open_metadata() as metadata:
            part, title = str(metadata.get("pdfuaid:part", "")), str(metadata.get("dc:title", ""))
        return Tagged(
            title=title,
            language=str(root.get("/Lang", "")),
            marked=bool(root.MarkInfo.Marked),
            shows_title=bool(root.ViewerPreferences.DisplayDocTitle),
            part=part,
            root=Node("StructTreeRoot", tuple(_below(root.StructTreeRoot))),
            untagged=tuple(found for number, page in enumerate(document.pages, 1) for found in _untagged(page, number)),
        )


def _below(element: pikepdf.Object) -> Iterator[Node]:
    found = element.get("/K")
    for each in found if isinstance(found, Array) else [found]:
        if isinstance(each, Dictionary) and "/S" in each:
            yield Node(str(each.S).removeprefix("/"), tuple(_below(each)))


def _untagged(page: pikepdf.Page, number: int) -> Iterator[str]:
    inside: list[bool] = []
    for instruction in pikepdf.parse_content_stream(page):
        operands, name = instruction.operands, str(instruction.operator)
        if name in {"BMC", "BDC"}:
            artifact = operands[0] == Name.Artifact
            inside.append(artifact or (name == "BDC" and "/MCID" in operands[1]))
        elif name == "EMC":
            inside.pop()
        elif name in _DRAWING and not any(inside):
            yield f"page {number}: {name}"
