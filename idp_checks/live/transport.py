"""Send one HTTP request, and explain why no response came.

The HTTP library's client is not used, because it logs the URLs of its requests; its transports do not. While an issuer
is asked, the logs of httpcore and aiohttp are silent: they show response headers, and a token sent in the query can
come back in the ``Location`` header of a redirect.
"""

from __future__ import annotations

import logging
import os
import ssl
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import lru_cache
from typing import NamedTuple, TypeAlias
from urllib.parse import urlsplit

from idp_checks.errors import missing_extra
from idp_checks.live.http import httpx
from idp_checks.live.http_request import build_http_request
from idp_checks.live.http_response import read_body, read_headers
from idp_checks.private_apis import close_unsafe_connections
from idp_checks.tokens.urls import is_loopback
from idp_checks.tokens.wire import Request, Response, Unreachable

__all__ = ["Fault", "Transport", "TransportPool", "load_authorities", "send_once"]

Transport: TypeAlias = httpx.AsyncBaseTransport


class Fault(NamedTuple):
    """The reason for a missing response; ``is_temporary`` if another attempt may succeed."""

    detail: str
    is_temporary: bool = False


_BROKEN = Fault("the connection was closed early, or the response is not valid HTTP", is_temporary=True)


async def send_once(transport: Transport, request: Request) -> Response | Fault:
    """Send a request, and return its response or the reason for its absence.

    Raises:
        Unreachable: the request cannot be sent, or its response cannot be read.
    """
    reset = _IS_ASKING.set(True)
    try:
        # The request with its secrets is an expression, so that no local variable shows it in a traceback.
        response = await transport.handle_async_request(build_http_request(request))
        try:
            headers = read_headers(response)
            return Response(response.status_code, headers, await read_body(response, headers))
        finally:
            await response.aclose()
            await close_unsafe_connections(transport)
    except (Unreachable, AssertionError):
        raise
    except httpx.TransportError as error:
        return _classify_error(error)
    except Exception as error:  # noqa: BLE001 - a transport may raise any exception
        if type(error).__name__ == "ClientResponseError":  # aiohttp's error for an invalid HTTP response
            return _BROKEN
        raise Unreachable("unparsable", f"the exchange failed ({type(error).__name__})") from None
    finally:
        _IS_ASKING.reset(reset)


def _classify_error(error: httpx.TransportError) -> Fault:
    """Describe an error without its message, which may contain a secret."""
    causes = list(_list_causes(error))
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return Fault("TLS failed: the certificate is not trusted, or the handshake failed")
    if any(isinstance(cause, ConnectionResetError | BrokenPipeError | EOFError) for cause in causes) or any(
        type(cause).__name__ == "ServerDisconnectedError" for cause in causes
    ):
        return _BROKEN
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return Fault("cannot connect: the host is unknown or does not accept connections", is_temporary=True)
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):
        return _BROKEN
    if isinstance(error, httpx.TimeoutException):
        return Fault("the request timed out")
    return Fault(f"the request failed ({type(error).__name__})")


def _list_causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and its causes."""
    visited: set[int] = set()
    while error is not None and id(error) not in visited:
        visited.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


class TransportPool:
    """The transports of an asker: one for each proxy, or one for everything if the caller provides it.

    Args:
        transport: the caller's transport, which the pool does not close.
        bulk: whether connections are kept open, and many are used in parallel.
    """

    def __init__(self, transport: Transport | None, *, bulk: bool) -> None:
        self._callers_transport = transport
        self._open: Callable[[ssl.SSLContext, str | None], Transport] = _open_transport
        if bulk and transport is None:
            try:
                from idp_checks.live.aiohttp_transport import make_aiohttp_transport
            except ModuleNotFoundError as error:
                raise missing_extra(error) or error from None
            self._open = make_aiohttp_transport
        self._by_proxy: dict[str | None, Transport] = {}
        self._by_origin: dict[tuple[str, str], Transport] = {}

    def find(self, url: str) -> Transport:
        """Return the transport for a URL.

        Raises:
            Unreachable: the proxy is of an unsupported type.
        """
        if self._callers_transport is not None:
            return self._callers_transport
        parts = urlsplit(url)
        origin = parts.scheme, parts.netloc
        if origin not in self._by_origin:
            proxy = _find_proxy(url)
            if proxy not in self._by_proxy:
                try:
                    self._by_proxy[proxy] = self._open(load_authorities(), proxy)
                except (ImportError, ValueError, httpx.InvalidURL):
                    raise Unreachable("network", "not sent: unsupported proxy type") from None
            self._by_origin[origin] = self._by_proxy[proxy]
        return self._by_origin[origin]

    async def close(self) -> None:
        """Close the transports that the pool opened."""
        for transport in self._by_proxy.values():
            await transport.aclose()


def _open_transport(authorities: ssl.SSLContext, proxy: str | None) -> Transport:
    return httpx.AsyncHTTPTransport(verify=authorities, proxy=proxy)


def _find_proxy(url: str) -> str | None:
    """Return the environment's proxy for a URL; None for loopback, where tokens may be sent without TLS."""
    from urllib.request import getproxies, proxy_bypass

    if is_loopback(url):
        return None
    proxies = getproxies()
    if not proxies or proxy_bypass(urlsplit(url).hostname or ""):
        return None
    return proxies.get(urlsplit(url).scheme) or proxies.get("all")


def load_authorities() -> ssl.SSLContext:
    """Return the trusted certificate authorities: the HTTP library's, or those of ``SSL_CERT_FILE`` and the like."""
    return _load_authorities(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@lru_cache(maxsize=4)
def _load_authorities(file: str | None, folder: str | None) -> ssl.SSLContext:  # noqa: ARG001 - the library reads them
    return httpx.create_ssl_context()


_IS_ASKING: ContextVar[bool] = ContextVar("idp_checks_asking", default=False)


class _SilentWhileAsking(logging.Filter):
    """Drops the records logged while an issuer is asked, and no others."""

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002
        return not _IS_ASKING.get()


_HTTPCORE_MODULES = ("connection", "http11", "http2", "proxy", "socks")
for _logger_name in (*(f"httpcore.{module}" for module in _HTTPCORE_MODULES), "aiohttp.client"):
    logging.getLogger(_logger_name).addFilter(_SilentWhileAsking())
