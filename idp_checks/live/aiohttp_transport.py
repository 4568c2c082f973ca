"""A transport for many parallel requests: httpx's interface on aiohttp (httpx-aiohttp).

Connections are kept open and used again, unless the server sent data after the end of a response.
"""

from __future__ import annotations

import ssl

import aiohttp
from httpx_aiohttp import AiohttpTransport

from idp_checks.live.http import httpx
from idp_checks.private_apis import make_checked_connector

__all__ = ["make_aiohttp_transport"]


class _TableTransport(AiohttpTransport):
    """Passes the headers as a plain table: aiohttp would otherwise look each header up among all."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.headers = getattr(request, "table", None) or dict(request.headers.items())  # type: ignore[assignment]
        return await super().handle_async_request(request)


def make_aiohttp_transport(authorities: ssl.SSLContext, proxy: str | None = None) -> AiohttpTransport:
    """Return a transport without cookies, redirects and decompression.

    Args:
        authorities: the trusted certificate authorities.
        proxy: the URL of the proxy; None to connect directly.
    """

    def make_session() -> aiohttp.ClientSession:
        connector = make_checked_connector(limit=0, ssl=transport.ssl_context)
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    proxy_setting = None if proxy is None else httpx.Proxy(proxy)
    transport = _TableTransport(verify=authorities, client=make_session, proxy=proxy_setting)
    return transport
