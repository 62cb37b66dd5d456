"""What the secretariat fills in to write to several people, and to send a mail again."""

from concours.kernel.forms import ConsentField, DsfrForm, EmailField, HiddenField, SelectField, TextArea, TextField
from concours.organisers.messaging import AUDIENCE_LABELS, BODY_LENGTH, READY, SUBJECT_LENGTH, Audience, Wording


class StartForm(DsfrForm):
    """Chooses whom a message is for, and what it begins with."""

    audience = SelectField("À qui", placeholder="Choisir les destinataires")
    template = SelectField(
        "Texte de départ",
        choices=[(key, ready.label) for key, ready in READY.items()],
        required=False,
        placeholder="Information pratique",
    )
    chosen = HiddenField()

    @property
    def entries(self) -> list[str]:
        """The entries that were chosen in the list."""
        return (self.chosen.data or "").split()


def start_form(*, choice: bool) -> StartForm:
    """Return the form; a choice of entries is offered where one was made."""
    form = StartForm()
    offered = [each for each in Audience if choice or each is not Audience.CHOICE]
    form.audience.offer((each.value, AUDIENCE_LABELS[each]) for each in offered)
    return form


class MessageForm(DsfrForm):
    """The words of a message."""

    subject = TextField("Objet", max_length=SUBJECT_LENGTH)
    body = TextArea("Texte", max_length=BODY_LENGTH, rows=16)

    @property
    def wording(self) -> Wording:
        """What was written."""
        return Wording(self.subject.data, self.body.data or "")


class ResendForm(DsfrForm):
    """Sends a mail again."""

    to = EmailField(
        "Adresse",
        hint="Corrigez-la si la personne en a changé : seules les adresses d'un compte, d'un dossier ou d'une "
        "inscription sont acceptées.",
        autocomplete="off",
    )


class ResendAllForm(DsfrForm):
    """Sends again all that was given up, as it was shown."""

    which = HiddenField()
    confirm = ConsentField("Renvoyer ces messages, tels quels et aux mêmes adresses.")
