"""`concours receipt verify`: checks a receipt on any machine, with its file and the public key alone."""

import sys
from pathlib import Path

import click

from concours.entries.receipts.rules import MAX_BYTES, NoReceipt, check, read_file, told
from concours.kernel.signing import read_public_keys

_VALID, _INVALID = 0, 1
"""Exit statuses, beside click's own 2 for a command that cannot be carried out."""

_PEM_BYTES = 1 << 20


@click.group()
def receipt() -> None:
    """Vérifie un accusé de réception, sans réseau ni base de données."""


@receipt.command()
@click.argument("file", metavar="FICHIER", required=False)
@click.option("--key", metavar="CLE.pem", help="La clé publique, que le site publie sur /recepisse/cle.pem.")
def verify(file: str | None, key: str | None) -> None:
    """Dit si FICHIER, le .json d'un accusé de réception, est authentique et intact.

    Code de sortie : 0 s'il l'est, 1 s'il ne l'est pas, 2 si la commande est incomplète ou un fichier illisible.
    """
    if not file or not key:
        raise click.UsageError("Indiquez le fichier de l'accusé de réception, et la clé publique : --key CLE.pem.")
    content, keys = _read(file, MAX_BYTES), read_public_keys(_read(key, _PEM_BYTES).decode("ascii", "replace"))
    if not keys:
        raise click.UsageError(f"{key!a} ne contient aucune clé publique Ed25519 au format PEM.")
    try:
        found = read_file(content)
        check(found, keys)
    except NoReceipt as refusal:
        click.echo(f"NON VALABLE. {refusal.message}", err=True)
        sys.exit(_INVALID)
    click.echo("VALABLE : cet accusé de réception est signé par cette clé, et intact à l'octet près.")
    for name, value in told(found.facts):
        click.echo(f"  {name} : {value}")
    sys.exit(_VALID)


def _read(name: str, limit: int) -> bytes:
    """Return the bytes of a file, no more than one above the limit. Raises UsageError for none."""
    try:
        with Path(name).open("rb") as stream:
            return stream.read(limit + 1)
    except (OSError, ValueError) as error:
        raise click.UsageError(f"{name!a} ne peut pas être lu : vérifiez son nom et vos droits.") from error
