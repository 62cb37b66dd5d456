"""`concours export …`: the same tables, from the command line."""

from pathlib import Path
from typing import BinaryIO

import click

from concours.exports.formats.every import chunks
from concours.exports.operations import tables as tables_of
from concours.exports.operations import take_out
from concours.exports.rules import Format, Kind, Topic, Wanted
from concours.kernel.clock import system_clock
from concours.kernel.db import opened
from concours.kernel.settings import read_settings

_ACTOR = "command"


@click.command()
@click.argument("tables", nargs=-1, required=True, type=click.Choice([topic.value for topic in Topic]))
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.File("wb", lazy=True),
    metavar="FICHIER",
    help="Fichier à écrire (« - » : sortie standard) ; son extension dit le format.",
)
@click.option("--format", "chosen", type=click.Choice([each.value for each in Format]), help="Format du fichier.")
@click.option("--kind", type=click.Choice([each.value for each in Kind]), default=Kind.FULL.value, show_default=True)
@click.option("--edition", default="", metavar="ÉDITION", help="Une édition passée ; sinon, l'édition présente.")
@click.option("--purpose", default="", help="Motif, gardé au journal : demandé pour « full » et « needs ».")
def export(
    tables: tuple[str, ...], output: BinaryIO, *, chosen: str | None, kind: str, purpose: str, edition: str
) -> None:
    """Écrit des tableaux (CSV, XLSX, ODS, JSON) ; chaque export est inscrit au journal."""
    topics = list(dict.fromkeys(Topic(name) for name in tables))
    wanted = Wanted(
        topics=topics, kind=Kind(kind), format=_format(chosen, output.name), purpose=purpose, edition=edition
    )
    with opened(read_settings().database_url) as database:
        with database.write() as session:
            taken = take_out(session, wanted=wanted, actor=_ACTOR, now=system_clock())
        with database.read() as session:
            output.writelines(chunks(wanted.format, taken.book, tables_of(session, export=taken)))
    click.echo(f"{taken.rows} ligne{'s' if taken.rows > 1 else ''} : {output.name}", err=True)


def _format(chosen: str | None, name: str) -> Format:
    """Return the format that was asked for, else the one that the file's name says. Raises UsageError."""
    said = chosen or Path(name).suffix.lower().removeprefix(".")
    if said not in set(Format):
        raise click.UsageError("Précisez le format : --format xlsx, ods, csv ou json.")
    return Format(said)
