"""Fields that are chosen: lists, radio buttons, scores, checkboxes."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import wtforms
from wtforms.fields import SelectChoice

from concours.kernel.forms.rules import Rule, rules

_WRONG = "Ce choix n'est pas proposé. Choisissez dans la liste."


class _Offers(wtforms.SelectField):
    """What the fields with choices share: silence is not a wrong choice, and a wrong choice is said in French."""

    empty_message: ClassVar[str] = "Choisissez une réponse."

    def __init__(
        self,
        label: str,
        *,
        choices: Iterable[tuple[Any, str]] = (),
        hint: str = "",
        required: bool | str = True,
        validators: Sequence[Rule] = (),
        **kw: Any,
    ) -> None:
        found = rules(required, self.empty_message, validators)
        messages = {"invalid_value_message": _WRONG, "invalid_choice_message": _WRONG}
        super().__init__(label, found, description=hint, **messages, **kw)
        self.offer(choices)

    def offer(self, choices: Iterable[tuple[Any, str]]) -> None:
        """Set the choices, as (value, label), when only the view knows them."""
        self.choices = [SelectChoice(value, label) for value, label in choices]

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not in the list; leave an empty answer to `Required`."""
        if self.data not in (None, "", []):
            super().pre_validate(form)


class SelectField(_Offers):
    """One choice in a closed list; empty when nothing is chosen."""

    data: str
    kind: ClassVar[str] = "select"

    def __init__(self, label: str, *, placeholder: str = "Choisir dans la liste", **kw: Any) -> None:
        self.placeholder = placeholder
        super().__init__(label, **kw)

    def process_data(self, value: str | None) -> None:
        """Take the value to begin with; none is an empty text."""
        self.data = value or ""


class RadioField(_Offers):
    """One choice, all of them in sight; `inline` puts them side by side."""

    data: str | None
    kind: ClassVar[str] = "radio"
    option_widget = wtforms.widgets.RadioInput()

    def __init__(self, label: str, *, inline: bool = False, **kw: Any) -> None:
        self.inline = inline
        super().__init__(label, **kw)


class ScoreField(_Offers):
    """A whole score on a scale, as a row of buttons."""

    data: int | None
    kind: ClassVar[str] = "score"
    empty_message: ClassVar[str] = "Choisissez une note."
    option_widget = wtforms.widgets.RadioInput()

    def __init__(self, label: str, *, low: int = 0, high: int = 10, **kw: Any) -> None:
        scale = [(points, str(points)) for points in range(low, high + 1)]
        super().__init__(label, choices=scale, coerce=int, **kw)
        self.invalid_value_message = self.invalid_choice_message = f"Note attendue entre {low} et {high}."


class CheckboxesField(_Offers, wtforms.SelectMultipleField):
    """Any number of choices."""

    data: list[str]
    kind: ClassVar[str] = "checkboxes"
    empty_message: ClassVar[str] = "Cochez au moins une réponse."
    option_widget = wtforms.widgets.CheckboxInput()

    def process_data(self, value: Iterable[str] | None) -> None:
        """Take the values to begin with."""
        self.data = list(value or ())


class ConsentField(wtforms.BooleanField):
    """One checkbox with its sentence; `hint` is the longer text. Never ticked beforehand."""

    data: bool
    kind: ClassVar[str] = "consent"

    def __init__(
        self,
        label: str,
        *,
        hint: str = "",
        required: bool | str = True,
        validators: Sequence[Rule] = (),
        **kw: Any,
    ) -> None:
        found = rules(required, "Cochez cette case pour continuer.", validators)
        super().__init__(label, found, description=hint, **kw)
