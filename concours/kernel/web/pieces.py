"""Pieces of pages that hang on their arguments alone: drawn once for all pages where these are the same.

What is kept is found again by all that it shows, and by where the application stands: whoever asks for another thing
gets another piece. A macro that is drawn so reads nothing of the request.
"""

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import NamedTuple

from flask import Flask, g, session
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from concours.kernel.web.addresses import present
from concours.kernel.web.chrome import Chrome

_KEPT = 2048
_CHROME = "macros/chrome.html"
_TOKEN = "the token of this page"  # noqa: S105 -- holds the place of one
"""Stands in what is kept for what is of one request."""


class Around(NamedTuple):
    """What surrounds the content of a page."""

    head: Markup
    header: Markup
    footer: Markup


def use_pieces(app: Flask) -> None:
    """Give templates `drawn(file, macro, …)`, the macro drawn once, and `around(chrome, band)`.

    `form_piece(file, macro, about, …)` is drawn once too, for a macro that takes a form's token after what it is about.
    """
    environment, token = app.jinja_env, _tokens(app)

    @lru_cache(_KEPT)
    def draw(_root: str, file: str, macro: str, *values: Hashable) -> Markup:
        return Markup(getattr(environment.get_template(file).module, macro)(*values))  # noqa: S704 -- a template drew it

    @lru_cache(_KEPT)
    def surround(_root: str, *values: Hashable) -> Around:
        module = environment.get_template(_CHROME).module
        return Around(*(getattr(module, part)(*values) for part in Around._fields))

    def drawn(file: str, macro: str, *values: Hashable) -> Markup:
        return draw(present().script_root, file, macro, *values)

    def form_piece(file: str, macro: str, about: Hashable, *values: Hashable) -> Markup:
        piece = drawn(file, macro, about, _TOKEN, *values)
        return piece.replace(_TOKEN, token()) if _TOKEN in piece else piece

    def around(chrome: Chrome, band: str | None) -> Around:
        kept = surround(present().script_root, chrome, _TOKEN, band)
        return kept._replace(header=kept.header.replace(_TOKEN, token())) if chrome.sign_out_url else kept

    environment.globals.update(drawn=drawn, form_piece=form_piece, around=around)
    app.context_processor(lambda: {"csrf_token": token})


def _tokens(app: Flask) -> Callable[[], str]:
    """Return what gives each page the token of its forms."""
    name = app.config["WTF_CSRF_FIELD_NAME"]

    @lru_cache(_KEPT)
    def sign(_raw: str) -> str:
        g.pop(name, None)  # what was signed in this request may be of a session that has ended meanwhile
        return str(generate_csrf())

    def token() -> str:
        """Return the token of this session's forms: it is good until the session ends, and is signed once."""
        raw = session.get(name)
        return sign(raw) if raw else str(generate_csrf())

    return token
