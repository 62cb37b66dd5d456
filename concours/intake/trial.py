"""What a child could do here that it should not: tried from inside, never read from a setting."""

import ctypes
import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_GET_NO_NEW_PRIVILEGES, _GET_SECCOMP = 39, 21
"""From linux/prctl.h."""

_FILTERED = 2
_MARK = ".concours-trial"


def holes(closed: list[str]) -> list[str]:
    """Return in French each protection that is missing; a child must neither read nor change the `closed` folders."""
    return [*_privileges(), *_network(), *_folders(closed), *_parent()]


def _privileges() -> Iterator[str]:
    libc = ctypes.CDLL(None)
    if libc.prctl(_GET_NO_NEW_PRIVILEGES, 0, 0, 0, 0) != 1:
        yield "un programme peut y reprendre des droits (NoNewPrivileges=yes)"
    if libc.prctl(_GET_SECCOMP, 0, 0, 0, 0) != _FILTERED:
        yield "les appels au système ne sont pas filtrés (SystemCallFilter=@system-service)"


def _network() -> Iterator[str]:
    for family in (socket.AF_INET, socket.AF_INET6):
        with suppress(OSError):
            socket.socket(family, socket.SOCK_DGRAM).close()
            yield f"le réseau reste ouvert, {family.name} (RestrictAddressFamilies=AF_UNIX)"


def _folders(closed: list[str]) -> Iterator[str]:
    for name in closed:
        folder = Path(name)
        with suppress(OSError):
            list(folder.iterdir())
            yield f"le dossier {name} se lit (ProtectHome=yes, et un noyau avec Landlock)"
        mark = folder / f"{_MARK}-{os.getpid()}"
        with suppress(OSError):
            mark.touch()
            mark.unlink()
            yield f"le dossier {name} s'écrit (ProtectSystem=strict, et un noyau avec Landlock)"


def _parent() -> Iterator[str]:
    with suppress(OSError):
        Path(f"/proc/{os.getppid()}/environ").read_bytes()
        yield "les réglages du service se lisent dans /proc (un noyau avec Landlock)"
