"""The simulated issuers over HTTP: an ASGI application with each issuer under its provider's name.

``/{provider}`` is the address to give as ``issuer_url``. ``/{provider}+{case}`` is the same issuer, playing that case
whatever it is asked: a key set that is out of service, say, for which no token can ask.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from idp_checks.issuers.world import PLAYED, SLOW, World, question

if TYPE_CHECKING:
    from starlette.requests import Request as Asked

__all__ = ["app"]


def app(world: World, *, late: float = 15.0) -> Starlette:
    """The application; ``late`` is how many seconds the answer of the case ``slow`` takes."""

    async def answer(asked: Asked) -> Response:
        name, plus, case = asked.path_params["provider"].partition("+")
        if name not in world.names or (plus and case not in (*PLAYED, SLOW)):
            return PlainTextResponse("no such issuer is played\n", 404)
        request = question(asked.method, str(asked.url), dict(asked.headers), await asked.body())
        if (case or world.issuer(name).case(request)) == SLOW:
            await _leaving(asked, late)
        base = f"{asked.url.scheme}://{asked.url.netloc}/{asked.path_params['provider']}"
        answered = world.respond(name, request, base, case or None)
        return Response(answered.body, answered.status, dict(answered.headers))

    async def listed(_: Asked) -> Response:
        return PlainTextResponse("".join(f"/{name}\n" for name in world.names))

    return Starlette(
        routes=[
            Route("/", listed),
            Route("/{provider}/{path:path}", answer, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        ]
    )


async def _leaving(asked: Asked, late: float) -> None:
    """Wait until the caller has gone away, or so many seconds."""
    for _ in range(int(late / 0.05)):
        if await asked.is_disconnected():
            return
        await asyncio.sleep(0.05)
