"""Scores in a CSV file, `juror,work,criterion,score`: read exactly, or refused with the line to mend."""

import csv
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from concours.kernel.errors import DomainError
from jury.calibration.rules import Score

_NEEDED = ("juror", "work", "score")
_OPTIONAL = "criterion"
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:[.,][0-9]{1,15})?")
_EXPECTED = "Colonnes attendues : juror, work, score et, si les notes vont par critère, criterion."

Cells = dict[tuple[str, str], dict[str, Fraction]]
"""By juror and work, the score of each criterion."""


@dataclass(frozen=True, slots=True)
class ScoreFile:
    """The whole sheets of a file, each as the mean of its criteria, and the others."""

    scores: tuple[Score, ...]
    incomplete: tuple[tuple[str, str], ...]
    """Juror and work of the sheets that lack a criterion: they do not count."""


def read_scores(content: bytes) -> ScoreFile:
    """Return the sheets of a file. Raises DomainError, with the line, for what cannot be read in one way only."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DomainError(
            "Le fichier n'est pas en UTF-8. Enregistrez-le de nouveau au format « CSV UTF-8 ». Rien n'a été calculé."
        ) from None
    cells = _cells(_records(text))
    criteria = {criterion for sheet in cells.values() for criterion in sheet}
    whole = {key: sheet for key, sheet in cells.items() if len(sheet) == len(criteria)}
    if not whole:
        raise DomainError("Aucune fiche n'est complète : il n'y a rien à classer.")
    return ScoreFile(
        scores=tuple(Score(work, juror, _mean(sheet.values())) for (juror, work), sheet in whole.items()),
        incomplete=tuple(key for key in cells if key not in whole),
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A work in the ranking; equal scores share their rank."""

    rank: int
    work: str
    score: Fraction


def rank_scores(scores: Sequence[Score]) -> list[Place]:
    """Rank works by the exact mean of their jurors' scores; equals by name."""
    given: dict[str, list[Fraction]] = defaultdict(list)
    for score in scores:
        given[score.work].append(score.value)
    means = sorted(((_mean(values), work) for work, values in given.items()), key=lambda pair: (-pair[0], pair[1]))
    places: list[Place] = []
    for position, (mean, work) in enumerate(means, start=1):
        shared = places[-1].rank if places and places[-1].score == mean else position
        places.append(Place(shared, work, mean))
    return places


def ties_of(places: Sequence[Place]) -> list[list[str]]:
    """Return every group of works that share a rank, best first."""
    groups: dict[int, list[str]] = defaultdict(list)
    for place in places:
        groups[place.rank].append(place.work)
    return [group for group in groups.values() if len(group) > 1]


def _mean(values: Collection[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / Fraction(len(values))


def _records(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield each line's number and its cells, by column."""
    if "\0" in text:
        raise DomainError("Le fichier contient des octets nuls : ce n'est pas un CSV. Rien n'a été calculé.")
    first = text.partition("\n")[0]
    rows = csv.reader(text.splitlines(keepends=True), delimiter=_separator(first), strict=True)
    try:
        head = _head(next(rows, []))
        for row in rows:
            if row and any(cell.strip() for cell in row):
                yield rows.line_num, _record(head, row, rows.line_num)
    except csv.Error:
        raise DomainError(
            f"Ligne {rows.line_num} : les guillemets ne se ferment pas, ou une cellule est trop longue. "
            "Rien n'a été calculé."
        ) from None


def _separator(first: str) -> str:
    return max(",;\t", key=first.count)


def _head(cells: Sequence[str]) -> list[str]:
    head = [cell.strip().lower() for cell in cells]
    if not any(head):
        raise DomainError(f"Le fichier est vide. {_EXPECTED}")
    missing = [name for name in _NEEDED if name not in head]
    unknown = [name for name in head if name not in {*_NEEDED, _OPTIONAL}]
    if missing or unknown or len(set(head)) != len(head):
        found = ", ".join(f"« {name} »" for name in head)
        raise DomainError(f"Colonnes trouvées : {found}. {_EXPECTED} Rien n'a été calculé.")
    return head


def _record(head: Sequence[str], row: Sequence[str], line: int) -> Mapping[str, str]:
    if len(row) != len(head):
        raise DomainError(
            f"Ligne {line} : {len(row)} cellules pour {len(head)} colonnes. Si une note a une virgule décimale, "
            "mettez-la entre guillemets, ou séparez les colonnes par des points-virgules. Rien n'a été calculé."
        )
    return {name: cell.strip() for name, cell in zip(head, row, strict=True)}


def _cells(records: Iterator[tuple[int, Mapping[str, str]]]) -> Cells:
    cells: Cells = defaultdict(dict)
    lines: dict[tuple[str, str, str], int] = {}
    marks: set[str] = set()
    for line, record in records:
        juror, work, criterion = record["juror"], record["work"], record.get(_OPTIONAL, "")
        if not juror or not work:
            raise DomainError(f"Ligne {line} : le juré ou l'œuvre manque. Rien n'a été calculé.")
        if (earlier := lines.setdefault((juror, work, criterion), line)) != line:
            raise DomainError(
                f"Lignes {earlier} et {line} : deux notes du même juré ({juror}) pour l'œuvre {work} et un même "
                "critère. Gardez-en une. Rien n'a été calculé."
            )
        cells[juror, work][criterion] = _number(record["score"], line, marks)
    if not cells:
        raise DomainError("Le fichier ne contient aucune note sous la ligne de titres.")
    return cells


def _number(text: str, line: int, marks: set[str]) -> Fraction:
    """Return a score; `marks` holds the decimal marks seen so far: two of them could be read in two ways."""
    if not _NUMBER.fullmatch(text):
        raise DomainError(
            f"Ligne {line} : la note « {text[:40]} » n'est pas un nombre décimal (7, 7.5 ou 7,5). Rien n'a été calculé."
        )
    marks.update(set(text) & {".", ","})
    if len(marks) > 1:
        raise DomainError(
            f"Ligne {line} : des notes portent un point et d'autres une virgule. Écrivez-les toutes de la même façon : "
            "sinon 1,234 se lirait de deux manières. Rien n'a été calculé."
        )
    return Fraction(text.replace(",", "."))
