"""Captions in WebVTT: what is wrong with a text that should be captions, and what is shown of good ones. Pure."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

MOST_TOLD = 5
"""Faults that are told at once: the first ones often explain the others."""

_TIME = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMING = re.compile(rf"{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t]+\S.*)?")
_SUBRIP = re.compile(r"\d+:\d\d:\d\d,\d+\s*-->")
_NO_CUE = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")
_ARROW = "-->"
_EXPECTED = "Format attendu, par exemple : 00:01.000 --> 00:04.500."


class _Line(NamedTuple):
    number: int
    text: str


def faults(text: str) -> list[str]:
    """Return what keeps `text` from being captions, in the order of its lines; nothing for good or empty ones."""
    lines = [_Line(number, line) for number, line in enumerate(text.split("\n"), 1)]
    if not text.strip():
        return []
    if not re.match(r"WEBVTT(?:[ \t]|$)", lines[0].text):
        return [_wrong_head(text)]
    found = list(_cue_faults(_blocks(lines)[1:]))
    return found[:MOST_TOLD]


def shown(text: str) -> str:
    """Return captions with what a player shows of them alone: neither heading, comments, styles nor names of cues."""
    if not text.strip() or faults(text):
        return ""
    lines = [_Line(number, line) for number, line in enumerate(text.split("\n"), 1)]
    cues = [block for block in _blocks(lines)[1:] if not _NO_CUE.match(block[0].text)]
    timed = [block if _ARROW in block[0].text else block[1:] for block in cues]
    return "\n\n".join(["WEBVTT", *("\n".join(line.text for line in block) for block in timed)]) + "\n"


def _wrong_head(text: str) -> str:
    if _SUBRIP.search(text):
        return (
            "Ligne 1 : ces sous-titres sont au format SubRip (.srt). Enregistrez-les au format WebVTT (.vtt) : la "
            "première ligne y est « WEBVTT », et les horaires s'écrivent avec un point, non une virgule."
        )
    return "Ligne 1 : des sous-titres WebVTT (.vtt) commencent par « WEBVTT », seul sur la première ligne."


def _blocks(lines: Sequence[_Line]) -> list[list[_Line]]:
    """Return the lines by groups that blank lines part; the first one is the heading's."""
    return [list(group) for filled, group in groupby(lines, lambda line: bool(line.text.strip())) if filled]


def _cue_faults(blocks: Sequence[Sequence[_Line]]) -> Iterator[str]:
    cues = [block for block in blocks if not _NO_CUE.match(block[0].text)]
    if not cues:
        yield "Aucun sous-titre : il faut au moins un horaire, suivi de son texte."
    latest = 0
    for block in cues:
        timed = next((place for place, line in enumerate(block[:2]) if _ARROW in line.text), None)
        if timed is None:
            yield f"Ligne {block[0].number} : il manque l'horaire de ce sous-titre. {_EXPECTED}"
            continue
        began, fault = _read(block[timed], latest)
        latest = max(latest, began)
        yield from [fault] if fault else []
        yield from (
            f"Ligne {line.number} : « {_ARROW} » ne peut figurer que dans un horaire. Laissez une ligne vide avant."
            for line in block[timed + 1 :]
            if _ARROW in line.text
        )


def _read(line: _Line, latest: int) -> tuple[int, str | None]:
    """Return when a caption begins, in milliseconds, and what is wrong with its times."""
    found = _TIMING.fullmatch(line.text.strip())
    if found is None:
        return latest, f"Ligne {line.number} : cet horaire n'est pas lisible. {_EXPECTED}"
    begins, ends = _milliseconds(found.groups()[:4]), _milliseconds(found.groups()[4:])
    if ends <= begins:
        return begins, f"Ligne {line.number} : ce sous-titre finit avant de commencer."
    if begins < latest:
        return begins, f"Ligne {line.number} : ce sous-titre commence avant le précédent. Rangez-les dans l'ordre."
    return begins, None


def _milliseconds(parts: Sequence[str | None]) -> int:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths
