"""What a member fills in about their seat, about stepping back, about a breach of anonymity."""

from concours.kernel.forms import ConsentField, DsfrForm, HiddenField, TextArea
from jury.rules import BODIES_MAX_LENGTH, REASON_MAX_LENGTH


class AcceptForm(DsfrForm):
    """Takes the seat: one's administrations, and the charter as it was shown."""

    bodies = TextArea(
        "Vos administrations, une par ligne",
        hint=(
            "Celles dont vous faites partie, ou avez fait partie depuis deux ans : leur nom en entier, "
            "puis leur sigle s'il est connu. Seul le secrétariat du concours les lit. Une œuvre qui en vient ne vous "
            "sera pas présentée."
        ),
        required=False,
        max_length=BODIES_MAX_LENGTH,
        rows=4,
    )
    charter = HiddenField()
    accepted = ConsentField("J'accepte de siéger.", required="Cochez cette case pour accepter de siéger.")

    @property
    def lines(self) -> str:
        """The administrations, one a line, without empty or repeated ones."""
        typed = (line.strip() for line in self.bodies.data.splitlines())
        return "\n".join(dict.fromkeys(line for line in typed if line))


class DeclineForm(DsfrForm):
    """Declines the invitation."""

    reason = TextArea(
        "Motif",
        hint="Le secrétariat du concours le lit ; il ne figure nulle part ailleurs.",
        required=False,
        max_length=REASON_MAX_LENGTH,
        rows=3,
    )


class RecusalForm(DsfrForm):
    """Steps back from a work."""

    reason = TextArea(
        "Motif",
        hint=(
            "Il figure au procès-verbal, que le jury lit avant la levée de l'anonymat : ne nommez ni personne, ni "
            "administration. Par exemple : « lien professionnel »."
        ),
        required=False,
        max_length=REASON_MAX_LENGTH,
        rows=3,
    )


class ReportForm(DsfrForm):
    """Reports a breach of anonymity."""

    text = TextArea(
        "Ce qui laisse reconnaître l'auteur",
        hint="Dites où cela se trouve : un instant de la vidéo, une page, un mot. Seul le secrétariat du concours lit.",
        max_length=REASON_MAX_LENGTH,
        rows=5,
    )
