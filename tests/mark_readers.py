"""Three readers of marks that know nothing of one another: exiftool, a walk of all that a file holds, its raw bytes."""

import re
import shutil
import subprocess
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest

Reader = Callable[[Path, Iterable[str]], set[str]]

_STREAM = re.compile(rb"stream\r?\n")


def need(program: str, package: str) -> str:
    """Give the path of a Debian program, or skip in words."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed (apt-get install {package})")
    return found


def by_exiftool(path: Path, words: Iterable[str]) -> set[str]:
    """What exiftool reads: all tags, unknown ones and embedded files included."""
    program = need("exiftool", "libimage-exiftool-perl")
    command = [program, "-a", "-u", "-U", "-ee3", "-api", "largefilesupport=1", "-G1", "-m", str(path)]
    said = subprocess.run(command, capture_output=True, check=False, timeout=60).stdout
    return {word for word in words if word.encode() in said}


def by_objects(path: Path, words: Iterable[str]) -> set[str]:
    """What stands in the objects of a PDF: every key, name, string and decoded stream, wherever it hangs."""
    with pikepdf.open(path) as document:
        held = b"\n".join(piece for each in (*document.objects, document.trailer) for piece in _pieces(each, 0))
    return {word for word in words if any(form in held for form in _forms(word))}


def _pieces(each: Any, depth: int) -> Iterator[bytes]:
    if depth and isinstance(each, pikepdf.Object) and each.is_indirect:
        return  # it has its own turn
    if isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
        for key, value in each.items():
            yield str(key).encode()
            yield from _pieces(value, depth + 1)
    if isinstance(each, pikepdf.Stream):
        yield each.read_raw_bytes()
        try:
            yield each.read_bytes()
        except pikepdf.PdfError:
            yield b""
    elif isinstance(each, pikepdf.Array):
        for value in list(each):
            yield from _pieces(value, depth + 1)
    elif isinstance(each, pikepdf.String):
        yield bytes(each)
        yield str(each).encode()
    elif isinstance(each, pikepdf.Name):
        yield str(each).encode()


def by_bytes(path: Path, words: Iterable[str]) -> set[str]:
    """What stands in the bytes themselves, or in whatever of them can be inflated, however it is written."""
    data = path.read_bytes()
    held = b"\n".join([data, *inflated(data)])
    return {word for word in words if any(form in held for form in _forms(word))}


def inflated(data: bytes) -> Iterator[bytes]:
    """Each stream of a PDF that can be inflated."""
    for found in _STREAM.finditer(data):
        try:
            yield zlib.decompressobj().decompress(data[found.end() :], 50_000_000)
        except zlib.error:
            continue


def by_ffprobe(path: Path, words: Iterable[str]) -> set[str]:
    """What Debian's ffprobe reads of a film: its format, streams, chapters, programs and the notes in its pictures."""
    program = need("ffprobe", "ffmpeg")
    command = [program, "-v", "quiet", "-show_format", "-show_streams", "-show_chapters", "-show_packets", "-show_data"]
    said = subprocess.run([*command, str(path)], capture_output=True, check=False, timeout=60).stdout
    return {word for word in words if word.encode() in said}


def _forms(word: str) -> list[bytes]:
    written = [word.encode(encoding) for encoding in ("utf-8", "utf-16-be", "utf-16-le")]
    return [*written, *(each.hex().encode() for each in written), *(each.hex().upper().encode() for each in written)]
