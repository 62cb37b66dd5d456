"""The assembly that both applications share; each adds its own blueprints, templates, cookie and key."""

from collections.abc import Callable, MutableMapping
from datetime import timedelta
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from jinja2 import FileSystemLoader, StrictUndefined, Template, TemplateNotFound
from jinja2.environment import Environment
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, ValidationError

from concours.kernel import clock
from concours.kernel.markdown import to_html
from concours.kernel.sessions import LIFETIME
from concours.kernel.settings import ROOT
from concours.kernel.storage import human_size
from concours.kernel.text import Typographic, typographic
from concours.kernel.web.addresses import AddressedFlask
from concours.kernel.web.cookies import RememberingSessions
from concours.kernel.web.failures import show_failures
from concours.kernel.web.interrupted import note_resumed
from concours.kernel.web.pieces import use_pieces
from concours.kernel.web.security import FORM_BYTES, secure
from concours.kernel.web.state import State, attach
from concours.kernel.web.tokens import RememberingTokens

_STATIC_MAX_AGE = timedelta(hours=1)
_NUMBER_DIGITS = 9


class FolderLoader(FileSystemLoader):
    """Templates of some top folders only: what an application may not load does not exist for it."""

    def __init__(self, allows: Callable[[str], bool]) -> None:
        super().__init__(ROOT / "templates")
        self._allows = allows
        self._turn, self._loaded = Lock(), dict[str, Template]()

    def load(
        self,
        environment: Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 -- Jinja's signature
    ) -> Template:
        """Return a template, compiled once however many ask for it at the same moment: the others wait for the first.

        A room that opens a page nobody has opened yet would have each thread compile it, and wait for all the others.
        """
        with self._turn:
            template = self._loaded.get(name)
            if template is None or not template.is_up_to_date:
                template = self._loaded[name] = super().load(environment, name, globals)
            return template

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Return the template's source. Raises TemplateNotFound outside the application's folders."""
        if not self._allows(template.partition("/")[0]):
            raise TemplateNotFound(template)
        return super().get_source(environment, template)


class StoredNumber(IntegerConverter):
    """A number in an address, as large as a column holds: a larger one is the address of nothing."""

    def to_python(self, value: str) -> Any:
        """Return the number. Raises ValidationError, which is a page that does not exist."""
        if len(value) > _NUMBER_DIGITS:
            raise ValidationError
        return super().to_python(value)


def make_app(name: str, state: State, *, base_url: str, cookie: str, templates: Callable[[str], bool]) -> Flask:
    """Return an application with its safety, its templates and its error pages, and no page yet."""
    app = AddressedFlask(name, static_folder=str(ROOT / "static"), static_url_path="/static", template_folder=None)
    app.config.update(
        SECRET_KEY=state.secret,
        SESSION_COOKIE_NAME=cookie,
        SESSION_COOKIE_PATH=urlsplit(base_url).path or "/",
        SESSION_COOKIE_SECURE=state.settings.secure_cookies,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=LIFETIME,
        # The cookie is set when its content changes and when the session is renewed, not on each picture of a page.
        SESSION_REFRESH_EACH_REQUEST=False,
        SEND_FILE_MAX_AGE_DEFAULT=_STATIC_MAX_AGE,
        MAX_CONTENT_LENGTH=FORM_BYTES,
        # A form may stay open for days before it is sent; the token dies with the session.
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.url_map.converters["int"] = StoredNumber
    attach(app.extensions, state)
    app.session_interface = RememberingSessions(app)
    _tune_templates(app, templates)
    s3 = state.settings.s3
    secure(app, media_origin=s3.public_origin if s3 else None)
    RememberingTokens().init_app(app)
    use_pieces(app)
    app.before_request(note_resumed)
    show_failures(app)
    if state.settings.trusted_proxies:
        count = state.settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    return app


def _tune_templates(app: Flask, templates: Callable[[str], bool]) -> None:
    app.jinja_options = {
        **app.jinja_options,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "undefined": StrictUndefined,
        # All templates stay: a cache that may grow full has a lock, on which hundreds of threads wait for each other.
        "cache_size": -1,
    }
    environment = app.jinja_env
    environment.loader = FolderLoader(templates)
    environment.add_extension(Typographic)
    environment.filters.update(
        instant=_unbroken(clock.format_instant),
        hour=_unbroken(clock.format_hour),
        day=clock.format_day,
        paris=clock.to_paris,
        size=human_size,
        markdown=to_html,
    )


def _unbroken(words: Callable[..., str]) -> Callable[..., str]:
    """Return the filter whose hours never break across two lines."""
    return lambda instant, **options: typographic(words(instant, **options))
