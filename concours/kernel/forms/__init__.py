"""Forms in the design system: typed fields that clean what is typed and refuse in French; macros/field.html draws."""

from concours.kernel.forms.base import DsfrForm, ErrorItem
from concours.kernel.forms.choices import CheckboxesField, ConsentField, RadioField, ScoreField, SelectField
from concours.kernel.forms.fields import (
    EmailField,
    FileField,
    HiddenField,
    InstantField,
    IntegerField,
    TextArea,
    TextField,
    VersionField,
)

__all__ = [
    "CheckboxesField",
    "ConsentField",
    "DsfrForm",
    "EmailField",
    "ErrorItem",
    "FileField",
    "HiddenField",
    "InstantField",
    "IntegerField",
    "RadioField",
    "ScoreField",
    "SelectField",
    "TextArea",
    "TextField",
    "VersionField",
]
