"""The token of each form, as Flask-WTF checks it; what it has found good is not checked again."""

from functools import lru_cache

from flask import current_app, g, session
from flask_wtf.csrf import CSRFProtect

from concours.kernel.web.addresses import present

_KEPT = 1024


class RememberingTokens(CSRFProtect):  # type: ignore[misc]  # Flask-WTF has no types
    """Flask-WTF's protection for one application whose tokens are good as long as their session.

    Its answer depends on nothing but what is remembered with it; a refusal is never remembered.
    """

    def __init__(self) -> None:
        super().__init__()
        self._judged = lru_cache(_KEPT)(self._judge)

    def protect(self, apply_exemptions: bool = False) -> None:  # noqa: FBT001, FBT002 -- Flask-WTF's signature
        """Refuse the present request unless its token is that of its session."""
        asked, config = present(), current_app.config
        if asked.endpoint is None or asked.method not in config["WTF_CSRF_METHODS"]:
            super().protect(apply_exemptions)  # which has nothing to look at
            return
        referrer = asked.referrer if asked.is_secure else None
        facts = (asked.endpoint, asked.is_secure, asked.host, referrer, self._get_csrf_token())
        if self._judged(session.get(config["WTF_CSRF_FIELD_NAME"]), facts, apply_exemptions=apply_exemptions):
            g.csrf_valid = True

    def _judge(self, _secret: str | None, _facts: tuple[object, ...], *, apply_exemptions: bool) -> bool:
        """Tell whether the present request was checked and found good; False for one that needs no token."""
        super().protect(apply_exemptions)
        return bool(g.get("csrf_valid"))
