"""Shut this process out of the file system, but for what it is given: Linux's Landlock, which asks for no privilege.

The numbers come from linux/landlock.h; a kernel that knows less than this is asked for what it knows.
"""

import ctypes
import os
from collections.abc import Iterable
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""System calls, the same on every architecture."""

_ASK_VERSION = 1
_BENEATH = 1
_NO_NEW_PRIVILEGES = 38

_READ = 1 << 0 | 1 << 2 | 1 << 3
"""Execute, read a file, read a folder."""

_RIGHTS_BY_VERSION = {1: 1 << 13, 2: 1 << 14, 3: 1 << 15, 4: 1 << 15, 5: 1 << 16}
"""One more than the greatest right on files that each version knows."""

_ON_FILES = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 15
"""Rights that a file has; the others are those of a folder."""

_TCP = 1 << 0 | 1 << 1
_SCOPES = 1 << 0 | 1 << 1
"""Abstract Unix sockets and signals outside."""


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def enclose(*, readable: Iterable[Path], writable: Iterable[Path]) -> bool:
    """Leave these files and folders to this process and its children, for good; False where the kernel cannot."""
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_CREATE_RULESET, None, 0, _ASK_VERSION)
    if version < 1:
        return False
    rights = _RIGHTS_BY_VERSION.get(version, 1 << 16) - 1
    asked = _Ruleset(rights, _TCP if version >= 4 else 0, _SCOPES if version >= 6 else 0)  # noqa: PLR2004 -- versions
    known = 8 if version < 4 else 16 if version < 6 else 24  # noqa: PLR2004 -- bytes of the structure, by version
    rules = libc.syscall(_CREATE_RULESET, ctypes.byref(asked), known, 0)
    if rules < 0:
        return False
    try:
        for path in readable:
            _allow(libc, rules, path, _READ & rights)
        for path in writable:
            _allow(libc, rules, path, rights)
        libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        return bool(libc.syscall(_RESTRICT_SELF, rules, 0) == 0)
    finally:
        os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, path: Path, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        allowed = rights if path.is_dir() else rights & _ON_FILES
        beneath = _PathBeneath(allowed, handle)
        libc.syscall(_ADD_RULE, rules, _BENEATH, ctypes.byref(beneath), 0)
    finally:
        os.close(handle)
