"""Headers that every answer carries, and how many bytes a request may bring."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import BadRequest

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

CONTENT_SECURITY_POLICY = "; ".join(f"{directive} {sources}" for directive, sources in _SOURCES.items())
"""Nothing inline, nothing from elsewhere; `data:` is for the pictograms inside the DSFR's style sheet."""

FORM_BYTES = 2_000_000
"""What a request without a file may bring."""

View = TypeVar("View", bound=Callable[..., Any])


def accepts_files(limit: Callable[[], int]) -> Callable[[View], View]:
    """Mark a view whose requests may bring a file; `limit` gives the bytes, asked at each request."""

    def mark(view: View) -> View:
        view.__dict__["byte_limit"] = limit
        return view

    return mark


def secure(app: Flask) -> None:
    """Add the limits and the headers."""
    app.before_request(_read_address)
    app.before_request(_limit_request)
    app.after_request(_add_headers)


def _read_address() -> None:
    """Refuse an address that no browser sends: raw bytes after its question mark, or a NUL, which no database keeps."""
    try:
        request.query_string.decode()
    except UnicodeDecodeError as error:
        raise BadRequest from error
    if "\0" in request.path:
        raise BadRequest


def _limit_request() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    limit: Callable[[], int] = getattr(view, "byte_limit", lambda: 0)
    request.max_content_length = FORM_BYTES + limit()
    request.max_form_memory_size = FORM_BYTES


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "private, no-cache")
    return response
