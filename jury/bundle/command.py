"""`concours verify`: checks the record of a jury's session on any machine, with the file alone."""

import sys
from hashlib import sha256
from pathlib import Path

import click

from jury.bundle.archive import MAX_BYTES, Unreadable, read_bundle
from jury.bundle.checks import verify as check_bundle

_HOLDS, _TAMPERED = 0, 1
"""Exit statuses, beside click's own 2 for a file that cannot be read."""

_PROVES = """Ce que cela prouve : les fiches sont celles de la clôture, la règle celle d'avant la première note, et le
classement, le départage et le palmarès en découlent comme le journal l'a scellé. Avec --minutes, que ce fichier est le
procès-verbal scellé à la signature, ou sa copie signée."""
_DOES_NOT = """Ce que cela ne prouve pas : que le relevé n'a pas été refait tout entier. Pour l'exclure, comparez
l'empreinte avec celle que chaque membre du jury a reçue à la clôture, et que porte le procès-verbal :
--commitment EMPREINTE."""
_NEVER = """Ce relevé ne sait ni si chaque membre a noté librement, ni qui a créé les œuvres."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("file", metavar="RELEVE.zip")
@click.option("--commitment", metavar="EMPREINTE", help="L'empreinte reçue à la clôture, ou lue au procès-verbal.")
@click.option("--minutes", metavar="FICHIER.pdf", help="Le procès-verbal, ou sa copie signée, à comparer.")
def verify(file: str, commitment: str | None, minutes: str | None) -> None:
    """Recalcule tout ce que porte le relevé d'une session du jury : journal, empreinte, règle, classement, palmarès.

    Code de sortie : 0 si tout concorde, 1 sinon, 2 si le fichier n'est pas un relevé lisible.
    """
    try:
        bundle = read_bundle(_content(file))
    except Unreadable as refusal:
        raise click.UsageError(refusal.message) from refusal
    findings = check_bundle(bundle, commitment, sha256(_content(minutes)).hexdigest() if minutes else None)
    for found in findings:
        click.echo(f"{'  oui' if found.holds else '  NON'}  {found.sentence}")
    if not all(found.holds for found in findings):
        click.echo("NON CONFORME : le relevé, ou ce qui lui est comparé, a été changé.", err=True)
        sys.exit(_TAMPERED)
    click.echo(f"CONFORME. L'empreinte de la clôture : {bundle.results['commitment']}")
    click.echo("\n\n".join(["", _PROVES, *([] if commitment else [_DOES_NOT]), _NEVER]).rstrip())
    sys.exit(_HOLDS)


def _content(name: str) -> bytes:
    try:
        with Path(name).open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise click.UsageError(f"{name!a} ne peut pas être lu : vérifiez son nom et vos droits.") from error
