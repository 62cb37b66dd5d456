"""What the secretariat fills in about entries and people."""

from concours.entries.forms import Captions
from concours.entries.identity import READ_BY_JURY
from concours.entries.rules import ALTERNATIVE_LENGTH, CAPTIONS_LENGTH, TRANSCRIPT_LENGTH
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
from concours.organisers.rules import (
    LOOK_WORDS_MAX_LENGTH,
    OTHER,
    READY_REASONS,
    REASON_MAX_LENGTH,
    Decision,
    compose_reason,
    split_reason,
)
from jury.api import REASON_MAX_LENGTH as PANEL_REASON_MAX_LENGTH
from jury.api import Role

REASONS = (
    ("anonymity", "Anonymat"),
    ("format", "Format ou durée"),
    ("late", "Hors délai"),
    ("subject", "Hors sujet"),
    ("text", "Texte seul"),
    ("incomplete", "Dossier incomplet"),
    (OTHER, "Autre, à préciser"),
)
"""Each ready-made reason in two words; what is kept is its sentence."""

DUAL_ROLE = (
    "Si la même personne doit tenir les deux rôles, faute de mieux : dites pourquoi. Cette déclaration est enregistrée "
    "et figure au procès-verbal."
)

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
        choices=REASONS,
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

    note = TextArea(
        "Mot aux autres organisateurs",
        hint="Pourquoi vous êtes d'un autre avis. L'équipe ne lit jamais ces mots.",
        required=False,
        max_length=LOOK_WORDS_MAX_LENGTH,
        rows=2,
        validators=[Needed("si vous êtes d'un autre avis")],
    )

    deposit_id = HiddenField()
    seen = HiddenField()

    @property
    def reason(self) -> str:
        """The reason as it is kept; an admitted entry needs none."""
        if self.decision.data != Decision.REFUSED:
            return ""
        return compose_reason(self.ready_reason.data, self.words.data)


def decision_form(decision: str, reason: str, note: str = "") -> DecisionForm:
    """Return the form, holding what was sent, else what is decided or said already."""
    ready, words = split_reason(reason)
    return DecisionForm(data={"decision": decision, "ready_reason": ready, "words": words, "note": note})


class SecondLookForm(DsfrForm):
    """Has an entry decided by two."""

    why = TextArea(
        "Pourquoi la revoir à deux",
        hint="Un mot aux autres organisateurs. L'équipe ne le lit jamais.",
        max_length=LOOK_WORDS_MAX_LENGTH,
        rows=2,
    )

    look_seen = HiddenField()


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
            (Role.SUBSTITUTE.value, "Suppléant·e : siège et note si vous l'appelez"),
            (Role.SECRETARY.value, "Secrétaire du jury : clôt l'évaluation, tient le procès-verbal, ne note pas"),
        ],
    )
    reason = TextArea(
        "Motif de l'ajout",
        hint="L'évaluation est commencée : ce motif figure au procès-verbal. N'y nommez aucun candidat.",
        max_length=PANEL_REASON_MAX_LENGTH,
        rows=2,
    )
    dual_role_reason = TextArea(
        "Cumul avec le secrétariat du concours",
        hint=DUAL_ROLE,
        required=False,
        max_length=PANEL_REASON_MAX_LENGTH,
        rows=2,
        validators=[Needed("dans ce cas seulement")],
    )


def invite_form(*, begun: bool) -> InviteForm:
    """Return the form; it asks why once the jury has begun."""
    form = InviteForm()
    if not begun:
        del form.reason
    return form


class RemoveForm(DsfrForm):
    """Takes somebody off the panel."""

    reason = TextArea(
        "Motif du retrait",
        hint="L'évaluation est commencée : ce motif figure au procès-verbal. N'y nommez aucun candidat.",
        max_length=PANEL_REASON_MAX_LENGTH,
        rows=3,
    )


def remove_form(*, begun: bool) -> RemoveForm:
    """Return the form; it asks why once the jury has begun."""
    form = RemoveForm()
    if not begun:
        del form.reason
    return form


class CallForm(DsfrForm):
    """Calls a substitute to sit."""

    reason = TextArea(
        "Motif de l'appel",
        hint="Ce motif figure au procès-verbal. N'y nommez aucun candidat.",
        max_length=PANEL_REASON_MAX_LENGTH,
        rows=3,
    )


class PairForm(DsfrForm):
    """Keeps a member of the jury from an entry that nothing suggested."""

    member = SelectField("Membre du jury")
    entry = SelectField("Candidature")


class ReportForm(DsfrForm):
    """Decides on a breach of anonymity."""

    decision = RadioField(
        "Décision",
        choices=[
            ("same", "Rendre l'œuvre au jury telle qu'elle est"),
            ("corrected", "Rendre l'œuvre au jury, corrigée ci-dessous"),
            ("withdrawn", "Retirer l'œuvre du concours"),
        ],
    )
    title = TextField("Titre que le jury lira", required=False, validators=[Needed("pour une correction")])
    summary = TextArea(
        "Présentation que le jury lira",
        required=False,
        max_length=4000,
        rows=6,
        validators=[Needed("pour une correction")],
    )
    transcript = TextArea("Transcription que le jury lira", required=False, max_length=TRANSCRIPT_LENGTH, rows=6)
    captions = TextArea(
        "Sous-titres que le jury lira", required=False, max_length=CAPTIONS_LENGTH, rows=6, validators=[Captions()]
    )
    text_alternative = TextArea("Description que le jury lira", required=False, max_length=ALTERNATIVE_LENGTH, rows=6)
    reason = TextArea(
        "Motif du retrait",
        hint="L'équipe candidate le reçoit par courriel ; le jury ne le lit pas.",
        required=False,
        max_length=REASON_MAX_LENGTH,
        rows=4,
        validators=[Needed("pour un retrait")],
    )

    @property
    def words(self) -> dict[str, str]:
        """What the jury reads of a corrected work, by name."""
        return {name: self[name].data or "" for name in READ_BY_JURY}
