"""The simulated issuers at the providers' own hosts, for tests: a respx router.

While the router is in use, all that goes out through httpx is answered from here or refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import respx

from idp_checks.issuers.world import SLOW, question

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from idp_checks.issuers.world import Issuer, World

__all__ = ["router"]


def router(world: World, *, whole: Mapping[str, str] | None = None) -> respx.MockRouter:
    """A router that plays the world at the documented addresses; it is a context manager.

    Where providers share an address, the one whose token is in the request answers. What no issuer documents is an
    error (``respx.models.AllMockedAssertionError``) and goes nowhere; what is not asked for is none.

    Args:
        whole: cases that an issuer plays whatever it is asked, by provider.
    """
    found: dict[tuple[str, str, str], list[Issuer]] = {}
    for issuer in map(world.issuer, world.names):
        for place in issuer.places:
            found.setdefault((place.method, urlsplit(place.url).netloc, place.pattern), []).append(issuer)
    made = respx.MockRouter(assert_all_called=False, assert_all_mocked=True)
    for (method, host, pattern), issuers in found.items():
        route = made.route(method=method, scheme="https", host=host, path__regex=f"^{pattern}$")
        route.mock(side_effect=_player(issuers, whole or {}))
    return made


def _player(issuers: list[Issuer], whole: Mapping[str, str]) -> Callable[[httpx.Request], httpx.Response]:
    def answer(asked: httpx.Request) -> httpx.Response:
        request = question(asked.method, str(asked.url), asked.headers, asked.content)
        issuer = next((each for each in issuers if each.case(request) is not None), issuers[0])
        case = whole.get(issuer.provider.name)
        if (case or issuer.case(request)) == SLOW:
            raise httpx.ReadTimeout("the simulated issuer is slow", request=asked)
        answered = issuer.respond(request, case=case)
        return httpx.Response(answered.status, headers=dict(answered.headers), content=answered.body)

    return answer
