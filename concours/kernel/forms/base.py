"""The base of every form: its errors, as the summary shows them."""

from typing import Any, NamedTuple

from flask import g, request
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict

from concours.kernel.text import clean_text

_EXPIRED = "La page est restée ouverte trop longtemps. Vos réponses sont toujours là : validez de nouveau."
_GROUPS = frozenset({"radio", "score", "checkboxes"})


class ErrorItem(NamedTuple):
    """One line of the error summary; without anchor, it concerns the form as a whole."""

    anchor: str
    message: str
    label: str = ""
    """Which field it is; none for a checkbox, whose message names what to accept."""


class DsfrForm(FlaskForm):
    """Base of every form. Pass it to the template as `form`: the page's title then says « Erreur : » by itself."""

    class Meta(FlaskForm.Meta):
        """What every form does with what was sent."""

        def wrap_formdata(self, form: "DsfrForm", formdata: Any) -> MultiDict[str, Any] | None:
            """Return what a form sent, cleaned: a page may show it again. JSON comes from no page of ours."""
            sent = None if request.is_json else super().wrap_formdata(form, formdata)
            return None if sent is None else MultiDict((name, _clean(value)) for name, value in sent.items(multi=True))

    @property
    def resumed(self) -> bool:
        """The form is shown again as it was filled in before a session ended: nothing is done until it is sent."""
        return bool(g.get("resumed"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Check what was sent; a form that is shown again is not carried out, whatever it holds."""
        return not self.resumed and bool(super().validate(extra_validators))

    @property
    def error_items(self) -> list[ErrorItem]:
        """Every error in the order of the page, those of the whole form first."""
        items = [ErrorItem("", message) for message in self.form_errors]
        for field in self:
            if field.name == self.meta.csrf_field_name:
                items += [ErrorItem("", _EXPIRED)] if field.errors else []
            else:
                label = "" if field.kind == "consent" else field.label.text
                items += [ErrorItem(_anchor(field), message, label) for message in field.errors]
        return items

    @property
    def multipart(self) -> bool:
        """The form sends a file."""
        return any(isinstance(field, FileField) for field in self)

    def refuse(self, message: str, *, field: str | None = None) -> None:
        """Add a refusal that came from an operation, to one field (its name) or to the whole form."""
        if field is None:
            self.form_errors.append(message)
        else:
            self[field].errors = [*self[field].errors, message]


def _clean(value: Any) -> Any:
    """Return a text without control characters, a file as it is."""
    return clean_text(value) if isinstance(value, str) else value


def _anchor(field: Any) -> str:
    """Return the id of what takes the focus: for a group, its first button."""
    return f"{field.id}-0" if field.kind in _GROUPS else str(field.id)
