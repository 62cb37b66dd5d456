"""One client for every server that is compared: plain HTTP over loopback, bodies sent by the kernel."""

import re
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from threading import Barrier
from typing import BinaryIO, NamedTuple, Self

from benchmarks.slow_link import SlowLink

_PATIENCE_S = 60
_HEAD_MOST = 64 << 10


class Failed(Exception):
    """A server did not answer as it must: there is no figure."""


@dataclass(frozen=True)
class Body:
    """A file of any size that takes no place: its beginning, then the same payload again and again."""

    head: bytes
    payload: BinaryIO
    period: int
    """Bytes of the payload."""
    size: int

    def send(self, connection: socket.socket, start: int, stop: int) -> None:
        """Send the bytes from `start` to before `stop`: by `sendfile`, so that the client costs next to nothing."""
        if start < len(self.head):
            connection.sendall(self.head[start:stop])
            start = min(stop, len(self.head))
        while start < stop:
            at = (start - len(self.head)) % self.period
            count = min(stop - start, self.period - at)
            if connection.sendfile(self.payload, at, count) != count:
                raise Failed("the payload is shorter than its period")
            start += count


class Answer(NamedTuple):
    """What a server said."""

    status: int
    headers: Mapping[str, str]
    """By names in lower case."""
    body: bytes


@dataclass(frozen=True)
class Link:
    """How slow a link is: it takes `piece` bytes at a time, `speed` bytes a second."""

    through: SlowLink
    piece: int
    speed: int


class _Pieces:
    """The bytes of a span of a body, a piece at a time."""

    def __init__(self, connection: socket.socket, body: Body, span: tuple[int, int], piece: int) -> None:
        self._connection, self._body, self._piece = connection, body, piece
        self._at, self._end = span

    def send_piece(self) -> bool:
        """Send the next piece, and return True; False once there is none left."""
        if self._at >= self._end:
            return False
        stop = min(self._at + self._piece, self._end)
        self._body.send(self._connection, self._at, stop)
        self._at = stop
        return True


class Connection:
    """A connection that stays open from one request to the next; opened and closed by `with`."""

    def __init__(self, port: int) -> None:
        self._address = f"127.0.0.1:{port}"
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._rest = b""

    def request(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        *,
        body: Body | None = None,
        span: tuple[int, int] = (0, 0),
        around: tuple[bytes, bytes] = (b"", b""),
        status: int = 200,
    ) -> Answer:
        """Send a request and return its answer; the body is `span` of `body`, between the two of `around`.

        Raises Failed on another status.
        """
        length = span[1] - span[0] + sum(map(len, around))
        lines = {"Host": self._address, **({"Content-Length": str(length)} if length else {}), **(headers or {})}
        said = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self._socket.sendall(f"{method} {path} HTTP/1.1\r\n{said}\r\n".encode() + around[0])
        with suppress(BrokenPipeError, ConnectionResetError):  # a refusal may come before the end: the answer says why
            if body:
                body.send(self._socket, *span)
            self._socket.sendall(around[1])
        return self._expect(f"{method} {path}", status, bodiless=method == "HEAD")

    def request_slowly(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        *,
        body: Body,
        span: tuple[int, int],
        link: Link,
        status: int,
    ) -> Answer:
        """As `request`, over a slow link."""
        lines = {"Host": self._address, "Content-Length": str(span[1] - span[0]), **headers}
        said = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self._socket.sendall(f"{method} {path} HTTP/1.1\r\n{said}\r\n".encode())
        link.through.send(_Pieces(self._socket, body, span, link.piece), link.piece / link.speed)
        return self._expect(f"{method} {path}", status)

    def _expect(self, said: str, status: int, *, bodiless: bool = False) -> Answer:
        answer = self._read(bodiless=bodiless)
        if answer.status != status:
            raise Failed(f"{said}: {answer.status}, {status} expected: {answer.body[:300]!r}")
        return answer

    def _read(self, *, bodiless: bool) -> Answer:
        while b"\r\n\r\n" not in self._rest:
            self._more()
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = 0 if bodiless else int(headers.get("content-length", "0"))
        while len(self._rest) < length:
            self._more()
        body, self._rest = self._rest[:length], self._rest[length:]
        return Answer(int(first.split()[1]), headers, body)

    def _more(self) -> None:
        came = self._socket.recv(_HEAD_MOST)
        if not came:
            raise Failed("the server closed the connection without an answer")
        self._rest += came

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()


def timed(act: Callable[[], object]) -> float:
    """Return the seconds that an act takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def all_at_once(acts: Sequence[Callable[[], object]]) -> float:
    """Start every act at the same moment, each in its thread; return the seconds until the last is over."""
    gate = Barrier(len(acts) + 1)

    def run(act: Callable[[], object]) -> None:
        gate.wait()
        act()

    with ThreadPoolExecutor(len(acts)) as pool:
        running = [pool.submit(run, act) for act in acts]
        gate.wait()
        start = time.perf_counter()
        for each in running:
            each.result()
        return time.perf_counter() - start


def field_of(page: bytes, name: str) -> str:
    """Return the value of a hidden field of a page."""
    found = re.search(rb'name="' + name.encode() + rb'"[^>]*value="([^"]+)"', page)
    if found is None:
        raise Failed(f"no field {name} in the page")
    return found[1].decode()
