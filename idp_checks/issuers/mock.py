"""The simulated issuers at the providers' own hosts, for tests: a respx router.

While the router is active, every request through httpx is answered from here or refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import respx

from idp_checks.issuers.cases import SLOW
from idp_checks.issuers.requests import parse_request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from idp_checks.issuers.issuer import Issuer
    from idp_checks.issuers.world import World

__all__ = ["router"]


def router(world: World, *, cases: Mapping[str, str] | None = None) -> respx.MockRouter:
    """Return a router that simulates the issuers at their documented URLs; it is a context manager.

    If providers share a URL, the issuer of the token in the request responds. A request to an undocumented URL raises
    ``respx.models.AllMockedAssertionError`` and is not sent.

    Args:
        world: the simulated issuers.
        cases: by provider, a case for every request.
    """
    issuers: dict[tuple[str, str, str], list[Issuer]] = {}
    for issuer in map(world.issuer, world.names):
        for route in issuer.routes:
            issuers.setdefault((route.method, urlsplit(route.url).netloc, route.pattern), []).append(issuer)
    mocked = respx.MockRouter(assert_all_called=False, assert_all_mocked=True)
    for (method, host, pattern), sharing in issuers.items():
        route_mock = mocked.route(method=method, scheme="https", host=host, path__regex=f"^{pattern}$")
        route_mock.mock(side_effect=_responder(sharing, cases or {}))
    return mocked


def _responder(issuers: list[Issuer], cases: Mapping[str, str]) -> Callable[[httpx.Request], httpx.Response]:
    """Return a function that responds for the issuers of one URL."""

    def respond(http_request: httpx.Request) -> httpx.Response:
        request = parse_request(http_request.method, str(http_request.url), http_request.headers, http_request.content)
        issuer = next((item for item in issuers if item.case(request) is not None), issuers[0])
        case = cases.get(issuer.provider.name)
        if (case or issuer.case(request)) == SLOW:
            raise httpx.ReadTimeout("the simulated issuer is slow", request=http_request)
        response = issuer.respond(request, case=case)
        return httpx.Response(response.status, headers=dict(response.headers), content=response.body)

    return respond
