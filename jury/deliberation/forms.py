"""What the president and the secretary fill in once scoring is closed."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

from concours.kernel.forms import CheckboxesField, ConsentField, DsfrForm, FileField, SelectField, TextArea
from concours.kernel.forms.rules import Needed
from jury.deliberation.rules import Choice
from jury.forms import Awaited, DayField
from jury.minutes.forms import COPY_HINT

_REASON_MAX_LENGTH = 1000


class TieForm(DsfrForm):
    """Which of the equal works enter; none is a decision too."""

    chosen = CheckboxesField("Œuvres retenues", required=False)
    reason = TextArea("Motif de la décision", hint="Il figure au procès-verbal.", max_length=_REASON_MAX_LENGTH, rows=3)
    casting_vote = ConsentField(
        "Les voix étaient partagées : ma voix, prépondérante, a tranché.", required=False, validators=[Needed()]
    )

    @property
    def numbers(self) -> list[int]:
        """The works ticked."""
        return [int(value) for value in self.chosen.data]


class LaureatesForm(DsfrForm):
    """The honours: `laureates_form` gives it one row for each seat; a row without a work is left empty."""

    departure_reason = TextArea(
        "Pourquoi le palmarès s'écarte-t-il du classement ?",
        hint="Ce motif figure au procès-verbal.",
        required=False,
        max_length=_REASON_MAX_LENGTH,
        rows=3,
        validators=[Needed("dans ce cas seulement")],
    )

    @property
    def rows(self) -> list[tuple[Any, Any, Any]]:
        """The fields of each row: work, rank, reason."""
        count = sum(field.name.startswith("work-") for field in self)
        return [(self[f"work-{n}"], self[f"rank-{n}"], self[f"reason-{n}"]) for n in range(1, count + 1)]

    @property
    def choices(self) -> list[Choice]:
        """The rows that hold a work. A rank left blank is 0, which the rules refuse."""
        return [
            Choice(int(work.data), int(rank.data or 0), reason.data) for work, rank, reason in self.rows if work.data
        ]


def laureates_form(
    *, seats: int, works: Sequence[tuple[str, str]], held: Sequence[Choice], departure_reason: str
) -> LaureatesForm:
    """Return the form with `seats` rows, choosing among `works` (value, label), beginning with `held`."""
    ranks = [(str(rank), str(rank)) for rank in range(1, seats + 1)]
    fields: dict[str, Any] = {}
    data: dict[str, str] = {"departure_reason": departure_reason}
    for row in range(1, seats + 1):
        fields |= _row(row, works, ranks)
    for row, choice in enumerate(held, start=1):
        data |= _held(row, choice)
    form_class = type("SeatsForm", (LaureatesForm,), fields)
    form: LaureatesForm = form_class(data=data)
    return form


def _row(row: int, works: Sequence[tuple[str, str]], ranks: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return {
        f"work-{row}": SelectField("Œuvre", choices=works, required=False, placeholder="Aucune", validators=[Needed()]),
        f"rank-{row}": SelectField("Rang", choices=ranks, required=False, placeholder="Aucun", validators=[Awaited()]),
        f"reason-{row}": TextArea(
            "Motif de la distinction", required=False, max_length=_REASON_MAX_LENGTH, rows=2, validators=[Awaited()]
        ),
    }


def _held(row: int, choice: Choice) -> Mapping[str, str]:
    return {f"work-{row}": str(choice.number), f"rank-{row}": str(choice.rank), f"reason-{row}": choice.reason}


class SignatureForm(DsfrForm):
    """The signature of the minutes, on paper or otherwise, recorded here."""

    signed_by = TextArea(
        "Signataires", hint="Noms et qualités, tels qu'au bas du procès-verbal.", max_length=_REASON_MAX_LENGTH, rows=3
    )
    signed_on = DayField("Date de signature")
    file = FileField(
        "Procès-verbal signé",
        hint=f"{COPY_HINT} Il peut aussi être joint plus tard.",
        accept=".pdf,application/pdf",
        required=False,
        validators=[Needed()],
    )
    confirmed = ConsentField(
        "Le procès-verbal est signé : le palmarès ne change plus et l'anonymat peut être levé.",
        required="Cochez cette case pour confirmer la signature.",
    )

    @property
    def day(self) -> date:
        """The date of signature, once the form is valid."""
        return cast("date", self.signed_on.data)
