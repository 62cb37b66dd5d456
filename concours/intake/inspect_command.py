"""`concours inspect`: the verdict of the site, from the command line. No database is needed."""

import json
import os
import stat
import sys
import unicodedata
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from concours.intake.operations import inspect as examine
from concours.intake.rules import Kind, Limits, Verdict
from concours.intake.sandbox import Sandbox, SandboxFailure, choose_sandbox

MAX_SECONDS, MAX_BYTES, MAX_PAGES = 120, 2_000_000_000, 60
"""What the embedded edition accepts; a test holds the two together, for files know no edition."""

_ACCEPTED, _REFUSED, _USAGE, _FAILURE = 0, 1, 2, 3
"""Exit statuses; the worst of all files' is given. 3: the sandbox failed, nothing is known of the file."""

_KEYS = (
    *("file", "verdict", "kind", "reason", "message", "detected", "duration_s", "width", "height", "pages", "sha256"),
    "findings",
)


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.option("--json", "as_json", is_flag=True, help="Un objet JSON par ligne et par fichier.")
@click.option(
    "--max-seconds",
    type=click.IntRange(min=1),
    default=MAX_SECONDS,
    metavar="SECONDES",
    help=f"Durée d'une vidéo ; {MAX_SECONDS} par défaut.",
)
@click.option(
    "--max-bytes",
    type=click.IntRange(min=1),
    default=MAX_BYTES,
    metavar="OCTETS",
    help=f"Taille ; {MAX_BYTES} par défaut.",
)
@click.option(
    "--max-pages",
    type=click.IntRange(min=1),
    default=MAX_PAGES,
    metavar="PAGES",
    help=f"Pages d'un PDF ; {MAX_PAGES} par défaut.",
)
@click.argument("files", nargs=-1, metavar="FICHIER…")
def inspect(files: tuple[str, ...], *, as_json: bool, max_seconds: int, max_bytes: int, max_pages: int) -> None:
    """Dit si des fichiers peuvent participer, comme le site le dirait.

    Code de sortie : 0 si tous sont acceptés, 1 si l'un est refusé, 2 si l'un n'existe pas ou n'est pas un fichier (les
    autres sont examinés quand même), 3 si l'examen lui-même a échoué.
    """
    if not files:
        raise click.UsageError("Indiquez au moins un fichier à examiner.")
    sandbox = choose_sandbox()
    if not sandbox.confined:
        click.echo(sandbox.description, err=True)
    limits = Limits(kinds=frozenset(Kind), max_bytes=max_bytes, max_seconds=max_seconds, max_pages=max_pages)
    sys.exit(max(_inspect_one(name, limits, sandbox, as_json=as_json) for name in files))


def _inspect_one(name: str, limits: Limits, sandbox: Sandbox, *, as_json: bool) -> int:
    """Print the verdict on one file; give its exit status."""
    path = Path(name)
    if obstacle := _obstacle(path):
        click.echo(f"{printable(name)} : {obstacle}", err=True)
        return _USAGE
    try:
        verdict = examine(path, name=path.name, limits=limits, sandbox=sandbox)
    except SandboxFailure as failure:
        click.echo(f"{printable(name)} : l'examen a échoué ({printable(str(failure))}). Recommencez.", err=True)
        return _FAILURE
    click.echo(_line(name, verdict) if as_json else f"{printable(name)} : {verdict.message}")
    return _ACCEPTED if verdict.accepted else _REFUSED


def _obstacle(path: Path) -> str:
    """Say what keeps a path from being a file that can be read; a pipe or a device would never end."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return "c'est un dossier ; indiquez les fichiers qu'il contient."
        if not stat.S_ISREG(mode):
            return "ce n'est pas un fichier ordinaire."
    except (FileNotFoundError, NotADirectoryError):
        return "ce fichier n'existe pas. Vérifiez son nom et le dossier courant."
    except (OSError, ValueError):
        return "ce nom ne peut pas être celui d'un fichier d'ici."
    return "" if os.access(path, os.R_OK) else "ce fichier ne peut pas être lu : vérifiez vos droits sur lui."


def _line(name: str, verdict: Verdict) -> str:
    """Give the verdict as JSON in plain ASCII: no name can break the line or turn the text around."""
    said: dict[str, Any] = {
        **asdict(verdict),
        "file": os.fsencode(name).decode("utf-8", "backslashreplace"),
        "verdict": "accepted" if verdict.accepted else "refused",
    }
    return json.dumps({key: said[key] for key in _KEYS})


def printable(text: str) -> str:
    """Show line breaks, control and direction marks, and bytes that are no letters as what they are."""
    name = os.fsencode(text).decode("utf-8", "backslashreplace")
    return "".join(
        f"\\u{ord(each):04x}" if unicodedata.category(each)[0] in "CZ" and each != " " else each for each in name
    )
