"""The honours as pages that need no server: relative addresses, no script, nothing from elsewhere."""

import base64
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from concours.archive.rules import Told, file_name, folder_of
from concours.honours.gallery import ShownWork
from concours.intake.models import JuryFile
from concours.kernel.clock import format_day, format_instant, to_paris
from concours.kernel.settings import ROOT
from concours.kernel.storage import human_size
from concours.kernel.text import Typographic, typographic
from jury.api import format_number

STYLES = ("honours.css", "archive.css")
"""Of static/css: copied beside the pages."""


@dataclass(frozen=True)
class Sheet:
    """A laureate on its page, with the addresses of its files."""

    work: ShownWork

    @property
    def name(self) -> str:
        """« Œuvre n° 12 »."""
        return format_number(self.work.number)

    @property
    def files(self) -> Mapping[str, list[tuple[str, JuryFile]]]:
        """Address and file, by role, in order; none of a role that is not there."""
        found = defaultdict[str, list[tuple[str, JuryFile]]](list)
        for file in sorted(self.work.files, key=lambda file: (file.role, file.position)):
            found[file.role].append((address(self.work.number, file), file))
        return found

    @property
    def captions(self) -> str:
        """The captions within the page: browsers refuse to read a second file for them from a disk."""
        text = self.work.captions
        return f"data:text/vtt;base64,{base64.b64encode(text.encode()).decode()}" if text else ""

    @property
    def captions_file(self) -> str:
        """Where the same captions stand as a file."""
        return captions_address(self.work.number)


def address(number: int, file: JuryFile) -> str:
    """Return the address of a file, from the pages."""
    return f"{folder_of(number)}/{file_name(file.role, file.position, file.mime)}"


def captions_address(number: int) -> str:
    """Return the address of the captions, from the pages."""
    return f"{folder_of(number)}/sous-titres.vtt"


def pages(works: Sequence[ShownWork], told: Told) -> dict[str, str]:
    """Return each page by its name."""
    facts: dict[str, Any] = {"told": told, "sheets": [Sheet(work) for work in works], "styles": STYLES}
    return {
        name: _environment().get_template(f"archive/{name}").render(facts) for name in ("index.html", "mentions.html")
    }


@lru_cache
def _environment() -> Environment:
    environment = Environment(
        autoescape=True,
        extensions=[Typographic],
        loader=FileSystemLoader(ROOT / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        instant=lambda instant: typographic(format_instant(instant)),
        day=lambda instant: typographic(format_day(to_paris(instant).date())),
        size=human_size,
    )
    return environment
