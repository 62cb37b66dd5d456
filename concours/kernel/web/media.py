"""Files served from the stores, with ranges so that a player can seek, and headers that tell nothing."""

from collections.abc import Iterator
from typing import Protocol

from flask import Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable


class Reader(Protocol):
    """A store's `read`."""

    def __call__(self, name: str, /, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` to before `stop`."""


def serve(read: Reader, name: str, *, size: int, mime: str, attachment: str | None = None) -> Response:
    """Answer with the stored file, or the range of it that was asked for. `attachment` names a download."""
    start, stop = _asked_range(size)
    response = Response(read(name, start, stop), mimetype=mime)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Length"] = str(stop - start)
    response.headers["Cache-Control"] = "private, max-age=3600"
    if (start, stop) != (0, size):
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    if attachment is not None:
        response.headers.set("Content-Disposition", "attachment", filename=attachment)
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _asked_range(size: int) -> tuple[int, int]:
    if request.range is None or len(request.range.ranges) != 1:
        return 0, size
    bounds = request.range.range_for_length(size)
    if bounds is None:
        raise RequestedRangeNotSatisfiable(size)
    return bounds
