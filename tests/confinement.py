"""What a systemd unit does to a process, done without systemd: no new privileges, and a filter of system calls."""

import os
import platform
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile

_SOCKET = {"x86_64": 41, "aarch64": 198}
_LANDLOCK = 444
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOWED, _REFUSED = 0x7FFF0000, 0x00050000
_NUMBER, _FIRST_ARGUMENT = 0, 16
_UNSUPPORTED, _ABSENT = 97, 38
"""EAFNOSUPPORT, ENOSYS."""


def is_known() -> bool:
    """Tell whether this machine's system calls are known here."""
    return platform.machine() in _SOCKET


def _filter(families: tuple[int, ...], *, landlock: bool) -> bytes:
    """Return a program for seccomp(2) that refuses sockets of these families, and Landlock unless it is allowed."""
    steps = [(_LOAD, 0, 0, _NUMBER)]
    if not landlock:
        steps += [(_EQUAL, 0, 1, _LANDLOCK), (_RETURN, 0, 0, _REFUSED | _ABSENT)]
    steps += [(_EQUAL, 1, 0, _SOCKET[platform.machine()]), (_RETURN, 0, 0, _ALLOWED), (_LOAD, 0, 0, _FIRST_ARGUMENT)]
    for family in families:
        steps += [(_EQUAL, 0, 1, family), (_RETURN, 0, 0, _REFUSED | _UNSUPPORTED)]
    steps.append((_RETURN, 0, 0, _ALLOWED))
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


@contextmanager
def surrounded(families: tuple[int, ...], *, landlock: bool = True) -> Iterator[tuple[list[str], int]]:
    """Yield the words that start a program so confined, and the file descriptor that it must inherit."""
    with TemporaryFile() as file:
        file.write(_filter(families, landlock=landlock))
        file.flush()
        os.lseek(file.fileno(), 0, os.SEEK_SET)
        yield ["bwrap", "--dev-bind", "/", "/", "--seccomp", str(file.fileno()), "--"], file.fileno()
