"""Whether an archive is what was written: digests, nothing missing, nothing added, no link that leads nowhere."""

import os
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from posixpath import join, normpath
from urllib.parse import unquote, urlsplit

from concours.archive.rules import EXPECTED, SITE, SUMS, read_sums
from concours.kernel.errors import NotFound
from concours.safekeeping.folder import digest_of

_ADDRESSES = frozenset({"href", "src", "poster", "action", "data", "srcset"})
_INSIDE_ITSELF = "data:text/vtt;base64,"
"""Captions, which browsers would not read from a second file on a disk."""
_LOADED = re.compile(r"@import|url\(", re.IGNORECASE)


def faults(folder: Path) -> list[str]:
    """Return what is wrong with an archive, a sentence each. Raises NotFound where there is none."""
    sums = folder / SUMS
    if not sums.is_file():
        raise NotFound(f"{folder} n'est pas une archive : il n'y a pas de fichier {SUMS}.")
    digests = read_sums(sums.read_text(encoding="utf-8", errors="replace"))
    if digests is None:
        return [f"{SUMS} : une ligne n'est pas de la forme attendue. Le sommaire a été refait ou abîmé."]
    there = set(_files(folder))
    found = [f"{path} : manque." for path in sorted((digests.keys() | set(EXPECTED)) - there)]
    found += [f"{path} : n'est pas dans le sommaire." for path in sorted(there - digests.keys())]
    whole = sorted(there & digests.keys())
    found += [f"{path} : a changé." for path in whole if not _holds(folder / path, digests[path])]
    return [*found, *_broken_links(folder, there)]


def _files(folder: Path) -> Iterator[str]:
    for place, folders, files in os.walk(folder):
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        for name in (*files, *links):
            path = (Path(place) / name).relative_to(folder).as_posix()
            if path != SUMS:
                yield path


def _holds(path: Path, digest: str) -> bool:
    """Tell whether a file is there itself, with these bytes: a link would lead to what was never archived."""
    return path.is_file() and not path.is_symlink() and digest_of(path) == digest


def _broken_links(folder: Path, there: set[str]) -> list[str]:
    """Return what the static pages ask for and do not have, or ask of elsewhere."""
    names = sorted(path for path in there if path.startswith(f"{SITE}/") and (folder / path).is_file())
    pages = {name: _read(folder / name) for name in names if name.endswith(".html")}
    said = (sentence for name, page in pages.items() for sentence in _faults_of(name, page, pages, there))
    found = list(dict.fromkeys(said))
    styles = (name for name in names if name.endswith(".css"))
    loading = (name for name in styles if _LOADED.search((folder / name).read_text(encoding="utf-8", errors="replace")))
    return found + [f"{name} : charge un autre fichier." for name in loading]


def _faults_of(name: str, page: "_Page", pages: Mapping[str, "_Page"], there: set[str]) -> Iterator[str]:
    if page.programs:
        yield f"{name} : porte un programme, qu'aucune page d'archive n'a."
    for address, loaded in page.addresses:
        target, outside = _target(name, address)
        if outside:
            if not address.startswith(_INSIDE_ITSELF if loaded else "mailto:"):
                yield f"{name} : mène ailleurs ({address[:80]})."
        elif target not in there or not target.startswith(f"{SITE}/"):
            yield f"{name} : mène à {address}, qui n'est pas dans l'archive."
        elif (part := urlsplit(address).fragment) and part not in pages.get(target, _Page()).names:
            yield f"{name} : mène à un endroit de page qui n'existe pas ({address})."


def _target(name: str, address: str) -> tuple[str, bool]:
    """Return the file that an address names, and whether it leads out of the archive."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "", True
    if parts.scheme or parts.netloc or parts.path.startswith("/"):
        return "", True
    return (normpath(join(name.rpartition("/")[0], unquote(parts.path))) if parts.path else name), False


def _read(path: Path) -> "_Page":
    page = _Page()
    page.feed(path.read_text(encoding="utf-8", errors="replace"))
    return page


class _Page(HTMLParser):
    """What a page asks for: its addresses, and whether each is loaded with it."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[tuple[str, bool]] = []
        self.names: set[str] = set()
        self.programs = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag asks for."""
        self.programs |= tag in {"script", "iframe", "object", "embed"} or any(key.startswith("on") for key, _ in attrs)
        self.addresses += [(value or "", tag != "a") for key, value in attrs if key in _ADDRESSES]
        self.names |= {value for key, value in attrs if key == "id" and value}
