"""What puts the closing off for everybody: asked first, confirmed once its consequences are shown."""

from datetime import datetime

from concours.editions.rules import Edition, check_extension
from concours.kernel.errors import DomainError
from concours.kernel.forms import ConsentField, DsfrForm, InstantField, TextField, VersionField
from concours.kernel.text import clean_line

_REASON_LENGTH = 300


class ExtensionForm(DsfrForm):
    """The new closing and why; `confirm` counts only on the page that shows the consequences."""

    version = VersionField()
    until = InstantField("Nouvelle clôture des dépôts", hint="Heure de Paris. Plus tard que la clôture annoncée.")
    reason = TextField(
        "Motif",
        hint="Public : il paraît en haut de chaque page, dans le règlement et dans les courriels. Ne nommez personne.",
        max_length=_REASON_LENGTH,
    )
    confirm = ConsentField("J'ai lu les conséquences et je repousse la clôture pour tout le monde.", required=False)

    @property
    def reason_line(self) -> str:
        """The reason as one clean line."""
        return clean_line(self.reason.data)

    def coherent(self, edition: Edition, now: datetime) -> bool:
        """Tell whether the closing may be put off so; what fails goes beside the date."""
        try:
            check_extension(edition, self.until.data or edition.closes_at, self.reason_line, now)
        except DomainError as refusal:
            self.refuse(refusal.message, field="until")
        return not self.error_items
