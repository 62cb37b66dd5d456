"""What one fills in to change the address of one's account."""

from typing import Any

from concours.kernel.forms import DsfrForm, EmailField, TextField


class CodeField(TextField):
    """Six digits out of a mail."""

    def __init__(self, label: str, **kw: Any) -> None:
        defaults = {"hint": "Six chiffres.", "autocomplete": "one-time-code", "inputmode": "numeric", "max_length": 20}
        super().__init__(label, **{**defaults, **kw})


class AddressForm(DsfrForm):
    """Asks for another address."""

    email = EmailField(
        "Nouvelle adresse électronique", hint="Un code y sera envoyé. Format attendu : prenom.nom@exemple.fr."
    )


class ProofForm(DsfrForm):
    """Gives both codes back."""

    old_code = CodeField("Code reçu à votre adresse actuelle")
    new_code = CodeField("Code reçu à la nouvelle adresse")

    @property
    def codes(self) -> tuple[str, str]:
        """Both codes, without the spaces that one may type in them."""
        old, new = ("".join(field.data.split()) for field in (self.old_code, self.new_code))
        return old, new


class TelephoneForm(DsfrForm):
    """Gives a code of the telephone."""

    code = CodeField("Code à 6 chiffres", hint="Votre application en affiche un autre toutes les 30 secondes.")

    @property
    def digits(self) -> str:
        """The code without the spaces that one may type in it."""
        return "".join(self.code.data.split())


class RecoveryForm(DsfrForm):
    """Gives a recovery code."""

    code = TextField("Code de secours", hint="Douze lettres et chiffres, par exemple k7qf3m-9tbw2x.", max_length=40)
