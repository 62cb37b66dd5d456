"""What the secretariat fills in about entries and people."""

from concours.entries.models import Admissibility
from concours.kernel.forms import (
    ConsentField,
    DsfrForm,
    EmailField,
    HiddenField,
    RadioField,
    SelectField,
    TextArea,
    TextField,
)
from concours.kernel.forms.rules import Needed
from concours.organisers.rules import OTHER, READY_REASONS, REASON_MAX_LENGTH, Decision, compose_reason, split_reason
from jury.api import Role

_REASONS = (
    ("anonymity", "Anonymat"),
    ("format", "Format ou durée"),
    ("late", "Hors délai"),
    ("subject", "Hors sujet"),
    ("text", "Texte seul"),
    ("incomplete", "Dossier incomplet"),
    (OTHER, "Autre, à préciser"),
)
"""Each ready-made reason in two words; what is kept is its sentence."""

_LONGEST_READY = max(map(len, READY_REASONS.values()))


class DecisionForm(DsfrForm):
    """Admits or refuses an entry."""

    decision = RadioField(
        "Décision",
        choices=[(Decision.ADMITTED.value, "Recevable"), (Decision.REFUSED.value, "Irrecevable")],
        inline=True,
    )
    ready_reason = SelectField(
        "Motif d'irrecevabilité",
        choices=_REASONS,
        required=False,
        placeholder="Choisir un motif",
        validators=[Needed("pour déclarer irrecevable")],
    )
    words = TextArea(
        "Précisions",
        hint="Ce qui, dans la création ou le dossier, fonde la décision. L'équipe lira ces mots.",
        required=False,
        max_length=REASON_MAX_LENGTH - _LONGEST_READY - 1,
        rows=4,
    )

    deposit_id = HiddenField()

    @property
    def reason(self) -> str:
        """The reason as it is kept; an admitted entry needs none."""
        if self.decision.data != Decision.REFUSED:
            return ""
        return compose_reason(self.ready_reason.data, self.words.data)


def decision_form(deposit_id: str | None, held: Admissibility | None) -> DecisionForm:
    """Return the form for the deposit that is shown, holding what was sent, else the decision that stands."""
    if held is None:
        return DecisionForm(data={"deposit_id": deposit_id})
    ready, words = split_reason(held.reason)
    return DecisionForm(
        data={"deposit_id": deposit_id, "decision": held.decision, "ready_reason": ready, "words": words}
    )


class HandOverForm(DsfrForm):
    """Hands the works over, consequences read."""

    confirm = ConsentField("J'ai relu les décisions : les œuvres peuvent être transmises au jury.")


class InviteForm(DsfrForm):
    """Puts somebody on the panel."""

    name = TextField("Prénom et nom", autocomplete="off")
    email = EmailField("Adresse électronique", hint="L'invitation y est envoyée tout de suite.", autocomplete="off")
    function = TextField("Fonction", hint="Par exemple : directrice d'un laboratoire d'innovation.", required=False)
    role = RadioField(
        "Rôle",
        choices=[
            (Role.JUROR.value, "Juré·e : note les œuvres"),
            (Role.PRESIDENT.value, "Président·e : note les œuvres, a voix prépondérante"),
            (Role.SECRETARY.value, "Secrétaire du jury : clôt l'évaluation, tient le procès-verbal, ne note pas"),
        ],
    )


class OrganiserForm(DsfrForm):
    """Gives somebody the secretariat's rights."""

    email = EmailField("Adresse électronique", autocomplete="off")
