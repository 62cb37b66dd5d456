"""What erasing asks for."""

from concours.kernel.forms import ConsentField, DsfrForm


class EraseForm(DsfrForm):
    """Everything of one's own, at once, for good."""

    understood = ConsentField(
        "J'ai compris que l'effacement est immédiat et définitif.",
        hint="Rien ne pourra être rétabli, pas même par le secrétariat du concours.",
        required="Cochez cette case pour confirmer : rien n'a été effacé.",
    )


class AskForm(DsfrForm):
    """The request that goes to the organisers: a button."""
