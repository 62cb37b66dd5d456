"""What the minutes are made of, as page and paper lay it out: sections of a few kinds of blocks. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or more; its lines are kept, for somebody may have typed them."""

    kind: ClassVar[str] = "paragraph"
    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values."""

    kind: ClassVar[str] = "facts"
    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    kind: ClassVar[str] = "items"
    items: Sequence[str]


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest, after the words that say of what."""

    kind: ClassVar[str] = "digest"
    words: str
    digest: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head; `title` is the column that names a row, `numeric` those of numbers."""

    kind: ClassVar[str] = "table"
    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: int
    numeric: Sequence[int]


@dataclass(frozen=True, slots=True)
class Honours:
    """The laureates, best first."""

    kind: ClassVar[str] = "honours"
    laureates: Sequence[tuple[str, str, str]]
    """Rank and number, title, reason."""


@dataclass(frozen=True, slots=True)
class Signatures:
    """Who signs, with room to do it."""

    kind: ClassVar[str] = "signatures"
    signers: Sequence[tuple[str, str]]
    """Name and role."""


Block = Paragraph | Facts | Items | Digest | Table | Honours | Signatures


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one heading."""

    title: str
    level: int
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Document:
    """The minutes in words."""

    title: str
    contest: str
    state: str
    """What the document is worth: a draft, or signed minutes."""
    sections: Sequence[Section]
