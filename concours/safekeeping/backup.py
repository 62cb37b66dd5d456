"""`concours backup`: the database first, then the files that it names, then the keys; a manifest of all of it."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.orm import Session

from concours.kernel.errors import DomainError, NotFound
from concours.kernel.settings import Settings, SettingsError, read_secret
from concours.kernel.storage import Blobs, human_size
from concours.migrations import revision_of
from concours.safekeeping import tables
from concours.safekeeping.blobs import open_blobs, read_whole
from concours.safekeeping.folder import FORMER, being_made, digest_of, new_file, take_over, whole_backups, write_file
from concours.safekeeping.reading import reading
from concours.safekeeping.rules import (
    BLOBS,
    DATABASE,
    EDITION,
    KEYS,
    MANIFEST,
    RECEIPT_KEY,
    SECRETS,
    SETTINGS,
    Kept,
    Manifest,
    Named,
    blob_path,
    key_file,
    stamp,
    write_manifest,
)

_SNAPSHOTS = 3
"""A file that goes while it is copied has the database read again: the rows no longer name it then."""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made."""

    folder: Path
    manifest: Manifest
    absent: Sequence[str]
    """Secret keys that could not be read here."""


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """What the database held at one instant."""

    revision: str
    rows: Mapping[str, int]
    heads: Mapping[str, Sequence[Any]]
    named: Mapping[str, Named]
    edition: str
    system: str


def make_backup(settings: Settings, environ: Mapping[str, str], folder: Path, *, now: datetime, tell: Tell) -> Made:
    """Write a backup into a folder of backups, while the service runs or not. Raises DomainError, OSError."""
    with being_made(folder, stamp(now)) as place:
        earlier = [*whole_backups(folder), folder / FORMER]
        seen, files, missing = _database_and_files(settings, place, earlier, tell)
        secrets, absent = _secrets(settings, environ)
        files += [write_file(place, f"{KEYS}/{name}", text) for name, text in secrets.items()]
        files.append(write_file(place, EDITION, seen.edition))
        files.append(write_file(place, SETTINGS, _settings(settings)))
        manifest = Manifest(
            made_at=now.isoformat(),
            program=version("concours"),
            system=seen.system,
            revision=seen.revision,
            rows=seen.rows,
            heads=seen.heads,
            files=files,
            missing=missing,
        )
        write_file(place, MANIFEST, write_manifest(manifest))
    return Made(folder / stamp(now), manifest, absent)


def _database_and_files(
    settings: Settings, place: Path, earlier: Sequence[Path], tell: Tell
) -> tuple[_Snapshot, list[Kept], list[str]]:
    blobs = open_blobs(settings)
    for _ in range(_SNAPSHOTS):
        seen = _read_database(settings, place / DATABASE)
        tell(f"Base de données : {sum(seen.rows.values())} lignes.")
        missing = _copy_files(blobs, seen.named.values(), place, earlier, tell)
        if not missing:
            break
    database = place / DATABASE
    files = [Kept(DATABASE, database.stat().st_size, digest_of(database))]
    files += [Kept(blob_path(n.key), n.size, n.sha256) for key, n in seen.named.items() if key not in missing]
    _forget_others(place, {file.path for file in files})
    return seen, files, missing


def _read_database(settings: Settings, target: Path) -> _Snapshot:
    target.unlink(missing_ok=True)
    with reading(settings) as session:
        tables.snapshot(session)
        found = tables.reflect(session.connection())
        revision = revision_of(session)
        if revision is None:
            raise DomainError(
                "La base de données est vide : il n'y a rien à sauvegarder. Vérifiez DATABASE_URL ou DATA."
            )
        return _Snapshot(
            revision=revision,
            rows=tables.dump(session, found, target),
            heads=tables.heads(session, found),
            named=tables.named_files(session, found),
            edition=tables.edition_document(session, found),
            system=_system(session),
        )


def _copy_files(blobs: Blobs, named: Iterable[Named], place: Path, earlier: Sequence[Path], tell: Tell) -> list[str]:
    """Copy what is not there yet; return the keys of what cannot be had whole."""
    wanted, missing, taken, written = list(named), list[str](), 0, 0
    for number, each in enumerate(wanted, 1):
        target = place / blob_path(each.key)
        if target.exists():
            continue  # by the reading before this one
        if take_over((root / blob_path(each.key) for root in earlier), target, each.size, each.sha256):
            taken += 1
        elif _copy(blobs, each, target):
            written += each.size
        else:
            missing.append(each.key)
        if number % 25 == 0:
            tell(f"Fichiers : {number} sur {len(wanted)}.")
    tell(f"Fichiers : {len(wanted)}, dont {taken} repris d'une sauvegarde précédente ; {human_size(written)} écrits.")
    return missing


def _copy(blobs: Blobs, named: Named, target: Path) -> bool:
    """Copy a file from the stores; tell whether it is what its row says. Raises OSError when they fail."""
    try:
        blocks = read_whole(blobs, named.key)
    except NotFound:
        return False
    with new_file(target) as file:
        file.writelines(blocks)
    if target.stat().st_size == named.size and digest_of(target) == named.sha256:
        return True
    target.unlink()
    return False


def _forget_others(place: Path, kept: set[str]) -> None:
    """Remove what a former reading named, and the last one does not."""
    for path in (place / BLOBS).rglob("*"):
        if path.is_file() and str(path.relative_to(place)) not in kept:
            path.unlink()


def _secrets(settings: Settings, environ: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return the keys' texts by file name, and the names of those that are not to be had here."""
    found, absent = {}, []
    receipt = settings.receipt_key or settings.data / KEYS / RECEIPT_KEY
    if receipt.exists():
        found[RECEIPT_KEY] = receipt.read_text()
    else:
        absent.append("RECEIPT_KEY")
    for name in SECRETS:
        try:
            found[key_file(name)] = read_secret(settings, name, environ)
        except SettingsError:
            absent.append(name)
    return found, absent


def _settings(settings: Settings) -> str:
    """Return the settings for whoever builds the service anew: without a password and without a key of a server."""
    said = asdict(settings)
    for name in ("database_url", "jury_database_url"):
        said[name] = make_url(said[name]).render_as_string(hide_password=True)
    for part, secrets in (("s3", ("access_key", "secret_key")), ("smtp", ("password",))):
        for secret in secrets if said[part] else ():
            said[part].pop(secret)
    return json.dumps(said, ensure_ascii=False, indent=1, default=str)


def _system(session: Session) -> str:
    dialect = session.get_bind().dialect
    return f"{dialect.name} {'.'.join(map(str, dialect.server_version_info or ()))}".strip()
