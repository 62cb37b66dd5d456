"""`concours archive EDITION DOSSIER` and `concours archive --check DOSSIER`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from concours.archive.checks import faults
from concours.archive.making import make_archive
from concours.archive.rules import README, SUMS
from concours.kernel.clock import system_clock
from concours.kernel.db import opened
from concours.kernel.errors import DomainError
from concours.kernel.settings import read_settings
from concours.kernel.storage import open_stores
from concours.safekeeping.folder import digest_of
from concours.safekeeping.reading import reading

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("edition", metavar="ÉDITION", required=False)
@click.argument("folder", metavar="DOSSIER", required=False, type=_FOLDER)
@click.option("--check", "checked", metavar="DOSSIER", type=_FOLDER, help="Contrôle une archive, n'en fait pas.")
def archive(edition: str | None, folder: Path | None, checked: Path | None) -> None:
    """Écrit dans DOSSIER, à créer, l'archive d'une édition dont le palmarès est public."""
    if checked is not None and edition is None:
        _check(checked)
    elif checked is None and edition is not None and folder is not None:
        _make(edition, folder)
    else:
        raise click.UsageError("Donnez l'édition et le dossier à créer, ou « --check » et le dossier à contrôler.")


def _make(key: str, folder: Path) -> None:
    settings = read_settings()
    with _failures(), reading(settings), opened(settings.database_url) as database:
        made = make_archive(
            database,
            open_stores(settings).ready,
            key=key,
            folder=folder,
            contact=settings.contact_email,
            actor="command",
            now=system_clock(),
        )
    click.echo(f"Archive entière : {made.folder} ({made.files} fichiers). Lisez d'abord {README}.")
    click.echo(f"Empreinte du sommaire {SUMS}, inscrite au journal : {made.digest}")
    click.echo("Le dossier « interne » ne se publie pas ; « palmares » se copie tel quel chez un hébergeur.")


def _check(folder: Path) -> None:
    with _unreadable():
        found = faults(folder)
        digest = digest_of(folder / SUMS)
    if found:
        raise DomainError("\n".join([f"Cette archive n'est pas intacte ({len(found)}) :", *found]))
    click.echo("Archive intacte : rien ne manque, rien n'a changé, tous les liens mènent quelque part.")
    click.echo(f"Empreinte du sommaire, à comparer à celle du journal : {digest}")


@contextmanager
def _failures() -> Iterator[None]:
    """Turn a disk or a storage server that fails into a sentence; `opened` does so for the database."""
    kept = "Rien de l'archive n'est resté, et le service est intact ; la commande peut être relancée."
    try:
        yield
    except OSError as error:
        raise DomainError(f"L'archive n'a pas abouti : {error.strerror or error}. {kept}") from error


@contextmanager
def _unreadable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DomainError(f"Cette archive ne se lit pas : {error.strerror or error}.") from error
