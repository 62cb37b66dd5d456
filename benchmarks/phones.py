"""Telephones that ask over and over: all in one thread, so that a room full of them takes little of the machine."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from http.cookies import SimpleCookie

from benchmarks.sender import Answer, Failed

_HEAD_MOST = 64 << 10
_PATIENCE_S = 60


class Line:
    """What a browser keeps of one server: a connection that it opens again when it was closed, and its cookies."""

    def __init__(self, port: int, counts: Counter[str]) -> None:
        self._port, self._counts = port, counts
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._cookies: dict[str, str] = {}

    async def ask(self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        """Send a request and return its answer, whatever its status. Raises Failed without one."""
        lines = {"Host": f"127.0.0.1:{self._port}", **self._cookie(), **(headers or {})}
        if body:
            lines["Content-Length"] = str(len(body))
        said = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        async with asyncio.timeout(_PATIENCE_S):
            return await self._answered(f"{method} {path} HTTP/1.1\r\n{said}\r\n".encode() + body)

    async def _answered(self, request: bytes) -> Answer:
        for _ in range(2):
            new = self._streams is None
            reader, writer = self._streams = self._streams or await self._connect()
            try:
                writer.write(request)
                return await self._read(reader)
            except (asyncio.IncompleteReadError, ConnectionError):
                self.close()
                if new:
                    break
        raise Failed("the server closed the connection without an answer")

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self._counts["connections"] += 1
        return await asyncio.open_connection("127.0.0.1", self._port, limit=_HEAD_MOST)

    async def _read(self, reader: asyncio.StreamReader) -> Answer:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").rstrip().split("\r\n")
        headers: dict[str, str] = {}
        for name, _, value in (line.partition(": ") for line in lines):
            headers[name.lower()] = value
            if name.lower() == "set-cookie":
                self._cookies |= {each.key: each.value for each in SimpleCookie(value).values()}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        if headers.get("connection") == "close":
            self.close()
        return Answer(int(first.split()[1]), headers, body)

    def _cookie(self) -> dict[str, str]:
        said = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        return {"Cookie": said} if said else {}

    def close(self) -> None:
        """Let go of the connection."""
        if self._streams:
            self._streams[1].close()
        self._streams = None
