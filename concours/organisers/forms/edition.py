"""What the secretariat fills in about the edition. Each form gives back the edition with what was typed."""

from dataclasses import replace
from datetime import datetime, timedelta

from concours.editions.document import FORMATS
from concours.editions.rules import Criterion, Edition, Event, Texts, closes_at_once
from concours.kernel.forms import (
    CheckboxesField,
    ConsentField,
    DsfrForm,
    InstantField,
    IntegerField,
    RadioField,
    TextArea,
    TextField,
    VersionField,
)
from concours.organisers.rules import criterion_key

_MEGABYTE = 10**6
_MAX_CRITERIA = 8
_CLOSES_AT_ONCE = (
    "Cette clôture est déjà passée : les dépôts ferment dès l'enregistrement, y compris pour les équipes qui sont en "
    "train de remplir leur dossier. Cochez cette case si c'est voulu, sinon corrigez la clôture."
)
_OUTDATED = (
    "Les œuvres ont été transmises au jury pendant que ce formulaire était ouvert, et rien n'est enregistré. "
    "Vérifiez ci-dessous ce qui peut encore changer, puis enregistrez de nouveau."
)
_PUT_OFF = (
    "La clôture a été repoussée pour tout le monde pendant que ce formulaire était ouvert, et rien n'est enregistré. "
    "Elle ne change plus ici. Vérifiez le reste, puis enregistrez de nouveau."
)
_SPARE_CRITERIA = 2
"""Empty lines offered for new criteria."""


class EditionForm(DsfrForm):
    """A part of the edition; `version` is that of the edition which the form showed."""

    version = VersionField()
    outdated = False
    """What was sent comes from a form that was shown before the handing over."""

    def freeze(self, *names: str) -> None:
        """Take away the fields of what the jury uses: they are shown as facts."""
        self.outdated = any(self[name].raw_data for name in names)
        for name in names:
            del self[name]


class CalendarForm(EditionForm):
    """Names, dates, and the event where laureates are revealed."""

    contest = TextField("Nom du concours")
    title = TextField("Thème de l'édition")
    organiser = TextField("Organisateur")
    community = TextField("Communauté que les visiteurs peuvent rejoindre", required=False)
    opens_at = InstantField("Ouverture des dépôts")
    closes_at = InstantField("Clôture des dépôts", hint="Heure de Paris. Un dépôt à cet instant précis est hors délai.")
    close_now = ConsentField("Je clos les dépôts dès maintenant.", required=False)
    event_name = TextField(
        "Nom de l'évènement", hint="Laissez les cinq champs vides s'il n'y en a pas.", required=False
    )
    event_starts_at = InstantField("Début de l'évènement", required=False)
    event_ends_at = InstantField("Fin de l'évènement", required=False)
    event_place = TextField("Lieu", required=False)
    event_address = TextField("Adresse postale", required=False)

    def apply(self, edition: Edition) -> Edition:
        """Return the edition with what was typed; an instant that was not touched keeps its seconds."""
        return replace(
            edition,
            contest=self.contest.data,
            title=self.title.data,
            organiser=self.organiser.data,
            community=self.community.data,
            opens_at=_kept(edition.opens_at, self.opens_at.data),
            closes_at=self._closing(edition),
            event=self._event(),
        )

    def coherent(self, edition: Edition, now: datetime) -> bool:
        """Tell whether the answers hold together, and a closing on the spot is meant; what fails goes into the form."""
        if self.outdated:
            self.refuse(_OUTDATED if edition.milestones.handed_over_at else _PUT_OFF)
        opens, closes = self.opens_at.data, self._closing(edition)
        if opens and opens >= closes:
            self.refuse("La clôture vient après l'ouverture.", field="closes_at")
        parts = self._event_parts()
        if any(parts.values()):
            for name in (name for name, value in parts.items() if not value):
                self.refuse("Complétez l'évènement, ou laissez ses cinq champs vides.", field=name)
        starts, ends = self.event_starts_at.data, self.event_ends_at.data
        if starts and starts <= closes:
            self.refuse("L'évènement a lieu après la clôture des dépôts.", field="event_starts_at")
        if starts and ends and ends <= starts:
            self.refuse("La fin vient après le début.", field="event_ends_at")
        if not self.error_items and closes_at_once(edition, closes, now) and not self.close_now.data:
            self.refuse(_CLOSES_AT_ONCE, field="close_now")
        return not self.error_items

    def _closing(self, edition: Edition) -> datetime:
        """Return the closing as typed; as it stands where it is frozen or was not touched."""
        return _kept(edition.closes_at, self.closes_at.data) if "closes_at" in self else edition.closes_at

    def _event_parts(self) -> dict[str, object]:
        names = ("event_name", "event_starts_at", "event_ends_at", "event_place", "event_address")
        return {name: self[name].data for name in names}

    def _event(self) -> Event | None:
        starts, ends = self.event_starts_at.data, self.event_ends_at.data
        if starts is None or ends is None:
            return None
        return Event(
            name=self.event_name.data,
            starts_at=starts,
            ends_at=ends,
            place=self.event_place.data,
            address=self.event_address.data,
        )


def calendar_form(edition: Edition, version: int) -> CalendarForm:
    """Return the form, holding what was sent, else the edition's own facts."""
    event = edition.event
    held = {
        "version": str(version),
        **{name: getattr(edition, name) for name in ("contest", "title", "organiser", "community")},
        "opens_at": edition.opens_at,
        "closes_at": edition.closes_at,
    }
    if event:
        held |= {"event_name": event.name, "event_starts_at": event.starts_at, "event_ends_at": event.ends_at}
        held |= {"event_place": event.place, "event_address": event.address}
    form = CalendarForm(data=held)
    if edition.milestones.handed_over_at or edition.extension:
        form.freeze("closes_at")
    return form


class RulesForm(EditionForm):
    """What is accepted and how it is scored; `rules_form` adds a line of fields for each criterion."""

    formats = CheckboxesField("Formats acceptés", choices=[(name, f".{name}") for name in FORMATS])
    video_max_seconds = IntegerField("Durée maximale d'une vidéo", hint="En secondes.", low=1, high=3600)
    max_megabytes = IntegerField("Taille maximale d'un fichier", hint="En mégaoctets (Mo).", low=1, high=20_000)
    categories = TextArea("Catégories", hint="Une par ligne.", max_length=1000, rows=6)
    scale_low = IntegerField("Note la plus basse", low=0, high=99)
    scale_high = IntegerField("Note la plus haute", low=1, high=100)
    laureates_max = IntegerField("Nombre maximal de lauréats", low=1, high=100)
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
    def lines(self) -> list[tuple[TextField, TextField, IntegerField]]:
        """The fields of each criterion, in order."""
        count = sum(field.name.startswith("label-") for field in self)
        return [tuple(self[f"{part}-{index}"] for part in ("label", "description", "weight")) for index in range(count)]

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
            recusal=self.recusal.data or edition.recusal,
        )

    def coherent(self) -> bool:
        """Tell whether the answers hold together; what does not goes into the form."""
        if self.outdated:
            self.refuse(_OUTDATED)
        if not self.frozen:
            self._check_jury_rules()
        return not self.error_items

    def _check_jury_rules(self) -> None:
        low, high = self.scale_low.data, self.scale_high.data
        if low is not None and high is not None and low >= high:
            self.refuse("La note la plus haute dépasse la plus basse.", field="scale_high")
        if not any(label.data for label, _, _ in self.lines):
            self.refuse("Indiquez au moins un critère.", field="label-0")
        for label, description, _ in self.lines:
            if description.data and not label.data:
                self.refuse("Donnez un intitulé à ce critère, ou videz sa description.", field=label.name)

    def _criteria(self, edition: Edition) -> tuple[Criterion, ...]:
        keys = [criterion.key for criterion in edition.criteria]
        found: list[Criterion] = []
        for index, (label, description, weight) in enumerate(self.lines):
            if label.data:
                taken = {*keys, *(criterion.key for criterion in found)}
                key = keys[index] if index < len(keys) else criterion_key(label.data, taken)
                found.append(
                    Criterion(key=key, label=label.data, description=description.data, weight=weight.data or 1)
                )
        return tuple(found)


def rules_form(edition: Edition, version: int) -> RulesForm:
    """Return the form, holding what was sent, else the edition's own facts; a few lines wait for new criteria."""
    count = min(len(edition.criteria) + _SPARE_CRITERIA, _MAX_CRITERIA)
    fields = {}
    for index in range(count):
        fields[f"label-{index}"] = TextField(f"Intitulé du critère {index + 1}", required=False, max_length=100)
        fields[f"description-{index}"] = TextField(f"Description du critère {index + 1}", required=False)
        fields[f"weight-{index}"] = IntegerField(f"Coefficient {index + 1}", low=1, high=20, required=False)
    form_class = type("CriteriaRulesForm", (RulesForm,), fields)
    form: RulesForm = form_class(data=_rules_of(edition) | {"version": str(version)})
    if edition.milestones.handed_over_at:
        form.freeze(
            "formats",
            "scale_low",
            "scale_high",
            "laureates_max",
            "recusal",
            *(field.name for line in form.lines for field in line),
        )
    return form


class MarkdownForm(EditionForm):
    """One text of the edition."""

    text = TextArea(
        "Texte",
        hint="Mise en forme Markdown : « ### Titre », « - élément de liste », « **gras** », « [lien](https://…) ».",
        required=False,
        max_length=20_000,
        rows=18,
    )

    def apply(self, edition: Edition, name: str) -> Edition:
        """Return the edition with this text."""
        return replace(edition, texts=replace(edition.texts, **{name: self.text.data}))


def markdown_form(texts: Texts, name: str, version: int) -> MarkdownForm:
    """Return the form, holding what was sent, else the text as it stands."""
    return MarkdownForm(data={"version": str(version), "text": getattr(texts, name)})


def _kept(before: datetime, typed: datetime | None) -> datetime:
    """Return `before` when what was typed is the same minute: the field shows no seconds."""
    if typed is None or timedelta() <= before - typed < timedelta(minutes=1):
        return before
    return typed


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
    }
    for index, criterion in enumerate(edition.criteria):
        held |= {f"label-{index}": criterion.label, f"description-{index}": criterion.description}
        held[f"weight-{index}"] = criterion.weight
    return held
