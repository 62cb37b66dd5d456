"""Files served from the stores, with ranges so that a player can seek, and headers that tell nothing."""

import unicodedata
from collections.abc import Iterator
from http import HTTPStatus
from typing import Protocol
from urllib.parse import quote

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from concours.kernel.web.state import state


class Reader(Protocol):
    """A store's `read`."""

    def __call__(self, name: str, /, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` to before `stop`."""


def serve_copy(digest: str, *, size: int, mime: str, name: str | None = None) -> ResponseReturnValue:
    """Answer with a file that we made: sent on to the storage where browsers may fetch from it, else from here.

    `name` is what a reader that saves it calls it; the storage's own address has none.

    The storage's address names the file by its digest and tells nothing of who asks; it expires, and is not kept, so
    that a player that seeks later asks here again.
    """
    ready = state().stores.ready
    link = ready.link(digest, mime) if request.method == "GET" else None  # what is signed is signed for GET alone
    if link is None:
        answer = serve(ready.read, digest, size=size, mime=mime)
        if name is not None:
            answer.headers.set("Content-Disposition", "inline", filename=name)
        return answer
    response = redirect(link, HTTPStatus.TEMPORARY_REDIRECT)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def serve(read: Reader, name: str, *, size: int, mime: str, attachment: str | None = None) -> Response:
    """Answer with the stored file, or the range of it that was asked for. `attachment` names a download."""
    asked = _asked_range(size)
    start, stop = asked or (0, size)
    response = Response(read(name, start, stop), mimetype=mime)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Length"] = str(stop - start)
    response.headers["Cache-Control"] = "private, max-age=3600"
    if asked:
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    if attachment is not None:
        response.headers.set("Content-Disposition", "attachment", **_file_name(attachment))
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _file_name(name: str) -> dict[str, str]:
    """Return the name as headers bear it: in ASCII, and whole beside it where that changes it (RFC 6266)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return {"filename": name} if plain == name else {"filename": plain, "filename*": f"UTF-8''{quote(name, safe='')}"}


def _asked_range(size: int) -> tuple[int, int] | None:
    """Return the first byte asked for and the one after the last; None for the whole file (RFC 9110, section 14).

    Several ranges, other units, and a range that hangs on a version (we name none) are answered with the whole.
    Raises RequestedRangeNotSatisfiable beyond the end.
    """
    asked = request.range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1 or "If-Range" in request.headers:
        return None
    start, stop = asked.ranges[0]
    if start < 0:
        start = max(0, size + start)
    if start >= size:
        raise RequestedRangeNotSatisfiable(size)
    return start, min(size, stop or size)
