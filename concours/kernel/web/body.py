"""The bytes of a request as they come, for what is too large to be read whole or to be parsed as a form."""

import os
import select
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from typing import Any

from flask import request
from gunicorn.http.body import Body, LengthReader
from gunicorn.http.unreader import SocketUnreader

from concours.kernel.errors import DomainError

_BLOCK = 256 << 10
"""What is lost at most of what came, when a connection breaks."""
_PROMPT = 64 << 10
"""Bytes that are passed on as they come: the beginning of a file says what it is. What follows is taken by blocks."""
_TICK_S = 2.0
_SILENCE_S = 60
"""A connection that brings nothing for so long is taken for dead: it would hold a thread for ever."""
_DRAINED_BYTES, _DRAIN_S = 8 << 20, 3


class Cut(DomainError):
    """The connection broke before the last byte."""

    status = HTTPStatus.BAD_REQUEST

    def __init__(self) -> None:
        super().__init__("La connexion s'est coupée. Ce qui est arrivé est gardé : l'envoi reprendra de là.")


class Silent(DomainError):
    """The connection brings nothing any more."""

    status = HTTPStatus.REQUEST_TIMEOUT

    def __init__(self) -> None:
        super().__init__("Plus rien n'arrive. Ce qui est arrivé est gardé : l'envoi reprendra de là.")


class RequestBody:
    """The body of the present request, read once."""

    def __init__(self) -> None:
        self._stream, self._left = _shortest_way(request.environ["wsgi.input"]), request.content_length
        if self._left is None and not request.environ.get("wsgi.input_terminated"):
            self._left = 0

    def blocks(self, idle: Callable[[], None] = lambda: None) -> Iterator[bytes]:
        """Yield the bytes as they come; `idle` is called each second in which none does, and may raise.

        Raises Cut when the connection breaks before the end, Silent after a minute of silence.
        """
        with _ticking():
            while self._left is None or self._left > 0:
                block = self._next(idle)
                if not block:
                    break
                yield block
        if self._left:
            raise Cut

    def drain(self) -> None:
        """Read some of what a refused visitor still sends: a browser that cannot finish does not read our answer."""
        limit, taken = time.monotonic() + _DRAIN_S, 0
        with suppress(DomainError):
            for block in self.blocks():
                taken += len(block)
                if taken > _DRAINED_BYTES or time.monotonic() > limit:
                    return

    def _next(self, idle: Callable[[], None]) -> bytes:
        try:
            block = _read(self._stream, _BLOCK if self._left is None else min(_BLOCK, self._left), idle)
        except OSError as error:
            raise Cut from error
        if self._left is not None:
            self._left -= len(block)
        return block


class _Straight:
    """A body of known length, read from its connection: gunicorn's own reader copies each byte several times.

    Its count of what is left is kept true, so that the connection serves the next request.

    The system wakes us for a whole block, or each tick for what is there: hundreds of slow senders, woken at each
    packet, would leave no time for anybody else's page.
    """

    def __init__(self, reader: LengthReader) -> None:
        self._reader, self._passed, self._awaited = reader, 0, 1

    def read(self, size: int) -> bytes:
        """Return what is there, at most `size` bytes; what came with the headers comes first."""
        unreader = self._reader.unreader
        block: bytes = unreader.take_buffered() or self._receive(unreader.sock, size)
        if len(block) > size:
            unreader.unread(block[size:])
            block = block[:size]
        self._reader.length -= len(block)
        self._passed += len(block)
        return block

    def _receive(self, connection: socket.socket, size: int) -> bytes:
        awaited = size if self._passed >= _PROMPT and connection.gettimeout() else 1
        if awaited != self._awaited:
            _await_bytes(connection, awaited)
            self._awaited = awaited
        _wait(connection)
        try:
            # At once: beneath a limit of time, Python keeps its connections from waiting.
            return os.read(connection.fileno(), size)
        except BlockingIOError as error:
            raise TimeoutError from error


def _wait(connection: socket.socket) -> None:
    """Wait until something is there, or for a tick: hundreds of slow senders wait without a block of memory each."""
    limit_s, ready = connection.gettimeout(), select.poll()
    ready.register(connection, select.POLLIN)
    ready.poll(None if limit_s is None else 1000 * limit_s)


def _await_bytes(connection: socket.socket, count: int) -> None:
    """Have the system count a connection as ready once so many bytes are there, or its end."""
    with suppress(OSError):  # a system that cannot only wakes us more often
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, count)


def _shortest_way(stream: Any) -> Any:
    """Return what reads the body with the fewest copies; another server than gunicorn is read as it is."""
    if not isinstance(stream, Body) or stream.buf.tell():
        return stream
    reader = stream.reader
    straight = (
        isinstance(reader, LengthReader)
        and isinstance(reader.unreader, SocketUnreader)
        and type(reader.unreader.sock) is socket.socket
    )
    return _Straight(reader) if straight else stream


def _read(stream: Any, size: int, idle: Callable[[], None]) -> bytes:
    """Read once; the server keeps what it has read of a block when a tick passes in the midst of it."""
    limit = time.monotonic() + _SILENCE_S
    while True:
        try:
            block: bytes = stream.read(size)
        except TimeoutError:
            if time.monotonic() > limit:
                raise Silent from None
            idle()
        else:
            return block


@contextmanager
def _ticking() -> Iterator[None]:
    """Have the server's reads of this connection end each second, where the server lets us at it."""
    connection: socket.socket | None = request.environ.get("gunicorn.socket")
    if connection is None:
        yield
        return
    before = connection.gettimeout()
    connection.settimeout(_TICK_S)
    try:
        yield
    finally:
        with suppress(OSError):
            _await_bytes(connection, 1)
            connection.settimeout(before)
