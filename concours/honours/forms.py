"""What lifting anonymity asks for, what publishing asks for, and what the blind test proposes."""

from concours.kernel.forms import CheckboxesField, ConsentField, DsfrForm, InstantField, RadioField

_NOW, _LATER = "maintenant", "plus-tard"


class UnsealForm(DsfrForm):
    """The irreversible act, said in full."""

    understood = ConsentField(
        "J'ai compris que la levée de l'anonymat est définitive.",
        hint="Les noms des équipes lauréates vous sont montrés aussitôt, sous embargo. "
        "L'acte est daté et inscrit au journal.",
        required="Cochez cette case pour lever l'anonymat : rien n'a été fait.",
    )


class PublishForm(DsfrForm):
    """When everybody may read the honours."""

    when = RadioField(
        "Quand publier ?",
        choices=((_NOW, "Maintenant"), (_LATER, "À l'heure de la révélation, que je choisis ci-dessous")),
    )
    at = InstantField("Heure de la révélation", hint="Heure de Paris.", required=False)
    understood = ConsentField(
        "J'ai compris qu'un palmarès public ne se retire plus.",
        required="Cochez cette case pour publier : rien n'a été fait.",
    )

    @property
    def later(self) -> bool:
        """Whether an hour was chosen; `at` says which."""
        return self.when.data == _LATER

    def coherent(self) -> bool:
        """Tell whether the hour that was announced is there."""
        if self.later and self.at.data is None:
            self.refuse("Indiquez la date et l'heure.", field="at")
        return not self.error_items


class HourForm(DsfrForm):
    """When the honours will be public, set in advance."""

    at = InstantField("Heure de la révélation", hint="Heure de Paris.")


class PrepareForm(DsfrForm):
    """Which administrations telephones may be proposed."""

    proposed = CheckboxesField(
        "Administrations proposées aux joueurs",
        hint="Celles des équipes qui ont autorisé la publication. Mêlez aux lauréates des administrations qui ne le "
        "sont pas : la liste ne trahit alors personne.",
    )
