"""The simulated issuers at the providers' own hosts, for tests: a respx router.

While the router is active, every request through httpx is answered from here or refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

import respx
from respx.models import httpx  # type: ignore[attr-defined] # the library that the router replaces

from idp_checks.issuers.cases import SLOW
from idp_checks.issuers.requests import parse_request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from idp_checks.issuers.issuer import Issuer
    from idp_checks.issuers.world import World

__all__ = ["router"]

Routes: TypeAlias = "dict[tuple[str, str], dict[str, list[Issuer]]]"
"""Issuers by method and host, then by the pattern of the path."""


def router(world: World, *, cases: Mapping[str, str] | None = None) -> respx.MockRouter:
    """Return a router that simulates the issuers at their documented URLs; it is a context manager.

    If providers share a URL, the issuer of the token in the request responds. A request to an undocumented URL raises
    ``respx.models.AllMockedAssertionError`` and is not sent.

    Args:
        world: the simulated issuers.
        cases: by provider, a case for every request.
    """
    routes: Routes = {}
    for issuer in map(world.issuer, world.names):
        for route in issuer.routes:
            patterns = routes.setdefault((route.method, urlsplit(route.url).netloc), {})
            patterns.setdefault(route.pattern, []).append(issuer)

    def respond(http_request: httpx.Request) -> httpx.Response | None:
        patterns = routes.get((http_request.method, http_request.url.netloc.decode()), {})
        for pattern, issuers in patterns.items():
            if re.fullmatch(pattern, http_request.url.path):
                return _respond(http_request, issuers, cases or {})
        return None  # respx reports a request that no route matches

    mocked = respx.MockRouter(assert_all_called=False, assert_all_mocked=True)
    mocked.route(scheme="https").mock(side_effect=respond)
    return mocked


def _respond(http_request: httpx.Request, issuers: list[Issuer], cases: Mapping[str, str]) -> httpx.Response:
    """Respond for the issuers of one URL."""
    request = parse_request(http_request.method, str(http_request.url), http_request.headers, http_request.content)
    issuer = next((item for item in issuers if item.case(request) is not None), issuers[0])
    case = cases.get(issuer.provider.name)
    if (case or issuer.case(request)) == SLOW:
        raise httpx.ReadTimeout("the simulated issuer is slow", request=http_request)
    response = issuer.respond(request, case=case)
    return httpx.Response(response.status, headers=dict(response.headers), content=response.body)
