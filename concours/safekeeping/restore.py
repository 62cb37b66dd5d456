"""`concours restore`: everything is checked before anything is written; files, then keys, then the database."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from concours.kernel.db import Database
from concours.kernel.disk import sync_folder
from concours.kernel.errors import DomainError
from concours.kernel.settings import Settings
from concours.kernel.storage import Blobs
from concours.migrations import revisions
from concours.safekeeping.blobs import digest_in, open_blobs
from concours.safekeeping.bring_back import bring_back
from concours.safekeeping.folder import is_whole, new_file, whole_backups
from concours.safekeeping.living import alone, sqlite_file
from concours.safekeeping.rules import (
    BLOBS,
    DAMAGED,
    KEYS,
    MANIFEST,
    NEWER,
    RECEIPT_KEY,
    SECRETS,
    Manifest,
    key_file,
    read_manifest,
    stamp,
)
from concours.safekeeping.tables import occupied, reflect

Tell = Callable[[str], None]

_OCCUPIED = (
    "La base de données n'est pas vide : rien n'a été écrit. Avec --replace, elle est mise de côté (rien n'en est "
    "perdu) et la sauvegarde prend sa place."
)
_RIGHTS = "Les tables sont neuves : redonnez ses droits au rôle du jury (voir « Deux services » du guide)."


@dataclass
class Restored:
    """What a restoration did."""

    manifest: Manifest
    aside: list[str] = field(default_factory=list)
    """Where the former database and the former keys are."""
    warnings: list[str] = field(default_factory=list)


def find_backup(folder: Path) -> Path:
    """Return the backup that a folder is, or the newest that it holds. Raises DomainError."""
    if not folder.is_dir():
        raise DomainError(f"« {folder} » n'est pas un dossier.")
    if (folder / MANIFEST).is_file() and not folder.name.startswith("."):
        return folder
    found = whole_backups(folder)
    if not found:
        raise DomainError(
            f"« {folder} » ne contient aucune sauvegarde entière : une sauvegarde coupée en route ne sert pas. "
            "Rien n'a été écrit."
        )
    return found[0]


def restore(
    settings: Settings, environ: Mapping[str, str], folder: Path, *, replace: bool, now: datetime, tell: Tell
) -> Restored:
    """Put a backup in place. Raises DomainError before anything is written when something forbids it."""
    source = find_backup(folder)
    manifest = _read_manifest(source)
    former = _former(settings)
    if former and not replace:
        raise DomainError(_OCCUPIED)
    with alone(settings):
        _check_files(source, manifest, tell)
        done = Restored(manifest)
        _put_files(open_blobs(settings), source, done, tell)
        _put_keys(settings, environ, source, done, now)
        aside = bring_back(settings.database_url, source, manifest, now=now)
        done.aside += [aside] if aside else []
    if settings.jury_database_url != settings.database_url:
        done.warnings.append(_RIGHTS)
    return done


def _read_manifest(source: Path) -> Manifest:
    try:
        text = (source / MANIFEST).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise DomainError(DAMAGED.format(what=f"{MANIFEST} ne se lit pas")) from error
    manifest = read_manifest(text)
    if manifest.revision not in revisions():
        raise DomainError(NEWER.format(what=f"révision {manifest.revision}"))
    return manifest


def _former(settings: Settings) -> bool:
    """Tell whether the database holds anything. One that cannot be read may hold something."""
    file = sqlite_file(settings.database_url)
    if file is not None and not file.exists():
        return False
    database = Database(settings.database_url)
    try:
        with database.read() as session:
            return occupied(session, reflect(session.connection()))
    except (DatabaseError, sqlite3.DatabaseError) as error:
        if file is None:
            raise DomainError(
                "PostgreSQL ne répond pas, ou la base n'existe pas : démarrez-le, créez une base vide (createdb), et "
                "vérifiez DATABASE_URL. Rien n'a été écrit."
            ) from error
        return True
    finally:
        database.dispose()


def _check_files(source: Path, manifest: Manifest, tell: Tell) -> None:
    tell(f"Contrôle de {len(manifest.files)} fichiers de la sauvegarde…")
    for file in manifest.files:
        if not is_whole(source / file.path, file.size, file.sha256):
            raise DomainError(DAMAGED.format(what=f"{file.path} manque ou a changé"))


def _put_files(blobs: Blobs, source: Path, done: Restored, tell: Tell) -> None:
    """Put what is not there yet. A file that is there and has changed is no longer itself: the backup's replaces it."""
    files = [file for file in done.manifest.files if file.path.startswith(f"{BLOBS}/")]
    for number, file in enumerate(files, 1):
        key = file.path.removeprefix(f"{BLOBS}/")
        if blobs.has(key):
            if digest_in(blobs, key) == (file.size, file.sha256):
                continue
            blobs.delete(key)
            done.warnings.append(f"Le fichier {key} était abîmé : celui de la sauvegarde le remplace.")
        with (source / file.path).open("rb") as content:
            blobs.put(key, content)
        if number % 25 == 0:
            tell(f"Fichiers : {number} sur {len(files)}.")
    tell(f"Fichiers en place : {len(files)}.")


def _put_keys(settings: Settings, environ: Mapping[str, str], source: Path, done: Restored, now: datetime) -> None:
    kept = {file.path.removeprefix(f"{KEYS}/") for file in done.manifest.files}
    if RECEIPT_KEY in kept:
        target = settings.receipt_key or settings.data / KEYS / RECEIPT_KEY
        _put_key((source / KEYS / RECEIPT_KEY).read_bytes(), target, done, now)
    for name in SECRETS:
        if key_file(name) not in kept:
            continue
        content = (source / KEYS / key_file(name)).read_bytes()
        own = environ.get(name, "").strip()
        if own and own != content.decode().strip():
            done.warnings.append(
                f"{name} n'est plus celle de la sauvegarde ({source / KEYS / key_file(name)}) : avec une autre, les "
                "liens déjà envoyés ne servent plus. Reprenez-la dans l'environnement du service si rien ne s'y oppose."
            )
        if not own and not settings.production:
            _put_key(content, settings.data / KEYS / key_file(name), done, now)


def _put_key(content: bytes, target: Path, done: Restored, now: datetime) -> None:
    """Write a key where the service looks for it; one that differs is put aside."""
    if target.exists():
        if target.read_bytes() == content:
            return
        former = target.with_name(f"{target.name}.avant-{stamp(now)}")
        target.rename(former)
        done.aside.append(str(former))
    with new_file(target) as file:
        file.write(content)
    sync_folder(target.parent)
