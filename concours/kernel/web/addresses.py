"""Addresses of our own pages, each made once: a page names some thirty of them, the same at each request."""

from functools import lru_cache
from typing import Any

from flask import Flask, has_request_context, request

_KEPT = 4096


class AddressedFlask(Flask):
    """Flask, which remembers the addresses that it made."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, **options)
        self._made = lru_cache(_KEPT)(self._make)

    def url_for(self, /, endpoint: str, **values: Any) -> str:
        """Return the address of an endpoint, as Flask does; its own options, or a value that is no key, cost more."""
        if endpoint.startswith(".") or any(name.startswith("_") for name in values) or not has_request_context():
            return super().url_for(endpoint, **values)
        try:
            return self._made(request.script_root, request.method, endpoint, *values.items())
        except TypeError:
            return super().url_for(endpoint, **values)

    def _make(self, _root: str, _method: str, endpoint: str, *values: tuple[str, Any]) -> str:
        """Make an address; where the application stands, and the method that chooses among rules, are part of it."""
        return super().url_for(endpoint, **dict(values))
