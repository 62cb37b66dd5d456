"""`concours backup`, `concours restore`, `concours doctor`."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy.exc import DBAPIError

from concours.accounts.models import AuditEvent
from concours.kernel.audit import record
from concours.kernel.clock import format_instant, system_clock
from concours.kernel.db import opened
from concours.kernel.errors import DomainError
from concours.kernel.settings import Settings, SettingsError, read_settings
from concours.safekeeping.backup import Made, make_backup
from concours.safekeeping.doctor import LOOKS, examine
from concours.safekeeping.restore import Restored
from concours.safekeeping.restore import restore as put_back
from concours.safekeeping.rules import Check, exit_status

_FAILED = 2
_FOLDER = click.argument("folder", metavar="DOSSIER", type=click.Path(file_okay=False, path_type=Path))


@click.command()
@_FOLDER
def backup(folder: Path) -> None:
    """Sauvegarde base, fichiers et clés dans un sous-dossier daté de DOSSIER, service en marche ou non."""
    settings, now = read_settings(), system_clock()
    with _failures("La sauvegarde n'a pas abouti", "Le service et les sauvegardes précédentes sont intacts."):
        made = make_backup(settings, os.environ, folder, now=now, tell=_tell)
        _note(settings, made)
    click.echo(f"Sauvegarde entière : {made.folder}")
    _say_more(settings, made)
    if made.manifest.missing:
        sys.exit(1)


@click.command()
@_FOLDER
@click.option("--replace", is_flag=True, help="Met de côté une base qui n'est pas vide, et prend sa place.")
@click.pass_context
def restore(ctx: click.Context, folder: Path, *, replace: bool) -> None:
    """Remet en place une sauvegarde, ou la plus récente de DOSSIER ; le service doit être arrêté."""
    settings, now = read_settings(), system_clock()
    with _failures("La restauration n'a pas abouti", "La base n'a pas changé ; la commande peut être relancée."):
        done = put_back(settings, os.environ, folder, replace=replace, now=now, tell=_tell)
    _say_restored(done)
    ctx.exit(_examined(settings, as_json=False))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Écrit ce qui est trouvé en JSON.")
@click.option("--only", multiple=True, type=click.Choice(list(LOOKS)), help="Ne fait que ce contrôle ; répétable.")
@click.pass_context
def doctor(ctx: click.Context, *, as_json: bool, only: tuple[str, ...]) -> None:
    """Contrôle fichiers, journal, horloge, versions, bac à sable, disque et clés ; code 0, 1 (trouvé) ou 2 (échec)."""
    try:
        settings = read_settings()
    except SettingsError as error:
        click.echo(str(error), err=True)
        ctx.exit(_FAILED)
    ctx.exit(_examined(settings, as_json=as_json, only=only))


def _examined(settings: Settings, *, as_json: bool, only: tuple[str, ...] = ()) -> int:
    checks = []
    for check in examine(settings, now=system_clock(), only=only):
        checks.append(check)
        if not as_json:
            _say(check)
    status = exit_status(checks)
    if as_json:
        said = {"status": status, "checks": [asdict(check) for check in checks]}
        click.echo(json.dumps(said, ensure_ascii=False, indent=1))
    else:
        found = sum(len(check.findings) for check in checks)
        click.echo(("Rien à signaler.", f"À corriger : {found}.", "Des contrôles n'ont pas pu être faits.")[status])
    return status


def _say(check: Check) -> None:
    mark = "échec" if check.failure else "à voir" if check.findings else "bon"
    click.echo(f"[{mark}] {check.name} : {check.failure or check.sentence}")
    for finding in check.findings:
        click.echo(f"    - {finding.sentence}\n      Remède : {finding.remedy}")


def _say_more(settings: Settings, made: Made) -> None:
    click.echo("Elle contient les clés et des données personnelles : lisible de ce seul compte, à garder à l'abri.")
    if settings.data.exists() and made.folder.stat().st_dev == settings.data.stat().st_dev:
        click.echo("Elle est sur le même disque que les données : copiez-la aussi ailleurs.", err=True)
    if made.absent:
        absent = ", ".join(made.absent)
        click.echo(f"Clés absentes d'ici, donc de la sauvegarde : {absent} (pas encore faites, ou ailleurs).", err=True)
    for key in made.manifest.missing:
        click.echo(f"Fichier perdu ou abîmé avant la sauvegarde : {key} (« concours doctor » dit que faire).", err=True)


def _say_restored(done: Restored) -> None:
    made = format_instant(datetime.fromisoformat(done.manifest.made_at), seconds=True)
    click.echo(f"Base, fichiers et clés remis en place : sauvegarde du {made}.")
    for place in done.aside:
        click.echo(f"Mis de côté : {place}")
    for warning in done.warnings:
        click.echo(f"À savoir : {warning}")
    for key in done.manifest.missing:
        click.echo(f"Déjà absent de la sauvegarde : {key}")
    click.echo("Chacun devra se connecter de nouveau. Contrôle de l'ensemble :")


def _note(settings: Settings, made: Made) -> None:
    """Put the backup on record: whoever has it has everything."""
    details = {"files": len(made.manifest.files), "bytes": sum(file.size for file in made.manifest.files)}
    with opened(settings.database_url) as database, database.write() as session:
        record(
            session,
            AuditEvent,
            actor="command",
            action="backed_up",
            subject="backup",
            now=system_clock(),
            details=details,
        )


@contextmanager
def _failures(what: str, kept: str) -> Iterator[None]:
    """Turn a disk or a server that fails, or a database that refuses, into a sentence."""
    try:
        yield
    except DBAPIError as error:  # its first line: the others may quote a row
        raise DomainError(f"{what} : {str(error.orig).partition(chr(10))[0]}. {kept}") from error
    except OSError as error:
        raise DomainError(f"{what} : {error.strerror or error}. {kept}") from error


def _tell(words: str) -> None:
    click.echo(words, err=True)
