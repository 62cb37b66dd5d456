"""What the secretariat fills in about the edition. Each form gives back the edition with what was typed."""

from dataclasses import replace
from datetime import datetime, timedelta

from concours.editions.rules import Edition, Event, Texts, closes_at_once
from concours.kernel.forms import (
    ConsentField,
    DsfrForm,
    InstantField,
    IntegerField,
    TextArea,
    TextField,
    VersionField,
)

_CLOSES_AT_ONCE = (
    "Cette clôture est déjà passée : les dépôts ferment dès l'enregistrement, y compris pour les équipes qui sont en "
    "train de remplir leur dossier. Cochez cette case si c'est voulu, sinon corrigez la clôture."
)
OUTDATED = (
    "Les œuvres ont été transmises au jury pendant que ce formulaire était ouvert, et rien n'est enregistré. "
    "Vérifiez ci-dessous ce qui peut encore changer, puis enregistrez de nouveau."
)
_PUT_OFF = (
    "La clôture a été repoussée pour tout le monde pendant que ce formulaire était ouvert, et rien n'est enregistré. "
    "Elle ne change plus ici. Vérifiez le reste, puis enregistrez de nouveau."
)


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
    event_capacity = IntegerField(
        "Nombre de places de l'évènement",
        low=1,
        high=100_000,
        hint="Laissez vide pour ne pas compter les places. Des places de plus vont à la liste d'attente ;"
        " avec des places en moins, personne ne perd la sienne.",
        required=False,
    )

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
            self.refuse(OUTDATED if edition.milestones.handed_over_at else _PUT_OFF)
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
            capacity=self.event_capacity.data,
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
        held |= {"event_capacity": event.capacity}
    form = CalendarForm(data=held)
    if edition.milestones.handed_over_at or edition.extension:
        form.freeze("closes_at")
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
