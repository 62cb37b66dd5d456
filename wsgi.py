"""What a WSGI server runs: `app` (both applications on one machine), `concours_app`, `jury_app` (apart).

Each is built when it is first named, so that `wsgi:jury_app` never imports the identity side.
"""

import ctypes
import gc
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from concours.kernel.settings import read_settings

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.middleware.dispatcher import DispatcherMiddleware

_TURN_S = 0.0005
"""How long a thread computes while others wait: a tenth of Python's own. Hundreds of uploads each want an instant."""
sys.setswitchinterval(_TURN_S)


@cache
def _concours_app() -> "Flask":
    from concours.app import create_app  # noqa: PLC0415 -- built lazily: see the module's purpose

    return create_app(read_settings())


@cache
def _jury_app() -> "Flask":
    from jury.app import create_app  # noqa: PLC0415 -- built lazily: see the module's purpose

    return create_app(read_settings())


@cache
def _app() -> "DispatcherMiddleware":
    from werkzeug.middleware.dispatcher import DispatcherMiddleware  # noqa: PLC0415 -- `jury_app` alone needs none

    path = urlsplit(read_settings().jury_url).path or "/jury"
    return DispatcherMiddleware(_concours_app(), {path: _jury_app()})


_BUILDERS: dict[str, Callable[[], Any]] = {"app": _app, "concours_app": _concours_app, "jury_app": _jury_app}


def __getattr__(name: str) -> Any:
    """Build the application of this name."""
    if name not in _BUILDERS:
        raise AttributeError(name)
    return _BUILDERS[name]()


_M_ARENA_MAX, _ARENAS = -8, 2
"""Heaps of one process. The C library would make eight for each core, of which hundreds of threads fill none: an
eighth of the memory of the last hour. (mallopt of glibc.)"""


def on_starting(_server: object) -> None:
    """Import all that both applications need before gunicorn makes its processes: they share its memory.

    A hook of gunicorn's, for `--config python:wsgi`.
    """
    import concours.app  # noqa: F401, PLC0415 -- `jury_app` alone never imports the identity side: see the module's purpose
    import jury.app  # noqa: F401, PLC0415 -- the same

    with suppress(AttributeError):  # a C library that has no such heaps
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)
    gc.freeze()
