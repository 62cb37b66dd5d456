"""The two ways to check a receipt: its file, or its number with the digest of the file that was deposited."""

import re
from typing import Any

from wtforms.validators import ValidationError

from concours.entries.receipts.rules import MAX_BYTES
from concours.kernel.forms import DsfrForm, FileField, TextArea, TextField
from concours.kernel.forms.rules import Needed

_DIGEST_DIGITS = 64


def _digest(form: object, field: Any) -> None:
    """Refuse what is no SHA-256 in hexadecimal, spaces left aside."""
    del form
    if not re.fullmatch(rf"[0-9a-f]{{{_DIGEST_DIGITS}}}", _bare(field.data)):
        raise ValidationError(
            f"Recopiez l'empreinte entière : {_DIGEST_DIGITS} caractères, chiffres et lettres de a à f."
        )


def _bare(text: str) -> str:
    return "".join(text.split()).lower()


class ReceiptFileForm(DsfrForm):
    """The file of a receipt, or what it holds."""

    file = FileField(
        "Fichier de l'accusé de réception",
        hint="Le fichier .json joint au courriel, ou téléchargé depuis la page du dépôt.",
        accept=".json,application/json",
        required=False,
        validators=[Needed()],
    )
    text = TextArea(
        "Ou son contenu, copié et collé",
        hint="Du premier signe { au dernier }.",
        max_length=MAX_BYTES,
        required=False,
        validators=[Needed()],
    )

    @property
    def content(self) -> tuple[bytes, bool]:
        """What was given, and whether byte for byte: a text that passed through a page may have lost a space."""
        if self.file.data:
            with self.file.data.stream as stream:
                return stream.read(MAX_BYTES + 1), True
        return self.text.data.encode(), False


class ReceiptNumberForm(DsfrForm):
    """A number and a digest: they are read on paper, and stand in the address that its code leads to."""

    class Meta(DsfrForm.Meta):
        """It changes nothing: no token is needed, and its address may be kept."""

        csrf = False

    numero = TextField("Numéro de l'accusé de réception", hint="Par exemple 2027-K7QF-3MPT.", max_length=40)
    empreinte = TextField(
        "Empreinte du fichier (SHA-256)",
        hint="Celle du fichier déposé, sur l'accusé de réception : 64 chiffres et lettres.",
        max_length=100,
        validators=[_digest],
    )

    @property
    def sought(self) -> dict[str, str]:
        """The number and the digest as they are kept."""
        return {"number": _bare(self.numero.data).upper(), "sha256": _bare(self.empreinte.data)}
