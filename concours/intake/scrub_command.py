"""`concours scrub`: the jury copy of one file, made on the spot as the service makes it. No database."""

import hashlib
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import click

from concours.intake.operations import inspect, make_jury_copy
from concours.intake.rules import Artefact, JuryCopy, Kind, Limits, Verdict, spoken_size
from concours.intake.sandbox import SandboxFailure, choose_sandbox

_NAMES = {"video": "jury.mp4", "small": "jury-480p.mp4", "poster": "poster.webp", "document": "jury.pdf"}
_MANIFEST = "manifest.json"
_MAX_BYTES = 2_000_000_000
_REFUSED = 1


class _Failed(click.ClickException):
    """Something of ours went wrong: the file is neither accepted nor refused."""

    exit_code = 3


@click.command()
@click.argument("file", metavar="FICHIER", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o",
    "--output",
    "folder",
    required=True,
    metavar="DOSSIER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Dossier où écrire la copie, créé s'il manque.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Répond par un objet JSON : le verdict, ou l'inventaire de la copie."
)
@click.option("--force", is_flag=True, help="Remplace une copie que le dossier contient déjà.")
def scrub(file: Path, folder: Path, *, as_json: bool, force: bool) -> None:
    """Fabrique la copie jury d'un fichier : jury.mp4 ou jury.pdf, ses images, et manifest.json.

    Code de sortie : 0 la copie est faite, 1 le fichier est refusé, 2 la commande est mal employée,
    3 le service n'y est pas parvenu.
    """
    earlier = _earlier(folder)
    if earlier and not force:
        raise click.UsageError(
            f"{folder} contient déjà une copie ({earlier[0].name}) : choisissez un autre dossier, ou ajoutez --force "
            "pour la remplacer."
        )
    sandbox = choose_sandbox()
    limits = Limits(kinds=frozenset(Kind), max_bytes=_MAX_BYTES)
    verdict = inspect(file, name=file.name, limits=limits, sandbox=sandbox)
    if verdict.kind is None or not verdict.accepted:
        _refuse(file, verdict, as_json=as_json)
        return
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder, prefix=".copie-") as place, _Bar(shown=sys.stderr.isatty()) as bar:
        try:
            made = make_jury_copy(
                file, verdict.kind, Path(place), sandbox, duration_s=verdict.duration_s, on_progress=bar.show
            )
        except SandboxFailure as failure:
            raise _Failed(
                f"La copie n'a pas pu être fabriquée, pour une raison qui tient au service : {failure}"
            ) from failure
        for path in earlier:
            path.unlink()
        manifest = _publish(made, folder)
    (folder / _MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    _tell(manifest, folder, as_json=as_json)


def _earlier(folder: Path) -> list[Path]:
    """List what an earlier run left in the folder; other files there are never touched."""
    found = [folder / name for name in (*_NAMES.values(), _MANIFEST) if (folder / name).exists()]
    return found + sorted(folder.glob("page-[0-9][0-9][0-9].webp"))


def _refuse(file: Path, verdict: Verdict, *, as_json: bool) -> None:
    """Say the verdict as the site does, and end with the status of a refusal."""
    if as_json:
        said = {"file": str(file), "verdict": "refused", "reason": verdict.reason, "message": verdict.message}
        click.echo(json.dumps({**said, "detected": verdict.detected}, ensure_ascii=False))
    else:
        click.echo(verdict.message, err=True)
    sys.exit(_REFUSED)


def _publish(made: JuryCopy, folder: Path) -> dict[str, Any]:
    """Give the files their names in the folder, and list them."""
    listed = []
    for each in made.files:
        name = f"page-{each.position:03}.webp" if each.role == "page" else _NAMES[each.role]
        listed.append(_described(each, name))
        each.path.rename(folder / name)
    return {"files": listed, "removed": list(made.removed)}


def _described(each: Artefact, name: str) -> dict[str, Any]:
    with each.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    size = each.path.stat().st_size
    said = {"name": name, "role": each.role, "mime": each.mime, "size": size, "sha256": digest}
    return {**said, "width": each.width, "height": each.height, "text": each.text}


def _tell(manifest: dict[str, Any], folder: Path, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(manifest, ensure_ascii=False))
        return
    for each in manifest["files"]:
        click.echo(f"{folder / each['name']} ({spoken_size(each['size'])})")
    if manifest["removed"]:
        click.echo(f"Trouvé et retiré : {', '.join(manifest['removed'])}.")


class _Bar:
    """How far the copy is, on a terminal alone."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown

    def __enter__(self) -> Self:
        return self

    def show(self, done: float) -> None:
        """Write over the figure of before."""
        if self._shown:
            click.echo(f"\rCopie pour le jury : {done:4.0%}", nl=False, err=True)

    def __exit__(self, *_: object) -> None:
        if self._shown:
            click.echo("\r" + " " * 40 + "\r", nl=False, err=True)
