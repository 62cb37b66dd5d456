"""What lifting anonymity asks for."""

from concours.kernel.forms import ConsentField, DsfrForm


class UnsealForm(DsfrForm):
    """The irreversible act, said in full."""

    understood = ConsentField(
        "J'ai compris que la levée de l'anonymat est définitive.",
        hint="Les noms des équipes lauréates s'affichent aussitôt. L'acte est daté et inscrit au journal.",
        required="Cochez cette case pour lever l'anonymat : rien n'a été fait.",
    )
