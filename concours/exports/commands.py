"""`concours export …`: the same tables, from the command line."""

from typing import BinaryIO

import click

from concours.exports.operations import export as take_out
from concours.exports.rules import Kind, csv_lines
from concours.kernel.clock import system_clock
from concours.kernel.db import opened
from concours.kernel.settings import read_settings

_ACTOR = "command"

_output = click.option(
    "-o",
    "--output",
    required=True,
    type=click.File("wb", lazy=True),
    metavar="FICHIER",
    help="Fichier CSV à écrire (« - » : sortie standard).",
)


@click.group()
def export() -> None:
    """Écrit un tableau au format CSV ; chaque export est inscrit au journal."""


@export.command()
@_output
def laureates(output: BinaryIO) -> None:
    """Palmarès, après la levée de l'anonymat."""
    _write(Kind.LAUREATES, output)


@export.command()
@_output
@click.option("--restricted", is_flag=True, help="Ajoute les besoins d'accessibilité.")
def registrations(output: BinaryIO, *, restricted: bool) -> None:
    """Inscriptions à l'évènement."""
    _write(Kind.REGISTRATIONS, output, restricted=restricted)


@export.command()
@_output
def community(output: BinaryIO) -> None:
    """Membres de la communauté."""
    _write(Kind.COMMUNITY, output)


def _write(kind: Kind, output: BinaryIO, *, restricted: bool = False) -> None:
    with opened(read_settings().database_url) as database, database.write() as session:
        table = take_out(session, kind=kind, restricted=restricted, actor=_ACTOR, now=system_clock())
    output.writelines(csv_lines(table))
    lines = len(table.rows)
    click.echo(f"{lines} ligne{'s' if lines > 1 else ''} : {output.name}", err=True)
