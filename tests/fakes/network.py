"""A network between a client and a server that breaks when it is told to: bytes pass, then the connection is reset."""

import socket
import struct
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

from tests.ports import free_port

_BLOCK = 16 * 1024


class BadNetwork:
    """Passes bytes on to a port of this machine; cuts the first connections after so many bytes sent on each."""

    def __init__(self, port: int, *, cuts_after: list[int]) -> None:
        self.port, self.cuts = free_port(), 0
        self._target, self._cuts_after = port, list(cuts_after)
        self._server = socket.create_server(("127.0.0.1", self.port))
        self._lock = threading.Lock()

    @property
    def address(self) -> str:
        """Where clients connect."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self._target)) as server:
            threading.Thread(target=_pass_on, args=(server, client), daemon=True).start()
            sent = 0
            while block := _received(client):
                sent += len(block)
                server.sendall(block)
                if self._is_cut(sent):
                    for end in (client, server):
                        _reset(end)
                    return

    def _is_cut(self, sent: int) -> bool:
        with self._lock:
            if not self._cuts_after or sent < self._cuts_after[0]:
                return False
            self._cuts_after.pop(0)
            self.cuts += 1
            return True


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while block := source.recv(_BLOCK):
            target.sendall(block)
    # Whoever ends a connection ends it for the other too: a client would wait for an answer that nobody gives.
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


def _received(source: socket.socket) -> bytes:
    try:
        return source.recv(_BLOCK)
    except OSError:
        return b""


def _reset(end: socket.socket) -> None:
    """Close without a farewell: the other side learns of it by an error."""
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    end.close()
