"""The sheet as a page shows it: its criteria side by side, what is held of each, what was wrong with it."""

from collections.abc import Sequence
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
    anchors: tuple[tuple[int, str], ...]
    """What some of the points mean, the lowest first."""
    held: int | None
    errors: tuple[str, ...] = ()

    def points(self, scale: Scale) -> Markup:
        """Return the buttons of the scale, the highest first."""
        return _buttons(self.key, scale, self.held, frozenset(value for value, _ in self.anchors))


@dataclass(frozen=True, slots=True)
class Board:
    """A sheet to be filled in."""

    lines: tuple[BoardLine, ...]
    remark: str
    version: int
    remark_errors: tuple[str, ...] = ()


def board_of(criteria: Sequence[Criterion], sheet: Sheet) -> Board:
    """Return the board of a stored sheet."""
    lines = tuple(_line(criterion, sheet.points.get(criterion.key)) for criterion in criteria)
    return Board(lines, sheet.remark, sheet.version)


def board_from(criteria: Sequence[Criterion], form: SheetForm) -> Board:
    """Return the board of a form that was not accepted, as it was sent."""
    lines = tuple(
        _line(criterion, score.data if isinstance(score.data, int) else None, score.errors)
        for criterion, score in zip(criteria, form.scores, strict=True)
    )
    return Board(lines, form.remark.data or "", form.version.seen, _words(form.remark.errors))


def _words(errors: Sequence[str]) -> tuple[str, ...]:
    return tuple(map(str, errors))


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
    anchors = tuple(sorted(criterion.anchors.items()))
    return BoardLine(criterion.key, criterion.label, hint, anchors, held, _words(errors))
