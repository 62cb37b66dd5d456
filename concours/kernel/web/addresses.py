"""Addresses of our own pages, each made once: a page names some thirty of them, the same at each request."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

from flask import Flask, Request, has_request_context, request
from werkzeug.local import LocalProxy

_KEPT = 4096
_OPTIONS = frozenset({"_anchor", "_external", "_method", "_scheme"})

present: Callable[[], Request] = cast("LocalProxy[Request]", request)._get_current_object  # noqa: SLF001 -- Werkzeug's documented way
"""Returns the request itself: each look through Flask's `request` costs as much as what it is looked at for."""


class AddressedFlask(Flask):
    """Flask, which remembers the addresses that it made."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, **options)
        self._made = lru_cache(_KEPT)(self._make)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is: none of ours is asynchronous, which Flask would ask of each at each request."""
        return func

    def url_for(self, /, endpoint: str, **values: Any) -> str:
        """Return the address of an endpoint, as Flask does; its own options, or a value that is no key, cost more."""
        if endpoint.startswith(".") or not _OPTIONS.isdisjoint(values) or not has_request_context():
            return super().url_for(endpoint, **values)
        here = present()
        try:
            return self._made(here.script_root, here.method, endpoint, *values.items())
        except TypeError:
            return super().url_for(endpoint, **values)

    def _make(self, _root: str, _method: str, endpoint: str, *values: tuple[str, Any]) -> str:
        """Make an address; where the application stands, and the method that chooses among rules, are part of it."""
        return super().url_for(endpoint, **dict(values))
