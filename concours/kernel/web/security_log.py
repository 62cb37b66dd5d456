"""Who signed in, or tried to: a file a day, six months of them, by identifiers alone.

Sign-ins are no decision: they are of no use after a while, and an audit chain forgets nothing.
"""

import json
import logging
import os
from datetime import datetime, timedelta
from pathlib import Path

from flask import current_app

from concours.kernel.web.state import instant, state

KEPT = timedelta(days=183)
NOBODY = "-"
"""Whoever has no account."""

_log = logging.getLogger(__name__)


def note_sign_in(who: str, outcome: str) -> None:
    """Write down what became of a sign-in: an account's identifier, never an address nor a network."""
    try:
        append(state().settings.data / "logs", current_app.name, who=who, outcome=outcome, now=instant())
    except OSError:
        _log.exception("the security log cannot be written")  # nobody is kept out for it


def append(folder: Path, side: str, *, who: str, outcome: str, now: datetime) -> None:
    """Add a line to the day's file: in one write, so that processes never mix theirs."""
    path = folder / f"security-{side}-{now:%Y-%m-%d}.log"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        forget_old(folder, now=now)
    line = json.dumps({"at": now.isoformat(timespec="seconds"), "who": who, "outcome": outcome})
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, f"{line}\n".encode())
    finally:
        os.close(file)


def forget_old(folder: Path, *, now: datetime) -> int:
    """Remove the files of both sides that are older than what is kept; return how many."""
    oldest = f"{now - KEPT:%Y-%m-%d}.log"
    old = [path for path in folder.glob("security-*.log") if path.name.split("-", 2)[-1] < oldest]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
