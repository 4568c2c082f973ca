"""The simulated issuers over HTTP: an ASGI application with each issuer under its provider's name.

``/{provider}`` is the ``issuer_url`` of a provider. ``/{provider}+{case}`` is the same issuer with one case for every
request: for example a key set that is out of service, which no token can select.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from idp_checks.issuers.cases import SLOW, TROUBLE_CASES
from idp_checks.issuers.requests import parse_request

if TYPE_CHECKING:
    from starlette.requests import Request as HttpRequest

    from idp_checks.issuers.world import World

__all__ = ["make_app"]

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def make_app(world: World, *, delay: float = 15.0) -> Starlette:
    """Return the application; ``delay`` is the delay of the case ``slow`` in seconds."""

    async def respond(http_request: HttpRequest) -> Response:
        name, plus, case = http_request.path_params["provider"].partition("+")
        if name not in world.names or (plus and case not in (*TROUBLE_CASES, SLOW)):
            return PlainTextResponse("no simulated issuer at this URL\n", 404)
        body = await http_request.body()
        request = parse_request(http_request.method, str(http_request.url), dict(http_request.headers), body)
        if (case or world.issuer(name).case(request)) == SLOW:
            await _wait_for_disconnect(http_request, delay)
        base = f"{http_request.url.scheme}://{http_request.url.netloc}/{http_request.path_params['provider']}"
        response = world.respond(name, request, base, case or None)
        return Response(response.body, response.status, dict(response.headers))

    async def list_issuers(_: HttpRequest) -> Response:
        return PlainTextResponse("".join(f"/{name}\n" for name in world.names))

    return Starlette(routes=[Route("/", list_issuers), Route("/{provider}/{path:path}", respond, methods=_METHODS)])


async def _wait_for_disconnect(http_request: HttpRequest, seconds: float) -> None:
    """Wait until the client disconnects, at most so many seconds."""
    for _ in range(int(seconds / 0.05)):
        if await http_request.is_disconnected():
            return
        await asyncio.sleep(0.05)
