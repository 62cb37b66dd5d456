"""What `concours doctor` looks at beside the contest itself: clock, versions, sandbox, disk, keys."""

import re
import shutil
import sqlite3
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sqlalchemy import DateTime, func, select
from sqlalchemy.orm import Session

from concours.intake.sandbox import choose_sandbox
from concours.kernel.clock import format_instant, system_clock
from concours.kernel.settings import ROOT, Settings, SettingsError
from concours.kernel.signing import read_signing_key
from concours.kernel.storage import human_size
from concours.safekeeping.reading import reading
from concours.safekeeping.rules import CHAINS, KEYS, RECEIPT_KEY, Check, Finding
from concours.safekeeping.tables import reflect
from concours.status.rules import DiskFacts, Health, disk_service

_PYTHON = (3, 11)
_POSTGRESQL = (15,)
_AHEAD, _APART = timedelta(minutes=2), timedelta(seconds=5)
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)
_LOCK = ROOT / "requirements" / "run.txt"
_SET_CLOCK = "Réglez l'horloge de la machine (timedatectl set-ntp true) : les heures de dépôt en dépendent."


def clock(settings: Settings, now: datetime) -> Check:
    """Compare the system's clock with the last acts on record, and with PostgreSQL's."""
    findings = []
    with reading(settings) as session:
        last, server = _last_act(session), _server_clock(session)
        apart = abs(server - system_clock()) if server else timedelta()
    if last and last > now + _AHEAD:
        sentence = f"L'horloge retarde : le dernier acte inscrit est du {format_instant(last, seconds=True)}."
        findings.append(Finding("clock_late", sentence, _SET_CLOCK))
    if apart > _APART:
        sentence = (
            f"L'horloge de PostgreSQL et celle de cette machine diffèrent de {apart.total_seconds():.0f} secondes."
        )
        findings.append(Finding("clock_apart", sentence, _SET_CLOCK))
    return Check("clock", "Horloge", f"Il est {format_instant(now, seconds=True)}.", findings)


def versions(settings: Settings, _now: datetime) -> Check:
    """Compare Python, the libraries and the database system with what the program was made for."""
    findings = []
    python = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < _PYTHON:
        findings.append(Finding("python", f"Python {python} est trop ancien.", "Installez Python 3.11 ou plus récent."))
    for name, wanted, found in _strayed():
        sentence = f"La bibliothèque {name} est en version {found or 'absente'} au lieu de {wanted}."
        findings.append(
            Finding("library", sentence, "Relancez l'installation (make run, ou pip avec requirements/run.txt).")
        )
    with reading(settings) as session:
        session.execute(select(1))
        system = session.get_bind().dialect
        server = tuple(system.server_version_info or ())
    if system.name == "postgresql" and server < _POSTGRESQL:
        sentence = f"PostgreSQL {'.'.join(map(str, server))} est trop ancien."
        findings.append(Finding("postgresql", sentence, "Passez à PostgreSQL 15 ou plus récent (pg_upgrade)."))
    name = f"SQLite {sqlite3.sqlite_version}" if system.name == "sqlite" else f"PostgreSQL {'.'.join(map(str, server))}"
    return Check("versions", "Versions", f"Concours {version('concours')}, Python {python}, {name}.", findings)


def sandbox(settings: Settings, _now: datetime) -> Check:
    """Try the sandbox as the worker does at its start. Outside production, its absence is said and is no fault."""
    chosen = choose_sandbox(closed=(settings.data, settings.uploads))
    findings = []
    if settings.production and not chosen.confined:
        sentence, _, remedy = chosen.description.partition("Remède : ")
        findings.append(Finding("sandbox", sentence.strip(), remedy or "Installez bubblewrap."))
    return Check("sandbox", "Bac à sable", chosen.description, findings)


def disk(settings: Settings, _now: datetime) -> Check:
    """Look at the room that is left where data and files are."""
    places = [settings.data, *([] if settings.s3 else [settings.uploads])]
    free = {place: _free(place) for place in places}
    findings = [
        Finding(
            "disk",
            f"Il ne reste que {human_size(room)} là où est {place}.",
            "Faites de la place, ou agrandissez le disque, avant qu'un envoi ne soit refusé.",
        )
        for place, room in free.items()
        if disk_service(DiskFacts(room, 0), "").health is not Health.OK
    ]
    return Check("disk", "Place sur le disque", f"{human_size(min(free.values()))} libres.", findings)


def keys(settings: Settings, _now: datetime) -> Check:
    """Look at who may read the keys, and whether the one of the receipts can sign."""
    folder = settings.data / KEYS
    own = settings.receipt_key or folder / RECEIPT_KEY
    files = sorted({*(folder.iterdir() if folder.is_dir() else ()), *([own] if own.exists() else [])})
    findings = [_open(path, "600") for path in files if _is_open(path)]
    if folder.is_dir() and _is_open(folder):
        findings.append(_open(folder, "700"))
    if own.exists():
        try:
            read_signing_key(settings)
        except SettingsError as error:
            findings.append(Finding("receipt_key", str(error), "Reprenez keys/receipt.pem d'une sauvegarde."))
    return Check("keys", "Clés", f"{len(files)} fichiers de clés dans {folder}.", findings)


def _open(path: Path, mode: str) -> Finding:
    sentence = f"D'autres comptes de la machine ont accès à {path}."
    return Finding("open_key", sentence, f"chmod {mode} {path}")


def _is_open(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _last_act(session: Session) -> datetime | None:
    tables = reflect(session.connection(), CHAINS).tables
    last = [session.scalar(select(func.max(tables[name].c.at))) for name in CHAINS if name in tables]
    aware = [at.replace(tzinfo=system_clock().tzinfo) if at.tzinfo is None else at for at in last if at]
    return max(aware, default=None)


def _server_clock(session: Session) -> datetime | None:
    if session.get_bind().dialect.name != "postgresql":
        return None
    return session.scalar(select(func.clock_timestamp(type_=DateTime(timezone=True))))


def _strayed() -> Iterator[tuple[str, str, str]]:
    """Yield each library that is not the one of the lock: name, wanted, found."""
    if not _LOCK.is_file():
        return
    pinned: dict[str, list[str]] = {}
    for name, wanted in _PINNED.findall(_LOCK.read_text()):
        pinned.setdefault(name, []).append(wanted)  # one for each kind of Python
    for name, versions_wanted in pinned.items():
        found = ""
        with suppress(PackageNotFoundError):
            found = version(name)
        if found not in versions_wanted:
            yield name, " ou ".join(versions_wanted), found


def _free(place: Path) -> int:
    """Return how many bytes are free where this folder is, or will be."""
    there = next(folder for folder in (place, *place.parents) if folder.exists())
    return shutil.disk_usage(there).free
