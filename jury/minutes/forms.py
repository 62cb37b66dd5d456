"""What sends the signed copy of the minutes."""

from concours.kernel.forms import DsfrForm, FileField

COPY_HINT = "PDF, 20 Mo au plus. La présidence et le secrétariat du jury sont seuls à pouvoir le lire."


class SignedCopyForm(DsfrForm):
    """The minutes that bear the signatures, scanned or signed on a screen."""

    file = FileField("Procès-verbal signé", hint=COPY_HINT, accept=".pdf,application/pdf")
