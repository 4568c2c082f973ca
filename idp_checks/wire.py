"""The connection to an issuer: HTTP/1.1, over TLS or on loopback, and not a word of it in any log.

httpx logs the addresses it asks, httpcore the headers of answers and pieces of broken ones, and either may hold a
token: one that goes in the query comes back in the ``Location`` of a redirect. So the pool is httpcore's, where tools
that play a network take hold (respx), and the connections in it are these: h11 on a stream. They log nothing, and
their errors repeat nothing of what was sent or received.
"""

from __future__ import annotations

import base64
import contextlib
import ssl
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import unquote, urlsplit

import h11
import httpcore
import httpx

__all__ = ["Transport"]

MAX_HEAD = 64 << 10
"""Bytes of an answer's head that are read."""
_CHUNK = 64 << 10


class Transport(httpx.AsyncHTTPTransport):
    """Sends requests over the network, through ``proxy`` (an http or https address) where one is given."""

    def __init__(self, proxy: str | None = None) -> None:
        self._pool = _Pool(proxy)


class _Pool(httpcore.AsyncConnectionPool):
    def __init__(self, proxy: str | None) -> None:
        self._tls: ssl.SSLContext | None = None
        super().__init__(max_connections=None)
        self._through = proxy

    def create_connection(self, origin: httpcore.Origin) -> httpcore.AsyncConnectionInterface:
        return _Connection(origin, self)

    @property
    def tls(self) -> ssl.SSLContext:
        """Certificates are checked, against the authorities of certifi or of ``SSL_CERT_FILE``."""
        if self._tls is None:
            self._tls = httpx.create_ssl_context()
            self._tls.set_alpn_protocols(["http/1.1"])
        return self._tls

    async def open(self, origin: httpcore.Origin) -> httpcore.AsyncNetworkStream:
        """A stream to the origin."""
        backend = httpcore.AnyIOBackend()
        host = origin.host.decode("ascii")
        if self._through is None:
            stream = await backend.connect_tcp(host, origin.port)
        else:
            proxy = urlsplit(self._through)
            if proxy.scheme not in ("http", "https") or not proxy.hostname:
                raise httpcore.ProxyError("a proxy that is neither http nor https")
            stream = await backend.connect_tcp(proxy.hostname, proxy.port or {"http": 80, "https": 443}[proxy.scheme])
            try:
                if proxy.scheme == "https":
                    stream = await stream.start_tls(self.tls, server_hostname=proxy.hostname)
                await _tunnel(stream, f"{host}:{origin.port}", proxy.username, proxy.password)
            except BaseException:
                await stream.aclose()
                raise
        if origin.scheme == b"https":
            stream = await stream.start_tls(self.tls, server_hostname=host)
        return stream


class _Connection(httpcore.AsyncConnectionInterface):
    """One connection to one origin: one request at a time."""

    def __init__(self, origin: httpcore.Origin, pool: _Pool) -> None:
        self._origin = origin
        self._pool = pool
        self._stream: httpcore.AsyncNetworkStream | None = None
        self._protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
        self._busy = False
        self._closed = False

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        if self._busy or self._closed:
            raise httpcore.ConnectionNotAvailable
        self._busy = True
        try:
            if self._stream is None:
                self._stream = await self._pool.open(self._origin)
            with contextlib.suppress(httpcore.WriteError):  # a server may answer before it has read everything
                await self._stream.write(await _written(self._protocol, request))
            answer = await _answer(self._protocol, self._stream)
        except BaseException:
            await self.aclose()
            raise
        return httpcore.Response(answer.status_code, headers=answer.headers.raw_items(), content=_Body(self))

    async def data(self) -> AsyncIterator[bytes]:
        """The body as it comes."""
        assert self._stream is not None  # noqa: S101 - the head came over it
        while isinstance(event := await _event(self._protocol, self._stream), h11.Data):
            yield bytes(event.data)
            del event

    async def release(self) -> None:
        """Ready for the next request if this one was answered whole and nothing came after it, else closed."""
        done = self._protocol.our_state is h11.DONE and self._protocol.their_state is h11.DONE
        if done and not self._protocol.trailing_data[0] and not self._closed:
            self._protocol.start_next_cycle()
            self._busy = False
        else:
            await self.aclose()

    async def aclose(self) -> None:
        self._closed = True
        if self._stream is not None:
            await self._stream.aclose()

    def info(self) -> str:
        return f"{self._origin}, {'closed' if self._closed else 'busy' if self._busy else 'idle'}"

    def can_handle_request(self, origin: httpcore.Origin) -> bool:
        return origin == self._origin

    def is_available(self) -> bool:
        return self.is_idle()

    def has_expired(self) -> bool:
        # An idle connection with something to read was closed, or holds what nobody asked for.
        return self.is_idle() and self._stream is not None and bool(self._stream.get_extra_info("is_readable"))

    def is_idle(self) -> bool:
        return self._stream is not None and not self._busy and not self._closed

    def is_closed(self) -> bool:
        return self._closed


class _Body:
    """The body of one answer; closing it frees the connection."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._open = True

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._connection.data()

    async def aclose(self) -> None:
        if self._open:
            self._open = False
            await self._connection.release()


async def _written(protocol: h11.Connection, request: httpcore.Request) -> bytes:
    """The request as it goes over the wire."""
    content = request.stream
    assert hasattr(content, "__aiter__")  # noqa: S101 - of an asynchronous request
    try:
        return b"".join((
            protocol.send(h11.Request(method=request.method, target=request.url.target, headers=request.headers))
            or b"",
            *[protocol.send(h11.Data(data=part)) or b"" async for part in content],
            protocol.send(h11.EndOfMessage()) or b"",
        ))  # fmt: skip
    except h11.LocalProtocolError:
        raise httpcore.LocalProtocolError("a request that HTTP does not allow") from None


async def _answer(protocol: h11.Connection, stream: httpcore.AsyncNetworkStream) -> h11.Response:
    """The head of the final answer."""
    while True:
        event = await _event(protocol, stream)
        if isinstance(event, h11.Response):
            return event
        if not isinstance(event, h11.InformationalResponse) or event.status_code == 101:  # noqa: PLR2004
            raise httpcore.RemoteProtocolError("an answer that was not asked for")


async def _event(protocol: h11.Connection, stream: httpcore.AsyncNetworkStream) -> Any:  # noqa: ANN401 - h11's events
    while True:
        try:
            event = protocol.next_event()
        except h11.RemoteProtocolError:
            raise httpcore.RemoteProtocolError("an answer that is cut short or no HTTP/1.1") from None
        if event is not h11.NEED_DATA:
            return event
        protocol.receive_data(await stream.read(_CHUNK))


async def _tunnel(stream: httpcore.AsyncNetworkStream, target: str, user: str | None, password: str | None) -> None:
    """Ask a proxy for a tunnel (RFC 9110, section 9.3.6)."""
    headers = [("Host", target)]
    if user is not None:
        pair = f"{unquote(user)}:{unquote(password or '')}".encode()
        headers.append(("Proxy-Authorization", f"Basic {base64.b64encode(pair).decode()}"))
        del pair
    protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
    await stream.write(protocol.send(h11.Request(method="CONNECT", target=target, headers=headers)) or b"")
    protocol.send(h11.EndOfMessage())
    del headers
    answer = await _answer(protocol, stream)
    if not 200 <= answer.status_code < 300:  # noqa: PLR2004
        raise httpcore.ProxyError(f"the proxy refused the tunnel (HTTP {answer.status_code})")
