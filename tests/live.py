"""An application that answers over HTTP, in a thread of the test."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from werkzeug.serving import make_server

from tests.ports import free_port

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


@contextmanager
def answering(app: "WSGIApplication") -> Iterator[str]:
    """Yield the address where the application answers, for as long as the block lasts."""
    server = make_server("127.0.0.1", free_port(), app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
