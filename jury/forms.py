"""What jurors and the secretary fill in while scoring lasts, and the fields that the deliberation shares."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

import wtforms

from concours.kernel.forms import ConsentField, DsfrForm, ScoreField, TextArea, VersionField
from concours.kernel.forms.rules import rules
from jury.rules import REMARK_MAX_LENGTH, Criterion, Scale, Sheet

_PREFIX = "note-"


class Awaited:
    """Marks an answer as wanted, yet lets the form through without it: the operation says what becomes of that."""

    field_flags: Mapping[str, Any] = {"required": True}

    def __call__(self, form: object, field: object) -> None:
        """Accept silence."""


class DayField(wtforms.DateField):
    """A day of the calendar."""

    data: date | None
    kind: ClassVar[str] = "input"

    def __init__(self, label: str, *, hint: str = "", **kw: Any) -> None:
        super().__init__(label, rules(True, "Indiquez la date.", ()), description=hint, **kw)  # noqa: FBT003 -- the kit's own signature

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day. Raises ValueError with the French sentence."""
        typed = valuelist[0].strip() if valuelist else ""
        try:
            self.data = date.fromisoformat(typed) if typed else None
        except ValueError as error:
            raise ValueError("Saisissez une date, par exemple 16/03/2027.") from error


class SheetForm(DsfrForm):
    """One juror's sheet; `sheet_form` gives it a score for each criterion of the edition."""

    remark = TextArea(
        "Appréciation",
        hint="Pour votre mémoire et pour la délibération. Elle n'est jamais publiée.",
        required=False,
        max_length=REMARK_MAX_LENGTH,
        rows=4,
    )
    version = VersionField()

    @property
    def scores(self) -> list[ScoreField]:
        """The scores, in the order of the criteria."""
        return [field for field in self if field.name.startswith(_PREFIX)]

    @property
    def points(self) -> dict[str, int]:
        """The scores given, by criterion key."""
        given = {field.name.removeprefix(_PREFIX): field.data for field in self.scores}
        return {key: value for key, value in given.items() if value is not None}


def sheet_form(criteria: Sequence[Criterion], scale: Scale, stored: Sheet) -> SheetForm:
    """Return the form of a sheet, holding what was sent, else what is stored."""
    fields = {f"{_PREFIX}{criterion.key}": _score_field(criterion, scale) for criterion in criteria}
    form_class = type("CriteriaForm", (SheetForm,), fields)
    held = {f"{_PREFIX}{key}": value for key, value in stored.points.items()}
    form: SheetForm = form_class(data={**held, "remark": stored.remark, "version": str(stored.version)})
    return form


def _score_field(criterion: Criterion, scale: Scale) -> Any:
    hint = criterion.description
    if criterion.weight > 1:
        hint = f"{hint} (coefficient {criterion.weight})".strip()
    return ScoreField(
        criterion.label, hint=hint, low=scale.low, high=scale.high, required=False, validators=[Awaited()]
    )


class FinishForm(DsfrForm):
    """The end of a juror's own work, what it lacks read."""

    confirmed = ConsentField(
        "J'ai terminé : verrouillez mes fiches.",
        required="Cochez cette case pour terminer.",
    )


class ClosingForm(DsfrForm):
    """The closing of scoring, its consequences read."""

    confirmed = ConsentField(
        "J'ai lu ce qui manque et je clos l'évaluation pour tout le jury.",
        required="Cochez cette case pour clore l'évaluation.",
    )
