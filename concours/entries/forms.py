"""The parts of the dossier as candidates fill them in: incomplete ones are kept, only the unreadable is refused."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from concours.editions.reglement import duration_words
from concours.editions.rules import Edition
from concours.entries import captions
from concours.entries.consents import TEXTS
from concours.entries.rules import (
    ALTERNATIVE_LENGTH,
    CAPTIONS_LENGTH,
    FIELDS,
    NAME_LENGTH,
    PHONE_LENGTH,
    SUMMARY_LENGTH,
    TITLE_LENGTH,
    TRANSCRIPT_LENGTH,
    Dossier,
    Missing,
    Part,
    limits_of,
)
from concours.intake.rules import spoken_kinds
from concours.kernel.forms import (
    ConsentField,
    DsfrForm,
    EmailField,
    FileField,
    SelectField,
    TextArea,
    TextField,
    VersionField,
)
from concours.kernel.storage import human_size
from concours.kernel.text import capital, clean_line, clean_text

_NOT_NAMED = "N'y nommez ni votre administration, ni votre territoire : le jury le lit."


class Expected:
    """Marks an answer that a deposit needs; a draft is kept without it."""

    field_flags: ClassVar[dict[str, bool]] = {"required": True}

    def __call__(self, form: object, field: object) -> None:
        """Refuse nothing: what is missing is said before the deposit."""


_TRANSCRIPT = "Pour une vidéo : tout ce qui s'y dit et s'y entend d'utile, par écrit."
_CAPTIONS = (
    "Pour une vidéo, au format WebVTT. La première ligne est « WEBVTT » ; puis, pour chaque sous-titre, une ligne "
    "vide, un horaire (00:01.000 --> 00:04.500) et le texte."
)
_CAPTIONS_FILE = "Au format .vtt : son contenu remplace le texte ci-dessus."
_ALTERNATIVE = (
    "Ce que montre la création, case par case ou scène par scène, pour qui ne la voit pas. Pour une infographie : ses "
    "textes et ses chiffres."
)
_UNREADABLE = (
    "Ce fichier n'est pas un texte en UTF-8. Enregistrez-le « en UTF-8 », ou collez son contenu dans le champ "
    "précédent."
)
_CAPTIONS_BYTES = 4 * CAPTIONS_LENGTH

_NEEDED: dict[str, Any] = {"required": False, "validators": [Expected()]}
_PUBLICATION = "Facultatif : votre création participe sans cela, mais l'organisateur ne pourra pas la publier."


class PartForm(DsfrForm):
    """One part of the dossier, as it was when the page was opened."""

    version = VersionField()

    stored: Mapping[str, Any]
    """The answers as they are kept, whatever was typed: set by `part_form`."""

    @property
    def kept(self) -> str:
        """What scripts compare with: the answers as they are kept, in JSON."""
        return json.dumps(self.stored, ensure_ascii=False)

    @property
    def answers(self) -> dict[str, Any]:
        """What was filled in, by name."""
        return {field.name: field.data for field in self if field.name in FIELDS}

    @property
    def sound(self) -> dict[str, Any]:
        """What may be kept, once validated, whatever is refused beside it; nothing of a form not to be carried out."""
        if self.resumed or self[self.meta.csrf_field_name].errors:
            return {}
        return {name: answer for name, answer in self.answers.items() if not self[name].errors}

    def as_seen(self, name: str, text: str) -> Any:
        """Return an answer that comes back from a page, as it is kept."""
        if isinstance(self[name], ConsentField):
            return bool(text)
        return clean_text(text) if isinstance(self[name], TextArea) else clean_line(text)

    def labels(self) -> dict[str, str]:
        """Return the answers' labels, by name."""
        return {field.name: field.label.text for field in self if field.name in FIELDS}

    def point_out(self, missing: Iterable[Missing]) -> None:
        """Show what this part lacks beside its fields."""
        for each in missing:
            if each.field in FIELDS and each.field in self:
                self.refuse(each.message, field=each.field)


class TeamForm(PartForm):
    """Who takes part."""

    team = TextField(
        "Nom de l'équipe", hint="Ou votre nom, si vous participez seul·e.", max_length=NAME_LENGTH, **_NEEDED
    )
    administration = TextField(
        "Administration",
        hint="Ministère, collectivité, hôpital, opérateur… Le jury ne la connaît qu'après le palmarès.",
        max_length=NAME_LENGTH,
        autocomplete="organization",
        **_NEEDED,
    )
    contact_name = TextField(
        "Personne à contacter", hint="Prénom et nom.", max_length=NAME_LENGTH, autocomplete="name", **_NEEDED
    )
    contact_email = EmailField(
        "Adresse électronique de contact", hint="Format attendu : prenom.nom@exemple.fr.", **_NEEDED
    )
    contact_phone = TextField(
        "Téléphone",
        hint="Pour vous joindre vite en cas de difficulté.",
        required=False,
        max_length=PHONE_LENGTH,
        autocomplete="tel",
        inputmode="tel",
    )
    public_agent = ConsentField(TEXTS["public_agent"], **_NEEDED)


class InnovationForm(PartForm):
    """What the creation tells."""

    title = TextField("Titre de la création", hint=_NOT_NAMED, max_length=TITLE_LENGTH, **_NEEDED)
    category = SelectField("Catégorie", placeholder="Choisir une catégorie", **_NEEDED)
    summary = TextArea(
        "Présentation de l'innovation",
        hint=f"Le problème, l'idée, ce qu'elle change. {_NOT_NAMED}",
        max_length=SUMMARY_LENGTH,
        rows=9,
        **_NEEDED,
    )


class Captions:
    """Refuses captions that no player would read, each fault with its line."""

    def __call__(self, form: object, field: Any) -> None:
        """Add the faults to the field."""
        del form
        field.errors = [*field.errors, *captions.faults(field.data)]


class EveryoneForm(PartForm):
    """What makes the creation reach everyone. None of it is needed."""

    transcript = TextArea("Transcription", hint=_TRANSCRIPT, required=False, max_length=TRANSCRIPT_LENGTH, rows=8)
    captions = TextArea(
        "Sous-titres",
        hint=_CAPTIONS,
        required=False,
        max_length=CAPTIONS_LENGTH,
        rows=8,
        validators=[Captions()],
    )
    captions_file = FileField("Fichier de sous-titres", hint=_CAPTIONS_FILE, accept=".vtt,text/vtt", required=False)
    text_alternative = TextArea(
        "Description de la création", hint=_ALTERNATIVE, required=False, max_length=ALTERNATIVE_LENGTH, rows=8
    )

    def read_file(self) -> None:
        """Take the captions of the file that was sent, if any; the form shows them."""
        sent = self.captions_file.data
        if not sent:
            return
        try:
            self.captions.data = clean_text(sent.read(_CAPTIONS_BYTES + 1).decode("utf-8-sig"))
        except UnicodeDecodeError:
            self.unreadable = True

    unreadable = False

    def validate(self, extra_validators: Any = None) -> bool:
        """Tell whether the answers may be kept; a file that is no text is refused in words."""
        good = super().validate(extra_validators)
        if self.unreadable:
            self.refuse(_UNREADABLE, field="captions_file")
        return good and not self.unreadable


class CheckForm(PartForm):
    """What the candidate accepts and grants."""

    rules_accepted = ConsentField(TEXTS["rules_accepted"], **_NEEDED)
    rights_granted = ConsentField(TEXTS["rights_granted"], hint=_PUBLICATION, required=False)
    image_rights = ConsentField(TEXTS["image_rights"], hint=_PUBLICATION, required=False)


class ConfirmForm(DsfrForm):
    """What nobody else can accept or grant."""

    public_agent = ConsentField(TEXTS["public_agent"], required="Confirmez que vous êtes agent public.")
    rules_accepted = ConsentField(TEXTS["rules_accepted"], required="Acceptez le règlement du concours.")
    rights_granted = ConsentField(TEXTS["rights_granted"], hint=_PUBLICATION, required=False)
    image_rights = ConsentField(TEXTS["image_rights"], hint=_PUBLICATION, required=False)


class UploadForm(DsfrForm):
    """The file of the creation."""

    file = FileField("Fichier de la création")


class InviteForm(DsfrForm):
    """Whom to invite to work on the dossier."""

    email = EmailField(
        "Adresse électronique de la personne",
        hint="Celle avec laquelle elle se connectera. Format attendu : prenom.nom@exemple.fr.",
        autocomplete="off",
    )


class ActForm(DsfrForm):
    """A button alone, with its token."""


FORMS: dict[Part, type[PartForm]] = {
    Part.TEAM: TeamForm,
    Part.INNOVATION: InnovationForm,
    Part.EVERYONE: EveryoneForm,
    Part.CHECK: CheckForm,
}


def part_form(part: Part, dossier: Dossier, edition: Edition, version: int) -> PartForm:
    """Return the form of a part, with the answers as they are kept, or as they were just typed."""
    form = FORMS[part](obj=dossier, version=str(version))
    form.stored = {field.name: getattr(dossier, field.name) for field in form if field.name in FIELDS}
    if isinstance(form, InnovationForm):
        kept = form.category.object_data or ""
        offered = [*edition.categories, *([kept] if kept and kept not in edition.categories else [])]
        form.category.offer((name, capital(name)) for name in offered)
    return form


def upload_form(edition: Edition) -> UploadForm:
    """Return the form of the file, which says what the edition accepts."""
    form = UploadForm()
    formats = spoken_kinds(limits_of(edition).kinds)
    hint = f"Un seul fichier, au format {formats}, de {human_size(edition.max_bytes)} au plus."
    if {"avi", "mp4"} & set(edition.formats):
        hint += f" Une vidéo dure {duration_words(edition.video_max_seconds)} au plus."
    form.file.description = hint
    form.file.render_kw = {"accept": ",".join(f".{name}" for name in edition.formats)}
    return form
