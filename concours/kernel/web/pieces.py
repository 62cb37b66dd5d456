"""Pieces of pages that hang on their arguments alone: drawn once for all pages where these are the same.

What is kept is found again by all that it shows, and by where the application stands: whoever asks for another thing
gets another piece. A macro that is drawn so reads nothing of the request.
"""

from collections.abc import Callable, Hashable
from functools import cache, lru_cache

from flask import Flask, request
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from concours.kernel.web.chrome import Chrome

_KEPT = 2048
_CHROME = "macros/chrome.html"
_TOKEN = "the token of this page"  # noqa: S105 -- holds the place of one
"""Stands in what is kept for what is of one request."""


def use_pieces(app: Flask) -> None:
    """Give templates `drawn(file, macro)`, the macro drawn once, and `chrome_piece(macro, chrome, …)`."""
    environment = app.jinja_env

    @lru_cache(_KEPT)
    def draw(_root: str, file: str, macro: str, *values: Hashable) -> Markup:
        return Markup(getattr(environment.get_template(file).module, macro)(*values))  # noqa: S704 -- a template drew it

    @cache
    def drawn(file: str, macro: str) -> Callable[..., Markup]:
        return lambda *values: draw(request.script_root, file, macro, *values)

    def chrome_piece(macro: str, chrome: Chrome, *values: Hashable) -> Markup:
        piece = drawn(_CHROME, macro)(chrome, _TOKEN, *values)
        return piece.replace(_TOKEN, generate_csrf()) if _TOKEN in piece else piece

    environment.globals.update(drawn=drawn, chrome_piece=chrome_piece)
