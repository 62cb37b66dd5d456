"""What a backup says of itself, what a check finds, what names a file: values only."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from concours.kernel.canonical import canonical_json
from concours.kernel.errors import DomainError

FORMAT = 1
"""Of a backup's folder; a program reads those that it knows."""

MANIFEST, DATABASE, EDITION, SETTINGS = "manifest.json", "database.jsonl.gz", "edition.toml", "settings.json"
KEYS, BLOBS = "keys", "files"
RECEIPT_KEY = "receipt.pem"
SECRETS = ("SECRET_KEY", "JURY_SECRET_KEY")
CHAINS = ("audit_event", "jury_audit")

_PATH = re.compile(
    r"database\.jsonl\.gz|edition\.toml|settings\.json|keys/[a-z_]+\.(txt|pem)|files/(quarantine|ready)/[a-z0-9]{26,64}"
)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_STAMP = "%Y-%m-%dT%H%M%SZ"
_STAMPED = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z")

DAMAGED = (
    "Cette sauvegarde est abîmée ({what}). Rien n'a été écrit : prenez-en une autre, plus ancienne ou sur un autre "
    "support."
)
NEWER = (
    "Cette sauvegarde vient d'un programme plus récent ({what}) : mettez celui-ci à jour, puis recommencez. Rien n'a "
    "été écrit."
)


@dataclass(frozen=True, slots=True)
class Named:
    """A file that a row of the database names: what it must be."""

    key: str
    """`quarantine/…` or `ready/…`."""
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of a backup."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds, and what it is a backup of."""

    made_at: str
    program: str
    system: str
    """The database system and its version: for information, any other takes the rows."""
    revision: str
    """Of the tables, when the rows were read."""
    rows: Mapping[str, int]
    heads: Mapping[str, Sequence[Any]]
    """Position and digest of the last event of each audit chain."""
    files: Sequence[Kept]
    missing: Sequence[str]
    """Files that rows name and that were already lost when the backup was made."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be, in French, and what mends it."""

    code: str
    sentence: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, and what was found; `failure` when it could not be looked at."""

    key: str
    name: str
    sentence: str
    findings: Sequence[Finding] = ()
    failure: str = ""


def write_manifest(manifest: Manifest) -> str:
    """Return the manifest as its file holds it, sealed with the digest of its facts."""
    facts = json.loads(canonical_json(asdict(manifest)))
    return json.dumps({"format": FORMAT, "facts": facts, "sha256": _digest(facts)}, ensure_ascii=False, indent=1)


def read_manifest(text: str) -> Manifest:
    """Return what a manifest's file says. Raises DomainError when it is not whole, or of a format to come."""
    try:
        said = json.loads(text)
        version, facts, sealed = said["format"], said["facts"], said["sha256"]
        manifest = Manifest(**{**facts, "files": [Kept(**file) for file in facts["files"]]})
    except (ValueError, KeyError, TypeError) as error:
        raise DomainError(DAMAGED.format(what=f"{MANIFEST} ne se lit pas")) from error
    if version != FORMAT:
        raise DomainError(NEWER.format(what=f"format {version}"))
    if sealed != _digest(facts):
        raise DomainError(DAMAGED.format(what=f"{MANIFEST} a changé"))
    _check_paths(manifest.files)
    return manifest


def stamp(now: datetime) -> str:
    """Return the name of a backup made at this instant (UTC): names sort as instants do."""
    return now.strftime(_STAMP)


def is_stamp(name: str) -> bool:
    """Tell whether a folder's name is that of a whole backup."""
    return bool(_STAMPED.fullmatch(name))


def blob_path(key: str) -> str:
    """Return where a backup keeps the file of this key."""
    return f"{BLOBS}/{key}"


def key_file(name: str) -> str:
    """Return where a backup keeps an application's secret key."""
    return f"{name.lower()}.txt"


def exit_status(checks: Iterable[Check]) -> int:
    """Return 0 when all is well, 1 when something was found, 2 when something could not be looked at."""
    status = 0
    for check in checks:
        status = max(status, 2 if check.failure else 1 if check.findings else 0)
    return status


def _digest(facts: Any) -> str:
    return hashlib.sha256(canonical_json(facts).encode()).hexdigest()


def _check_paths(files: Iterable[Kept]) -> None:
    """Refuse a name that leads elsewhere: a backup may come from a disk that others have had in hand."""
    for file in files:
        if not (_PATH.fullmatch(file.path) and _SHA256.fullmatch(file.sha256)):
            raise DomainError(DAMAGED.format(what=f"{MANIFEST} nomme un fichier inattendu"))
