"""Fields that are typed or sent: text, numbers, instants, files."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import wtforms
from flask_wtf.file import FileField as FlaskFileField
from werkzeug.datastructures import FileStorage

from concours.kernel.clock import PARIS, to_paris
from concours.kernel.forms.rules import Between, Length, Rule, email_address, rules
from concours.kernel.text import clean_line, clean_text

_EMPTY = "Complétez ce champ."
_VERSION_DIGITS = 10


class TextField(wtforms.StringField):
    """One line of text, cleaned; lengths in characters."""

    data: str
    kind: ClassVar[str] = "input"

    def __init__(
        self,
        label: str,
        *,
        hint: str = "",
        required: bool | str = True,
        min_length: int = 0,
        max_length: int = 200,
        autocomplete: str = "off",
        inputmode: str = "text",
        validators: Sequence[Rule] = (),
        **kw: Any,
    ) -> None:
        self.max_length = max_length
        attributes = {"autocomplete": autocomplete, "inputmode": inputmode, **kw.pop("render_kw", {})}
        found = rules(required, _EMPTY, [Length(min_length, max_length), *validators])
        super().__init__(label, found, description=hint, render_kw=attributes, **kw)

    def process_data(self, value: str | None) -> None:
        """Take the value to begin with; none is an empty text."""
        self.data = value or ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed."""
        if valuelist:
            self.data = clean_line(valuelist[0])


class EmailField(TextField):
    """An e-mail address, normalised."""

    widget = wtforms.widgets.EmailInput()

    def __init__(self, label: str = "Adresse électronique", *, validators: Sequence[Rule] = (), **kw: Any) -> None:
        defaults = {"autocomplete": "email", "inputmode": "email", "max_length": 254}
        super().__init__(label, validators=(email_address, *validators), **{**defaults, **kw})


class TextArea(TextField):
    """Several lines of text, cleaned, with a counter."""

    widget = wtforms.widgets.TextArea()
    kind: ClassVar[str] = "textarea"

    def __init__(self, label: str, *, max_length: int = 2000, rows: int = 6, **kw: Any) -> None:
        super().__init__(label, max_length=max_length, render_kw={"rows": rows}, **kw)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed, line ends included."""
        if valuelist:
            self.data = clean_text(valuelist[0])


class HiddenField(wtforms.HiddenField):
    """A value that travels with the form and that nobody sees."""

    data: str | None
    kind: ClassVar[str] = "hidden"


class VersionField(HiddenField):
    """The version of what the form shows: it travels with the form, and comes back as the visitor sends it."""

    @property
    def seen(self) -> int:
        """The version that came back; 0, which is always stale, for anything else than a number of ours."""
        typed = self.data or ""
        return int(typed) if typed.isdecimal() and len(typed) < _VERSION_DIGITS else 0


class IntegerField(wtforms.IntegerField):
    """A whole number, bounds included."""

    data: int | None
    kind: ClassVar[str] = "input"

    def __init__(
        self,
        label: str,
        *,
        low: int | None = None,
        high: int | None = None,
        hint: str = "",
        required: bool | str = True,
        validators: Sequence[Rule] = (),
        **kw: Any,
    ) -> None:
        bounds = {name: bound for name, bound in (("min", low), ("max", high)) if bound is not None}
        found = rules(required, _EMPTY, [Between(low, high), *validators])
        super().__init__(label, found, description=hint, render_kw={"inputmode": "numeric", **bounds}, **kw)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number; blank is no number. Raises ValueError with the French sentence."""
        typed = clean_line(valuelist[0]) if valuelist else ""
        self.data = None
        try:
            self.data = int(typed) if typed else None
        except ValueError as error:
            raise ValueError("Saisissez un nombre entier, en chiffres.") from error


class InstantField(wtforms.DateTimeLocalField):
    """A date and hour typed on a Paris clock; `data` is aware, in UTC."""

    data: datetime | None
    kind: ClassVar[str] = "input"

    def __init__(
        self,
        label: str,
        *,
        hint: str = "Heure de Paris.",
        required: bool | str = True,
        validators: Sequence[Rule] = (),
        **kw: Any,
    ) -> None:
        super().__init__(label, rules(required, _EMPTY, validators), description=hint, **kw)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return to_paris(self.data).strftime("%Y-%m-%dT%H:%M") if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the instant. Raises ValueError with the French sentence."""
        typed = valuelist[0].strip() if valuelist else ""
        self.data = paris_instant(typed) if typed else None


def paris_instant(typed: str) -> datetime:
    """Return the instant of an ISO date and hour on a Paris clock (the first one when the hour comes twice).

    Raises ValueError, with a French sentence, for nonsense and for the hour that summer time skips.
    """
    try:
        local = datetime.fromisoformat(typed).replace(tzinfo=PARIS)
        instant = local.astimezone(UTC)
    except (ValueError, OverflowError) as error:  # the first and the last hours of the calendar are no instants
        raise ValueError("Saisissez une date et une heure, par exemple 13/03/2027 20:00.") from error
    if to_paris(instant).replace(tzinfo=None) != local.replace(tzinfo=None):
        later = (local + timedelta(hours=1)).hour
        raise ValueError(f"Cette heure n'existe pas (passage à l'heure d'été). Choisissez {later} h ou plus tard.")
    return instant


class FileField(FlaskFileField):
    """A file to send; `accept` is what the browser's chooser shows, for instance « .pdf,.mp4 », never a check."""

    data: FileStorage | None
    kind: ClassVar[str] = "file"

    def __init__(
        self,
        label: str,
        *,
        accept: str = "",
        hint: str = "",
        required: bool | str = True,
        validators: Sequence[Rule] = (),
        **kw: Any,
    ) -> None:
        found = rules(required, "Choisissez le fichier à envoyer.", validators)
        super().__init__(label, found, description=hint, render_kw={"accept": accept} if accept else {}, **kw)
