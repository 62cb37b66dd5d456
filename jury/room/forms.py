"""What members fill in during the session."""

from collections.abc import Sequence
from typing import Any

from concours.kernel.forms import DsfrForm, IntegerField, ScoreField, TextArea, TextField
from jury.room.rules import MOTION_MAX_LENGTH, NUMBERS_MAX_LENGTH, Hands
from jury.rules import REASON_MAX_LENGTH, Criterion, Scale

_PREFIX = "note-"


class MotionForm(DsfrForm):
    """What somebody proposes."""

    text = TextArea(
        "Motion",
        hint="Le texte que le jury votera : une phrase à laquelle on répond pour, contre ou abstention.",
        max_length=MOTION_MAX_LENGTH,
        rows=3,
    )
    numbers = TextField(
        "Numéros des œuvres concernées",
        hint="Par exemple : 12, 45. Qui s'est déporté de l'une d'elles ne prend pas part au vote.",
        required=False,
        max_length=NUMBERS_MAX_LENGTH,
    )


class HandsForm(DsfrForm):
    """A show of hands, as it was counted."""

    in_favour = IntegerField("Pour", low=0)
    against = IntegerField("Contre", low=0)
    abstained = IntegerField("Abstentions", low=0)

    @property
    def hands(self) -> Hands:
        """The count, once the form is valid."""
        return Hands(self.in_favour.data or 0, self.against.data or 0, self.abstained.data or 0)


class ChangeForm(DsfrForm):
    """One's own scores of a work and why they change; `change_form` gives it one score for each criterion."""

    reason = TextArea(
        "Pourquoi cette note change",
        hint="Tout le jury le lit, avec votre nom et l'ancienne note ; il figure au procès-verbal.",
        max_length=REASON_MAX_LENGTH,
        rows=3,
    )

    @property
    def scores(self) -> list[ScoreField]:
        """The scores, in the order of the criteria."""
        return [field for field in self if field.name.startswith(_PREFIX)]

    @property
    def points(self) -> dict[str, int]:
        """The scores given, by criterion key."""
        return {field.name.removeprefix(_PREFIX): field.data for field in self.scores if field.data is not None}


def change_form(criteria: Sequence[Criterion], scale: Scale, held: dict[str, int]) -> ChangeForm:
    """Return the form, holding what was sent, else the scores as they stand."""
    fields: dict[str, Any] = {
        f"{_PREFIX}{each.key}": ScoreField(each.label, low=scale.low, high=scale.high) for each in criteria
    }
    form: ChangeForm = type("ScoresForm", (ChangeForm,), fields)(
        data={f"{_PREFIX}{key}": value for key, value in held.items()}
    )
    return form
