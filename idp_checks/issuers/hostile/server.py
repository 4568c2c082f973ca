"""A small HTTP server on loopback that gives full control of the bytes it sends."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

__all__ = ["TLS_HANDSHAKE", "LoopbackServer", "parse_headers", "parse_target"]

TLS_HANDSHAKE = 0x16
"""The first byte of a TLS connection."""


class LoopbackServer(ABC):
    """A server on loopback with one thread per connection. A context manager.

    Attributes:
        base_url: the URL of the server.
        connection_count: the number of connections so far.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._connections: set[socket.socket] = set()
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self.port: int = self._listener.getsockname()[1]
        self.base_url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"
        self.connection_count = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, name="idp-checks hostile issuer", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()
        with self._lock:
            for item in (self._listener, *self._connections):
                with contextlib.suppress(OSError):
                    item.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connection_count += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                with self._lock:
                    self._connections.add(connection)
                try:
                    if (request := _read_request(connection)) is not None:
                        response = self._respond(*request, connection)
                        connection.sendall(response or b"")
                finally:
                    with self._lock:
                        self._connections.discard(connection)

    @abstractmethod
    def _respond(self, head: bytes, body: bytes, connection: socket.socket) -> bytes | None:
        """Return the bytes to send before the connection is closed, or None if everything is sent already."""


def _read_request(connection: socket.socket) -> tuple[bytes, bytes] | None:
    """Read the head and body of a request; None if the client closes the connection first."""
    data = b""
    while b"\r\n\r\n" not in data:
        received = connection.recv(1 << 16)
        if not received:
            return None
        data += received
        if data[0] == TLS_HANDSHAKE:
            return data, b""
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(parse_headers(head).get("content-length", "0"))
    while len(body) < length:
        received = connection.recv(1 << 16)
        if not received:
            return None
        body += received
    return head, body


def parse_headers(head: bytes) -> dict[str, str]:
    """Parse the headers of a request, with names in lower case."""
    pairs = (line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:])
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def parse_target(head: bytes) -> str:
    """Return the request target: path and query."""
    return head.partition(b"\r\n")[0].decode("latin-1").split(" ")[1]
