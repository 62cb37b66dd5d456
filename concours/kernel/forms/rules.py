"""What a field may refuse, with cause and remedy in French. None but `Required` minds an empty answer."""

from collections.abc import Callable, Iterable
from typing import Any

from email_validator import EmailNotValidError, validate_email
from wtforms.validators import StopValidation, ValidationError

from concours.kernel.text import grouped

Rule = Callable[[Any, Any], None]
"""Receives the form and the field; raises ValidationError or StopValidation with a French sentence."""


class Required:
    """Refuses an empty answer, whatever the field's type, before any other rule."""

    def __init__(self, message: str) -> None:
        self.message = message
        self.field_flags = {"required": True}

    def __call__(self, form: object, field: Any) -> None:
        """Raise StopValidation; an answer that could not be read keeps its own error only."""
        del form
        if field.process_errors:
            raise StopValidation
        if field.data is None or field.data is False or field.data in ("", []):
            raise StopValidation(self.message)


class Needed:
    """Lets an empty answer through, and says `when` one is needed instead of « facultatif »; empty, says nothing."""

    def __init__(self, when: str = "") -> None:
        self.field_flags = {"needed": when}

    def __call__(self, form: object, field: object) -> None:
        """Accept silence: the operation refuses it where it must."""


class Between:
    """Refuses a number out of bounds, both included."""

    def __init__(self, low: int | None, high: int | None) -> None:
        self.low, self.high = low, high

    def __call__(self, form: object, field: Any) -> None:
        """Raise ValidationError naming the bounds."""
        del form
        if field.data is None:
            return
        below = self.low is not None and field.data < self.low
        above = self.high is not None and field.data > self.high
        if below or above:
            raise ValidationError(self._bounds())

    def _bounds(self) -> str:
        if self.high is None:
            return f"Nombre attendu à partir de {self.low}."
        if self.low is None:
            return f"Nombre attendu jusqu'à {self.high}."
        return f"Nombre attendu entre {self.low} et {self.high}."


class Length:
    """Refuses a text out of bounds, both included (in characters)."""

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    def __call__(self, form: object, field: Any) -> None:
        """Raise ValidationError saying how many characters there are."""
        del form
        count = len(field.data)
        if count > self.high:
            raise ValidationError(
                f"{grouped(self.high)} caractères au plus, et il y en a {grouped(count)}. "
                "Raccourcissez : rien n'est perdu."
            )
        if 0 < count < self.low:
            raise ValidationError(f"{self.low} caractères au moins, et il y en a {count}.")


def email_address(form: object, field: Any) -> None:
    """Check the syntax only, asking no server, and keep the normalised address (its domain in lower case)."""
    del form
    if not field.data:
        return
    try:
        found = validate_email(field.data, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise ValidationError(
            "Saisissez une adresse électronique complète, par exemple prenom.nom@exemple.fr."
        ) from error
    field.data = found.normalized


def rules(required: bool | str, default: str, others: Iterable[Rule]) -> list[Rule]:  # noqa: FBT001 -- a field's own setting
    """Return a field's rules; `required` is False, True (the default sentence) or the sentence to say."""
    if not required:
        return list(others)
    return [Required(required if isinstance(required, str) else default), *others]
