"""The session's cookie, as Flask makes it; the signature of a value that comes again is not checked again."""

import time
from copy import deepcopy
from functools import lru_cache
from typing import Any

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadSignature, URLSafeTimedSerializer

_KEPT = 1024


class RememberingSessions(SecureCookieSessionInterface):
    """Flask's sessions in cookies, for one application."""

    def __init__(self, app: Flask) -> None:
        self._serializer: URLSafeTimedSerializer | None = None
        self._max_age_s = app.permanent_session_lifetime.total_seconds()
        self._checked = lru_cache(_KEPT)(self._check)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return what signs; the key of an application does not change while it runs."""
        self._serializer = self._serializer or super().get_signing_serializer(app)
        return self._serializer

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return what the cookie holds; nothing of one that is not ours, or whose time is over."""
        signer, value = self.get_signing_serializer(app), request.cookies.get(self.get_cookie_name(app))
        if signer is None or not value:
            return self.session_class() if signer else None
        try:
            content, signed_at_s = self._checked(signer, value)
        except BadSignature:
            return self.session_class()
        if not 0 <= time.time() - signed_at_s <= self._max_age_s:
            return self.session_class()
        mine = {name: each if isinstance(each, str) else deepcopy(each) for name, each in content.items()}
        return self.session_class(mine)

    @staticmethod
    def _check(signer: URLSafeTimedSerializer, value: str) -> tuple[dict[str, Any], float]:
        """Return what a value holds, and when it was signed. Raises BadSignature, which is not remembered."""
        content, signed_at = signer.loads(value, return_timestamp=True)
        return content, signed_at.timestamp()
