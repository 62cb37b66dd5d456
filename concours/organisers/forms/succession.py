"""The next edition: its short name, its theme and its dates, proposed from the present one."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from concours.editions.rules import Edition
from concours.editions.succession import next_year, shifts
from concours.kernel.clock import format_instant
from concours.kernel.forms import ConsentField, DsfrForm, InstantField, TextArea, TextField, VersionField

_DATES = ("opens_at", "closes_at", "event_starts_at", "event_ends_at")
_REASON_LENGTH = 300


class NextEditionForm(DsfrForm):
    """What may be changed before the new edition begins; all the rest is carried over and changes afterwards."""

    version = VersionField()
    key = TextField("Nom court", hint="L'année, en général : il figure sur les accusés de réception.", max_length=20)
    title = TextField("Thème de l'édition")
    opens_at = InstantField("Ouverture des dépôts")
    closes_at = InstantField("Clôture des dépôts")
    event_starts_at = InstantField("Début de l'évènement")
    event_ends_at = InstantField("Fin de l'évènement")
    reason = TextArea(
        "Motif de l'abandon",
        hint="Le palmarès de l'édition présente n'est pas public. Si elle est abandonnée, dites pourquoi : le motif "
        "reste au journal des actes.",
        required="Indiquez le motif, ou publiez d'abord le palmarès.",
        max_length=_REASON_LENGTH,
        rows=2,
    )
    understood = ConsentField(
        "J'ai vérifié ces dates : la nouvelle édition devient l'édition présente.",
        required="Vérifiez les dates ci-dessus, puis cochez cette case : rien n'a encore changé.",
    )

    def apply(self, present: Edition) -> Edition:
        """Return the new edition with what was typed; what is missing or unreadable as proposed."""
        proposed = next_year(present)
        edition = replace(
            proposed,
            key=self.key.data or proposed.key,
            title=self.title.data or proposed.title,
            opens_at=self.opens_at.data or proposed.opens_at,
            closes_at=self.closes_at.data or proposed.closes_at,
        )
        if edition.event is None:
            return edition
        starts, ends = self.event_starts_at.data, self.event_ends_at.data
        event = replace(
            edition.event, starts_at=starts or edition.event.starts_at, ends_at=ends or edition.event.ends_at
        )
        return replace(edition, event=event)


def next_edition_form(present: Edition, version: int, *, over: bool) -> NextEditionForm:
    """Return the form, holding what was sent, else what is proposed; each date beside what it was."""
    proposed = next_year(present)
    dates: Mapping[str, datetime] = dict(
        zip(_DATES, (shift.after for shift in shifts(present, proposed)), strict=False)
    )
    held = {"version": str(version), "key": proposed.key, "title": proposed.title, **dates}
    form = NextEditionForm(data=held)
    for name, shift in zip(_DATES, shifts(present, proposed), strict=False):
        form[name].description = f"Heure de Paris. Édition {present.key} : {format_instant(shift.before)}."
    for name in _DATES[len(dates) :]:
        del form[name]
    if over:
        del form.reason
    return form
