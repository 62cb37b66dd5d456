"""Bytes of a request as gunicorn hands them over: all of them, nothing of the next request, nothing lost by a cut."""

import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress

import pytest
from flask import Flask
from gunicorn.http.body import Body, LengthReader
from gunicorn.http.unreader import SocketUnreader

from concours.kernel.web.body import Cut, RequestBody


class Gunicorn:
    """A connection whose headers were read, with what gunicorn had read beyond them."""

    def __init__(self, length: int, beyond: bytes = b"") -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.visitor = socket.create_connection(server.getsockname())
            connection, _ = server.accept()
        self.unreader = SocketUnreader(connection)
        self.unreader.unread(beyond)
        self.reader = LengthReader(self.unreader, length)
        self.environ = {
            "wsgi.input": Body(self.reader),
            "wsgi.input_terminated": True,
            "gunicorn.socket": connection,
            "CONTENT_LENGTH": str(length),
        }

    def blocks(self) -> Iterator[bytes]:
        with Flask(__name__).test_request_context(environ_overrides=self.environ):
            yield from RequestBody().blocks()

    def close(self) -> None:
        self.visitor.close()
        self.unreader.sock.close()


@pytest.fixture
def connections() -> Iterator[list[Gunicorn]]:
    opened: list[Gunicorn] = []
    yield opened
    for each in opened:
        each.close()


def test_a_body_is_read_to_its_end_and_no_further(connections: list[Gunicorn]) -> None:
    sent = bytes(range(256)) * 400
    server = Gunicorn(len(sent), beyond=sent[:5000])
    connections.append(server)
    server.visitor.sendall(sent[5000:] + b"GET /next")
    assert b"".join(server.blocks()) == sent
    assert server.reader.length == 0
    assert server.unreader.read(9) == b"GET /next"


def test_a_request_that_came_with_the_former_one_stays_the_next(connections: list[Gunicorn]) -> None:
    server = Gunicorn(10, beyond=b"0123456789GET /next")
    connections.append(server)
    assert b"".join(server.blocks()) == b"0123456789"
    assert server.unreader.take_buffered() == b"GET /next"


def test_what_came_before_a_cut_is_handed_over_first(connections: list[Gunicorn]) -> None:
    server = Gunicorn(1000)
    connections.append(server)
    server.visitor.sendall(b"x" * 300)
    server.visitor.close()
    came = server.blocks()
    assert next(came) == b"x" * 300
    with pytest.raises(Cut):
        next(came)


def test_what_was_read_by_others_first_is_not_skipped(connections: list[Gunicorn]) -> None:
    server = Gunicorn(10, beyond=b"0123456789")
    connections.append(server)
    server.environ["wsgi.input"].read(3)
    server.environ["CONTENT_LENGTH"] = "7"
    assert b"".join(server.blocks()) == b"3456789"


def test_a_slow_sender_wakes_us_seldom_and_loses_nothing(connections: list[Gunicorn]) -> None:
    sent = bytes(range(256)) * 1024
    server = Gunicorn(len(sent))
    connections.append(server)

    def trickle() -> None:
        for start in range(0, len(sent), 4096):
            server.visitor.sendall(sent[start : start + 4096])
            time.sleep(0.01)

    sending = threading.Thread(target=trickle)
    sending.start()
    blocks = list(server.blocks())
    sending.join()
    assert b"".join(blocks) == sent
    assert len([block for block in blocks if len(block) < 8192]) < 32, "all that comes after the beginning is awaited"
    assert server.unreader.sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT) == 1


def test_what_is_less_than_a_block_is_handed_over_without_waiting_for_the_rest(connections: list[Gunicorn]) -> None:
    sent = b"x" * 100_000
    server = Gunicorn(1_000_000)
    connections.append(server)
    server.visitor.sendall(sent)
    came, blocks = 0, server.blocks()
    while came < len(sent):
        came += len(next(blocks))
    server.visitor.sendall(b"y" * 300)
    assert next(blocks) == b"y" * 300


def test_whoever_sends_nothing_for_now_holds_no_block_of_memory(connections: list[Gunicorn]) -> None:
    senders = [Gunicorn(1_000_000) for _ in range(10)]
    connections.extend(senders)
    readers = [threading.Thread(target=lambda sender=sender: list(_until_cut(sender))) for sender in senders]
    tracemalloc.start()
    try:
        for reader in readers:
            reader.start()
        time.sleep(0.5)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        for sender in senders:
            sender.visitor.close()
        for reader in readers:
            reader.join()
    assert held < 500_000, f"{held} bytes for ten who wait"


def _until_cut(sender: Gunicorn) -> Iterator[bytes]:
    with suppress(Cut):
        yield from sender.blocks()
