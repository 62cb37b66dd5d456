"""What the rest of the service asks about a file. No parser runs in the calling process beyond the first bytes."""

import hashlib
import stat
from pathlib import Path
from typing import Any

from concours.intake.detect import wrong_format
from concours.intake.findings import Finding
from concours.intake.rules import (
    Artefact,
    JuryCopy,
    Kind,
    Limits,
    Reason,
    Refused,
    Verdict,
    accepted_message,
    check_bytes,
)
from concours.intake.sandbox import OnProgress, Sandbox, SandboxFailure
from concours.intake.sniff import HEAD_BYTES, sniff

_PROBE_SECONDS = 60
_COPY_SECONDS = 3600
"""An 8K film of two minutes takes a quarter of an hour of processor to decode; a third of this may be used."""

_FILES = {
    "video": ("video.mp4", "video/mp4"),
    "small": ("small.mp4", "video/mp4"),
    "poster": ("poster.webp", "image/webp"),
    "document": ("document.pdf", "application/pdf"),
}


def check_announced(size: int, limits: Limits) -> None:
    """Refuse a file by the size that is announced before any of it comes: too large, or nothing at all."""
    check_bytes(size, limits)
    if size == 0:
        sniff(b"", 0, limits.kinds)


def sniff_head(head: bytes, size: int, *, name: str, limits: Limits) -> Kind:
    """Accept or refuse on the first HEAD_BYTES of a file of `size` bytes; raises Refused, saying what it really is."""
    check_bytes(size, limits)
    try:
        return sniff(head[:HEAD_BYTES], size, limits.kinds)
    except Refused as refused:
        if refused.reason != Reason.WRONG_FORMAT:
            raise
        raise wrong_format(head[:HEAD_BYTES], name=name, kinds=limits.kinds) from refused


def inspect(path: Path, *, name: str, limits: Limits, sandbox: Sandbox) -> Verdict:
    """Examine a whole file. A refusal is a verdict; only a failure of ours is raised (SandboxFailure)."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        file.seek(0)
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    kind: Kind | None = None
    try:
        kind = sniff_head(head, path.stat().st_size, name=name, limits=limits)
        measured = sandbox.run("probe", path, None, _order(kind, limits), _PROBE_SECONDS)
    except Refused as refused:
        return _refusal(refused, kind, sha256)
    return _acceptance(kind, measured, sha256)


def make_jury_copy(
    path: Path,
    kind: Kind,
    out: Path,
    sandbox: Sandbox,
    *,
    duration_s: float | None = None,
    on_progress: OnProgress | None = None,
) -> JuryCopy:
    """Write the jury copy of an accepted file in the empty folder `out`; raises Refused or SandboxFailure.

    `duration_s` is what the examination measured; `on_progress` is told how much is done, from 0 to 1.
    """
    order = {"kind": kind, "duration_s": duration_s}
    said = sandbox.run("copy", path, out, order, _COPY_SECONDS, on_progress=on_progress)
    try:
        files = tuple(_artefact(out, row) for row in said["artefacts"])
        return JuryCopy(files=files, removed=tuple(str(code) for code in said["removed"]))
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise SandboxFailure(f"copie jury inattendue : {error}") from error


def _order(kind: Kind, limits: Limits) -> dict[str, Any]:
    bounds = {name: getattr(limits, name) for name in ("max_seconds", "tolerance_s", "max_pages")}
    return {"kind": kind, "limits": bounds}


def _refusal(refused: Refused, kind: Kind | None, sha256: str) -> Verdict:
    """Keep the refusal. A child that died could not name the file: its structure has."""
    detected = kind.mime if kind else refused.detected
    return Verdict(
        accepted=False, kind=kind, reason=refused.reason, message=refused.message, detected=detected, sha256=sha256
    )


def _acceptance(kind: Kind, measured: dict[str, Any], sha256: str) -> Verdict:
    """Check each figure on its way out of the sandbox: what read the file may have been taken over by it."""
    try:
        duration = None if kind is Kind.PDF else float(measured["duration_s"])
        pages = int(measured["pages"]) if kind is Kind.PDF else None
        width, height = int(measured["width"]), int(measured["height"])
        findings = tuple(Finding(code) for code in measured.get("findings", ()))
    except (KeyError, TypeError, ValueError) as error:
        raise SandboxFailure(f"mesures inattendues : {error}") from error
    return Verdict(
        accepted=True,
        kind=kind,
        reason=None,
        message=accepted_message(kind, duration, pages),
        detected=kind.mime,
        duration_s=duration,
        width=width,
        height=height,
        pages=pages,
        sha256=sha256,
        findings=findings,
    )


def _artefact(out: Path, row: list[Any]) -> Artefact:
    """Name a file of the copy from its role alone, and check that it is one: no link leads out of the folder."""
    role, position, width, height, text = row
    name, mime = (f"page-{position:03}.webp", "image/webp") if role == "page" else _FILES[role]
    path = out / name
    if not stat.S_ISREG(path.lstat().st_mode):
        raise ValueError(name)
    return Artefact(
        role=role, position=int(position), path=path, mime=mime, width=int(width), height=int(height), text=str(text)
    )
