"""The most that one Python process can do: read a body from a socket, digest it, write it. Nothing else is checked."""

import hashlib
import os
import socket
import sys
from pathlib import Path

_BLOCK = 1 << 20


def main() -> None:
    """Serve one PUT a connection, one after the other, until it is ended."""
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    with socket.create_server(("127.0.0.1", port)) as server:
        while True:
            connection, _ = server.accept()
            with connection:
                _serve(connection, folder / "file")


def _serve(connection: socket.socket, target: Path) -> None:
    """Take a PUT; with `?durable` the file is flushed to the disk before the answer."""
    came = b""
    while b"\r\n\r\n" not in came:
        block = connection.recv(_BLOCK)
        if not block:
            return
        came += block
    head, _, rest = came.partition(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-len"))
    digest, buffer = hashlib.sha256(rest), memoryview(bytearray(_BLOCK))
    with target.open("wb", buffering=0) as file:
        file.write(rest)
        left = length - len(rest)
        while left > 0 and (count := connection.recv_into(buffer, min(left, _BLOCK))):
            digest.update(buffer[:count])
            file.write(buffer[:count])
            left -= count
        if b"?durable " in head.split(b"\r\n")[0]:
            os.fsync(file.fileno())
    connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\nX-Sha256: " + digest.hexdigest().encode())
    connection.sendall(b"\r\n\r\n")


if __name__ == "__main__":
    main()
