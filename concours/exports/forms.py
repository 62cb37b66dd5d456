"""What an organiser chooses to take out."""

from collections.abc import Sequence

from concours.exports.operations import Offer
from concours.exports.rules import NAMES, PURPOSE_LENGTH, REASONED, Format, Kind, Topic, Wanted
from concours.kernel.forms import CheckboxesField, DsfrForm, RadioField, TextArea
from concours.kernel.forms.rules import Needed

SLUGS = {
    Topic.LAUREATES: "laureats",
    Topic.ENTRIES: "candidatures",
    Topic.PROGRESS: "avancement",
    Topic.RANKING: "classement",
    Topic.REGISTRATIONS: "inscriptions",
    Topic.ATTENDANCE: "presence",
    Topic.NEEDS: "besoins",
    Topic.COMMUNITY: "communaute",
    Topic.MAIL: "courriels",
}
"""Each table in addresses and in names of files."""

_TOPICS = {slug: topic for topic, slug in SLUGS.items()}

_FORMATS = (
    (Format.XLSX.value, "XLSX : un classeur pour Excel, une feuille par tableau"),
    (Format.ODS.value, "ODS : un classeur pour LibreOffice, une feuille par tableau"),
    (Format.CSV.value, "CSV : un seul tableau, pour tout tableur"),
    (Format.JSON.value, "JSON : pour un programme"),
)


class ExportForm(DsfrForm):
    """Which tables, in which format, and why."""

    tables = CheckboxesField("Tableaux")
    format = RadioField("Format", choices=_FORMATS, default=Format.XLSX.value)
    purpose = TextArea(
        "Motif de l'export",
        hint="À quoi servira ce fichier. Le motif reste au journal des actes : n'y nommez personne.",
        required=False,
        validators=[Needed("à remplir")],
        max_length=PURPOSE_LENGTH,
        rows=2,
    )

    def wanted(self, kind: Kind, edition: str) -> Wanted:
        """Return what was chosen."""
        topics = [_TOPICS[slug] for slug in self.tables.data]
        purpose = self.purpose.data if kind in REASONED else ""
        chosen = Format(self.format.data or "")
        return Wanted(topics=topics, kind=kind, format=chosen, purpose=purpose, edition=edition)


def export_form(offers: Sequence[Offer], chosen: Sequence[str]) -> ExportForm:
    """Return the form for the tables that may leave now; a single one is chosen already."""
    ready = [(SLUGS[offer.topic], NAMES[offer.topic]) for offer in offers if not offer.missing]
    slugs = [slug for slug, _ in ready]
    form = ExportForm(data={"tables": slugs if len(slugs) == 1 else [slug for slug in slugs if slug in chosen]})
    form.tables.offer(ready)
    return form
