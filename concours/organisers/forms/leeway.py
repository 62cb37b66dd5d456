"""What the secretariat fills in to grant something out of the ordinary."""

from concours.editions.rules import Edition
from concours.entries.rules import NAME_LENGTH, SUMMARY_LENGTH, TITLE_LENGTH, limits_of
from concours.intake.rules import spoken_kinds
from concours.kernel.forms import (
    DsfrForm,
    EmailField,
    FileField,
    HiddenField,
    InstantField,
    SelectField,
    TextArea,
    TextField,
)
from concours.kernel.storage import human_size
from concours.kernel.text import capital
from concours.organisers.leeway import REASON_MAX_LENGTH

_READ = "Les candidats le lisent ; il est conservé avec la décision."


def _reason(label: str, hint: str = _READ) -> TextArea:
    return TextArea(label, hint=hint, max_length=REASON_MAX_LENGTH, rows=4)


class MoreTimeForm(DsfrForm):
    """Gives one dossier a closing of its own."""

    until = InstantField(
        "Nouvelle clôture de ce dossier", hint="Heure de Paris. À cet instant précis, un dépôt est hors délai."
    )
    reason = _reason("Motif du délai")


class AdmitForm(DsfrForm):
    """Admits a late deposit."""

    reason = _reason("Motif de l'admission")


class ProblemForm(DsfrForm):
    """Tells candidates what is wrong while they can mend it."""

    reason = _reason(
        "Ce qui est à corriger", "L'équipe le lit aussitôt, par courriel et dans son dossier, sans savoir qui l'écrit."
    )
    deposit_id = HiddenField()


class BehalfForm(DsfrForm):
    """Deposits what came by another way."""

    email = EmailField(
        "Adresse électronique du candidat",
        hint="Elle reçoit l'accusé de réception et confirme les accords.",
        autocomplete="off",
    )
    team = TextField("Nom de l'équipe", max_length=NAME_LENGTH)
    administration = TextField("Administration", max_length=NAME_LENGTH)
    contact_name = TextField("Personne à contacter", max_length=NAME_LENGTH, autocomplete="off")
    title = TextField("Titre de la création", max_length=TITLE_LENGTH)
    category = SelectField("Catégorie", placeholder="Choisir une catégorie")
    summary = TextArea("Présentation de l'innovation", max_length=SUMMARY_LENGTH, rows=7)
    file = FileField("Fichier de la création")
    came_at = InstantField("Reçue le", hint="Heure de Paris : arrivée du courriel, ou fin du transfert.")
    reason = _reason(
        "Par quelle voie, et pourquoi", f"Par exemple : « Envoyée par courriel, le service était en panne. » {_READ}"
    )


def behalf_form(edition: Edition) -> BehalfForm:
    """Return the form with what the edition offers and accepts."""
    form = BehalfForm()
    form.category.offer((name, capital(name)) for name in edition.categories)
    limits = limits_of(edition)
    form.file.description = f"Au format {spoken_kinds(limits.kinds)}, de {human_size(limits.max_bytes)} au plus."
    form.file.render_kw = {"accept": ",".join(f".{name}" for name in edition.formats)}
    return form
