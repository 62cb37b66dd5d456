"""The sheet as a page shows it: its criteria side by side, what is held of each, what was wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from jury.forms import SheetForm
from jury.rules import Criterion, Scale, Sheet


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

    def points(self, scale: Scale) -> Markup:
        """Return the buttons of the scale, the highest first."""
        return _buttons(self.key, scale, self.held, frozenset(self.anchors))


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


@lru_cache(maxsize=1024)
def _buttons(key: str, scale: Scale, held: int | None, anchored: frozenset[int]) -> Markup:
    """Return a criterion's buttons: a third of what the page costs to draw, and the same for all who gave the same."""
    return Markup("\n").join(_button(key, scale, value, held, anchored) for value in reversed(scale.points))


def _button(key: str, scale: Scale, value: int, held: int | None, anchored: frozenset[int]) -> Markup:
    name, number = f"note-{key}", f"note-{key}-{value - scale.low}"
    told = Markup(' aria-describedby="a-{}-{}"').format(key, value) if value in anchored else ""
    return Markup(
        '<div class="cc-score__point{}"><input type="radio" id="{}" name="{}" value="{}"{}{}>'
        '<label for="{}">{}</label></div>'
    ).format(
        " cj-anchored" if value in anchored else "",
        number,
        name,
        value,
        told,
        Markup(" checked") if value == held else "",
        number,
        value,
    )


def _line(criterion: Criterion, held: int | None, errors: Sequence[str] = ()) -> BoardLine:
    hint = criterion.description
    if criterion.weight > 1:
        hint = f"{hint} (coefficient {criterion.weight})".strip()
    return BoardLine(criterion.key, criterion.label, hint, criterion.anchors, held, errors)
