"""Headers that every answer carries, and how many bytes a request may bring."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import BadRequest

from concours.kernel.web.addresses import present

_SOURCES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "media-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}

_MEDIA = frozenset({"img-src", "media-src"})

NO_DEVICE = "camera=(), microphone=(), geolocation=()"
OWN_CAMERA = "camera=(self), microphone=(), geolocation=()"
"""What a page may ask of the device: nothing; or its camera, for the page that says so in its answer."""

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": NO_DEVICE,
}

FORM_BYTES = 2_000_000
"""What a request without a file may bring."""

View = TypeVar("View", bound=Callable[..., Any])


def accepts_files(limit: Callable[[], int]) -> Callable[[View], View]:
    """Mark a view whose requests may bring a file; `limit` gives the bytes, asked at each request."""

    def mark(view: View) -> View:
        view.__dict__["byte_limit"] = limit
        return view

    return mark


def content_security_policy(media_origin: str | None = None) -> str:
    """Return the policy of every page: nothing inline, nothing from elsewhere but pictures and films from that origin.

    The stage names `blob:` instead: pictures and films that its script holds in memory.

    `data:` is for the pictograms inside the DSFR's style sheet.
    """
    also = f" {media_origin}" if media_origin else ""
    return "; ".join(f"{name} {sources}{also if name in _MEDIA else ''}" for name, sources in _SOURCES.items())


def secure(app: Flask, *, media_origin: str | None) -> None:
    """Add the limits and the headers; pages may show what stands at `media_origin`, besides our own."""
    app.before_request(_read_address)
    app.before_request(_limit_request)
    always = {"Content-Security-Policy": content_security_policy(media_origin), **_ALWAYS}
    app.after_request(partial(_add_headers, always))


def _read_address() -> None:
    """Refuse an address that no browser sends: raw bytes after its question mark, or a NUL, which no database keeps."""
    try:
        request.query_string.decode()
    except UnicodeDecodeError as error:
        raise BadRequest from error
    if "\0" in request.path:
        raise BadRequest


def _limit_request() -> None:
    asked = present()
    view = current_app.view_functions.get(asked.endpoint or "")
    limit: Callable[[], int] = getattr(view, "byte_limit", lambda: 0)
    asked.max_content_length = FORM_BYTES + limit()
    asked.max_form_memory_size = FORM_BYTES


def _add_headers(always: Mapping[str, str], response: Response) -> Response:
    """Add what the view has not said otherwise."""
    headers, asked = response.headers, present()
    wanted = dict(always)
    if asked.is_secure:
        wanted["Strict-Transport-Security"] = "max-age=31536000"
    if asked.endpoint != "static":
        wanted["Cache-Control"] = "private, no-cache"
    said = {name.lower() for name, _ in headers}
    headers.extend((name, value) for name, value in wanted.items() if name.lower() not in said)
    return response
