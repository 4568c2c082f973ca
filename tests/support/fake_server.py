"""A loopback server that returns prepared bytes, valid or not."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time

from idp_checks import introspect_sync

TOKEN = "canary-t0ken/+with=signs~0123456789abcdef"
SECRET = "canary-s3cret/+with=signs~0123456789abcdef"
CLIENT = "client-a"
LATER = int(time.time()) + 3600
GOOD = {"active": True, "client_id": CLIENT, "sub": "700042", "scope": "openid email", "exp": LATER}


class FakeServer:
    """A server on loopback; ``requests`` are the received requests as bytes.

    ``respond(request, connection)`` returns the bytes of the response, or sends them and returns None, which closes the
    connection.
    """

    def __init__(self, respond, tls=None):
        self.respond = respond
        self.requests = []
        self.connection_count = 0
        self.parallel = self.most_parallel = 0
        self._lock = threading.Lock()
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"
        self._is_closed = threading.Event()

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._is_closed.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def wait(self, seconds):
        """Wait, at most until the server is closed."""
        self._is_closed.wait(seconds)

    def _accept(self):
        while not self._is_closed.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connection_count += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with contextlib.suppress(OSError), connection:
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                while request := _receive(connection):
                    with self._lock:
                        self.requests.append(request)
                        self.parallel += 1
                        self.most_parallel = max(self.most_parallel, self.parallel)
                    try:
                        response = self.respond(request, connection)
                        if response is None:
                            return
                        connection.sendall(response)
                    finally:
                        with self._lock:
                            self.parallel -= 1


def _receive(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return None
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    length = next(lengths, 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def serve(response):
    """Return a server that sends the same bytes to every request."""
    return FakeServer(lambda request, connection: response)


def http_response(body=b"", status="200 OK", **headers):
    """Return a response in bytes; ``_`` in the names of headers becomes ``-``, and None omits a header."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    table = {"content_type": "application/json", "content_length": len(data), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in table.items() if value is not None)
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode("latin-1") + data


def introspect_at(server, provider="oauth2", token=TOKEN, **options):
    """Introspect a token at a server, or at a URL."""
    options = {"client_id": CLIENT, "client_secret": SECRET, "timeout": 5.0, **options}
    options.setdefault("issuer_url", getattr(server, "url", server))
    return introspect_sync(provider, token, **options)
