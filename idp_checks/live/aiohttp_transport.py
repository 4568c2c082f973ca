"""httpx's transport for many requests side by side: aiohttp beneath it (httpx-aiohttp).

Connections are kept open and used again; one on which anything came unasked is not, so that a server's surplus is not
read as the next answer.
"""

from __future__ import annotations

import select
import ssl
from typing import Any

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

__all__ = ["transport"]


class _Wary(aiohttp.TCPConnector):
    """Uses no connection again on which anything came unasked: it would be read as the next answer."""

    async def _get(self, key: Any, traces: Any) -> Any:
        while (found := await super()._get(key, traces)) is not None:
            protocol = found.protocol
            if protocol is not None and not protocol.should_close and not _readable(protocol.transport):
                return found
            found.close()
        return None


def _readable(transport: Any) -> bool:
    """Whether something waits to be read, were it but the end."""
    socket = transport.get_extra_info("socket")
    if socket is None or socket.fileno() < 0:
        return True
    poll = select.poll()
    poll.register(socket.fileno(), select.POLLIN)
    return bool(poll.poll(0))


class _Transport(AiohttpTransport):
    """Hands the headers over as a table: read one by one, each would be looked for among all."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.headers = getattr(request, "table", None) or dict(request.headers.items())  # type: ignore[assignment]
        return await super().handle_async_request(request)


def transport(trusted: ssl.SSLContext, proxy: str | None = None) -> AiohttpTransport:
    """How many requests are sent side by side: no cookies, no redirects, nothing decompressed.

    Args:
        trusted: the authorities that are trusted.
        proxy: the address of the proxy; None for none.
    """

    def session() -> aiohttp.ClientSession:
        connector = _Wary(limit=0, ssl=made.ssl_context)
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    made = _Transport(verify=trusted, client=session, proxy=None if proxy is None else httpx.Proxy(proxy))
    return made
