"""The sheet as a page shows it: its criteria side by side, what is held of each, what was wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jury.forms import SheetForm
from jury.rules import Criterion, Sheet


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One criterion: its words, the points held, its errors."""

    key: str
    label: str
    hint: str
    anchors: Mapping[int, str]
    """What some of the points mean."""
    held: int | None
    errors: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Board:
    """A sheet to be filled in."""

    lines: Sequence[BoardLine]
    remark: str
    version: int
    remark_errors: Sequence[str] = ()


def board_of(criteria: Sequence[Criterion], sheet: Sheet) -> Board:
    """Return the board of a stored sheet."""
    lines = [_line(criterion, sheet.points.get(criterion.key)) for criterion in criteria]
    return Board(lines, sheet.remark, sheet.version)


def board_from(criteria: Sequence[Criterion], form: SheetForm) -> Board:
    """Return the board of a form that was not accepted, as it was sent."""
    lines = [
        _line(criterion, score.data if isinstance(score.data, int) else None, score.errors)
        for criterion, score in zip(criteria, form.scores, strict=True)
    ]
    return Board(lines, form.remark.data or "", form.version.seen, form.remark.errors)


def _line(criterion: Criterion, held: int | None, errors: Sequence[str] = ()) -> BoardLine:
    hint = criterion.description
    if criterion.weight > 1:
        hint = f"{hint} (coefficient {criterion.weight})".strip()
    anchors = {int(points): words for points, words in getattr(criterion, "anchors", {}).items()}
    return BoardLine(criterion.key, criterion.label, hint, anchors, held, errors)
