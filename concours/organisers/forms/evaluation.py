"""What the secretariat fills in about what is accepted, what is scored, and how sheets become a ranking."""

from dataclasses import replace

from concours.editions.document import FORMATS, jury_method
from concours.editions.rules import Criterion, Edition, Method
from concours.kernel.errors import DomainError
from concours.kernel.forms import CheckboxesField, IntegerField, RadioField, SelectField, TextArea, TextField
from concours.kernel.forms.rules import Needed
from concours.organisers.forms.edition import OUTDATED, EditionForm
from concours.organisers.rules import criterion_key
from jury import api as jury

_MEGABYTE = 10**6
_MAX_CRITERIA = 8
_SPARE_CRITERIA = 2
"""Empty lines offered for new criteria."""
_ANCHORS = ("basse", "moyenne", "haute")
_JURY = ("formats", "scale_low", "scale_high", "laureates_max", "minimum_sheets", "missing", "recusals", "recusal")
"""Fields of what the jury uses, beside those of criteria and tie-breaks."""


class RulesForm(EditionForm):
    """What is accepted and how it is scored; `rules_form` adds a line of fields for each criterion."""

    formats = CheckboxesField("Formats acceptés", choices=[(name, f".{name}") for name in FORMATS])
    video_max_seconds = IntegerField("Durée maximale d'une vidéo", hint="En secondes.", low=1, high=3600)
    max_megabytes = IntegerField("Taille maximale d'un fichier", hint="En mégaoctets (Mo).", low=1, high=20_000)
    categories = TextArea("Catégories", hint="Une par ligne.", max_length=1000, rows=6)
    scale_low = IntegerField("Note la plus basse", low=0, high=99)
    scale_high = IntegerField("Note la plus haute", low=1, high=100)
    laureates_max = IntegerField("Nombre maximal de lauréats", low=1, high=100)
    minimum_sheets = IntegerField(
        "Minimum de fiches terminées par œuvre", hint="En dessous, l'œuvre reste hors classement.", low=1, high=100
    )
    missing = RadioField(
        "Quand une fiche manque", choices=[(key.value, text) for key, text in jury.MISSING_WORDS.items()]
    )
    recusals = RadioField(
        "Quand un membre se déporte", choices=[(key.value, text) for key, text in jury.RECUSALS_WORDS.items()]
    )
    recusal = RadioField(
        "Déport d'un membre du jury",
        choices=[
            ("per_work", "Pour une œuvre : le membre continue de noter les autres"),
            ("whole_jury", "Pour tout le jury : le membre ne note plus aucune œuvre"),
        ],
    )

    @property
    def frozen(self) -> bool:
        """The jury uses the formats, the criteria, the scale and the number of laureates."""
        return "formats" not in self

    @property
    def lines(self) -> list[tuple[TextField, TextField, IntegerField, list[TextField]]]:
        """The fields of each criterion, in order; its anchors from low to high."""
        count = sum(field.name.startswith("label-") for field in self)
        parts = ("label", "description", "weight")
        return [(*(self[f"{part}-{index}"] for part in parts), self._anchors(index)) for index in range(count)]

    @property
    def tie_breaks(self) -> list[SelectField]:
        """What separates equals, in the order in which it is tried."""
        return [field for field in self if field.name.startswith("tie_break-")]

    def _anchors(self, index: int) -> list[TextField]:
        return [self[f"anchor-{index}-{place}"] for place in range(len(_ANCHORS))]

    def apply(self, edition: Edition) -> Edition:
        """Return the edition with what was typed."""
        size = (self.max_megabytes.data or 0) * _MEGABYTE
        changed = replace(
            edition,
            video_max_seconds=self.video_max_seconds.data or 0,
            max_bytes=edition.max_bytes if size == edition.max_bytes // _MEGABYTE * _MEGABYTE else size,
            categories=tuple(dict.fromkeys(line.strip() for line in self.categories.data.splitlines() if line.strip())),
        )
        return changed if self.frozen else self._apply_to_jury(changed)

    def _apply_to_jury(self, edition: Edition) -> Edition:
        return replace(
            edition,
            formats=tuple(name for name in FORMATS if name in self.formats.data),
            criteria=self._criteria(edition),
            scale_low=self.scale_low.data or 0,
            scale_high=self.scale_high.data or 0,
            laureates_max=self.laureates_max.data or 0,
            method=self._method(),
            recusal=self.recusal.data or edition.recusal,
        )

    def _method(self) -> Method:
        return Method(
            minimum_sheets=self.minimum_sheets.data or 0,
            missing=self.missing.data or "",
            recusals=self.recusals.data or "",
            tie_breaks=tuple(field.data for field in self.tie_breaks if field.data),
        )

    def coherent(self, edition: Edition) -> bool:
        """Tell whether the answers hold together; what does not goes into the form."""
        if self.outdated:
            self.refuse(OUTDATED)
        if not self.frozen:
            self._check_jury_rules()
        if not self.frozen and not self.error_items:
            self._check_method(edition)
        return not self.error_items

    def _check_method(self, edition: Edition) -> None:
        try:
            changed = self._apply_to_jury(edition)
            jury.check_method(jury_method(changed), [criterion.key for criterion in changed.criteria])
        except DomainError as refusal:
            self.refuse(refusal.message, field="tie_break-0")

    def _check_jury_rules(self) -> None:
        low, high = self.scale_low.data, self.scale_high.data
        if low is not None and high is not None and low >= high:
            self.refuse("La note la plus haute dépasse la plus basse.", field="scale_high")
        if not any(label.data for label, *_ in self.lines):
            self.refuse("Indiquez au moins un critère.", field="label-0")
        for label, description, _, anchors in self.lines:
            if description.data and not label.data:
                self.refuse("Donnez un intitulé à ce critère, ou videz sa description.", field=label.name)
            for beyond in anchors[len(self._points) :]:
                if beyond.data:
                    self.refuse("Cette échelle n'a pas assez de notes pour ce repère : videz-le.", field=beyond.name)

    @property
    def _points(self) -> tuple[int, ...]:
        """The scores that anchors put words on."""
        return jury.Scale(self.scale_low.data or 0, self.scale_high.data or 0).anchor_points

    def _criteria(self, edition: Edition) -> tuple[Criterion, ...]:
        keys = [criterion.key for criterion in edition.criteria]
        found: list[Criterion] = []
        for index, (label, description, weight, anchors) in enumerate(self.lines):
            if label.data:
                taken = {*keys, *(criterion.key for criterion in found)}
                key = keys[index] if index < len(keys) else criterion_key(label.data, taken)
                meant = {points: field.data for points, field in zip(self._points, anchors, strict=False) if field.data}
                found.append(
                    Criterion(
                        key=key,
                        label=label.data,
                        description=description.data,
                        weight=weight.data or 1,
                        anchors=meant,
                    )
                )
        return tuple(found)


def rules_form(edition: Edition, version: int) -> RulesForm:
    """Return the form, holding what was sent, else the edition's own facts; a few lines wait for new criteria."""
    fields = _criteria_fields(edition) | _tie_break_fields(edition)
    form_class = type("CriteriaRulesForm", (RulesForm,), fields)
    form: RulesForm = form_class(data=_rules_of(edition) | {"version": str(version)})
    if edition.milestones.handed_over_at:
        form.freeze(*_JURY, *fields)
    return form


def _criteria_fields(edition: Edition) -> dict[str, object]:
    fields: dict[str, object] = {}
    points = jury.Scale(edition.scale_low, edition.scale_high).anchor_points
    for index in range(min(len(edition.criteria) + _SPARE_CRITERIA, _MAX_CRITERIA)):
        fields[f"label-{index}"] = TextField(f"Intitulé du critère {index + 1}", required=False, max_length=100)
        fields[f"description-{index}"] = TextField(f"Description du critère {index + 1}", required=False)
        fields[f"weight-{index}"] = IntegerField(f"Coefficient {index + 1}", low=1, high=20, required=False)
        for place, name in enumerate(_ANCHORS):
            meant = f" : ce que veut dire {points[place]}" if place < len(points) else ""
            hint = f"Pour le critère {index + 1}{meant}."
            fields[f"anchor-{index}-{place}"] = TextField(f"Repère de note {name}", hint=hint, required=False)
    return fields


def _tie_break_fields(edition: Edition) -> dict[str, object]:
    choices = jury.tie_break_choices((criterion.key, criterion.label) for criterion in edition.criteria)
    labels = ("Premier départage", "Deuxième départage", "Troisième départage")
    return {
        f"tie_break-{place}": SelectField(
            label, choices=choices, required=False, placeholder="Aucun", validators=[Needed()]
        )
        for place, label in enumerate(labels[: jury.TIE_BREAKS_MAX])
    }


def _rules_of(edition: Edition) -> dict[str, object]:
    held: dict[str, object] = {
        "formats": edition.formats,
        "video_max_seconds": edition.video_max_seconds,
        "max_megabytes": edition.max_bytes // _MEGABYTE,
        "categories": "\n".join(edition.categories),
        "scale_low": edition.scale_low,
        "scale_high": edition.scale_high,
        "laureates_max": edition.laureates_max,
        "recusal": edition.recusal,
        **{name: vars(edition.method)[name] for name in ("minimum_sheets", "missing", "recusals")},
    }
    for index, criterion in enumerate(edition.criteria):
        held |= {f"label-{index}": criterion.label, f"description-{index}": criterion.description}
        for place, points in enumerate(jury.Scale(edition.scale_low, edition.scale_high).anchor_points):
            held[f"anchor-{index}-{place}"] = criterion.anchors.get(points, "")
        held[f"weight-{index}"] = criterion.weight
    return held | {f"tie_break-{place}": each for place, each in enumerate(edition.method.tie_breaks)}
